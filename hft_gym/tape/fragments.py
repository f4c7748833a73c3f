"""DBN without metadata: fragments of a file or of a stream, told by their first records.

A fragment says neither dataset nor symbols; its schema and version follow from the type and the
length of its records (Databento, "DBN encoding").
"""

from typing import Any, NamedTuple

import databento_dbn

from hft_gym.errors import InputError
from hft_gym.tape.records import TRADE_DTYPE, WORD

_dbn: Any = databento_dbn  # its stubs call the members of its enumerations texts
_TS_OUT = 8  # bytes; captures of a live stream may end every record with the time of sending
_ACTION = TRADE_DTYPE.fields["action"][1]  # type: ignore[index]  # where it lies
_MBP1 = 0x01
_LENGTHS: dict[int, tuple[str | None, dict[int, int]]] = {  # rtype: schema, length: newest version
    0x00: ("trades", {48: 3}),
    0x01: ("mbp-1", {80: 3}),
    0x0A: ("mbp-10", {368: 3}),
    0x12: ("status", {40: 3}),
    0x13: ("definition", {360: 1, 400: 2, 520: 3}),
    0x14: ("imbalance", {112: 3}),
    0x15: (None, {320: 3, 80: 1}),  # errors, mappings and notes of a live stream
    0x16: (None, {176: 3, 80: 1}),
    0x17: (None, {320: 3, 80: 1}),
    0x18: ("statistics", {64: 2, 80: 3}),
    0x20: ("ohlcv-1s", {56: 3}),
    0x21: ("ohlcv-1m", {56: 3}),
    0x22: ("ohlcv-1h", {56: 3}),
    0x23: ("ohlcv-1d", {56: 3}),
    0xA0: ("mbo", {56: 3}),
    0xB1: ("cmbp-1", {80: 3}),
}


class Guess(NamedTuple):
    """What a fragment's first records say of it; no schema where they are of several kinds."""

    schema: str | None
    version: int
    has_ts_out: bool


def guess(data: bytes) -> Guess | None:
    """The nature of a fragment that begins with `data`; None where it is not one.

    Only whole records are looked at.
    """
    found: Guess | None = None
    trades_alone, place = True, 0
    while place + WORD <= len(data):
        length = data[place] * WORD
        one = _of_record(data[place + 1], length)
        if one is None and found is None:
            return None
        if length == 0 or (found is not None and place + length > len(data)):
            break
        action = data[place + _ACTION : place + _ACTION + 1]
        trades_alone &= data[place + 1] == _MBP1 and action in (b"T", b"")
        found = one if found is None else _both(found, one)
        place += length
    if found is not None and found.schema == "mbp-1" and trades_alone:
        return found._replace(schema="tbbo")
    return found


def stand_in(found: Guess) -> Any:
    """Metadata that say what a fragment's records say.

    Raises:
        InputError: `databento_dbn` does not know the schema.
    """
    try:
        schema = databento_dbn.Schema.from_str(found.schema) if found.schema else None
    except (ValueError, databento_dbn.DBNError) as error:
        raise InputError(f"schema {found.schema!r} is unknown; upgrade databento-dbn") from error
    return databento_dbn.Metadata(
        dataset="",
        start=0,
        stype_in=None,
        stype_out=_dbn.SType.INSTRUMENT_ID,
        schema=schema,
        symbols=[],
        mappings=[],
        version=found.version,
        ts_out=found.has_ts_out,
    )


def _of_record(rtype: int, length: int) -> Guess | None:
    schema, versions = _LENGTHS.get(rtype, (None, {}))
    if length in versions:
        return Guess(schema, versions[length], False)
    if length - _TS_OUT in versions:
        return Guess(schema, versions[length - _TS_OUT], True)
    return None


def _both(one: Guess, other: Guess | None) -> Guess:
    """Records of two kinds; the older version tells, since newer ones share most lengths."""
    if other is None:
        return one
    schema = one.schema if one.schema == other.schema else None
    return Guess(schema, min(one.version, other.version), one.has_ts_out)
