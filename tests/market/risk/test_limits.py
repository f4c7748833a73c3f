"""Each limit by itself, and the position limit against its slow twin."""

import numpy as np
import pytest

from hft_gym.errors import ConfigError
from hft_gym.market.margin import Margin
from hft_gym.market.risk.exposure import raise_asked
from hft_gym.market.risk.limits import Limits
from hft_gym.market.risk.losses import stop
from hft_gym.market.risk.records import RiskReason
from tests.market.risk.desks import ask, is_stopped, trader_with
from tests.naive.risk import NaiveBucket, NaiveOrder, allowed

pytestmark = pytest.mark.kernel


def reason_of(trader):
    return RiskReason(int(trader["risk"]["reason"]))


def test_without_limits_everything_may_leave():
    trader = trader_with((1, 3), position=50)
    assert ask(Limits(), trader, 1, 10**6) == 10**6
    assert trader["risk"]["breach_count"] == 0


@pytest.mark.parametrize(("trims", "lots"), [(True, 4), (False, 0)])
def test_an_order_is_no_larger_than_allowed(trims, lots):
    trader = trader_with()
    limits = Limits(order_lots=4, trims=trims)
    assert ask(limits, trader, 1, 4) == 4
    assert ask(limits, trader, 1, 5) == lots
    assert reason_of(trader) == RiskReason.ORDER_LOTS
    assert trader["risk"]["breach_count"] == 1


def test_the_position_counts_orders_at_work_and_in_flight():
    trader = trader_with((1, 3), (-1, 2), position=4)
    limits = Limits(position_lots=10)
    assert ask(limits, trader, 1, 5) == 3  # 4 held, 3 at work
    assert reason_of(trader) == RiskReason.POSITION_LOTS
    assert ask(limits, trader, -1, 20) == 12  # 4 to close, 10 short, less 2 at work
    raise_asked(trader, 0, 6)
    trader["intents"][0]["in_flight"] = 1
    assert ask(limits, trader, 1, 5) == 0


def test_beyond_the_limit_one_may_still_close_and_shrink():
    trader = trader_with((1, 3), position=15)
    limits = Limits(position_lots=10)
    assert ask(limits, trader, 1, 1) == 0
    assert ask(limits, trader, -1, 15) == 15
    assert ask(limits, trader, 1, 3, slot=0) == 3  # another price, the same lots
    assert ask(limits, trader, 1, 4, slot=0) == 3


@pytest.mark.parametrize("seed", range(4))
def test_the_position_limit_against_its_slow_twin(seed):
    random = np.random.default_rng(seed)
    outcomes = set()
    for _ in range(300):
        count = int(random.integers(0, 6))
        orders = {
            k: NaiveOrder(int(random.choice([1, -1])), int(random.integers(1, 6)))
            for k in range(count)
        }
        position = int(random.integers(-12, 13))
        trader = trader_with(*[(o.side, o.leaves) for o in orders.values()], position=position)
        for slot, order in orders.items():
            for _ in range(int(random.integers(0, 3))):
                order.asked.append(int(random.integers(1, 9)))
                raise_asked(trader, slot, order.asked[-1])
                trader["intents"][slot]["in_flight"] += 1
        slot = int(random.integers(0, count)) if count and random.random() < 0.4 else None
        side = int(random.choice([1, -1])) if slot is None else orders[slot].side
        lots, most = int(random.integers(1, 12)), int(random.integers(1, 12))
        expected = allowed(position, orders, slot, side, lots, most)
        found = ask(Limits(position_lots=most), trader, side, lots, slot=slot)
        assert found == expected
        outcomes.add((found == 0, found == lots))
    assert len(outcomes) == 3  # refused, trimmed, let through


def test_no_more_orders_than_may_be_open():
    trader = trader_with((1, 3), (-1, 2))
    limits = Limits(open_orders=2)
    assert ask(limits, trader, 1, 1) == 0
    assert reason_of(trader) == RiskReason.OPEN_ORDERS
    assert ask(limits, trader, 1, 1, slot=0) == 1  # a change opens none
    trader["intents"][1]["state"] = 0
    assert ask(limits, trader, 1, 1) == 1


@pytest.mark.parametrize("seed", range(3))
def test_the_message_rate_is_that_of_a_bucket_of_tokens(seed):
    random = np.random.default_rng(seed)
    limits = Limits(burst_messages=4, refill_ns=700)
    trader, bucket = trader_with(), NaiveBucket(4, 700)
    now, refused = 0, 0
    for _ in range(1_000):
        now += int(random.choice([0, 1, 100, 350, 700, 2_100]))
        bucket.wait(now)
        assert not is_stopped(limits, trader, now)
        if random.random() < 0.2:  # a cancel always leaves and takes its token
            trader["messages_sent"] += 1
            bucket.take()
            continue
        found = ask(limits, trader, 1, 3, now_ns=now)
        assert found == (3 if bucket.has() else 0)
        if found:
            trader["messages_sent"] += 1
            bucket.take()
        else:
            assert reason_of(trader) == RiskReason.MESSAGE_RATE
            refused += 1
    assert 100 < refused < 900


def test_the_equity_must_cover_the_initial_margin():
    trader = trader_with((1, 1), position=2)
    limits = Limits(margin=Margin(capital_ticks=1_000, initial_ticks=200))
    assert ask(limits, trader, 1, 9) == 2
    assert reason_of(trader) == RiskReason.MARGIN
    trader["known_cash_ticks"] -= 450  # a loss: 550 are left, good for 2 lots
    assert ask(limits, trader, 1, 9) == 0
    assert ask(limits, trader, -1, 9) == 4
    assert ask(limits._replace(position_lots=1), trader, -1, 9) == 3
    assert reason_of(trader) == RiskReason.POSITION_LOTS


def test_stopped_one_may_only_reduce():
    trader = trader_with((-1, 2), position=5)
    stop(trader, int(RiskReason.BY_HAND))
    limits = Limits(burst_messages=1, refill_ns=10**9)
    trader["messages_sent"] = 50
    assert is_stopped(limits, trader, 0)
    assert ask(limits, trader, 1, 1) == 0
    assert reason_of(trader) == RiskReason.STOPPED
    assert ask(limits, trader, -1, 9) == 3  # closing is worth more than the rate
    assert ask(limits, trader, 1, 1, slot=0) == 0


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"order_lots": -1}, "order_lots is -1"),
        ({"burst_messages": 3}, "needs both"),
        ({"refill_ns": 3}, "needs both"),
        ({"day_start_ns": 86_400_000_000_000}, "a day has"),
    ],
)
def test_numbers_out_of_range_are_refused(wrong, message):
    with pytest.raises(ConfigError, match=message):
        Limits(**wrong).check()
    Limits(order_lots=1, burst_messages=3, refill_ns=4).check()
