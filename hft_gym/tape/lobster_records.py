"""From LOBSTER messages and order book rows to MBO records.

A message says what happened to an order. The row beside it shows the best levels afterwards: where
it shows more or fewer lots than the messages account for, lots without a name are added or taken,
so that the levels of the file are exact after every message. Levels behind them are as last seen.
"""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from hft_gym.errors import InputError
from hft_gym.kernel.jit import kernel
from hft_gym.tape import levels as ladder
from hft_gym.tape.dbn import MBO_DTYPE, RTYPE_MBO
from hft_gym.tape.levels import NO_ASK, NO_BID, SHIFT
from hft_gym.tape.lobster_book import (
    NO_SLOT,
    NOWHERE_TICKS,
    LobsterMemory,
    Oddity,
    emit,
    has_room,
    leave,
    leave_level,
    orders_of,
    records_of,
    rest,
    slot_of,
)
from hft_gym.tape.lobster_files import (
    DECREASE,
    DELETION,
    EXECUTION,
    HALT,
    HIDDEN,
    NEW,
    PRICE_E9,
)
from hft_gym.tape.records import F_LAST, F_SNAPSHOT, NONE, TRADE

# From 2014-07-14 on, NASDAQ calls every hidden order of an execution a buy order (NASDAQ
# TotalView-ITCH 5.0, trade message, buy/sell indicator).
SIDES_TOLD_UNTIL_NS = 1_405_296_000_000_000_000
_RESUMED = 1


class Translator:
    """Messages and rows in, MBO records out; the book stays between chunks.

    Args:
        tick_size_e9: in units of 1e-9.
        source: name of the source, for messages.
    """

    def __init__(self, tick_size_e9: int, source: str) -> None:
        self._memory = LobsterMemory(tick_size_e9)
        self._source = source
        self._rows = 0

    def records(
        self, messages: NDArray[np.void], rows: NDArray[np.int64]
    ) -> Iterator[NDArray[np.void]]:
        """MBO records of some messages and the rows that belong to them.

        Args:
            messages: `[n]` of MESSAGE_DTYPE.
            rows: `[n, 4 * levels]` as `lobster_files.read_pair` gives them.

        Yields:
            `[m]` of MBO_DTYPE, valid until the next is asked for.

        Raises:
            InputError: a price is off the tick grid or too far away.
        """
        self._check_prices(messages, rows)
        levels = rows.shape[1] // 4
        book, done = self._memory.book, 0
        self._memory.grow(levels)
        if self._rows == 0 and len(messages):
            book["has_hidden_side"] = messages["ts_exchange_ns"][0] < SIDES_TOLD_UNTIL_NS
            seed(self._memory.books, messages, rows)
        self._rows += len(messages)
        while True:
            done = translate(self._memory.books, messages, rows, done)
            written = self._memory.records[: int(book["records"])]
            written["length"], written["rtype"] = MBO_DTYPE.itemsize // 4, RTYPE_MBO
            if len(written):
                yield written
            book["records"] = 0
            if done == len(messages):
                return
            self._memory.grow(levels)

    @property
    def kinds(self) -> dict[str, int]:
        """Messages of each type."""
        return {str(kind): int(n) for kind, n in enumerate(self._memory.book["kind_count"]) if n}

    @property
    def oddities(self) -> dict[str, int]:
        """Oddities of each kind that was met."""
        counts = self._memory.book["oddity_count"]
        return {kind.name.lower(): int(counts[kind]) for kind in Oddity if counts[kind]}

    def _check_prices(self, messages: NDArray[np.void], rows: NDArray[np.int64]) -> None:
        tick_e9 = int(self._memory.book["tick_size_e9"])
        resting = np.where(messages["kind"] <= EXECUTION, messages["px_e9"], 0)
        shown = np.where(rows[:, 1::2] > 0, rows[:, ::2], 0) * PRICE_E9
        for prices in (resting[:, None], shown):
            bad = (prices % tick_e9 != 0) | (np.abs(prices // tick_e9) > ladder.MAX_TICKS)
            if bad.any():
                row = int(np.argmax(bad.any(axis=1)))
                price = prices[row][bad[row]][0] / 1e9
                raise InputError(
                    f"{self._source}: message {self._rows + row} (counted from 0): price "
                    f"{price:.9g} is off the grid of tick size {tick_e9 / 1e9:.9g}; "
                    "give the instrument's tick_size"
                )


@kernel
def seed(books: NDArray[np.void], messages: NDArray[np.void], rows: NDArray[np.int64]) -> None:
    """The book before the first message: its row, less what the message did."""
    book = books[0]
    _hold(book, messages[0])
    message = book["message_state"]
    kind, side = message["kind"], message["side"]
    px_ticks = message["px_e9"] // book["tick_size_e9"] if kind <= EXECUTION else -1
    missing = message["lots"] if DECREASE <= kind <= EXECUTION else 0
    for place in range(0, rows.shape[1], 2):
        shown_side = -1 if place % 4 == 0 else 1
        shown_ticks = rows[0, place] * PRICE_E9 // book["tick_size_e9"]
        lots = rows[0, place + 1]
        if lots > 0 and shown_side == side and shown_ticks == px_ticks:
            lots += missing - (message["lots"] if kind == NEW else 0)
            missing = 0
        if lots > 0:
            rest(book, np.uint64(0), shown_side, shown_ticks, lots)
    if missing > 0:  # the message took the whole level
        rest(book, np.uint64(0), side, px_ticks, missing)
    for number in range(book["records"]):
        records_of(book)[number]["flags"] = F_SNAPSHOT


@kernel
def translate(
    books: NDArray[np.void], messages: NDArray[np.void], rows: NDArray[np.int64], first: int
) -> int:
    """Write the records of messages until they end or there is no room.

    Args:
        books: `[1]` of LOBSTER_BOOK_DTYPE, changed in place.
        messages: `[n]` of MESSAGE_DTYPE.
        rows: `[n, 4 * levels]`.
        first: where to go on.

    Returns:
        The message that comes next: n, or the first that found no room.
    """
    book = books[0]
    levels = rows.shape[1] // 4
    for number in range(first, len(messages)):
        if not has_room(book, levels):
            return number
        _hold(book, messages[number])
        book["message_row"] += 1
        book["kind_count"][messages[number]["kind"]] += 1
        before = book["records"]
        _apply(book)
        for side in (1, -1):
            _believe(book, rows[number], side)
        if book["records"] == before:
            emit(book, NONE, 0, np.uint64(0), 0, 0)
        records_of(book)[book["records"] - 1]["flags"] |= F_LAST
    return len(messages)


@kernel
def _hold(book: np.void, message: np.void) -> None:
    """Take a message in hand."""
    held = book["message_state"]
    held["ts_exchange_ns"], held["kind"] = message["ts_exchange_ns"], message["kind"]
    held["order_id"], held["lots"] = message["order_id"], message["lots"]
    held["px_e9"], held["side"] = message["px_e9"], message["side"]
    held["last_row"] = message["last_row"]


@kernel
def _apply(book: np.void) -> None:
    """What the message in hand does."""
    message = book["message_state"]
    kind = message["kind"]
    if kind == NEW:
        _enter(book)
    elif kind <= EXECUTION:
        _leave_or_execute(book)
    elif kind == HALT:
        book["oddity_count"][Oddity.HALT] += 1
        book["in_halt"] = message["px_e9"] != _RESUMED
    elif message["lots"] > 0:
        side = _hidden_aggressor(book) if kind == HIDDEN else 0
        emit(book, TRADE, side, np.uint64(0), message["px_e9"], message["lots"])


@kernel
def _enter(book: np.void) -> None:
    """A new order."""
    message = book["message_state"]
    if slot_of(book, message["order_id"]) != NO_SLOT:
        book["oddity_count"][Oddity.DUPLICATE_ORDER] += 1
        return
    px_ticks = message["px_e9"] // book["tick_size_e9"]
    rest(book, message["order_id"], message["side"], px_ticks, message["lots"])


@kernel
def _leave_or_execute(book: np.void) -> None:
    """Lots of an order leave; with a trade, if they were executed."""
    message = book["message_state"]
    side, lots, executed = message["side"], message["lots"], message["kind"] == EXECUTION
    if executed:
        emit(book, TRADE, -side, np.uint64(0), message["px_e9"], lots)
    slot = slot_of(book, message["order_id"])
    if slot == NO_SLOT:
        book["oddity_count"][Oddity.UNKNOWN_ORDER] += 1
    else:
        order = orders_of(book)[slot]
        taken = min(lots, order["lots"])
        ends = message["kind"] == DELETION
        if lots > order["lots"] or (ends and lots < order["lots"]):
            book["oddity_count"][Oddity.WRONG_SIZE] += 1
        leave(book, slot, taken, executed)
        lots -= taken
        if ends and order["lots"] > 0:
            order["is_named"] = 0  # the rest was another's that was thought to have gone
    if lots > 0:  # of an order that was not told, or whose lots were thought to have gone
        px_ticks = message["px_e9"] // book["tick_size_e9"]
        leave_level(book, side, px_ticks, lots, True, executed)


@kernel
def _hidden_aggressor(book: np.void) -> int:
    """Who traded with a hidden order: as told, or by the touch, 0 between bid and ask."""
    message, levels = book["message_state"], book["levels_state"]
    if book["has_hidden_side"]:
        return -message["side"]
    level_e9 = message["px_e9"] + SHIFT * book["tick_size_e9"]
    if level_e9 >= levels["best_ask_level"] * book["tick_size_e9"]:
        return 1
    if level_e9 <= levels["best_bid_level"] * book["tick_size_e9"]:
        return -1
    return 0


@kernel
def _believe(book: np.void, row: NDArray[np.int64], side: int) -> None:
    """Make the levels of one side those that the row shows."""
    end = NO_BID if side > 0 else NO_ASK
    levels = book["levels_state"]
    level = levels["best_bid_level"] if side > 0 else levels["best_ask_level"]
    shown_ticks, whole = 0, False
    for place in range(2 if side > 0 else 0, len(row), 4):
        whole = row[place + 1] == 0  # a filler: the row shows all there is
        shown_ticks = row[place] * PRICE_E9 // book["tick_size_e9"]
        while level != end and (whole or side * (level - SHIFT - shown_ticks) > 0):
            following = ladder.next_level(levels, side, level)
            _correct(book, side, level - SHIFT, 0)
            level = following
        if whole:
            break
        if level == shown_ticks + SHIFT:
            level = ladder.next_level(levels, side, level)
        _correct(book, side, shown_ticks, row[place + 1])
    worst_ticks = -side * NOWHERE_TICKS if whole else shown_ticks
    if side > 0:
        book["worst_bid_ticks"] = worst_ticks
    else:
        book["worst_ask_ticks"] = worst_ticks


@kernel
def _correct(book: np.void, side: int, px_ticks: int, lots: int) -> None:
    """Make the lots of a level those that a row shows."""
    have = ladder.lots_at(book["levels_state"], side, px_ticks)
    if have == lots:
        return
    worst = book["worst_bid_ticks"] if side > 0 else book["worst_ask_ticks"]
    if side * (px_ticks - worst) >= 0:
        book["oddity_count"][Oddity.ROW_DISAGREES] += 1
    else:
        book["oddity_count"][Oddity.LEVEL_ENTERED if lots > have else Oddity.LEVEL_THINNED] += 1
    if lots > have:
        rest(book, np.uint64(0), side, px_ticks, lots - have)
    else:
        leave_level(book, side, px_ticks, have - lots, False, False)
