"""A tape made ready for backtests: its index and when each row is known. Made once, used often."""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hft_gym.backtest.packets import note_packets, packet_times_ns
from hft_gym.book.index import BookIndex
from hft_gym.kernel.jit import enable_cache, kernel
from hft_gym.market.feed import known_ns_of
from hft_gym.tape.market_tape import MarketTape

MARGIN_TICKS = 64  # how far beyond the session's touch our orders may rest


@dataclass(frozen=True, eq=False)
class Ground:
    """A tape on which strategies can be run; shared by any number of backtests.

    Attributes:
        tape: the rows.
        index: what the book is at any row.
        packets: `[packets + 2]` of `packets.PACKET_DTYPE`, the market after each.
        times_ns: `[packets + 2]` when we see each packet, never before it happens; the first entry
            is before all of them, the last one never seen.
    """

    tape: MarketTape
    index: BookIndex
    packets: NDArray[Any]
    times_ns: NDArray[np.int64]

    @staticmethod
    def of(
        tape: MarketTape, feed: Any, *, seed: int = 0, margin_ticks: int = MARGIN_TICKS
    ) -> "Ground":
        """Index a tape and find out when its rows are known.

        Args:
            tape: the rows.
            feed: delay model of the feed.
            seed: of a random one.
            margin_ticks: how far beyond the session's touch prices are kept and orders may rest.

        Raises:
            InputError: the tape holds no session, or its prices are too far apart.
        """
        enable_cache()
        meta = tape.meta
        if len(tape) == 0 or meta.session_start_ns >= meta.session_end_ns:
            raise tape.no_session("build the tape with a session's start and end")
        base_ticks = meta.low_ticks - margin_ticks
        levels = meta.high_ticks - meta.low_ticks + 1 + 2 * margin_ticks
        index = BookIndex.of(tape, base_ticks, levels)
        packets = note_packets(tape, base_ticks, index.places)
        return Ground(tape, index, packets, _times_ns(tape, packets, feed, seed))

    def seen_by(self, feed: Any, *, seed: int = 0) -> "Ground":
        """The same market as another feed brings it; the index and the packets are shared.

        Args:
            feed: delay model of the feed.
            seed: of a random one.
        """
        return replace(self, times_ns=_times_ns(self.tape, self.packets, feed, seed))


def _times_ns(tape: MarketTape, packets: NDArray[Any], feed: Any, seed: int) -> NDArray[np.int64]:
    known_ns = known_ns_of(tape, feed, seed)
    if not _is_in_order(known_ns, tape.ts_exchange_ns):
        # clocks of capture and venue differ: nothing is known before it happens
        known_ns = np.maximum.accumulate(np.maximum(known_ns, tape.ts_exchange_ns))
    return packet_times_ns(packets, known_ns)


@kernel
def _is_in_order(known_ns: NDArray[np.int64], ts_exchange_ns: NDArray[np.int64]) -> bool:
    before_ns = known_ns[0]
    for row in range(known_ns.size):
        if known_ns[row] < before_ns or known_ns[row] < ts_exchange_ns[row]:
            return False
        before_ns = known_ns[row]
    return True
