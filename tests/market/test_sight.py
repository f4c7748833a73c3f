"""What a message finds when it arrives."""

import pytest

from hft_gym.book.ladder import NO_PRICE
from hft_gym.market.sight import collar_px, is_crossed, lots_after, lots_before
from hft_gym.tape.rows import Flag
from tests.market.desk import MS, Desk
from tests.random_tapes import START_NS

pytestmark = pytest.mark.kernel


def test_the_price_at_which_an_order_would_take():
    desk = Desk()
    desk.run(1)
    for side, px, expected in [
        (1, 102, NO_PRICE),
        (1, 103, 103),
        (1, 140, 103),
        (-1, 101, NO_PRICE),
        (-1, 100, 100),
        (-1, 60, 100),
        (1, 10_000, NO_PRICE),  # outside the band nothing is seen
    ]:
        assert desk.touch(side, px) == expected
    desk.consumed[0, 2 * (103 - 50) + 1] = 5  # we have taken all of it
    assert desk.touch(1, 140) == 104


@pytest.mark.parametrize(
    ("side", "ticks", "px"), [(1, 0, 103), (1, 6, 109), (1, 99, 149), (-1, 2, 98), (-1, 99, 50)]
)
def test_how_far_a_market_order_may_go(side, ticks, px):
    desk = Desk()
    desk.run(1)
    desk.book["high_place"] = 0
    assert collar_px(desk.columns[0], desk.book, 3, side, ticks) == px


def test_a_market_order_finds_nobody():
    desk = Desk(book=[(1, 100, 5), (1, 90, 5)])
    desk.run(1)
    desk.book["high_place"] = 0
    assert collar_px(desk.columns[0], desk.book, 2, 1, 5) == NO_PRICE


def test_a_level_before_and_after_a_row():
    desk = Desk()
    desk.reduce(1, 1, 100, 2, desk.keys[100])
    desk.run(2)
    tape, place = desk.columns[0], 2 * (100 - 50)
    assert [lots_before(tape, desk.book, row, place) for row in (0, 1, 3, 4)] == [0, 5, 5, 3]
    assert lots_after(tape, desk.book, 3) == 3


def test_when_nobody_can_trade():
    desk = Desk()
    for ms, flag in ((1, 0), (2, Flag.HALTED), (3, Flag.CROSSED), (4, 0)):
        desk.writer.add(1, 60, 1, flag)
        desk.writer.send(START_NS + ms * MS)
    desk.run(5)
    crossed = [bool(is_crossed(desk.columns[0], row)) for row in range(3, 8)]
    assert crossed == [False, False, True, True, False]
