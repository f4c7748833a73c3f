"""Levels as a table: real files against the naive book, the vendor's own, and bad input."""

import databento
import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest

from hft_gym.book import levels_file
from hft_gym.book.levels_file import levels_schema, write_levels
from hft_gym.errors import ConfigError, InputError
from hft_gym.tape.dbn import open_dbn
from tests.dbn_files import LAST, UNDEF_PRICE, mbo, random_records, write
from tests.naive.depth import naive_rows

REAL = ["esh4-glbx-mdp3-20231224", "esh4-glbx-mdp3-20231225", "orderbooks_mbo_2024-05-08"]


def expected_table(records, depth, price):
    """The table that the naive book gives, as a dict of arrays."""
    return table_of(records, naive_rows(records, depth), price)


def table_of(records, rows, price):
    ends, prices, lots, orders, _ = rows
    of = records[ends]
    table = {name: of[name] for name in ("ts_recv", "ts_event", "instrument_id", "sequence")}
    for level in range(prices.shape[2]):
        for page, side in enumerate(("bid", "ask")):
            px = prices[page, :, level]
            if price == "float":
                px = np.where(px == UNDEF_PRICE, np.nan, px / 1e9)
            table[f"{side}_px_{level:02d}"] = px
            table[f"{side}_sz_{level:02d}"] = lots[page, :, level]
            table[f"{side}_ct_{level:02d}"] = orders[page, :, level]
    return table


def assert_is(path, expected):
    table = pq.read_table(path)
    assert set(table.column_names) == set(expected)
    for name, theirs in expected.items():
        ours = table[name].to_numpy()
        if name.startswith("ts_"):
            ours = ours.astype("i8")
        assert np.array_equal(ours, theirs, equal_nan=ours.dtype.kind == "f"), name


def records_of(path):
    return np.concatenate([chunk for chunk, _ in open_dbn(path).chunks()])


@pytest.mark.parametrize("name", REAL)
def test_real_files(name, real_data, tmp_path):
    (path,) = (real_data / "databento").glob(f"{name}*.dbn.zst")
    records = records_of(path)
    rows = naive_rows(records, 10)
    for price in ("float", "fixed"):
        summary = write_levels(path, tmp_path / "out.parquet", price=price)
        assert (summary.records, summary.anomalies) == (len(records), {})
        assert summary.rows == np.count_nonzero(records["flags"] & LAST)
        assert_is(tmp_path / "out.parquet", table_of(records, rows, price))


@pytest.mark.parametrize("price", ["float", "fixed"])
def test_vendors_fixtures(price, real_data, tmp_path):
    paths = sorted((real_data / "fixtures").rglob("*.mbo*.dbn*"))
    assert len(paths) >= 9
    for path in paths:
        write_levels(path, tmp_path / "out.parquet", price=price)
        assert_is(tmp_path / "out.parquet", expected_table(records_of(path), 10, price))


@pytest.mark.parametrize("price", ["float", "fixed"])
@pytest.mark.filterwarnings("ignore")  # the vendor's reader warns of its own use of pandas
def test_the_vendors_own_levels(price, real_data, tmp_path):
    folder = real_data / "fixtures" / "databento-python" / "XNAS.ITCH"
    theirs = databento.DBNStore.from_file(folder / "test_data.mbp-10.dbn.zst")
    theirs = theirs.to_df(price_type=price).reset_index()
    write_levels(folder / "test_data.mbo.dbn.zst", tmp_path / "out.parquet", price=price)
    ours = pd.read_parquet(tmp_path / "out.parquet")
    assert len(ours) == 4
    shared = [name for name in theirs.columns if name in ours.columns]
    assert set(shared) == set(ours.columns)
    levels = [name for name in shared if name[:3] in ("bid", "ask")]
    assert levels == [name for name in ours.columns if name[:3] in ("bid", "ask")]
    assert len(levels) == 60
    pd.testing.assert_frame_equal(ours[shared], theirs[shared], check_dtype=True)


def test_pieces_change_nothing(tmp_path, monkeypatch):
    records = np.concatenate([random_records(2, 300), random_records(3, 300)])
    records["instrument_id"][1::3] = 5
    path = write(tmp_path / "a.dbn.zst", records)
    monkeypatch.setattr(levels_file, "_PIECE_CELLS", 50)
    told = []
    out = tmp_path / "out.parquet"
    summary = write_levels(path, out, depth=2, progress=lambda *now: told.append(now))
    assert_is(out, expected_table(records, 2, "float"))
    assert pq.ParquetFile(out).num_row_groups > 10
    assert told[-1] == ("a.dbn.zst", 1.0)
    assert summary.anomalies["unknown_cancel"] > 0


def test_one_instrument_of_several(tmp_path):
    records = np.concatenate([random_records(2, 200), random_records(3, 200)])
    records["instrument_id"][:200] = 5
    path = write(tmp_path / "a.dbn", records, symbols={"ESH4": 17077, "NQH4": 5})
    for wish in ("NQH4", "5", 5):
        write_levels(path, tmp_path / "out.parquet", depth=2, instrument=wish)
        assert_is(tmp_path / "out.parquet", expected_table(records[:200], 2, "float"))
    with pytest.raises(InputError, match=r"no instrument ESZ9 .* ESH4 \(17077\)"):
        write_levels(path, tmp_path / "none.parquet", instrument="ESZ9")
    assert not (tmp_path / "none.parquet").exists()


def test_text(tmp_path):
    records = mbo(("A", "B", 1, 10, 5, LAST), ("A", "A", 2, 12, 7, LAST))
    records["ts_event"][1] = 2**64 - 1
    path = write(tmp_path / "a.dbn", records)
    write_levels(path, tmp_path / "out.csv", depth=1)
    table = pd.read_csv(tmp_path / "out.csv", parse_dates=["ts_recv", "ts_event"])
    assert table["ts_recv"].astype("datetime64[ns, UTC]").astype("i8").tolist() == [
        int(t) for t in records["ts_recv"]
    ]
    assert pd.isna(table["ts_event"][1])
    assert table["bid_px_00"].tolist() == [2.5, 2.5]
    assert pd.isna(table["ask_px_00"][0])
    assert table["ask_sz_00"].tolist() == [0, 7]


def test_a_file_without_packet_ends_gives_an_empty_table(tmp_path):
    path = write(tmp_path / "a.dbn", mbo(("A", "B", 1, 10, 5, 0)))
    assert write_levels(path, tmp_path / "out.parquet", depth=2).rows == 0
    table = pq.read_table(tmp_path / "out.parquet")
    assert (table.num_rows, table.schema) == (0, levels_schema(2))


def test_bad_wishes(tmp_path):
    path = write(tmp_path / "a.dbn", mbo(("A", "B", 1, 10, 5, LAST)))
    for wish in ({"depth": 0}, {"depth": 1001}, {"price": "decimal"}):
        with pytest.raises(ConfigError, match=str(next(iter(wish.values())))):
            write_levels(path, tmp_path / "out.parquet", **wish)
    with pytest.raises(ConfigError, match=r"must end in \.parquet or \.csv"):
        write_levels(path, tmp_path / "out.txt")
    with pytest.raises(InputError, match=r"cannot write .*No such file or directory"):
        write_levels(path, tmp_path / "no" / "out.parquet")
    with pytest.raises(InputError, match="holds no MBO records"):
        write_levels(write(tmp_path / "b.dbn", b""), tmp_path / "out.parquet")
    with pytest.raises(InputError, match="holds trades, need mbo"):
        write_levels(write(tmp_path / "c.dbn", b"", schema="trades"), tmp_path / "out.parquet")
    assert sorted(p.name for p in tmp_path.iterdir()) == ["a.dbn", "b.dbn", "c.dbn"]


@pytest.mark.parametrize("suffix", [".parquet", ".csv"])
def test_a_damaged_source_leaves_the_old_file(suffix, tmp_path):
    path = write(tmp_path / "a.dbn.zst", random_records(1, 400))
    path.write_bytes(path.read_bytes()[:-20])
    out = tmp_path / f"out{suffix}"
    out.write_text("old")
    with pytest.raises(InputError, match="truncated"):
        write_levels(path, out)
    assert out.read_text() == "old"
    assert len(list(tmp_path.iterdir())) == 2


@pytest.mark.parametrize("error", [KeyboardInterrupt, OSError])
def test_a_failure_leaves_nothing(error, tmp_path, monkeypatch):
    path = write(tmp_path / "a.dbn", random_records(1, 400))

    def fail(*_):
        raise error(28, "No space left on device")

    monkeypatch.setattr(levels_file, "_batch", fail)
    with pytest.raises(InputError if error is OSError else error):
        write_levels(path, tmp_path / "out.parquet")
    assert [p.name for p in tmp_path.iterdir()] == ["a.dbn"]
