"""What a feature is: a NamedTuple of parameters with some of these functions.

A feature of the market sees the book after each packet and each trade, keeps what it must in
`state`, and gives its value at a decision. It depends on the tape and the decision times alone, so
it is computed once for each tape. A feature of our own sees the trader instead.

A feature that needs more than `STATE` floats, bars of a clock or more of the book than the touch
says so in a method `needs()`, which returns `Needs`.

Values are clipped to +-`CLIP` and must be finite; a feature divides by a known unit (`scale`).
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from hft_gym.kernel.address import column
from hft_gym.kernel.interface import interface, optional_interface, unrolled
from hft_gym.kernel.jit import kernel

State = NDArray[np.float64]  # what one feature keeps
Ladder = NDArray[np.int32]  # lots at each price; `view` knows the price of the first place

CLIP = 10.0
STATE = 16  # floats that a feature may keep if it asks for no more
LEVELS = 10  # levels of a side that the view can hold
NO_BID, NO_ASK = -(2**30), 2**30  # prices of levels that are not there, worse than any other


class Needs(NamedTuple):
    """What a feature asks of the engine.

    Attributes:
        state: floats to keep.
        bar_s: seconds between two calls of `on_bar`; 0: none.
        levels: best levels of each side that the view shall hold after every packet.
        orders: whether the view shall know the number of orders at each price.
    """

    state: int = STATE
    bar_s: float = 0.0
    levels: int = 0
    orders: bool = False


# The book as a feature sees it, after the latest complete packet. `before_*` is the packet before.
BOOK_VIEW_DTYPE = np.dtype(
    [
        ("ts_local_ns", "i8"),
        ("bid_ticks", "i4"),
        ("ask_ticks", "i4"),
        ("bid_lots", "i4"),
        ("ask_lots", "i4"),
        ("before_bid_ticks", "i4"),
        ("before_ask_ticks", "i4"),
        ("before_bid_lots", "i4"),
        ("before_ask_lots", "i4"),
        ("base_ticks", "i4"),
        ("is_two_sided", "u1"),  # bid < ask, both there
        ("was_two_sided", "u1"),
        ("level_count", "i4"),  # held by the fields below; 0 where no feature needs them
        ("level_bid_ticks", "i4", (LEVELS,)),
        ("level_ask_ticks", "i4", (LEVELS,)),
        ("level_bid_lots", "i4", (LEVELS,)),
        ("level_ask_lots", "i4", (LEVELS,)),
        ("before_level_bid_ticks", "i4", (LEVELS,)),
        ("before_level_ask_ticks", "i4", (LEVELS,)),
        ("before_level_bid_lots", "i4", (LEVELS,)),
        ("before_level_ask_lots", "i4", (LEVELS,)),
        ("feature_count", "i8"),
        ("state_address", "i8"),  # what the features keep, side by side
        ("starts_address", "i8"),  # where the state of each feature begins, and the end
        ("bars_address", "i8"),  # length in ns of each feature's bars
        ("session_start_ns", "i8"),
        ("session_end_ns", "i8"),
        ("known_ns", "i8"),  # when we saw the latest row
        ("bar_ns", "i8"),  # apart of two moments at which some feature may close a bar; 0: none
        ("next_bar_ns", "i8"),  # on our clock
        ("places", "i8"),  # of the ladder
        ("ladder_address", "i8"),
        ("rows", "i8"),  # of the tape
        ("ts_local_address", "i8"),
        ("known_address", "i8"),  # when we see each row
        ("orders_address", "i8"),  # number of orders in each place; 0 where nobody needs them
        ("left_address", "i8"),  # what is left of the order that each row added
    ],
    align=True,
)


@optional_interface
def on_packet(
    feature: tuple, state: NDArray[np.float64], view: np.void, ladder: NDArray[np.int32]
) -> None:
    """The book has changed by a whole packet; most features need not listen."""


@optional_interface
def on_trade(
    feature: tuple, state: NDArray[np.float64], view: np.void, side: int, px_ticks: int, lots: int
) -> None:
    """An aggressor of `side` traded; `view` is the book before the packet."""


@optional_interface
def on_order(
    feature: tuple, state: NDArray[np.float64], view: np.void, kind: int, side: int,
    px_ticks: int, lots: int,
) -> None:  # fmt: skip
    """A row of kind ADD, REDUCE or FILL of the live market; `view` is the book before the packet.

    A level of a source without orders comes as what has been added to it or has left.
    """


@optional_interface
def on_bar(
    feature: tuple,
    state: NDArray[np.float64],
    view: np.void,
    ladder: NDArray[np.int32],
    end_ns: int,
) -> None:
    """A bar of the feature's `bar_s` ends, at a whole multiple of it on our clock (UTC).

    `view` is the book as known just before `end_ns`. Bars begin with the first two-sided book;
    while there is none later on, the last touch stands.
    """


@interface
def market_value(
    feature: tuple,
    state: NDArray[np.float64],
    view: np.void,
    ladder: NDArray[np.int32],
    now_ns: int,
) -> float:
    """The number that an observation shows at a decision at `now_ns`."""


@interface
def own_value(feature: tuple, env: np.void, now_ns: int) -> float:
    """The number that an observation shows of our own orders, position and time.

    A feature of the order in one slot has a field `slot`, or tells it in a method `reads_slot()`:
    kernels do not look whether the action model has so many.
    """


def slot_read_by(feature: tuple) -> int | None:
    """The slot of the one order that an own feature is about; None: it is about no single one."""
    if hasattr(feature, "reads_slot"):
        return int(feature.reads_slot())
    return getattr(feature, "slot", None)


@optional_interface
def reads_level(feature: tuple) -> bool:
    """Whether `own_value` reads `env["level_lots"]`: looking them up costs time at every step."""
    return False


@kernel
def clipped(value: float) -> float:
    """The value within what the observation space promises."""
    return min(CLIP, max(-CLIP, value))


@kernel
def state_of(view: np.void, k: int) -> NDArray[np.float64]:
    """What feature k keeps: memory without an owner, since counting owners costs more than it."""
    starts = column(view["starts_address"], view["feature_count"] + 1, np.int64)
    first = starts[k]
    return column(view["state_address"] + 8 * first, starts[k + 1] - first, np.float64)


@kernel
def bar_ns_of(view: np.void, k: int) -> int:
    """Length of the bars of feature k; the end of time where it has none."""
    return column(view["bars_address"], view["feature_count"], np.int64)[k]


# Numba compiles `state_of` once for each literal number, but only once for numbers made by
# `np.int64`.

listen_packet = unrolled(
    "listen_packet(features, view, ladder)",
    "on_packet(features[{k}], state_of(view, place({k})), view, ladder)",
    only=on_packet,
    on_packet=on_packet,
    state_of=state_of,
    place=np.int64,
)

listen_trade = unrolled(
    "listen_trade(features, view, side, px_ticks, lots)",
    "on_trade(features[{k}], state_of(view, place({k})), view, side, px_ticks, lots)",
    only=on_trade,
    on_trade=on_trade,
    state_of=state_of,
    place=np.int64,
)

listen_order = unrolled(
    "listen_order(features, view, kind, side, px_ticks, lots)",
    "on_order(features[{k}], state_of(view, place({k})), view, kind, side, px_ticks, lots)",
    only=on_order,
    on_order=on_order,
    state_of=state_of,
    place=np.int64,
)

listen_bar = unrolled(
    "listen_bar(features, view, ladder, end_ns)",
    "if end_ns % bar_ns_of(view, place({k})) == 0: "
    "on_bar(features[{k}], state_of(view, place({k})), view, ladder, end_ns)",
    only=on_bar,
    on_bar=on_bar,
    bar_ns_of=bar_ns_of,
    state_of=state_of,
    place=np.int64,
)

write_market = unrolled(
    "write_market(features, view, ladder, now_ns, out)",
    "out[{k}] = clipped("
    "market_value(features[{k}], state_of(view, place({k})), view, ladder, now_ns))",
    clipped=clipped,
    market_value=market_value,
    state_of=state_of,
    place=np.int64,
)

write_own = unrolled(
    "write_own(features, env, now_ns, out, first)",
    "out[first + {k}] = clipped(own_value(features[{k}], env, now_ns))",
    clipped=clipped,
    own_value=own_value,
)

level_readers = unrolled(
    "level_readers(features)",
    "total += reads_level(features[{k}])",
    only=reads_level,
    total="total",
    reads_level=reads_level,
)
