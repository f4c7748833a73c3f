"""Counts the records of a DBN stream of any schema by type, action, instrument and time."""

from collections import Counter
from typing import Any, NamedTuple

import databento_dbn
import numpy as np
from numpy.typing import NDArray

from hft_gym.commands.support.activity import Activity
from hft_gym.kernel.jit import kernel
from hft_gym.tape.dbn import MBO_DTYPE, RTYPE_MBO
from hft_gym.tape.records import F_SNAPSHOT

_SHORTEST = 16  # bytes of a record's head
_FLAGS = int(MBO_DTYPE.fields["flags"][1])  # type: ignore[index]
_OF_NO_INSTRUMENT = (0x15, 0x17)  # messages of the gateway


class _Places(NamedTuple):
    """Where a type of record keeps its fields, in bytes from its start; -1 for what it lacks."""

    ts_recv: int = -1
    action: int = -1
    bid: int = -1  # the best ask follows


# From Databento's "Schemas and data formats"; these places are the same in all versions.
_LAYOUTS = {
    0x00: _Places(32, 28),  # trades
    RTYPE_MBO: _Places(40, 38),
    **dict.fromkeys((0x01, 0x0A, 0xB1, 0xC2), _Places(32, 28, 48)),  # mbp-1, mbp-10, cmbp-1, tcbbo
    **dict.fromkeys((0xC0, 0xC1, 0xC3, 0xC4), _Places(32, -1, 48)),  # cbbo and bbo
    **dict.fromkeys((0x12, 0x13, 0x14, 0x18), _Places(16)),  # status, definition to statistics
}


class Quotes(NamedTuple):
    """Best quotes of records of one type, in their order.

    Attributes:
        instrument_id: `[n]`.
        publisher_id: `[n]`.
        ts_local_ns: `[n]` u8.
        bid_e9: `[n]` in units of 1e-9, like `ask_e9`.
        ask_e9: `[n]`.
    """

    instrument_id: NDArray[np.uint32]
    publisher_id: NDArray[np.uint16]
    ts_local_ns: NDArray[np.uint64]
    bid_e9: NDArray[np.int64]
    ask_e9: NDArray[np.int64]


class Survey:
    """Counts what comes by.

    Attributes:
        types: records of each type, by the number of the type.
        ids: records of each instrument id.
        actions: records of each action, by its letter's code.
        activity: when the records that are no snapshot came, by capture time where there is one.
        snapshot_records: how many are pictures of a book.
    """

    def __init__(self) -> None:
        self.types: Counter[int] = Counter()
        self.ids: Counter[int] = Counter()
        self.actions: Counter[int] = Counter()
        self.activity = Activity()
        self.snapshot_records = 0

    def add(self, data: NDArray[np.uint8]) -> list[Quotes]:
        """Count whole records; what they quote is returned, one entry for each type that does."""
        starts = np.empty(len(data) // _SHORTEST + 1, np.int64)
        starts = starts[: record_starts(data, starts)]
        types = data[starts + 1]
        found = (self._add_type(int(t), data, starts[types == t]) for t in np.unique(types))
        return [quotes for quotes in found if quotes is not None]

    def type_names(self) -> dict[str, int]:
        """Records of each type by the vendor's name of the type."""
        return {_type_name(rtype): count for rtype, count in self.types.items()}

    def _add_type(
        self, rtype: int, data: NDArray[np.uint8], starts: NDArray[np.int64]
    ) -> Quotes | None:
        places = _LAYOUTS.get(rtype, _Places())
        self.types[rtype] += len(starts)
        ids = _field(data, starts, 4, "<u4")
        if rtype not in _OF_NO_INSTRUMENT:
            self.ids.update(_counts(ids))
        times_ns = _field(data, starts, places.ts_recv if places.ts_recv >= 0 else 8, "<u8")
        live = np.ones(len(starts), bool)
        if rtype == RTYPE_MBO:
            live = data[starts + _FLAGS] & F_SNAPSHOT == 0
            self.snapshot_records += int(np.count_nonzero(~live))
        self.activity.add(times_ns[live])
        if places.action >= 0:
            self.actions.update(_counts(data[starts + places.action]))
        if places.bid < 0:
            return None
        prices = (_field(data, starts, places.bid + 8 * k, "<i8") for k in range(2))
        return Quotes(ids, _field(data, starts, 2, "<u2"), times_ns, *prices)


@kernel
def record_starts(data: NDArray[np.uint8], starts: NDArray[np.int64]) -> int:
    """Where each of the whole records in `[bytes]` begins; returns how many there are."""
    found, place = 0, 0
    while place < len(data):
        starts[found] = place
        found += 1
        place += 4 * int(data[place])
    return found


def _field(
    data: NDArray[np.uint8], starts: NDArray[np.int64], place: int, dtype: str
) -> NDArray[Any]:
    """`[n]` one field of each record."""
    size = np.dtype(dtype).itemsize
    return data[starts[:, None] + np.arange(place, place + size)].reshape(-1).view(dtype)


def _counts(numbers: NDArray[Any]) -> dict[int, int]:
    return {int(n): int(c) for n, c in zip(*np.unique(numbers, return_counts=True), strict=True)}


def _type_name(rtype: int) -> str:
    if rtype == 0:
        return "trades"  # the vendor's name is mbp-0
    try:
        return str(databento_dbn.RType.from_int(rtype))
    except (ValueError, databento_dbn.DBNError):
        return f"type {rtype:#04x}"
