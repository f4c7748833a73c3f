"""Feed records chunk by chunk to the book that resolves them, and rows to their files."""

import numpy as np
from numpy.typing import NDArray

from hft_gym.errors import InputError
from hft_gym.tape.columns import ColumnFiles
from hft_gym.tape.grid import bad_price
from hft_gym.tape.l3 import finish, resolve
from hft_gym.tape.orders import Anomaly, BookMemory, Observation, Stop
from hft_gym.tape.records import F_SNAPSHOT, UNDEF_TIME
from hft_gym.tape.session import Session, SessionHours, found_session, limit_session


class MemoryWriter:
    """What every writer of rows does with its memory: count, and hand over what is whole."""

    def __init__(self, memory: BookMemory) -> None:
        self._memory = memory

    @property
    def actions(self) -> dict[str, int]:
        """Records of each action."""
        return {chr(code): int(n) for code, n in enumerate(self._memory.book["action_count"]) if n}

    @property
    def anomalies(self) -> dict[str, int]:
        """Oddities of each kind that was met."""
        counts = self._memory.book["anomaly_count"]
        return {kind.name.lower(): int(counts[kind]) for kind in Anomaly if counts[kind]}

    @property
    def observed(self) -> dict[str, int]:
        """Counts of what may be the nature of the source; only kinds that were met."""
        counts = self._memory.book["observation_count"]
        return {kind.name.lower(): int(counts[kind]) for kind in Observation if counts[kind]}

    def _write(self, files: ColumnFiles, count: int) -> None:
        files.append(self._memory.first_rows(count))
        self._memory.drop_rows(count)


class Resolver(MemoryWriter):
    """Records of one instrument in, rows out; what is open stays between chunks.

    Args:
        tick_size_e9: in units of 1e-9.
        bounds: what the user wants the session to be.
        source: name of the source, for messages.
    """

    def __init__(self, tick_size_e9: int, bounds: SessionHours, source: str) -> None:
        super().__init__(BookMemory(tick_size_e9))
        self._bounds = bounds
        self._is_live = False
        self._source = source
        self._records = 0

    def feed(self, records: NDArray[np.void], files: ColumnFiles) -> None:
        """Resolve `[n]` MBO records and write the rows of every packet that has ended.

        Raises:
            InputError: a price is off the tick grid or too far away.
        """
        self._look_for_first_live(records)
        self._memory.make_room(2 * len(records))
        records = np.ascontiguousarray(records).view()  # the kernel reads words
        records.flags.writeable = False  # one type of array, one compilation
        done = 0
        while True:
            done = resolve(self._memory.books, records, done)
            stop = Stop(int(self._memory.book["stop"]))
            if stop == Stop.DONE:
                break
            if stop != Stop.NEEDS_ROOM:
                raise self._bad_price(records[done], self._records + done)
            self._memory.grow()
        self._records += len(records)
        self._write(files, int(self._memory.book["packet_row"]))

    def finish(self, files: ColumnFiles) -> Session:
        """Write what is still open and say when the session was.

        Raises:
            InputError: the session that the user wants holds nothing to trade.
        """
        finish(self._memory.books)
        self._write(files, int(self._memory.book["rows"]))
        return found_session(self._memory.book, self._bounds, self._source)

    def _look_for_first_live(self, records: NDArray[np.void]) -> None:
        if self._is_live:
            return
        defined = (records["ts_event"] < UNDEF_TIME) & (records["ts_recv"] < UNDEF_TIME)
        live = defined & (records["flags"] & F_SNAPSHOT == 0)
        if live.any():
            self._is_live = True
            first_live_ns = int(records["ts_recv"][np.argmax(live)])
            limit_session(self._memory.book, self._bounds, first_live_ns)

    def _bad_price(self, record: np.void, number: int) -> InputError:
        tick_e9 = int(self._memory.book["tick_size_e9"])
        return bad_price(self._source, number, record, int(record["price"]), tick_e9)
