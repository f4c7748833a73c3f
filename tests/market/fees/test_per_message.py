"""Messages cost, whatever becomes of them."""

import pytest

from hft_gym.errors import ConfigError
from hft_gym.market.fees.basis_points import BasisPoints
from hft_gym.market.fees.per_lot import PerLot
from hft_gym.market.fees.per_message import PerMessage
from hft_gym.market.records import Action
from tests.market.compiling import uncompiled
from tests.market.desk import Desk
from tests.market.fees.samples import check_twins, message_fee, trader

pytestmark = pytest.mark.kernel

MODEL = PerMessage(PerLot(0.0, 0.5), 0.001, 0.002, 0.003)


def test_fills_pay_by_the_other_schedule():
    check_twins(PerMessage(BasisPoints(1.0, 2.0)))


def test_each_kind_of_message_has_its_price():
    prices = [message_fee(MODEL, trader(), int(a)) for a in Action]
    assert dict(zip(Action, prices, strict=True)) == {
        Action.NEW: 1_000, Action.MODIFY: 2_000, Action.CANCEL: 3_000,
    }  # fmt: skip
    assert message_fee(PerLot(1.0, 1.0), trader(), int(Action.NEW)) == 0


def test_the_first_are_free():
    model = MODEL._replace(free_messages=2)
    costs = [message_fee(model, trader(messages_sent=n), int(Action.NEW)) for n in range(4)]
    assert costs == [0, 0, 1_000, 1_000]


@uncompiled
def test_a_message_is_paid_when_it_is_sent():
    desk = Desk(entry_ms=5, response_ms=5, fees=MODEL)
    order_id = desk.new(0, 1, 1, 100)
    assert desk.me["fees_microticks"] == desk.me["known_fees_microticks"] == 1_000
    desk.say(Action.CANCEL, 0, 2, order_id=order_id)
    desk.say(Action.CANCEL, 0, 3, order_id=order_id)  # will be too late, and costs the same
    desk.add(30, 1, 60, 1)
    desk.run(40)
    assert desk.me["rejected"] == 1
    assert desk.me["fees_microticks"] == desk.me["known_fees_microticks"] == 7_000


def test_numbers_out_of_range():
    with pytest.raises(ConfigError, match="free_messages"):
        PerMessage(free_messages=-1).check()
    PerMessage().check()
