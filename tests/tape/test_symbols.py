"""Symbols and ids, day by day."""

import datetime as dt
from types import SimpleNamespace

import databento_dbn as dbn
import numpy as np

from hft_gym.tape.dbn import open_dbn
from hft_gym.tape.symbols import ALWAYS_NS, Mapping, of_metadata
from tests.dbn_files import write

DAY_NS = 86_400_000_000_000
JAN_2 = (dt.date(2024, 1, 2) - dt.date(1970, 1, 1)).days * DAY_NS


def days(*rows):
    """Metadata of rows (symbol, value, first day of January, end)."""
    mappings = {}
    for key, value, first, end in rows:
        interval = {"start_date": dt.date(2024, 1, first), "end_date": dt.date(2024, 1, end)}
        mappings.setdefault(key, []).append({**interval, "symbol": value})
    return SimpleNamespace(mappings=mappings)


def test_continuous_symbols_change_their_id():
    found = of_metadata(days(("ES.c.0", "7", 2, 4), ("ES.c.0", "8", 4, 5)))
    assert found == [
        Mapping("ES.c.0", 7, JAN_2, JAN_2 + 2 * DAY_NS),
        Mapping("ES.c.0", 8, JAN_2 + 2 * DAY_NS, JAN_2 + 3 * DAY_NS),
    ]


def test_requests_by_id_map_the_other_way_round():
    assert of_metadata(days(("7", "ESH4", 2, 3), ("ES.FUT", "ESH4", 2, 3))) == [
        Mapping("ESH4", 7, JAN_2, JAN_2 + DAY_NS)
    ]


def test_a_live_capture_tells_as_it_goes(tmp_path):
    message = dbn.SymbolMappingMsg(
        publisher_id=1, instrument_id=7, ts_event=1, stype_in=dbn.SType.RAW_SYMBOL,
        stype_in_symbol="ES.c.0", stype_out=dbn.SType.INSTRUMENT_ID, stype_out_symbol="ESH4",
        start_ts=0, end_ts=2**63,
    )  # fmt: skip
    path = write(tmp_path / "a.dbn", bytes(message), schema=None, symbols={})
    assert open_dbn(path).mappings() == [Mapping("ESH4", 7, *ALWAYS_NS)]
    assert open_dbn(path).symbols() == {7: "ESH4"}
    assert np.iinfo(np.int64).max == ALWAYS_NS[1]
