"""What a feature is: a NamedTuple of parameters with some of these functions.

A feature of the market sees the book after each packet and each trade, keeps what it must in
`state`, and gives its value at a decision. It depends on the tape and the decision times alone, so
it is computed once for each tape. A feature of our own sees the trader instead.

Values are clipped to +-`CLIP` and must be finite; a feature divides by a known unit (`scale`).
"""

import numpy as np
from numpy.typing import NDArray

from hft_gym.kernel.interface import interface, optional_interface, unrolled
from hft_gym.kernel.jit import kernel

CLIP = 10.0
STATE = 16  # floats that one feature may keep

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
    """The number that an observation shows of our own orders, position and time."""


@kernel
def clipped(value: float) -> float:
    """The value within what the observation space promises."""
    return min(CLIP, max(-CLIP, value))


listen_packet = unrolled(
    "listen_packet(features, state, view, ladder)",
    "on_packet(features[{k}], state[{k}], view, ladder)",
    on_packet=on_packet,
)

listen_trade = unrolled(
    "listen_trade(features, state, view, side, px_ticks, lots)",
    "on_trade(features[{k}], state[{k}], view, side, px_ticks, lots)",
    on_trade=on_trade,
)

write_market = unrolled(
    "write_market(features, state, view, ladder, now_ns, out)",
    "out[{k}] = clipped(market_value(features[{k}], state[{k}], view, ladder, now_ns))",
    clipped=clipped,
    market_value=market_value,
)

write_own = unrolled(
    "write_own(features, env, now_ns, out, first)",
    "out[first + {k}] = clipped(own_value(features[{k}], env, now_ns))",
    clipped=clipped,
    own_value=own_value,
)
