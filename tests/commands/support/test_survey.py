"""Counting records of every type."""

import numpy as np
import pytest

from hft_gym.commands.support.survey import Survey, record_starts
from hft_gym.tape.dbn import open_dbn
from tests.dbn_files import LAST, SNAPSHOT, definition, mbo


@pytest.mark.kernel
def test_where_records_begin():
    data = np.frombuffer(mbo(("A", "B", 1, 10, 5, LAST)).tobytes() + definition(), np.uint8)
    starts = np.zeros(9, np.int64)
    assert record_starts(data, starts) == 2
    assert starts[:2].tolist() == [0, 56]
    assert record_starts(data[:0], starts) == 0


def test_types_actions_instruments_and_times():
    records = mbo(
        ("A", "B", 1, 10, 5, SNAPSHOT), ("C", "B", 1, 10, 5, LAST), ("T", "N", 0, 1, 1, 0)
    )
    records["instrument_id"][2] = 9
    survey = Survey()
    quotes = survey.add(np.frombuffer(records.tobytes() + definition(), np.uint8))
    assert quotes == []
    assert survey.type_names() == {"mbo": 3, "instrument-def": 1}
    assert survey.ids == {17077: 3, 9: 1}
    assert survey.actions == {ord("A"): 1, ord("C"): 1, ord("T"): 1}
    assert survey.snapshot_records == 1
    assert survey.activity.records == 3
    assert survey.activity.last_ns == int(records["ts_recv"].max())


def test_a_type_that_nobody_knows():
    head = bytes([4, 0x77, 1, 0, 5, 0, 0, 0]) + (10**18).to_bytes(8, "little")
    survey = Survey()
    survey.add(np.frombuffer(head * 3, np.uint8))
    assert survey.type_names() == {"type 0x77": 3}
    assert survey.activity.first_ns == 10**18


def test_every_schema_of_the_vendor(real_data):
    paths = sorted((real_data / "fixtures" / "databento-python").rglob("*.dbn.zst"))
    assert len(paths) > 50
    for path in paths:
        file, survey, quotes = open_dbn(path), Survey(), []
        for data, _ in file.record_bytes(1 << 20):
            quotes += survey.add(data)
        count = sum(survey.types.values())
        assert count >= sum(survey.ids.values())
        if survey.activity.records and file.schema is not None:
            day_ns = 86_400_000_000_000
            assert file.metadata.start - day_ns <= survey.activity.first_ns, path
            assert survey.activity.last_ns <= (file.metadata.end or 2**63) + day_ns, path
        kinds = ("mbp-1", "mbp-10", "tbbo", "bbo", "cbbo")
        if file.schema is not None and count:
            assert bool(quotes) == any(kind in file.schema for kind in kinds), path
