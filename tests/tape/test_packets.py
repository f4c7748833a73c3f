"""Packets: a source without ends, and flags over all rows of one."""

import numpy as np
import pytest

from hft_gym.tape import packets
from hft_gym.tape.orders import Anomaly, BookMemory
from hft_gym.tape.rows import Flag, Kind


@pytest.fixture
def memory():
    memory = BookMemory(1)
    memory.make_room(10)
    return memory


def test_a_row_takes_the_clocks_of_its_record(memory):
    book = memory.book
    book["ts_exchange_ns"], book["ts_local_ns"], book["row_flags"] = 5, 7, Flag.BAD_BOOK
    book["rows_before"] = 100
    packets.append(book, Kind.FILL, -1, -3, 9, 42)
    row = {name: int(column[0]) for name, column in memory.columns.items()}
    assert row == {
        "ts_exchange_ns": 5, "ts_local_ns": 7, "kind": Kind.FILL, "side": -1, "px_ticks": -3,
        "lots": 9, "queue_key": 42, "flags": Flag.BAD_BOOK,
    }  # fmt: skip
    assert packets.next_queue_key(book) == 101


def test_a_packet_without_rows_marks_nothing(memory):
    packets.append(memory.book, Kind.TRADE, 1, 1, 1, -1)
    packets.end_packet(memory.book)
    packets.end_packet(memory.book)
    assert memory.columns["flags"][:2].tolist() == [Flag.LAST, 0]


def test_an_endless_packet_is_ended(memory):
    memory.make_room(packets.LONGEST_PACKET_ROWS + 1)
    memory.book["rows"] = packets.LONGEST_PACKET_ROWS
    packets.limit_packet(memory.book)
    assert memory.book["packet_row"] == memory.book["rows"]
    assert memory.book["anomaly_count"][Anomaly.ENDLESS_PACKET] == 1
    assert np.flatnonzero(memory.columns["flags"]).tolist() == [packets.LONGEST_PACKET_ROWS - 1]
