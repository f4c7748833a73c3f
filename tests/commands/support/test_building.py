"""How one file fares."""

import pytest

from hft_gym.commands.support.building import Wishes, built, sources_of
from hft_gym.errors import InputError
from tests.dbn_files import LAST, mbo, write


def test_sources(tmp_path):
    for name in ("b.dbn.zst", "a.dbn", "c.txt"):
        (tmp_path / name).write_text("1234")
    (tmp_path / "d.dbn").mkdir()
    found = sources_of(tmp_path)
    assert [(s.path.name, s.in_folder, s.size_bytes) for s in found] == [
        ("a.dbn", True, 4), ("b.dbn.zst", True, 4),
    ]  # fmt: skip
    (alone,) = sources_of(tmp_path / "no.dbn")
    assert (alone.in_folder, alone.size_bytes) == (False, 0)
    with pytest.raises(InputError, match="no market data"):
        sources_of(tmp_path / "d.dbn")


def test_three_ways(tmp_path):
    write(tmp_path / "a.dbn", mbo(("A", "B", 1, 10, 5, LAST)))
    write(tmp_path / "b.dbn", b"", schema="statistics")
    (tmp_path / "c.dbn").write_text("no")
    wishes, told = Wishes(tick_size=0.25, cache=tmp_path / "cache"), []
    good, other, bad = (built(source, wishes, told.append) for source in sources_of(tmp_path))
    assert good.line.endswith("ESH4, 1 rows, 2024-01-02 09:00:00 to 09:00:00 UTC, anomalies: none")
    assert told[-1] == 1.0
    assert "holds statistics, a tape needs mbo" in other.passed
    assert "is not DBN" in bad.failure
    (alone,) = sources_of(tmp_path / "b.dbn")
    assert "holds statistics, need mbo" in built(alone, wishes, told.append).failure
    missing = Wishes(instrument="NQH4", cache=tmp_path / "cache")
    assert "no instrument NQH4" in built(sources_of(tmp_path)[0], missing, told.append).passed
