"""A busy exchange is a slow one: the delay grows with the rows of the tape just before."""

from typing import Any, NamedTuple

import numpy as np

from hft_gym.errors import ConfigError
from hft_gym.kernel.jit import kernel
from hft_gym.market.columns import ts_exchange_of
from hft_gym.market.interfaces import delay_ns
from hft_gym.market.latencies.constant import Constant


class ByLoad(NamedTuple):
    """Another model's delay, and so much more for each row of the last `window_ns`.

    Rows are counted on the exchange's clock up to the moment at which the message sets out, never
    later ones, so that nothing ahead is seen.

    Attributes:
        base: the delay model of a quiet exchange.
        ns_per_event: what each row adds.
        window_ns: how far back rows count.
    """

    base: Any = Constant(200_000)
    ns_per_event: int = 1_000
    window_ns: int = 1_000_000

    def check(self) -> None:
        """Raise ConfigError where a number is out of range."""
        if self.ns_per_event < 0 or self.window_ns < 0:
            raise ConfigError(f"{self}: ns_per_event and window_ns must not be negative")


@kernel
def rows_until(tape: np.void, near_row: int, ts_ns: int) -> int:
    """How many rows are no later than `ts_ns` on the exchange's clock; `near_row`: about there."""
    ts = ts_exchange_of(tape)
    rows = int(tape["rows"])
    low = min(max(near_row, 0), rows)
    high, reach = low, 1
    while low > 0 and ts[low - 1] > ts_ns:
        high = low - 1
        low = max(0, low - reach)
        reach *= 2
    reach = 1
    while high < rows and ts[high] <= ts_ns:
        low = high + 1
        high = min(rows, high + reach)
        reach *= 2
    while low < high:
        middle = (low + high) // 2
        if ts[middle] > ts_ns:
            high = middle
        else:
            low = middle + 1
    return low


@delay_ns.implement(ByLoad)
def _delay_ns(model: ByLoad, tape: np.void, trader: np.void, ts_ns: int, lots: int) -> int:
    until = rows_until(tape, trader["row"], ts_ns)
    events = until - rows_until(tape, until, ts_ns - model.window_ns)
    return delay_ns(model.base, tape, trader, ts_ns, lots) + model.ns_per_event * events
