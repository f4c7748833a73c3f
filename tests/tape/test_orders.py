"""The book's memory: what is in it survives growing."""

import numpy as np

from hft_gym.tape.orders import BLOCK, Anomaly, BookMemory, count, has_room


def test_growing_gives_room_and_keeps_what_is_there():
    memory = BookMemory(1, room=BLOCK)
    book = memory.book
    assert has_room(book)
    slots = int(book["slots"])
    book["free_slots"] = 0
    assert not has_room(book)
    memory.grow()
    assert has_room(memory.book)
    assert memory.book["free_slots"] == slots
    assert memory.book["slots"] == 2 * slots


def test_rows_leave_the_buffer_from_its_front():
    memory = BookMemory(1)
    memory.make_room(4)
    memory.columns["lots"][:] = [1, 2, 3, 4]
    memory.book["rows"] = memory.book["packet_row"] = 4
    assert memory.first_rows(3)["lots"].tolist() == [1, 2, 3]
    memory.drop_rows(3)
    assert memory.columns["lots"][0] == 4
    assert [int(memory.book[n]) for n in ("rows", "packet_row", "rows_before")] == [1, 1, 3]
    memory.make_room(100)
    assert memory.columns["lots"][0] == 4
    assert np.all(memory.columns["kind"] == 0)


def test_oddities_are_counted():
    memory = BookMemory(1)
    count(memory.book, Anomaly.NO_SIDE)
    assert memory.book["anomaly_count"][Anomaly.NO_SIDE] == 1
