import numpy as np
import pytest

from hft_gym.tape.generated import book, feed
from tests.tape.generated.replay import replay

pytestmark = [pytest.mark.kernel, pytest.mark.filterwarnings("ignore:overflow")]


def written(world):
    return world["out"][: int(world["state"]["out_records"])]


def seen(world):
    rows = written(world)
    actions = "".join(chr(a) for a in rows["action"])
    return actions, rows["size"].tolist(), [i for i, f in enumerate(rows["flags"]) if f & 128]


@pytest.fixture
def two_levels(world):
    """Asks of 3 and 4 lots at 4100, 5 at 4101; a bid of 2 at 4098."""
    for side, level, lots in ((-1, 4100, 3), (-1, 4100, 4), (-1, 4101, 5), (1, 4098, 2)):
        feed.limit(world, side, level, lots)
    world["state"]["out_records"] = 0
    return world


def test_a_sweep_is_written_as_the_venue_does(two_levels):
    feed.take(two_levels, 1, 9, 4101, False)
    actions, sizes, last = seen(two_levels)
    assert actions == "TFFTFCCM"
    assert sizes == [7, 3, 4, 2, 2, 3, 4, 3]
    assert last == [7]
    rows = written(two_levels)
    assert len(set(rows["ts_recv"])) == len(set(rows["sequence"])) == 1
    assert rows["order_id"][0] == 0
    assert [chr(s) for s in rows["side"]] == ["B", "A", "A", "B", "A", "A", "A", "A"]


def test_the_limit_of_an_aggressor_holds_and_its_rest_stays(two_levels):
    feed.take(two_levels, 1, 9, 4100, True)
    assert seen(two_levels) == ("TFFCCA", [7, 3, 4, 3, 4, 2], [5])
    assert book.touch_level(two_levels, 1) == 4100
    assert book.touch_level(two_levels, -1) == 4101


def test_the_rest_of_a_market_order_is_cancelled_and_not_shown(two_levels):
    feed.take(two_levels, 1, 9, 4100, False)
    assert seen(two_levels)[0] == "TFFCC"
    assert book.touch_level(two_levels, 1) == 4098


def test_an_aggressor_that_meets_nobody_writes_nothing(two_levels):
    feed.take(two_levels, 1, 9, 4099, False)
    assert seen(two_levels) == ("", [], [])


def test_a_decrease_keeps_its_place_and_an_increase_loses_it(two_levels):
    slot = int(two_levels["levels"][4100]["front_slot"])
    feed.modify(two_levels, slot, 4100, 2)
    assert two_levels["levels"][4100]["front_slot"] == slot
    feed.modify(two_levels, slot, 4100, 3)
    assert two_levels["levels"][4100]["back_slot"] == slot
    assert two_levels["levels"][4100]["lots"] == 7
    assert seen(two_levels) == ("MM", [2, 3], [0, 1])


def test_a_partial_cancel_says_how_much_leaves(two_levels):
    slot = int(two_levels["levels"][4100]["front_slot"])
    feed.cancel(two_levels, slot, 1)
    assert seen(two_levels) == ("C", [1], [0])
    assert two_levels["orders"][slot]["lots"] == 2


def test_times_and_sequence_only_grow(world):
    for k in range(300):
        feed.limit(world, 1, 4000 - k % 7, 1)
    rows = written(world)
    assert (np.diff(rows["ts_event"].astype("i8")) >= feed.MIN_GAP_NS).all()
    assert (np.diff(rows["ts_recv"].astype("i8")) >= 0).all()
    assert (np.diff(rows["sequence"].astype("i8")) > 0).all()
    delay_ns = rows["ts_recv"].astype("i8") - rows["ts_event"].astype("i8")
    assert delay_ns.min() >= feed.LEAST_DELAY_NS


def test_the_snapshot_is_the_book(two_levels):
    feed.snapshot(two_levels)
    rows = written(two_levels)
    assert seen(two_levels) == ("RAAAA", [0, 2, 3, 4, 5], [4])
    assert (rows["flags"] & feed.F_SNAPSHOT).all()
    assert rows["price"][0] == feed.UNDEF_PRICE
    assert (rows["ts_recv"] == two_levels["state"]["start_ns"]).all()
    naive, _ = replay(rows)
    assert len(naive.orders) == 4
