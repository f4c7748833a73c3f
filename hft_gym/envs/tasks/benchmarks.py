"""What executions are measured by: mean prices of the market between two decisions."""

from typing import Any
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray

from hft_gym.envs.dataset import Dataset, Market
from hft_gym.features.engine import DECISION_DTYPE
from hft_gym.kernel.address import address_of, column
from hft_gym.kernel.jit import kernel
from hft_gym.tape.rows import Kind

SUMS = 3  # up to each decision: mid * seconds, price * lots traded, lots traded

_tables: WeakKeyDictionary[Market, NDArray[np.float64]] = WeakKeyDictionary()


def benchmarks_of(market: Market) -> NDArray[np.float64]:
    """`[decisions, 3]` sums up to each decision; see `SUMS`. Prices in ticks."""
    if market not in _tables:
        tape, decisions = market.tape, market.decisions
        mid_ticks = (decisions["bid_ticks"].astype(np.int64) + decisions["ask_ticks"]) / 2.0
        apart_s = np.diff(decisions["ts_local_ns"]) * 1e-9
        lots = np.where(tape.kind == Kind.TRADE, tape.lots, 0).astype(np.int64)
        table = np.zeros((decisions.size, SUMS))
        table[1:, 0] = np.cumsum(mid_ticks[:-1] * apart_s)
        for place, traded in ((1, lots * tape.px_ticks), (2, lots)):
            table[:, place] = np.append(0, np.cumsum(traded))[decisions["row"]]
        _tables[market] = table
    return _tables[market]


def table_of(dataset: Dataset, with_sums: bool = True) -> NDArray[Any]:
    """The dataset's table, with where the sums of each market lie; they live as long as it."""
    table = dataset.table
    if with_sums:
        sums = [address_of(benchmarks_of(market)) for market in dataset.markets]
        table["benchmarks_address"] = sums
    return table


@kernel
def mean_prices(market: np.void, first: int, last: int) -> tuple[float, float]:
    """Time- and volume-weighted mean price between two decisions, in ticks.

    Where no time has passed, or nobody has traded, the volume-weighted mean is the time-weighted
    one, and that the mid of the first decision.
    """
    sums = column(market["benchmarks_address"], market["decisions"] * SUMS, np.float64)
    a, b = first * SUMS, last * SUMS
    decisions = column(market["decisions_address"], market["decisions"], DECISION_DTYPE)
    here = decisions[first]
    twap = 0.5 * (int(here["bid_ticks"]) + int(here["ask_ticks"]))
    passed_s = (decisions[last]["ts_local_ns"] - here["ts_local_ns"]) * 1e-9
    if passed_s > 0.0:
        twap = (sums[b] - sums[a]) / passed_s
    lots = sums[b + 2] - sums[a + 2]
    return twap, (sums[b + 1] - sums[a + 1]) / lots if lots > 0.0 else twap
