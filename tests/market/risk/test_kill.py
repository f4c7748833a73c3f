"""The kill switch cancels everything and closes with market orders."""

import numpy as np
import pytest

from hft_gym.market.interfaces import NoRisk
from hft_gym.market.journal.buffer import JournalBuffer
from hft_gym.market.records import Action, Event, Intent, OrderType
from hft_gym.market.risk.kill import enforce
from hft_gym.market.risk.limits import Limits
from hft_gym.market.risk.losses import stop
from hft_gym.market.risk.records import RiskReason
from tests.market.desk import MS, Desk
from tests.market.risk.desks import is_stopped, trader_with
from tests.random_tapes import START_NS

pytestmark = [pytest.mark.kernel, pytest.mark.long]

DRAWDOWN = Limits(drawdown_ticks=5)


def desk_of(limits):
    """A desk with limits and a journal of what it sends; `poll(at_ms)` asks the kill switch.

    The exchange itself neither knows limits nor keeps a journal here: it is compiled already.
    """
    buffer = JournalBuffer(4096)
    desk = Desk(1, 1)
    buffer.attach(desk.me)
    run, plain = desk.run, desk.models
    guarded = plain._replace(risk=limits, journal=buffer.model())

    def run_plainly(until_ms):
        desk.models = plain
        run(until_ms)
        desk.models = guarded

    def poll(at_ms):
        desk.run(at_ms)
        return enforce(guarded, desk.columns[0], desk.me, START_NS + int(at_ms * MS))

    desk.run = run_plainly
    return desk, buffer, poll


def long_three():
    """Three lots long at 103, with a bid at 99 and an ask of one lot at 105, all known at 10 ms."""
    desk, buffer, poll = desk_of(DRAWDOWN)
    desk.new(0, 1, 1, 0, 3, order_type=OrderType.MARKET)
    desk.new(1, 1, 1, 99, 2)
    desk.new(2, 1, -1, 105, 1)
    assert not poll(10)
    assert desk.me["known_position_lots"] == 3
    desk.me["mid2_ticks"] = 202  # 6 ticks lost
    return desk, buffer, poll


def messages(desk):
    head, count = int(desk.me["message_head"]), int(desk.me["message_count"])
    return [desk.me["messages"][head + k] for k in range(count)]


def test_without_limits_nothing_is_ever_stopped():
    trader = trader_with(position=10)
    trader["mid2_ticks"] = -(10**6)
    assert not is_stopped(NoRisk(), trader, 0)
    assert not is_stopped(Limits(), trader, 0)


def test_it_cancels_all_and_closes_what_no_order_of_ours_may_close():
    desk, _, poll = long_three()
    assert poll(10)
    cancels, closes = messages(desk)[:2], messages(desk)[2:]
    assert [int(m["action"]) for m in cancels] == [Action.CANCEL] * 2
    assert sorted(int(m["slot"]) for m in cancels) == [1, 2]
    (close,) = closes  # the ask of one lot may still fill
    assert (close["order_type"], close["side"], close["lots"]) == (OrderType.MARKET, -1, 2)


def test_it_goes_on_until_nothing_is_open():
    desk, _, poll = long_three()
    positions = []
    for at_ms in (10, 11, 12, 13, 14, 16):
        assert poll(at_ms)
        positions.append(int(desk.me["known_position_lots"]))
    assert positions[0] == 3
    assert positions[-1] == desk.me["position_lots"] == 0
    assert min(positions) == 0  # never turned over
    assert not desk.me["orders"]["leaves_lots"].any()
    assert (desk.me["intents"]["state"] == Intent.NONE).all()
    sent = int(desk.me["messages_sent"])
    assert poll(20)
    assert desk.me["messages_sent"] == sent  # nothing left to do


def test_a_fill_that_wins_the_race_against_its_cancel_is_closed_too():
    desk, _, poll = long_three()
    assert poll(10)
    desk.trade(10.5, 99, 9, resting=[(desk.keys[100], 5)])  # our bid at 99 fills before its cancel
    for at_ms in (12, 14, 16, 18):
        assert poll(at_ms)
    assert desk.me["position_lots"] == desk.me["known_position_lots"]
    assert desk.me["bid_fills"] == 2
    # the sell that came at 99 took the only bid: nobody is left to buy until somebody bids again
    desk.add(19, 1, 98, 50)
    for at_ms in (20, 22, 24, 26):
        assert poll(at_ms)
    assert desk.me["position_lots"] == desk.me["known_position_lots"] == 0


def test_the_journal_hears_of_the_stop_once():
    _, buffer, poll = long_three()
    for at_ms in (10, 12, 14, 16):
        poll(at_ms)
    entries = buffer.entries()
    breaches = entries[entries["event"] == Event.BREACH]
    assert breaches["reason"].tolist() == [RiskReason.DRAWDOWN]
    assert breaches["slot"].tolist() == [-1]
    assert breaches["ts_local_ns"].tolist() == [START_NS + 10 * MS]


def test_no_order_of_the_strategy_leaves_once_stopped():
    desk, buffer, poll = long_three()
    poll(10)
    sent = int(desk.me["messages_sent"])
    assert desk.new(3, 10, 1, 98, 1) < 0
    assert desk.me["messages_sent"] == sent
    assert buffer.entries()["reason"][-1] == RiskReason.STOPPED


def test_a_person_can_press_the_button():
    desk, _, poll = desk_of(Limits())
    desk.new(0, 1, 1, 99, 2)
    assert not poll(10)
    stop(desk.me, int(RiskReason.BY_HAND))
    assert poll(10)
    assert poll(13)
    assert not desk.me["orders"]["leaves_lots"].any()


@pytest.mark.parametrize("seed", range(2))
def test_limits_hold_at_the_exchange_whatever_is_sent(seed):
    random = np.random.default_rng(seed)
    limits = Limits(order_lots=4, position_lots=6, open_orders=3)
    desk, _, _ = desk_of(limits)
    me, refused, at_ms = desk.me, 0, 1
    for _ in range(150):
        at_ms += 0.5
        slot, side = int(random.integers(0, 4)), int(random.choice([1, -1]))
        px, lots = int(random.integers(98, 106)), int(random.integers(1, 9))
        if me["intents"][slot]["state"] == Intent.NONE:
            refused += desk.new(slot, at_ms, side, px, lots) < 0
        elif random.random() < 0.5:
            refused += desk.modify(slot, at_ms, px, lots) < 0
        else:
            desk.cancel(slot, at_ms)
        for fresh, around in ((1, 100), (-1, 103)):
            if random.random() < 0.5:
                desk.add(at_ms + 0.2, fresh, around, int(random.integers(1, 5)))
        desk.run(at_ms + 0.4)
        assert abs(int(me["position_lots"])) <= 6
        for way in (1, -1):
            live = me["orders"]["side"] == way
            assert way * me["position_lots"] + me["orders"]["leaves_lots"][live].sum() <= 6
        assert me["orders"]["leaves_lots"].max() <= 4
        assert (me["orders"]["leaves_lots"] > 0).sum() <= 3
    assert me["lots_traded"] > 20
    assert refused > 5
