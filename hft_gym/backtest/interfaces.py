"""What an event-driven strategy may do: a NamedTuple of parameters implements some of these.

`context` is a `hft_gym.backtest.context.Context`, to be read and used through the functions of
`hft_gym.backtest.context` and `hft_gym.backtest.ordering`. What a strategy remembers lies in
`context.state`, a record of the dtype that the class names as `state_dtype`; it starts as zeros.
A strategy with `on_timer` has a field or attribute `timer_ns`.
"""

from typing import Any

import numpy as np

from hft_gym.kernel.interface import optional_interface


@optional_interface
def on_event(strategy: tuple, context: Any, row: int) -> None:
    """A packet of the market is known; `row` is its last one, see `context.packet_rows`."""


@optional_interface
def on_timer(strategy: tuple, context: Any, now_ns: int) -> None:
    """`timer_ns` have gone by on our clock; the first call is at the start."""


@optional_interface
def on_fill(strategy: tuple, context: Any, answer: np.void) -> None:
    """Lots of ours have traded: a record of `market.records.RESPONSE_DTYPE`.

    `position_lots` and `cash_ticks` are by how much ours have changed.
    """


@optional_interface
def on_order(strategy: tuple, context: Any, answer: np.void) -> None:
    """An order was accepted, changed, rejected or has ended; `reason` tells, fills apart."""
