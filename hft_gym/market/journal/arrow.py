"""The journal's tables for Arrow, Parquet and what reads them; codes become words."""

from enum import IntEnum
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from hft_gym.errors import InputError
from hft_gym.market.journal.tables import JournalTables, OrderStatus
from hft_gym.market.records import Action, Event, OrderType, Reason, TimeInForce
from hft_gym.market.risk.records import RiskReason
from hft_gym.tape.whole_file import whole_file

TABLES = ("orders", "events", "fills")
_WORDS: dict[str, type[IntEnum]] = {
    "event": Event,
    "action": Action,
    "order_type": OrderType,
    "time_in_force": TimeInForce,
    "status_index": OrderStatus,
}


def to_arrow(tables: JournalTables, name: str) -> pa.Table:
    """One of `TABLES`: columns named as in NumPy, codes as words, `status_index` as `status`.

    The reason of a BREACH is one of `RiskReason`, any other one of `Reason`. Codes that are none
    (the action of an event that is no message) are null.
    """
    rows: NDArray[np.void] = getattr(tables, name)
    columns: dict[str, Any] = {}
    for field in rows.dtype.names or ():
        if field in _WORDS:
            columns[field.removesuffix("_index")] = _words(rows[field], _WORDS[field])
        elif field == "reason":
            columns[field] = _reasons(rows)
        elif field in ("post_only", "is_maker"):
            columns[field] = pa.array(rows[field].astype(bool))
        else:
            columns[field] = pa.array(np.ascontiguousarray(rows[field]))
    return pa.table(columns)


def write_parquet(tables: JournalTables, folder: Path) -> list[Path]:
    """Write `orders.parquet`, `events.parquet` and `fills.parquet`, each whole or not at all.

    Raises:
        InputError: the folder or a file cannot be written.
    """
    written = []
    for name in TABLES:
        path = folder / f"{name}.parquet"
        try:
            with whole_file(path) as file:
                pq.write_table(to_arrow(tables, name), file)
        except OSError as error:
            raise InputError(
                f"cannot write {path}: {error.strerror}; choose a folder you can write to"
            ) from error
        written.append(path)
    return written


def _words(codes: NDArray[np.integer], kind: type[IntEnum]) -> pa.Array:
    """Codes as a dictionary of words."""
    words = {int(member): k for k, member in enumerate(kind)}
    table = np.full(256, -1, np.int32)
    for code, k in words.items():
        table[code] = k
    places = table[codes]
    indices = pa.array(places, mask=places < 0)
    return pa.DictionaryArray.from_arrays(indices, pa.array([m.name.lower() for m in kind]))


def _reasons(rows: NDArray[np.void]) -> pa.Array:
    words = np.array([_words_of(Reason), _words_of(RiskReason)], object)
    is_breach = np.zeros(rows.size, np.int64)
    if "event" in (rows.dtype.names or ()):
        is_breach[:] = rows["event"] == Event.BREACH
    found = words[is_breach, rows["reason"]]
    return pa.array(found.tolist(), pa.string()).dictionary_encode()


def _words_of(kind: type[IntEnum]) -> list[str | None]:
    names = {int(member): member.name.lower() for member in kind}
    return [names.get(code) for code in range(256)]
