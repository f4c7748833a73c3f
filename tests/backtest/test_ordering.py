import pytest

from hft_gym.backtest.ordering import ANY_SLOT, cancel, cancel_all, modify, place, take
from hft_gym.market.records import Action, Intent, Reason, TimeInForce
from tests.backtest.cases import ORDERS, Market, at
from tests.backtest.test_context import desk_on

pytestmark = pytest.mark.kernel


def opened():
    desk, context = desk_on(Market(), hears=False)
    desk.next_turn()
    return desk, context


def sent(context):
    trader = context.desk["trader"]
    return [trader["messages"][k].copy() for k in range(trader["message_count"])]


def test_messages_leave_now_and_arrive_after_the_latency():
    desk, context = opened()
    assert place(context, 2, 1, 99, 3, True) == 2
    assert take(context, ANY_SLOT, -1, 100, 4) == 0
    first, second = sent(context)
    assert first["arrival_ns"] == desk.now_ns + 250_000
    assert (first["px_ticks"], first["lots"], first["side"], first["post_only"]) == (99, 3, 1, 1)
    assert second["time_in_force"] == TimeInForce.IOC
    assert context.desk["trader"]["last_order_id"] == 2


def test_a_change_and_an_end():
    desk, context = opened()
    slot = place(context, ANY_SLOT, 1, 99, 3, False)
    while desk.now_ns < at(3):
        desk.next_turn()
    assert modify(context, slot, 98, 2, False) == slot
    assert cancel(context, slot) == slot
    assert cancel(context, slot) == slot  # has been asked for
    assert [message["action"] for message in sent(context)] == [Action.MODIFY, Action.CANCEL]
    while desk.now_ns < at(5):
        desk.next_turn()
    assert desk.orders[slot]["state"] == Intent.NONE
    assert cancel(context, slot) == slot  # there is none
    assert sent(context) == []


def test_all_orders_end():
    _, context = opened()
    for k in range(ORDERS):
        place(context, ANY_SLOT, 1, 99 - k, 1, False)
    assert place(context, ANY_SLOT, 1, 90, 1, False) == -Reason.NO_FREE_SLOT
    cancel_all(context)
    actions = [message["action"] for message in sent(context)]
    assert actions == [Action.NEW] * ORDERS + [Action.CANCEL] * ORDERS
