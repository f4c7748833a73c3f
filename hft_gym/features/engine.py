"""One pass over a tape gives every market feature at every decision."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from hft_gym.book.ladder import NO_PRICE, apply_row, best_ask_at_or_above, best_bid_at_or_below
from hft_gym.features.interfaces import (
    BOOK_VIEW_DTYPE,
    STATE,
    listen_packet,
    listen_trade,
    write_market,
)
from hft_gym.kernel.jit import kernel
from hft_gym.market.columns import Columns, columns_of
from hft_gym.tape.market_tape import MarketTape
from hft_gym.tape.rows import Flag, Kind

REDUCE, TRADE, CLEAR = int(Kind.REDUCE), int(Kind.TRADE), int(Kind.CLEAR)
LAST, SNAPSHOT = int(Flag.LAST), int(Flag.SNAPSHOT)
REACH_TICKS = 4096  # how far from the session's prices the book is kept for features

# What is known at a decision, apart from the features; `row`: rows before it are known.
DECISION_DTYPE = np.dtype(
    [
        ("ts_local_ns", "i8"),
        ("row", "i8"),
        ("bid_ticks", "i4"),
        ("ask_ticks", "i4"),
        ("bid_lots", "i4"),
        ("ask_lots", "i4"),
        ("is_tradable", "u1"),  # two-sided and not crossed; else the last such touch is shown
    ],
    align=True,
)


@kernel
def find_touch(view: np.void, ladder: NDArray[np.int32], bid: int, ask: int) -> None:
    """Write the touch after a packet into the view; the one before it moves to `before_*`."""
    view["before_bid_ticks"], view["before_bid_lots"] = view["bid_ticks"], view["bid_lots"]
    view["before_ask_ticks"], view["before_ask_lots"] = view["ask_ticks"], view["ask_lots"]
    view["was_two_sided"] = view["is_two_sided"]
    two_sided = bid != NO_PRICE and ask != NO_PRICE and bid < ask
    view["is_two_sided"] = two_sided
    if two_sided:
        base = view["base_ticks"]
        view["bid_ticks"], view["bid_lots"] = bid, ladder[2 * (bid - base)]
        view["ask_ticks"], view["ask_lots"] = ask, ladder[2 * (ask - base) + 1]


@kernel
def _write_decision(view: np.void, decision: np.void) -> None:
    decision["bid_ticks"], decision["ask_ticks"] = view["bid_ticks"], view["ask_ticks"]
    decision["bid_lots"], decision["ask_lots"] = view["bid_lots"], view["ask_lots"]
    decision["is_tradable"] = view["is_two_sided"]


@kernel
def _better(
    ladder: NDArray[np.int32], base: int, side: int, px: int, touch: tuple[int, int]
) -> tuple[int, int]:
    """The touch of both sides after a row at `px` of `side` has changed the ladder."""
    bid, ask = touch
    place = 2 * (px - base) + (1 if side < 0 else 0)
    if place < 0 or place >= ladder.size:
        return bid, ask
    if side > 0:
        if ladder[place] > 0:
            bid = px if bid == NO_PRICE else max(bid, px)
        elif px == bid:
            bid = best_bid_at_or_below(ladder, base, px)
    elif ladder[place] > 0:
        ask = px if ask == NO_PRICE else min(ask, px)
    elif px == ask:
        ask = best_ask_at_or_above(ladder, base, px)
    return bid, ask


@kernel
def compute(
    features: Any,
    tape: Columns,
    ts_local_ns: NDArray[np.int64],
    views: NDArray[Any],
    ladder: NDArray[np.int32],
    state: NDArray[np.float64],
    decisions: NDArray[Any],
    out: NDArray[np.float32],
) -> None:
    """Fill `out` `[decisions, features]` and the touch of each decision.

    Decision k is made knowing the rows before `decisions[k]["row"]`, which ends a packet. `views`
    holds the one record that features read.
    """
    view = views[0]
    base = view["base_ticks"]
    bid, ask = NO_PRICE, NO_PRICE
    k = 0
    for row in range(tape.kind.size + 1):
        while k < decisions.size and decisions[k]["row"] <= row:
            _write_decision(view, decisions[k])
            write_market(features, state, view, ladder, decisions[k]["ts_local_ns"], out[k])
            k += 1
        if k == decisions.size:
            return
        kind, side, px = tape.kind[row], int(tape.side[row]), int(tape.px_ticks[row])
        view["ts_local_ns"] = ts_local_ns[row]
        if kind == TRADE:
            listen_trade(features, state, view, side, px, int(tape.lots[row]))
        else:
            apply_row(ladder, base, int(kind), side, px, int(tape.lots[row]))
            if kind == CLEAR:
                bid, ask = NO_PRICE, NO_PRICE
            else:
                bid, ask = _better(ladder, base, side, px, (bid, ask))
        if tape.flags[row] & LAST:
            find_touch(view, ladder, bid, ask)
            if not tape.flags[row] & SNAPSHOT:
                listen_packet(features, state, view, ladder)


def market_features(
    tape: MarketTape, features: tuple[Any, ...], decisions: NDArray[Any]
) -> NDArray[np.float32]:
    """`[decisions, features]` values; fills in the touch of `decisions` (`DECISION_DTYPE`).

    Args:
        tape: the market.
        features: NamedTuples that implement `market_value`.
        decisions: `ts_local_ns` and `row` of each decision, both rising.
    """
    low = max(int(tape.px_ticks.min(initial=0)), tape.meta.low_ticks - REACH_TICKS)
    high = min(int(tape.px_ticks.max(initial=0)), tape.meta.high_ticks + REACH_TICKS)
    views = np.zeros(1, BOOK_VIEW_DTYPE)
    views["base_ticks"] = low
    ladder = np.zeros(2 * (max(high, tape.meta.high_ticks) - low + 1), np.int32)
    state = np.zeros((max(1, len(features)), STATE))
    out = np.zeros((decisions.size, len(features)), np.float32)
    compute(features, columns_of(tape), tape.ts_local_ns, views, ladder, state, decisions, out)
    return out
