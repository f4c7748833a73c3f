"""Which symbol an instrument id stands for, and when.

An id belongs to an instrument of one day: a continuous symbol such as `ES.c.0` changes its id when
the contract rolls, and venues give ids away again.
"""

import datetime as dt
from collections.abc import Iterable
from typing import Any, NamedTuple

import databento_dbn
import numpy as np
from numpy.typing import NDArray

from hft_gym.tape.records import WORD

RTYPE_MAPPING = 0x16
ALWAYS_NS = (0, 2**63 - 1)
_NEWEST_MAPPING = 176  # bytes; older ones are shorter


class Mapping(NamedTuple):
    """A symbol and the id it has from `start_ns` until before `end_ns` (UTC days)."""

    symbol: str
    instrument_id: int
    start_ns: int
    end_ns: int


def of_metadata(metadata: Any) -> list[Mapping]:
    """What the head of a file maps, in its order."""
    found = []
    for key, intervals in metadata.mappings.items():
        for interval in intervals:
            value = interval["symbol"]
            if value.isdigit():
                symbol, number = key, int(value)
            elif key.isdigit():  # a request by instrument id maps the other way round
                symbol, number = value, int(key)
            else:
                continue
            start_ns, end_ns = (
                _midnight_ns(interval["start_date"]),
                _midnight_ns(interval["end_date"]),
            )
            found.append(Mapping(symbol, number, start_ns, end_ns))
    return found


def of_stream(data: NDArray[np.uint8], starts: Iterable[int], version: int) -> list[Mapping]:
    """What the mapping messages of a live capture say; they hold until it ends.

    Args:
        data: bytes of whole records.
        starts: where the mapping messages begin.
        version: DBN version of the capture.
    """
    found = []
    for start in starts:
        length = int(data[start]) * WORD
        decoder = databento_dbn.DBNDecoder(
            has_metadata=False, ts_out=length not in (80, _NEWEST_MAPPING), input_version=version
        )
        decoder.write(data[start : start + length].tobytes())
        record: Any = decoder.decode()[0]
        symbol = record.stype_out_symbol or record.stype_in_symbol
        if symbol.isdigit():
            symbol = record.stype_in_symbol
        found.append(Mapping(symbol, record.instrument_id, *ALWAYS_NS))
    return found


def _midnight_ns(day: dt.date) -> int:
    return (day - dt.date(1970, 1, 1)).days * 86_400_000_000_000
