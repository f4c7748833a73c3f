"""Records that show the best levels of the book, turned into the changes between them.

Databento, schemas "MBP-10", "MBP-1" and "TBBO": every record carries the whole top of the book as
it stands after the event. A tape keeps what has changed since the record before: a level that is
new or shows other lots, and, since nothing is known of it from then on, a level that has left the
window as gone. A trade leaves the book as it is, so that its record shows the book it met: the
levels come first, the trade after them.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from hft_gym.errors import InputError
from hft_gym.kernel.jit import kernel
from hft_gym.tape.columns import ColumnFiles
from hft_gym.tape.grid import bad_price, off_grid
from hft_gym.tape.l3 import begin, finish
from hft_gym.tape.levels import MAX_TICKS, NO_ASK, NO_BID, SHIFT
from hft_gym.tape.marks import MAX_LOTS
from hft_gym.tape.orders import Anomaly, BookMemory, Stop, count
from hft_gym.tape.packets import append, end_packet, limit_packet
from hft_gym.tape.records import (
    ADD,
    ASK,
    BID,
    CANCEL,
    CLEAR,
    F_LAST,
    F_SNAPSHOT,
    FILL,
    MODIFY,
    NONE,
    TRADE,
    UNDEF_PRICE,
    split,
)
from hft_gym.tape.resolver import MemoryWriter
from hft_gym.tape.rows import Kind
from hft_gym.tape.session import Session, SessionHours, found_session, limit_session

# One level of one side that the tape shows; nothing where there are no lots.
SHOWN_DTYPE = np.dtype([("px_ticks", "i8"), ("lots", "i8")])
OLD, NEW = 0, 1
_KNOWN = (ADD, CANCEL, MODIFY, TRADE, FILL, CLEAR, NONE)


@kernel
def resolve_levels(
    books: NDArray[np.void],
    windows: NDArray[np.void],
    heads: NDArray[np.void],
    levels: NDArray[np.void],
    first: int,
    ends_by_time: bool,
) -> int:
    """Turn records into rows until they end or something stops it; `book["stop"]` says what.

    Args:
        books: `[1]` of BOOK_DTYPE, changed in place.
        windows: `[2, 2, levels]` of SHOWN_DTYPE: what the tape shows and what the record in hand
            says, of bids and of asks.
        heads: `[n]` of TRADE_DTYPE, one instrument.
        levels: `[n, levels]` of LEVEL_DTYPE.
        first: where to go on.
        ends_by_time: a record of another capture time begins a new packet: the source leaves out
            the records that would end one.

    Returns:
        The record that comes next: n, or the one that stopped it.
    """
    book = books[0]
    most_rows = 4 * levels.shape[1] + 2  # all levels of both sides go, others come; clear; trade
    for number in range(first, len(heads)):
        head = heads[number]
        if book["buffer_rows"] - book["rows"] < most_rows:
            book["stop"] = Stop.NEEDS_ROOM
            return number
        if ends_by_time and np.int64(head["ts_recv"]) != book["ts_local_ns"]:
            end_packet(book)
        begin(book, head)
        stop = _apply(book, windows, head, levels[number])
        if stop != Stop.DONE:
            book["stop"] = stop
            return number
        book["action_count"][head["action"]] += 1
        if head["flags"] & F_LAST:
            end_packet(book)
        limit_packet(book)
    book["stop"] = Stop.DONE
    return len(heads)


@kernel
def _apply(
    book: np.void, windows: NDArray[np.void], head: np.void, levels: NDArray[np.void]
) -> int:
    """What one record does; a Stop."""
    action = head["action"]
    if action not in _KNOWN:
        count(book, Anomaly.UNKNOWN_ACTION)
        return Stop.DONE
    if action == CLEAR:
        append(book, Kind.CLEAR, 0, 0, 0, -1)
        for side in range(2):
            for k in range(windows.shape[2]):
                windows[OLD, side, k]["lots"] = 0
    if not _read(book, windows, levels):
        return Stop.OFF_GRID
    _find_touch(book, windows)
    for side in range(2):
        _write_changes(book, windows, side)
    if action in (TRADE, FILL):
        return _trade(book, head)
    return Stop.DONE


@kernel
def _read(book: np.void, windows: NDArray[np.void], levels: NDArray[np.void]) -> bool:
    """The levels of a record in ticks; whether all of them lie on the grid."""
    for k in range(len(levels)):
        level = levels[k]
        if not _read_level(book, windows[NEW, 0, k], level["bid_e9"], level["bid_lots"]):
            return False
        if not _read_level(book, windows[NEW, 1, k], level["ask_e9"], level["ask_lots"]):
            return False
    return True


@kernel
def _read_level(book: np.void, shown: np.void, price_e9: int, size: int) -> bool:
    """One level in ticks; a level without price or lots is none."""
    shown["lots"] = 0
    lots = np.int64(size)  # signed: mixed arithmetic would make floats
    if price_e9 == UNDEF_PRICE or lots == 0:
        return True
    if lots > MAX_LOTS:
        count(book, Anomaly.UNDEFINED_SIZE)
        return True
    px_ticks = price_e9 // book["tick_size_e9"]
    if px_ticks * book["tick_size_e9"] != price_e9 or abs(px_ticks) > MAX_TICKS:
        return False
    shown["px_ticks"], shown["lots"] = px_ticks, lots
    return True


@kernel
def _find_touch(book: np.void, windows: NDArray[np.void]) -> None:
    """Let packets and the session see the best prices of the record in hand."""
    bid, ask = NO_BID, NO_ASK
    for k in range(windows.shape[2]):
        if windows[NEW, 0, k]["lots"] > 0:
            bid = max(bid, windows[NEW, 0, k]["px_ticks"] + SHIFT)
        if windows[NEW, 1, k]["lots"] > 0:
            ask = min(ask, windows[NEW, 1, k]["px_ticks"] + SHIFT)
    book["levels_state"]["best_bid_level"] = bid
    book["levels_state"]["best_ask_level"] = ask


@kernel
def _write_changes(book: np.void, windows: NDArray[np.void], side: int) -> None:
    """Rows for one side (0 bid): what is new or other from the touch on, then what has gone.

    New levels come first: whoever keeps the touch then finds the next one at hand.
    """
    old, new, sign = windows[OLD, side], windows[NEW, side], 1 - 2 * side
    for k in range(len(new)):
        px_ticks, lots = new[k]["px_ticks"], new[k]["lots"]
        if lots > 0 and _lots_at(old, px_ticks, k) != lots:
            append(book, Kind.LEVEL, sign, px_ticks, lots, -1)
    for k in range(len(old)):
        px_ticks, lots = old[k]["px_ticks"], old[k]["lots"]
        if lots > 0 and _lots_at(new, px_ticks, k) == 0:
            append(book, Kind.LEVEL, sign, px_ticks, 0, -1)
    for k in range(len(new)):
        old[k]["px_ticks"], old[k]["lots"] = new[k]["px_ticks"], new[k]["lots"]


@kernel
def _lots_at(shown: NDArray[np.void], px_ticks: int, likely: int) -> int:
    """Lots of a price in a window, 0 where it is not there; most levels stay where they were."""
    if shown[likely]["lots"] > 0 and shown[likely]["px_ticks"] == px_ticks:
        return int(shown[likely]["lots"])
    for k in range(len(shown)):
        if shown[k]["lots"] > 0 and shown[k]["px_ticks"] == px_ticks:
            return int(shown[k]["lots"])
    return 0


@kernel
def _trade(book: np.void, head: np.void) -> int:
    """A row that leaves the book as it is; a price between ticks is rounded and counted."""
    if head["price"] == UNDEF_PRICE:
        count(book, Anomaly.UNDEFINED_PRICE)
        return Stop.DONE
    lots: Any = np.int64(head["size"])
    if lots == 0 or lots > MAX_LOTS:
        count(book, Anomaly.ZERO_SIZE if lots == 0 else Anomaly.UNDEFINED_SIZE)
        return Stop.DONE
    tick = book["tick_size_e9"]
    px_ticks = head["price"] // tick
    remainder = head["price"] - px_ticks * tick
    if remainder != 0:  # an auction or a midpoint trade may print between ticks
        count(book, Anomaly.TRADE_OFF_GRID)
        px_ticks += 2 * remainder >= tick
    if abs(px_ticks) > MAX_TICKS:
        return Stop.TOO_FAR
    kind = Kind.TRADE if head["action"] == TRADE else Kind.FILL
    side = 1 if head["side"] == BID else (-1 if head["side"] == ASK else 0)
    append(book, kind, side, px_ticks, lots, -1)
    return Stop.DONE


@kernel
def close(books: NDArray[np.void], ends_by_time: bool) -> None:
    """The source has ended, and with it what is open."""
    if ends_by_time:
        end_packet(books[0])
    finish(books)


class LevelsResolver(MemoryWriter):
    """Records of MBP-10 or MBP-1 of one instrument in, rows out; what is open stays.

    Args:
        tick_size_e9: in units of 1e-9.
        bounds: what the user wants the session to be.
        source: name of the source, for messages.

    Attributes:
        ends_by_time: the source leaves out the records that end a packet.
    """

    ends_by_time = False

    def __init__(self, tick_size_e9: int, bounds: SessionHours, source: str) -> None:
        super().__init__(BookMemory(tick_size_e9, room=1))
        self._windows = np.zeros((2, 2, 0), SHOWN_DTYPE)
        self._bounds = bounds
        self._source = source
        self._is_live = False
        self._records = 0

    def feed(self, records: NDArray[np.void], files: ColumnFiles) -> None:
        """Turn `[n]` records into rows and write those of every packet that has ended.

        Raises:
            InputError: a price is off the tick grid or too far away.
        """
        heads, levels = split(records)
        if self._windows.shape[2] != levels.shape[1]:
            self._windows = np.zeros((2, 2, levels.shape[1]), SHOWN_DTYPE)
        self._look_for_first_live(heads)
        book, done = self._memory.book, 0
        while True:
            done = resolve_levels(
                self._memory.books, self._windows, heads, levels, done, self.ends_by_time
            )
            stop = Stop(int(book["stop"]))
            if stop == Stop.DONE:
                break
            if stop != Stop.NEEDS_ROOM:
                raise self._bad_price(heads[done], levels[done], self._records + done)
            self._memory.make_room(4 * len(heads) + 4 * levels.shape[1] + 2)
        self._records += len(heads)
        self._write(files, int(book["packet_row"]))

    def finish(self, files: ColumnFiles) -> Session:
        """Write what is still open and say when the session was.

        Raises:
            InputError: the session that the user wants holds nothing to trade.
        """
        close(self._memory.books, self.ends_by_time)
        self._write(files, int(self._memory.book["rows"]))
        return found_session(self._memory.book, self._bounds, self._source)

    def _look_for_first_live(self, heads: NDArray[np.void]) -> None:
        live = heads["flags"] & F_SNAPSHOT == 0
        if not self._is_live and live.any():
            self._is_live = True
            first_live_ns = int(heads["ts_recv"][np.argmax(live)])
            limit_session(self._memory.book, self._bounds, first_live_ns)

    def _bad_price(self, head: np.void, levels: NDArray[np.void], number: int) -> InputError:
        tick_e9 = int(self._memory.book["tick_size_e9"])
        prices = np.array([*levels["bid_e9"], *levels["ask_e9"], head["price"]], np.int64)
        worst = int(prices[np.argmax(off_grid(prices, tick_e9))])
        return bad_price(self._source, number, head, worst, tick_e9)


class TradesWithTouchResolver(LevelsResolver):
    """TBBO: trades alone, each with the touch that it met."""

    ends_by_time = True
