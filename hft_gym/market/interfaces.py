"""What a model of the market may decide; a NamedTuple implements one of these with `.implement`."""

from typing import NamedTuple

import numpy as np

from hft_gym.kernel.interface import interface, optional_interface


@interface
def entry_delay_ns(model: tuple, ts_local_ns: int, trader: np.void) -> int:
    """Nanoseconds from our decision until the exchange has the message; random from `trader`."""


@interface
def response_delay_ns(model: tuple, ts_exchange_ns: int, trader: np.void) -> int:
    """Nanoseconds from an event at the exchange until we know of it; random from `trader`."""


@interface
def fee_microticks(model: tuple, px_ticks: int, lots: int, is_maker: bool) -> int:
    """Fee of one fill in millionths of a tick-lot; negative is a rebate."""


@interface
def lots_ahead_gone(
    model: tuple, order: np.void, queue_key: int, lots: int, level_lots: int
) -> int:
    """How many of the `lots` that leave our price were ahead of `order`.

    `queue_key` is the priority of the order that shrinks (-1: the source has none) and
    `level_lots` is what the level shows after the change, for models that ask for it.
    """


@optional_interface
def needs_level_lots(model: tuple) -> bool:
    """Whether `lots_ahead_gone` wants to know `level_lots`; without this it is given as -1."""
    return False


class MarketModels(NamedTuple):
    """The pluggable parts of the exchange, each a NamedTuple of parameters."""

    latency: tuple
    queue: tuple
    fees: tuple


@interface
def mark_microticks(model: tuple, quote: np.void, position_lots: int) -> int:
    """Price at which a position is valued, in millionths of a tick; see `market.marks`."""
