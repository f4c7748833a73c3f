"""The memory of one backtest, laid out for the kernels."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from hft_gym.backtest.feed import know_until
from hft_gym.backtest.ground import Ground
from hft_gym.backtest.records import FILL_DTYPE, FOREVER_NS, desk_dtype
from hft_gym.errors import ConfigError
from hft_gym.kernel.address import address_of
from hft_gym.kernel.far import machine_code_of
from hft_gym.kernel.jit import kernel
from hft_gym.kernel.random import seed_states
from hft_gym.market.account import clear_trader
from hft_gym.market.columns import book_records, columns_record
from hft_gym.market.exchange import live_until
from hft_gym.market.interfaces import MarketModels
from hft_gym.market.journal.buffer import JournalBuffer

_FIRST_FILLS = 4096


class Memory:
    """The desk's record, the strategy's, and the arrays that the desk's addresses point at."""

    def __init__(
        self, ground: Ground, span_ns: tuple[int, int], orders: int, seed: int, state: np.dtype
    ) -> None:
        self.ground = ground
        places = ground.index.places
        self.consumed = np.zeros((1, places), np.int32)
        self.ladders = np.zeros((2, 1, places), np.int32)
        self.states = np.zeros(1, state)
        self.desks = np.zeros(1, desk_dtype(orders))
        desk = self.desks[0]
        desk["columns"] = columns_record(ground.tape, ground.index)
        base = ground.index.base_ticks
        desk["book"] = book_records(self.consumed, self.ladders[0], base)[0]
        desk["seen"] = book_records(self.consumed, self.ladders[1], base)[0]
        desk["trader"]["random_state"] = seed_states(np.array([seed]))[0]
        clock = desk["clock"]
        clock["times_address"] = address_of(ground.times_ns)
        clock["packets_address"] = address_of(ground.packets)
        clock["packets_count"] = len(ground.packets)
        clock["now_ns"], clock["end_ns"] = span_ns
        row = int(np.searchsorted(ground.tape.ts_exchange_ns, span_ns[0], side="right"))
        clear_trader(desk["trader"], row, 0)
        clock["quiet_row"] = row
        self.fills = np.zeros(0, FILL_DTYPE)
        self.journal: JournalBuffer | None = None
        self.make_room()

    def keep_journal(self) -> JournalBuffer:
        """Let every event of ours be written down; returns where."""
        self.journal = JournalBuffer()
        self.journal.attach(self.desks[0]["trader"])
        return self.journal

    def bind(self, models: MarketModels) -> None:
        """Compile the exchange for these models, once, for all strategies."""
        desk = self.desks[0]
        records = (desk["columns"], desk["book"], desk["trader"])
        desk["clock"]["live_address"] = machine_code_of(live_until, models, *records, 0)

    def listen(self, has_packets: bool, has_answers: bool, timer_ns: int) -> None:
        """Say what the strategy hears of; a timer of 0 is none.

        Raises:
            ConfigError: the strategy hears of nothing, or its timer runs backwards.
        """
        if timer_ns < 0 or not (has_packets or timer_ns):
            raise ConfigError(
                "a strategy must implement on_event, or on_timer with timer_ns above 0; "
                f"timer_ns is {timer_ns}"
            )
        clock = self.desks[0]["clock"]
        clock["has_packets"], clock["has_answers"] = has_packets, has_answers
        clock["timer_ns"] = timer_ns
        clock["next_timer_ns"] = clock["now_ns"] if timer_ns else FOREVER_NS
        _open(self.desks)

    def make_room(self) -> None:
        """Drain the journal; room for more fills: for as many again, and what answers can bring."""
        desk = self.desks[0]
        if self.journal is not None:
            self.journal.drain()
        if len(self.fills) - desk["clock"]["fills"] >= 2 * len(desk["trader"]["responses"]):
            return
        more = max(_FIRST_FILLS, 2 * len(desk["trader"]["responses"]), len(self.fills))
        self.fills = np.concatenate([self.fills, np.zeros(more, FILL_DTYPE)])
        desk["clock"]["fills_address"] = address_of(self.fills)
        desk["clock"]["fill_places"] = len(self.fills)

    @property
    def logged(self) -> NDArray[Any]:
        """`[fills]` of `FILL_DTYPE`, a copy."""
        return self.fills[: self.desks[0]["clock"]["fills"]].copy()


@kernel
def _open(desks: NDArray[Any]) -> None:
    """Know what came before the start."""
    desk = desks[0]
    know_until(desk, desk["clock"]["now_ns"] - 1)
    desk["clock"]["first_index"] = desk["clock"]["packet_index"]
