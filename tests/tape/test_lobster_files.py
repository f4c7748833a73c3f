"""Pairs by name, columns by place, and what is not LOBSTER."""

import datetime as dt

import numpy as np
import pytest

from hft_gym.errors import InputError
from hft_gym.tape.lobster_files import HALT, is_lobster_name, messages_in, pair_of, read_pair
from tests.tape.lobster_samples import STEM, row, write_pair

ROWS = [row([(101, 5)], [(99, 7)], 1)] * 3
MESSAGES = [
    (34200.000000001, 1, 11, 3, 99, 1),
    (34200.17, 5, 0, 1, 100.5, -1),
    (57599.999999999, 4, 11, 2, 99, 1),
]


def read(message):
    parts = list(read_pair(pair_of(message)))
    return np.concatenate([p[0] for p in parts]), np.concatenate([p[1] for p in parts])


def test_columns(tmp_path):
    messages, rows = read(write_pair(tmp_path, MESSAGES, ROWS))
    midnight = int(dt.datetime(2024, 3, 8, 5, tzinfo=dt.UTC).timestamp()) * 10**9  # winter: -5 h
    since = (messages["ts_exchange_ns"] - midnight).tolist()
    assert since == [34_200_000_000_001, 34_200_170_000_000, 57_599_999_999_999]
    assert messages["kind"].tolist() == [1, 5, 4]
    assert messages["order_id"].tolist() == [11, 0, 11]
    assert messages["lots"].tolist() == [3, 1, 2]
    assert messages["px_e9"].tolist() == [990_000_000, 1_005_000_000, 990_000_000]
    assert messages["side"].tolist() == [1, -1, 1]
    assert messages["last_row"].tolist() == [2, 1, 2]
    assert rows.tolist() == [[10100, 5, 9900, 7]] * 3


@pytest.mark.parametrize(
    ("date", "utc_hour"),
    [("2024-03-08", 5), ("2024-03-11", 4), ("2024-11-01", 4), ("2024-11-04", 5)],
)
def test_summer_time(date, utc_hour, tmp_path):
    stem = STEM.replace("2024-03-08", date)
    pair = pair_of(write_pair(tmp_path, MESSAGES, ROWS, stem=stem))
    midnight = dt.datetime.combine(pair.date, dt.time(utc_hour), dt.UTC)
    assert pair.midnight_ns == int(midnight.timestamp()) * 10**9


def test_a_header_and_a_seventh_column(tmp_path):
    message = write_pair(tmp_path, MESSAGES, ROWS, header=True)
    assert len(read(message)[0]) == 3
    lines = message.read_text().splitlines()
    ends = [",MPID", ",null", ",", ",GSCO"]
    message.write_text("\n".join(a + b for a, b in zip(lines, ends, strict=True)))
    assert read(message)[0]["side"].tolist() == [1, -1, 1]


def test_a_halt_keeps_what_it_tells(tmp_path):
    messages, _ = read(write_pair(tmp_path, [(34200, HALT, 0, 0, -1, -1)], ROWS[:1]))
    assert messages["px_e9"].tolist() == [-1]


def test_files_longer_than_a_block(tmp_path, monkeypatch):
    monkeypatch.setattr("hft_gym.tape.lobster_files._BLOCK_BYTES", 256)
    many = [(34200 + k, 1, k, 1, 99, 1) for k in range(100)]
    parts = list(read_pair(pair_of(write_pair(tmp_path, many, ROWS[:1] * 100))))
    assert len(parts) > 5
    assert all(len(messages) == len(rows) for messages, rows, _ in parts)
    assert np.concatenate([p[0]["order_id"] for p in parts]).tolist() == list(range(100))
    shares = [share for *_, share in parts]
    assert shares == sorted(shares)
    assert 0 < shares[0] <= shares[-1] <= 1


def test_names(tmp_path):
    message = write_pair(tmp_path, MESSAGES, ROWS)
    pair = pair_of(message)
    assert (pair.symbol, pair.date) == ("ABC", dt.date(2024, 3, 8))
    assert pair_of(pair.orderbook) == pair
    assert pair_of(tmp_path / STEM) == pair
    assert pair_of(str(tmp_path / "ABC_")) == pair
    assert is_lobster_name(pair.orderbook)
    assert not is_lobster_name(tmp_path / "ABC_message.csv")
    assert messages_in(tmp_path) == [message]
    write_pair(tmp_path, MESSAGES, ROWS, stem=STEM.replace("ABC", "ABD"))
    with pytest.raises(InputError, match=r"several message files: ABC.*, ABD"):
        pair_of(tmp_path / "AB")


def test_what_is_missing(tmp_path):
    message = write_pair(tmp_path, MESSAGES, ROWS)
    orderbook = pair_of(message).orderbook
    content = orderbook.read_text()
    orderbook.unlink()
    with pytest.raises(InputError, match=r"no such file: .*orderbook_1.csv; LOBSTER data need"):
        pair_of(message)
    orderbook.write_text(content)
    message.unlink()
    assert messages_in(tmp_path) == [orderbook]  # so that the missing one is named
    with pytest.raises(InputError, match=r"no such file: .*message_1\.csv"):
        pair_of(orderbook)
    with pytest.raises(InputError, match="is not named as LOBSTER"):
        pair_of(tmp_path / "data.csv")
    with pytest.raises(InputError, match="is not named as LOBSTER"):
        pair_of(tmp_path / "ABC_2024-13-08_34200000_57600000_message_1.csv")


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("34200.5,1,11,3,9900", "damaged .*6 columns"),
        ("34200.5,1,eleven,3,9900,1", "damaged"),
        ("34200.5,1,,3,9900,1", "column 3 has an empty value"),
        ("inf,1,11,3,9900,1", "message 3 .* has a time that is not one of the day"),
        ("90000,1,11,3,9900,1", "a time that is not one of the day"),
        ("34200.5,8,11,3,9900,1", "a type that LOBSTER does not have"),
        ("34200.5,1,11,0,9900,1", "a size out of range"),
        ("34200.5,1,11,3000000000,9900,1", "a size out of range"),
        ("34200.5,1,11,3,9900,0", "a direction other than 1 and -1"),
        ("34200.5,1,11,3,-1,1", "a price out of range"),
    ],
)
def test_a_damaged_message(line, expected, tmp_path):
    message = write_pair(tmp_path, MESSAGES, [*ROWS, ROWS[0]])
    message.write_text(message.read_text() + line + "\n")
    with pytest.raises(InputError, match=expected):
        read(message)


def test_damaged_files(tmp_path):
    message = write_pair(tmp_path, MESSAGES, ROWS)
    orderbook = pair_of(message).orderbook
    good = orderbook.read_text()
    with pytest.raises(InputError, match=r"has 3 rows, .*orderbook_1.csv 2; they must be of the"):
        read(write_pair(tmp_path, MESSAGES, ROWS[:2]))
    with pytest.raises(InputError, match=r"has 2 rows, .*orderbook_1.csv 3;"):
        read(write_pair(tmp_path, MESSAGES[:2], ROWS))
    write_pair(tmp_path, MESSAGES, ROWS)
    orderbook.write_text(good.replace(",7\n", "\n"))
    with pytest.raises(InputError, match="has 3 columns, a LOBSTER order book has 4 for each"):
        read(message)
    orderbook.write_text(good.replace(",7\n", ",-7\n"))
    with pytest.raises(InputError, match="a level's size is out of range"):
        read(message)
    orderbook.write_text("")
    with pytest.raises(InputError, match=r"orderbook_1\.csv is empty"):
        read(message)
    message.write_text("1,2\n")
    with pytest.raises(InputError, match="has 2 columns, a LOBSTER message file has 6"):
        read(message)
    message.write_text("Time,Type,OrderId,Size,Price,Direction\n")
    orderbook.write_text("a,b,c,d\n")
    with pytest.raises(InputError, match=r"holds no messages|damaged"):
        read(message)
