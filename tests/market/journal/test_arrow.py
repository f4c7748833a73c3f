"""The tables for other readers."""

import pyarrow.parquet as pq
import pytest

from hft_gym.errors import InputError
from hft_gym.market.journal.arrow import TABLES, to_arrow, write_parquet
from hft_gym.market.journal.tables import JournalTables
from tests.market.journal.stories import Story, day_of_trading


@pytest.fixture(scope="module")
def tables():
    return JournalTables(day_of_trading().journal())


def test_what_is_written_is_read_again(tables, tmp_path):
    written = write_parquet(tables, tmp_path / "run")
    assert [path.name for path in written] == [f"{name}.parquet" for name in TABLES]
    assert sorted(p.name for p in (tmp_path / "run").iterdir()) == sorted(p.name for p in written)
    for path in written:
        name = path.stem
        table = pq.read_table(path)
        assert table.to_pylist() == to_arrow(tables, name).to_pylist()
        rows = getattr(tables, name)
        assert table.num_rows == rows.size > 0
        for field in ("order_id", "side"):
            assert table[field].to_pylist() == rows[field].tolist()


def test_codes_become_words(tables):
    orders = to_arrow(tables, "orders").to_pylist()
    assert [row["status"] for row in orders[:4]] == ["cancelled", "filled", "filled", "rejected"]
    assert orders[1]["order_type"] == "market"
    assert orders[3]["reason"] == "post_only_would_take"
    assert orders[3]["post_only"] is True
    events = to_arrow(tables, "events").to_pylist()
    assert [row["event"] for row in events[:4]] == ["sent", "accepted", "rested", "filled"]
    assert [row["action"] for row in events[:2]] == ["new", None]
    (breach,) = [row for row in events if row["event"] == "breach"]
    assert breach["reason"] == "position_lots"
    assert [row["is_maker"] for row in to_arrow(tables, "fills").to_pylist()] == [True, False, True]


def test_empty_tables_keep_their_columns(tmp_path):
    empty = JournalTables(Story().journal())
    for path in write_parquet(empty, tmp_path):
        assert pq.read_table(path).num_rows == 0
    assert "ts_local_ns" in to_arrow(empty, "fills").column_names


def test_a_folder_that_cannot_be_written_is_said(tables, tmp_path):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(InputError, match="choose a folder"):
        write_parquet(tables, tmp_path / "file" / "run")
