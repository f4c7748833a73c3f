"""Why a shadow order fared otherwise than the real one: rules that are computed from the tape.

Each rule looks at the rows that bear the first exchange time at which the two traded other lots.
"""

from collections import Counter
from enum import StrEnum
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hft_gym.evaluation.fidelity.lives import Lives
from hft_gym.tape.market_tape import MarketTape
from hft_gym.tape.rows import Flag, Kind

_NO_TRADING = Flag.CROSSED | Flag.HALTED


class Cause(StrEnum):
    """Causes in the order in which they are looked for: the first that holds is the one."""

    AUCTION = "auction"  # a print without aggressor, or a book that is crossed or halted
    SELF_MATCH_AHEAD = "self-match ahead"  # the venue took part of an order ahead away in the match
    ICEBERG = "iceberg"  # more traded at our price than its orders showed
    IMPLIED = "implied or hidden"  # the print and the fills at its price differ in lots
    OUT_OF_TURN = "out of turn"  # the venue served a later order or a worse price first
    ESTIMATE = "estimated place"  # the model does not know who stands ahead
    UNEXPLAINED = "unexplained"


def causes(
    tape: MarketTape, lives: Lives, shadows: NDArray[np.void], sees_orders: bool
) -> dict[str, int]:
    """Orders whose fills are not all equal, counted by cause.

    Args:
        tape: the market.
        lives: of its real orders.
        shadows: `[lives]` of `shadows.SHADOW_DTYPE`.
        sees_orders: whether the model knows which order shrinks; one that does not is expected to
            err where no rule finds another cause.
    """
    found: Counter[Cause] = Counter()
    for number in np.flatnonzero(shadows["differs_ns"]):
        cause = _cause(tape, lives.table[number], shadows[number])
        if cause == Cause.UNEXPLAINED and not sees_orders:
            cause = Cause.ESTIMATE
        found[cause] += 1
    return {str(cause): found[cause] for cause in Cause if found[cause]}


def _cause(tape: MarketTape, life: np.void, shadow: np.void) -> Cause:
    moment = _rows_at(tape, int(shadow["differs_ns"]))
    if np.any((moment["kind"] == Kind.TRADE) & (moment["side"] == 0)) or np.any(
        moment["flags"] & _NO_TRADING
    ):
        return Cause.AUCTION
    here = (moment["side"] == life["side"]) & (moment["px_ticks"] == life["px_ticks"])
    fills, gone = _by_order(moment, here, Kind.FILL), _by_order(moment, here, Kind.REDUCE)
    key = int(life["arrival_row"])
    if any(lots > fills[other] for other, lots in gone.items() if other < key):
        return Cause.SELF_MATCH_AHEAD
    if any(lots > gone[other] for other, lots in fills.items()):
        return Cause.ICEBERG
    if _prints_differ(moment, int(life["side"])):
        return Cause.IMPLIED
    if _is_out_of_turn(tape, life, moment, fills):
        return Cause.OUT_OF_TURN
    return Cause.UNEXPLAINED


def _is_out_of_turn(
    tape: MarketTape, life: np.void, moment: dict[str, NDArray[Any]], fills: Counter[int]
) -> bool:
    """Whether others were served while the real order went on resting, or it before its turn."""
    key, last_row = int(life["arrival_row"]), int(moment["row"][-1])
    if fills[key] and _ahead_after(tape, life, last_row) > 0:
        return True
    behind_ticks = life["side"] * (life["px_ticks"] - moment["px_ticks"].astype(np.int64))
    worse = (moment["kind"] == Kind.FILL) & (moment["side"] == life["side"]) & (behind_ticks > 0)
    went_on = int(life["end_row"]) > last_row
    return went_on and (bool(worse.any()) or any(other > key for other in fills))


def _rows_at(tape: MarketTape, ts_exchange_ns: int) -> dict[str, NDArray[Any]]:
    """Columns of the rows that bear an exchange time, with their numbers as `row`."""
    first, end = np.searchsorted(tape.ts_exchange_ns, [ts_exchange_ns, ts_exchange_ns + 1])
    names = ("kind", "side", "px_ticks", "lots", "queue_key", "flags")
    columns = {name: getattr(tape, name)[first:end] for name in names}
    return columns | {"row": np.arange(first, end)}


def _by_order(
    moment: dict[str, NDArray[Any]], chosen: NDArray[np.bool_], kind: Kind
) -> Counter[int]:
    """Lots of one kind of rows, by the key of their order."""
    rows = np.flatnonzero(chosen & (moment["kind"] == kind))
    lots: Counter[int] = Counter()
    for key, size in zip(moment["queue_key"][rows], moment["lots"][rows], strict=True):
        lots[int(key)] += int(size)
    return lots


def _prints_differ(moment: dict[str, NDArray[Any]], side: int) -> bool:
    """Whether the aggressors against a side printed other lots than its resting orders filled."""
    balance: Counter[int] = Counter()
    prints = (moment["kind"] == Kind.TRADE) & (moment["side"] == -side)
    fills = (moment["kind"] == Kind.FILL) & (moment["side"] == side)
    for sign, rows in ((1, prints), (-1, fills)):
        for px, lots in zip(moment["px_ticks"][rows], moment["lots"][rows], strict=True):
            balance[int(px)] += sign * int(lots)
    return any(balance.values())


def _ahead_after(tape: MarketTape, life: np.void, row: int) -> int:
    """Lots that were there before a life began and still are after a row."""
    rows = slice(int(life["arrival_row"]) + 1, int(row) + 1)
    left = (
        (tape.kind[rows] == Kind.REDUCE)
        & (tape.side[rows] == life["side"])
        & (tape.px_ticks[rows] == life["px_ticks"])
        & (tape.queue_key[rows] < life["arrival_row"])
    )
    return int(life["ahead_lots"]) - int(tape.lots[rows][left].sum())
