from datetime import date

import databento
import numpy as np
import pytest

from hft_gym.tape.dbn import MBO_DTYPE
from hft_gym.tape.generated import GeneratedMarket, dbn_files

DAY = date(2026, 1, 5)


def test_the_vendor_s_reader_opens_a_day(short_day, tmp_path):
    market, _, records = short_day
    path = tmp_path / dbn_files.day_name(DAY)
    half = len(records) // 2
    head = dbn_files.day_metadata(market, DAY)
    dbn_files.write_dbn(path, head, [records[:half], records[half:]])
    store = databento.DBNStore.from_file(path)
    read = store.to_ndarray()
    assert MBO_DTYPE.itemsize == 56
    assert read.tobytes() == records.tobytes()
    assert store.metadata.version == dbn_files.DBN_VERSION
    assert store.dataset == market.instrument.dataset
    frame = store.to_df()
    assert set(frame["symbol"]) == {"GENZ6"}
    assert frame["price"].iloc[1:].between(4_000, 6_000).all()
    assert str(frame.index[0]).startswith("2026-01-05 14:30:00")


def test_the_same_content_gives_the_same_bytes(tmp_path):
    rows = np.zeros(100, MBO_DTYPE)
    sums = {dbn_files.write_dbn(tmp_path / name, b"DBN", [rows]) for name in ("a", "b")}
    assert len(sums) == 1
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


def test_the_vendor_s_reader_opens_the_definition(tmp_path):
    market = GeneratedMarket()
    path = tmp_path / "definition.dbn.zst"
    record = dbn_files.definition_record(market)
    dbn_files.write_dbn(path, dbn_files.definition_metadata(market), [record])
    (message,) = list(databento.DBNStore.from_file(path))
    assert message.raw_symbol == "GENZ6"
    assert message.instrument_id == market.instrument_id
    assert message.pretty_min_price_increment == 0.25
    assert message.pretty_unit_of_measure_qty == 50.0
    assert message.currency == "USD"
    frame = databento.DBNStore.from_file(path).to_df()
    assert frame["raw_symbol"].tolist() == ["GENZ6"]


@pytest.mark.parametrize(("day", "expected"), [(DAY, 1_767_623_400), (date(1970, 1, 1), 52_200)])
def test_sessions_start_at_half_past_two_utc(day, expected):
    assert dbn_files.start_ns(day) == expected * 10**9
