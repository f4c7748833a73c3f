"""One pass over a tape gives every market feature at every decision."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from hft_gym.book.ladder import (
    NO_PRICE,
    apply_row,
    lots_at,
    place_of,
    touch_after,
)
from hft_gym.features.depth_view import count_order, find_levels
from hft_gym.features.interfaces import (
    BOOK_VIEW_DTYPE,
    Needs,
    listen_bar,
    listen_order,
    listen_packet,
    listen_trade,
    write_market,
)
from hft_gym.features.needs import NEVER_NS, bar_step_ns, counts_for, memory_for, needs_of
from hft_gym.kernel.address import address_of, column
from hft_gym.kernel.jit import kernel
from hft_gym.market.columns import (
    COLUMNS_DTYPE,
    columns_record,
    flags_of,
    kind_of,
    lots_of,
    px_of,
    queue_key_of,
    side_of,
)
from hft_gym.tape.market_tape import MarketTape
from hft_gym.tape.rows import Flag, Kind

ADD, REDUCE, TRADE = int(Kind.ADD), int(Kind.REDUCE), int(Kind.TRADE)
FILL, CLEAR, LEVEL = int(Kind.FILL), int(Kind.CLEAR), int(Kind.LEVEL)
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
def _tell_order(
    features: Any,
    view: np.void,
    ladder: NDArray[np.int32],
    kind: int,
    side: int,
    px: int,
    lots: int,
) -> None:
    """Tell the features of a row that changes orders, the book not yet changed by it."""
    if kind <= REDUCE or kind == FILL:
        listen_order(features, view, kind, side, px, lots)
    elif kind == LEVEL:
        more = lots - lots_at(ladder, view["base_ticks"], side, px)
        if more != 0:
            listen_order(features, view, ADD if more > 0 else REDUCE, side, px, abs(more))


@kernel
def _end_bars(features: Any, view: np.void, ladder: NDArray[np.int32], now_ns: int) -> None:
    """End the bars that are over by `now_ns` of our clock."""
    while view["next_bar_ns"] <= now_ns:
        listen_bar(features, view, ladder, view["next_bar_ns"])
        view["next_bar_ns"] += view["bar_ns"]


@kernel
def _end_packet(
    features: Any,
    view: np.void,
    ladder: NDArray[np.int32],
    touch: tuple[int, int],
    is_snapshot: bool,
) -> None:
    """The book is whole again: show it to the features."""
    find_touch(view, ladder, touch[0], touch[1])
    if view["level_count"] > 0:
        find_levels(view, ladder)
    if is_snapshot:
        return
    listen_packet(features, view, ladder)
    if view["next_bar_ns"] == NEVER_NS and view["bar_ns"] > 0 and view["is_two_sided"]:
        view["next_bar_ns"] = (view["known_ns"] // view["bar_ns"] + 1) * view["bar_ns"]


@kernel
def _ladder_of(view: np.void) -> NDArray[np.int32]:
    return column(view["ladder_address"], view["places"], np.int32)


@kernel
def _ts_local_of(view: np.void) -> NDArray[np.int64]:
    return column(view["ts_local_address"], view["rows"], np.int64)


@kernel
def _known_of(view: np.void) -> NDArray[np.int64]:
    return column(view["known_address"], view["rows"], np.int64)


@kernel
def _decide(
    features: Any,
    view: np.void,
    ladder: NDArray[np.int32],
    decision: np.void,
    out: NDArray[np.float32],
) -> None:
    """Write what is known at a decision, and the features' values."""
    now_ns = decision["ts_local_ns"]
    _end_bars(features, view, ladder, now_ns)
    _write_decision(view, decision)
    write_market(features, view, ladder, now_ns, out)


@kernel
def compute(
    features: Any,
    tapes: NDArray[Any],
    views: NDArray[Any],
    decisions: NDArray[Any],
    out: NDArray[np.float32],
) -> None:
    """Fill `out` `[decisions, features]` and the touch of each decision.

    Decision k is made knowing the rows before `decisions[k]["row"]`, which ends a packet. A bar
    that ends at b holds the rows seen before b. `tapes` and `views` hold one record each, with the
    addresses of all else: arrays with an owner would be counted at every call.
    """
    view, tape = views[0], tapes[0]
    kinds, sides, px_ticks, all_lots = kind_of(tape), side_of(tape), px_of(tape), lots_of(tape)
    flags, ts_local_ns, ladder = flags_of(tape), _ts_local_of(view), _ladder_of(view)
    queue_keys, base, known_ns = queue_key_of(tape), view["base_ticks"], _known_of(view)
    bid, ask = NO_PRICE, NO_PRICE
    k = 0
    for row in range(kinds.size + 1):
        while k < decisions.size and decisions[k]["row"] <= row:
            _decide(features, view, ladder, decisions[k], out[k])
            k += 1
        if k == decisions.size:
            return
        kind, side = int(kinds[row]), int(sides[row])
        px, lots = int(px_ticks[row]), int(all_lots[row])
        if known_ns[row] >= view["next_bar_ns"]:
            _end_bars(features, view, ladder, known_ns[row])
        view["ts_local_ns"], view["known_ns"] = ts_local_ns[row], known_ns[row]
        if kind == TRADE:
            listen_trade(features, view, side, px, lots)
        else:
            if not flags[row] & SNAPSHOT:
                _tell_order(features, view, ladder, kind, side, px, lots)
            if view["orders_address"] != 0:
                place = place_of(base, side, px)
                count_order(view, kind, place, lots, int(queue_keys[row]))
            apply_row(ladder, base, kind, side, px, lots)
            bid, ask = touch_after(ladder, base, kind, side, px, (bid, ask))
        if flags[row] & LAST:
            _end_packet(features, view, ladder, (bid, ask), flags[row] & SNAPSHOT != 0)


def market_features(
    tape: MarketTape,
    features: tuple[Any, ...],
    decisions: NDArray[Any],
    known_ns: NDArray[np.int64] | None = None,
) -> NDArray[np.float32]:
    """`[decisions, features]` values; fills in the touch of `decisions` (`DECISION_DTYPE`).

    Args:
        tape: the market.
        features: NamedTuples that implement `market_value`.
        decisions: `ts_local_ns` and `row` of each decision, both rising.
        known_ns: `[rows]` when we see each row, never falling; None: at its local time.

    Raises:
        ConfigError: a feature's parameters are out of range.
    """
    needs = [needs_of(feature) for feature in features]
    low = max(int(tape.px_ticks.min(initial=0)), tape.meta.low_ticks - REACH_TICKS)
    high = min(int(tape.px_ticks.max(initial=0)), tape.meta.high_ticks + REACH_TICKS)
    ladder = np.zeros(2 * (max(high, tape.meta.high_ticks) - low + 1), np.int32)
    seen_ns = tape.ts_local_ns if known_ns is None else known_ns
    views = _first_view(tape, needs)
    views["known_address"] = address_of(seen_ns)
    views["base_ticks"], views["places"] = low, ladder.size
    views["ladder_address"] = address_of(ladder)
    memory = memory_for(needs, views[0])
    counts = counts_for(needs, views[0])
    tapes = np.array([columns_record(tape)], COLUMNS_DTYPE)
    out = np.zeros((decisions.size, len(features)), np.float32)
    compute(features, tapes, views, decisions, out)
    del memory, counts  # had to live until the pass was over
    return out


def _first_view(tape: MarketTape, needs: list[Needs]) -> NDArray[Any]:
    views = np.zeros(1, BOOK_VIEW_DTYPE)
    views["session_start_ns"] = tape.meta.session_start_ns
    views["session_end_ns"] = tape.meta.session_end_ns
    views["rows"] = len(tape)
    views["ts_local_address"] = address_of(tape.ts_local_ns)
    views["level_count"] = max([0, *(need.levels for need in needs)])
    views["bar_ns"] = bar_step_ns(needs)
    views["next_bar_ns"] = NEVER_NS  # until there is a book
    return views
