"""Facts of a tape against what is known of its file."""

import pytest

from hft_gym.commands.support.tape_facts import book_facts, tape_facts
from hft_gym.tape.build import build_tapes
from tests.dbn_files import LAST, mbo, write
from tests.level_files import trades

SECOND = 1_000_000_000


def test_the_session_alone_counts(tmp_path):
    records = mbo(
        ("A", "B", 1, 10, 1, LAST, 0),
        ("A", "A", 2, 13, 1, LAST, SECOND),  # three ticks
        ("A", "B", 3, 12, 1, LAST, 2 * SECOND),  # one
        ("A", "A", 4, 12, 1, LAST, 5 * SECOND),  # locked
        ("C", "A", 4, 12, 1, LAST, 6 * SECOND),  # one
        ("C", "B", 3, 12, 1, LAST, 7 * SECOND),  # three
    )
    (tape,) = build_tapes(write(tmp_path / "a.dbn", records), cache=tmp_path / "cache")
    book = book_facts(tape)
    assert book.session_ns[1] - book.session_ns[0] == SECOND  # the longest run of packets
    assert (book.spread.tradable_ns, book.spread.one_tick_share) == (SECOND, 0.0)
    assert book.spread.mean_e9 == 750_000_000
    clock = ("09:00:01.5", "09:00:06.5")
    (tape,) = build_tapes(tmp_path / "a.dbn", session=clock, cache=tmp_path / "cache")
    spread = book_facts(tape).spread
    assert spread.tradable_ns == 4 * SECOND  # three ticks for half a second, and not while locked
    assert spread.one_tick_share == pytest.approx(3.5 / 4, abs=1e-6)
    facts = tape_facts(tape)
    assert facts.activity.records == 6
    assert facts.snapshot_records == 0
    assert facts.instruments == [{"symbol": "ESH4", "id": 17077, "records": 6}]


def test_the_schema_is_what_the_tape_was_made_of(tmp_path):
    rows = [("T", "B", 10, 1, LAST), ("T", "A", 11, 1, LAST)]
    path = write(tmp_path / "a.dbn", trades(*rows), schema="trades")
    facts = tape_facts(build_tapes(path, cache=tmp_path / "cache")[0])
    assert (facts.form, facts.schema) == ("tape", "trades")
    assert facts.book.session_ns is facts.book.touch_e9 is None  # nor is there a book


def test_a_real_day(real_data, tmp_path):
    path = real_data / "databento" / "esh4-glbx-mdp3-20231225.mbo.dbn.zst"
    facts = tape_facts(build_tapes(path, cache=tmp_path)[0])
    assert facts.actions == {"A": 29_216, "C": 17_999, "M": 12_233, "F": 6_371, "T": 2_973}
    assert facts.snapshot_records == 8_725
    assert facts.book.touch_e9 == (4_800 * 10**9, 4_811_750_000_000)
    spread = facts.book.spread
    assert spread.tradable_ns == facts.book.session_ns[1] - facts.book.session_ns[0]
    assert spread.mean_e9 / 250_000_000 == pytest.approx(1.06, abs=0.01)
