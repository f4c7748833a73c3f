"""Facts of DBN files: MBO, quotes, and what has no book."""

import numpy as np
import pytest

from hft_gym.commands.support.dbn_facts import dbn_facts
from hft_gym.errors import InputError
from hft_gym.tape.dbn import DbnFile
from hft_gym.tape.symbols import Mapping
from tests.dbn_files import LAST, START_NS, definition, mbo, write
from tests.level_files import mbp, trades

QUOTES = "futures_mbp-1_2024-07-01T23-58_2024-07-02T00-02.dbn.zst"


def test_several_instruments(tmp_path):
    rows = [("A", "B", 1, 10, 1, LAST), ("A", "A", 2, 12, 1, LAST), ("C", "A", 2, 12, 1, LAST)]
    records = np.concatenate([mbo(*rows), mbo(*rows, instrument_id=5)])
    path = write(tmp_path / "a.dbn", records, symbols={"ESH4": 17077, "NQH4": 5})
    facts = dbn_facts(path, cache=tmp_path / "cache")
    assert facts.book is None
    assert "--instrument" in facts.no_book
    for wish in ("NQH4", "5"):
        assert dbn_facts(path, wish, tmp_path / "cache").book.symbol == "NQH4"
    with pytest.raises(InputError, match="no instrument CLH4"):
        dbn_facts(path, "CLH4", tmp_path / "cache")


def test_an_id_that_two_instruments_had(tmp_path, monkeypatch):
    noon_ns = START_NS + 2_600  # between two records
    told = [Mapping("ESH4", 17077, 0, noon_ns), Mapping("ESM4", 17077, noon_ns, 2**62)]
    monkeypatch.setattr(DbnFile, "mappings", lambda _: told)
    rows = [("A", "B", k, 10, 1, LAST) for k in range(5)]
    path = write(tmp_path / "a.dbn", mbo(*rows))
    for wish in (None, "17077"):
        facts = dbn_facts(path, wish, tmp_path / "cache")
        assert facts.book is None
        assert "several instruments: ESH4, ESM4; choose one with --instr" in facts.no_book
    for symbol in ("ESH4", "ESM4"):
        assert dbn_facts(path, symbol, tmp_path / "cache").book.symbol == symbol


TOUCH = [(10, 1)], [(12, 1)]
ROWS = [("A", "B", 10, 1, LAST, *TOUCH), ("X", "B", 10, 1, LAST, *TOUCH)]


@pytest.mark.parametrize(("depth", "schema"), [(10, "mbp-10"), (1, "mbp-1"), (1, "tbbo")])
def test_what_was_odd_about_levels(depth, schema, tmp_path):
    crossed = ("T", "B", 10, 1, LAST, [(12, 1)], [(12, 1)])
    path = write(tmp_path / "a.dbn", mbp(*ROWS, crossed, depth=depth), schema=schema)
    book = dbn_facts(path, cache=tmp_path / "cache").book
    assert book.anomalies == {"unknown_action": 1}
    assert book.observed == {"crossed_packets": 1, "crossed_spans": 1}
    assert book.touch_e9 == (2_500_000_000, 3_000_000_000)


def test_what_was_odd_about_trades(tmp_path):
    records = trades(("T", "B", 10, 1, LAST), ("T", "B", 11, 0, LAST))
    facts = dbn_facts(write(tmp_path / "a.dbn", records, schema="trades"), cache=tmp_path / "c")
    assert (facts.book.anomalies, facts.book.observed) == ({"zero_size": 1}, {})
    assert facts.book.session_ns is facts.book.touch_e9 is None


def test_quotes_that_make_no_tape_have_a_spread(tmp_path):
    records = mbp(*ROWS[:1] * 3)
    records["by_level"]["bid_e9"][2, 0] -= 1
    facts = dbn_facts(write(tmp_path / "a.dbn", records, schema="mbp-10"), cache=tmp_path / "cache")
    assert facts.book.spread.mean_e9 == 500_000_000
    assert facts.book.session_ns is facts.book.anomalies is None
    assert "off the grid" in facts.no_book


def test_quotes_of_several_venues(tmp_path):
    records = mbp(*ROWS[:1] * 3)
    records["publisher_id"][1] = 2
    facts = dbn_facts(write(tmp_path / "a.dbn", records, schema="mbp-10"), cache=tmp_path / "cache")
    assert (facts.book, facts.no_book[:25]) == (None, "quotes of several venues,")


def test_a_book_that_cannot_be_made(tmp_path):
    path = write(tmp_path / "a.dbn", mbo(("A", "B", 1, 10, 1, LAST)), symbols={"ABC": 17077})
    facts = dbn_facts(path, cache=tmp_path / "cache")
    assert facts.actions == {"A": 1}
    assert "nothing tells the tick size" in facts.no_book


def test_definitions_have_no_book(tmp_path):
    path = write(tmp_path / "d.dbn", definition(), schema="definition")
    facts = dbn_facts(path, cache=tmp_path / "cache")
    assert (facts.records, facts.book, facts.no_book) == ({"instrument-def": 1}, None, "")


def test_a_damaged_file(tmp_path):
    path = write(tmp_path / "a.dbn", mbo(("A", "B", 1, 10, 1, LAST)))
    path.write_bytes(path.read_bytes()[:-5])
    with pytest.raises(InputError, match="in the middle of a record"):
        dbn_facts(path)


def test_real_quotes(real_data):
    facts = dbn_facts(real_data / "databento" / QUOTES)
    assert facts.records == {"mbp-1": 2_288}
    assert facts.actions["T"] == 120
    book = facts.book
    assert (book.symbol, book.tick_size, book.tick_size_from) == ("ESU4", 0.25, "definition")
    assert book.touch_e9 == (5_528_500_000_000, 5_529_500_000_000)
    assert 0.9 < book.spread.one_tick_share < 1
    assert (book.anomalies, book.observed) == ({}, {})


def test_every_fixture(real_data, tmp_path):
    paths = sorted((real_data / "fixtures").rglob("*.dbn.zst"))
    whole = [path for path in paths if "fragment" not in str(path)]
    assert len(whole) > 50
    for path in whole:
        facts = dbn_facts(path, cache=tmp_path)
        assert facts.form == "DBN"
        assert sum(facts.records.values()) >= sum(f["records"] for f in facts.instruments)
