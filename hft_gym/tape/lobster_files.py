"""LOBSTER files: a message file and an order book file, row by row the same events.

Layout and meaning of the columns: LOBSTER, "Sample Files Readme", version of 1 September 2013.
"""

import datetime as dt
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow as pa
import pyarrow.csv
from numpy.typing import NDArray

from hft_gym.errors import InputError

MESSAGE_DTYPE = np.dtype(
    [
        ("ts_exchange_ns", "i8"),
        ("kind", "i8"),  # 1 new, 2 decrease, 3 deletion, 4 execution, 5 hidden, 6 cross, 7 halt
        ("order_id", "u8"),
        ("lots", "i8"),
        ("px_e9", "i8"),  # of a halt: what is told about it, -1, 0 or 1, in the file's units
        ("side", "i8"),  # of the resting order, also for executions
        ("last_row", "i8"),  # of the file, that is about the same order
    ]
)
PRICE_E9 = 100_000  # LOBSTER's unit of price, a 10,000th of a dollar
NEW, DECREASE, DELETION, EXECUTION, HIDDEN, CROSS, HALT = range(1, 8)

_NAME = re.compile(
    r"(?P<symbol>.+?)_(?P<date>\d{4}-\d{2}-\d{2})_\d+_\d+_(?P<what>message|orderbook)_\d+\.csv"
)
_OTHER = {"message": "orderbook", "orderbook": "message"}
_EASTERN = ZoneInfo("America/New_York")
_BLOCK_BYTES = 1 << 22
_DAY_NS = 86_400_000_000_000
_MAX_LOTS = 2**31 - 1
_MESSAGE_COLUMNS = (6, 7)  # some downloads carry a seventh, the market participant


@dataclass(frozen=True, slots=True)
class LobsterPair:
    """The two files of one symbol and one day.

    Attributes:
        message: the message file.
        orderbook: the order book file of the same name.
        symbol: ticker.
        date: trading day in New York.
    """

    message: Path
    orderbook: Path
    symbol: str
    date: dt.date

    @property
    def midnight_ns(self) -> int:
        """Ns since the epoch of what LOBSTER's clock calls 0 while the market is open."""
        noon = dt.datetime.combine(self.date, dt.time(12), _EASTERN)
        return (int(noon.timestamp()) - 12 * 3600) * 1_000_000_000


def is_lobster_name(path: Path) -> bool:
    """Whether a name is that of a LOBSTER message or order book file."""
    return _NAME.fullmatch(path.name) is not None


def pair_of(path: Path | str) -> LobsterPair:
    """The pair that one of its files, or the beginning of their names, stands for.

    Raises:
        InputError: a file is missing, or the name is not one of LOBSTER's.
    """
    path = Path(path)
    if not is_lobster_name(path) and path.parent.is_dir():
        found = [p for p in messages_in(path.parent) if p.name.startswith(path.name)]
        if len(found) > 1:
            names = ", ".join(p.name for p in found)
            raise InputError(f"{path} stands for several message files: {names}; give one of them")
        path = found[0] if found else path
    name = _NAME.fullmatch(path.name)
    try:
        date = dt.date.fromisoformat(name["date"]) if name else None
    except ValueError:
        date = None
    if name is None or date is None:
        raise InputError(
            f"{path} is not named as LOBSTER names its files; "
            "need TICKER_YYYY-MM-DD_START_END_message_LEVELS.csv: keep the names of the download"
        )
    start, end = name.span("what")
    other = path.with_name(path.name[:start] + _OTHER[name["what"]] + path.name[end:])
    for file in (path, other):
        if not file.is_file():
            raise InputError(f"no such file: {file}; LOBSTER data need message and orderbook files")
    message, orderbook = (path, other) if name["what"] == "message" else (other, path)
    return LobsterPair(message, orderbook, name["symbol"], date)


def messages_in(folder: Path) -> list[Path]:
    """One file of each pair of a folder, in order of names: the message file if it is there."""
    found: dict[str, Path] = {}
    for path in sorted(folder.iterdir(), reverse=True):  # order books first, messages replace them
        name = _NAME.fullmatch(path.name)
        if name and path.is_file():
            start, end = name.span("what")
            found[path.name[:start] + path.name[end:]] = path
    return sorted(found.values())


def read_pair(pair: LobsterPair) -> Iterator[tuple[NDArray[np.void], NDArray[np.int64], float]]:
    """Messages, the order book after each, and the share of the files read so far.

    Yields:
        `[n]` of MESSAGE_DTYPE; `[n, 4 * levels]` ask price, ask lots, bid price, bid lots of each
        level, prices in 10,000ths of a dollar; and a number in [0, 1].

    Raises:
        InputError: a file is damaged, or the two are not of the same rows.
    """
    messages, books = _messages(pair), _books(pair.orderbook)
    size = max(1, pair.orderbook.stat().st_size)
    left: NDArray[np.void] | None = None
    right: NDArray[np.int64] | None = None
    rows = read_bytes = 0
    while True:
        if left is None or not len(left):
            left = next(messages, None)
        if right is None or not len(right):
            right, read_bytes = next(books, (None, size))
        if left is None and right is None:
            break
        if left is None or right is None:
            _raise_lengths(pair, rows, left, right, messages, books)
        count = min(len(left), len(right))
        rows += count
        yield left[:count], right[:count], min(1.0, read_bytes / size)
        left, right = left[count:], right[count:]
    if rows == 0:
        raise InputError(f"{pair.message} holds no messages; download it again")


def _raise_lengths(
    pair: LobsterPair, rows: int, left: Any, right: Any, messages: Any, books: Any
) -> NoReturn:
    more_left = len(left) if left is not None else 0
    more_right = len(right) if right is not None else 0
    more_left += sum(len(part) for part in messages)
    more_right += sum(len(part) for part, _ in books)
    raise InputError(
        f"{pair.message} has {rows + more_left} rows, {pair.orderbook.name} {rows + more_right}; "
        "they must be of the same download: download both again"
    )


def _messages(pair: LobsterPair) -> Iterator[NDArray[np.void]]:
    """Messages of a file, checked."""
    first = 0
    last_rows = _last_rows(pair.message)
    for batch, _ in _batches(pair.message, _MESSAGE_COLUMNS):
        columns = [batch.column(k).to_numpy(zero_copy_only=False) for k in range(6)]
        messages = np.zeros(batch.num_rows, MESSAGE_DTYPE)
        seconds = columns[0]
        sane = np.isfinite(seconds) & (seconds >= 0) & (seconds * 1e9 < _DAY_NS)
        # a double holds the seconds of a day to better than a hundredth of a nanosecond
        nanoseconds = np.rint(np.where(sane, seconds, 0) * 1e9).astype(np.int64)
        messages["ts_exchange_ns"] = pair.midnight_ns + nanoseconds
        messages["kind"] = columns[1]
        messages["order_id"] = columns[2].astype(np.uint64)
        messages["lots"], messages["side"] = columns[3], columns[5]
        messages["last_row"] = last_rows[first : first + len(messages)]
        halt = messages["kind"] == HALT
        messages["px_e9"] = np.where(halt, columns[4], columns[4] * PRICE_E9)
        _check(pair.message, first, messages, sane)
        first += len(messages)
        yield messages


def _last_rows(path: Path) -> NDArray[np.int64]:
    """For each row of a message file the last row about the same order."""
    parts = [batch.column(2).to_numpy() for batch, _ in _batches(path, _MESSAGE_COLUMNS)]
    ids = np.concatenate([np.zeros(0, np.int64), *parts])
    known, place = np.unique(ids, return_inverse=True)
    last = np.zeros(len(known), np.int64)
    last[place] = np.arange(len(ids))  # the last one stays
    return last[place]


def _check(path: Path, first: int, messages: NDArray[np.void], sane: NDArray[np.bool_]) -> None:
    kind, lots = messages["kind"], messages["lots"]
    rests = (kind >= NEW) & (kind <= EXECUTION)
    faults = {
        "a time that is not one of the day": ~sane,
        "a type that LOBSTER does not have": (kind < NEW) | (kind > HALT),
        "a size out of range": (lots < 0) | (lots > _MAX_LOTS) | (rests & (lots == 0)),
        "a direction other than 1 and -1": rests & (np.abs(messages["side"]) != 1),
        "a price out of range": rests & (messages["px_e9"] <= 0),
    }
    for what, found in faults.items():
        if found.any():
            row = first + int(np.argmax(found))
            raise InputError(f"{path}: message {row} (counted from 0) has {what}; download again")


def _books(path: Path) -> Iterator[tuple[NDArray[np.int64], int]]:
    """`[n, 4 * levels]` rows of an order book file, checked, and how many bytes are read."""
    for batch, read_bytes in _batches(path, None):
        columns = [batch.column(k).to_numpy(zero_copy_only=False) for k in range(batch.num_columns)]
        rows = np.ascontiguousarray(np.stack(columns, axis=1))
        sizes = rows[:, 1::2]
        if np.any((sizes < 0) | (sizes > _MAX_LOTS)):
            raise InputError(f"{path}: a level's size is out of range; download again")
        yield rows, read_bytes


def _batches(path: Path, allowed: tuple[int, ...] | None) -> Iterator[tuple[pa.RecordBatch, int]]:
    """Batches of rows, and how many bytes are read; messages where numbers of columns are given."""
    try:
        with path.open("rb") as file:
            head = file.readline().decode("utf-8", "replace").strip()
            names = [str(k) for k in range(len(head.split(",")))]
            _check_columns(path, head, len(names), allowed)
            file.seek(0)
            types = dict.fromkeys(names, pa.int64())
            if allowed is not None:
                types |= {"0": pa.float64(), "6": pa.string()}
            reader = pa.csv.open_csv(
                file,
                pa.csv.ReadOptions(
                    column_names=names, skip_rows=int(_is_header(head)), block_size=_BLOCK_BYTES
                ),
                convert_options=pa.csv.ConvertOptions(column_types=types),
            )
            for batch in reader:
                _check_complete(path, batch)
                yield batch, file.tell()
    except OSError as error:
        raise InputError(f"cannot read {path}: {error.strerror or error}; check it") from error
    except pa.ArrowInvalid as error:
        reason = str(error).partition("\n")[0]
        raise InputError(f"{path} is damaged ({reason}); download it again") from None


def _check_columns(path: Path, head: str, count: int, allowed: tuple[int, ...] | None) -> None:
    if not head:
        raise InputError(f"{path} is empty; download it again")
    if allowed is not None and count not in allowed:
        raise InputError(
            f"{path} has {count} columns, a LOBSTER message file has 6: time, type, order id, "
            "size, price, direction; download it again"
        )
    if allowed is None and count % 4 != 0:
        raise InputError(
            f"{path} has {count} columns, a LOBSTER order book has 4 for each level: "
            "ask price, ask size, bid price, bid size; download it again"
        )


def _check_complete(path: Path, batch: pa.RecordBatch) -> None:
    for number, column in enumerate(batch.columns):
        if column.null_count and pa.types.is_primitive(column.type):
            raise InputError(f"{path}: column {number + 1} has an empty value; download it again")


def _is_header(line: str) -> bool:
    """Whether a first line names columns: some people's tools write one when they save anew."""
    try:
        float(line.split(",")[0])
    except ValueError:
        return True
    return False
