"""Chunks: an open packet stays until it ends (rules of the book itself are in test_l3)."""

from hft_gym.tape.columns import ColumnFiles
from hft_gym.tape.resolver import Resolver
from hft_gym.tape.rows import Flag
from tests.dbn_files import LAST, TICK_E9, mbo


def test_only_whole_packets_are_written(tmp_path):
    records = mbo(
        ("A", "B", 1, 10, 1, LAST),
        ("A", "A", 2, 10, 1, 0),
        ("A", "A", 3, 10, 1, 0),
        ("C", "B", 99, 10, 1, LAST),
    )
    resolver = Resolver(TICK_E9, (None, None), "test")
    with ColumnFiles(tmp_path) as files:
        written = []
        for k in range(len(records)):
            resolver.feed(records[k : k + 1], files)
            written.append(len(files.columns()["kind"]))
        resolver.finish(files)
        assert written == [1, 1, 1, 3]
        crossed = int(Flag.CROSSED)
        assert files.columns()["flags"].tolist() == [1, crossed, crossed | 1]
    assert resolver.actions == {"A": 3, "C": 1}
    assert resolver.anomalies == {"unknown_cancel": 1}
