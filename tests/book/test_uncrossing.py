import numpy as np
import pytest

from hft_gym.book.uncrossing import uncrossings
from hft_gym.tape.rows import Flag

LAST, CROSSED, HALTED = int(Flag.LAST), int(Flag.CROSSED), int(Flag.HALTED)


@pytest.mark.parametrize("closed", [CROSSED, HALTED, CROSSED | HALTED])
def test_rows_after_which_one_can_trade_again(closed):
    flags = [LAST, closed, closed | LAST, 0, LAST, LAST, closed | LAST, LAST]
    assert uncrossings(np.array(flags, np.uint8)).tolist() == [5, 8]


def test_a_book_that_never_was_crossed():
    assert uncrossings(np.array([0, LAST, LAST], np.uint8)).tolist() == []
    assert uncrossings(np.array([], np.uint8)).tolist() == []
