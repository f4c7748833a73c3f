"""The start of a run."""

import pytest

from hft_gym.market.risk.exposure import raise_asked
from hft_gym.market.risk.limits import Limits
from hft_gym.market.risk.losses import stop
from hft_gym.market.risk.records import RiskReason
from hft_gym.market.risk.state import clear_risk
from tests.market.risk.desks import ask, trader_with

pytestmark = pytest.mark.kernel


def test_a_new_run_starts_with_nothing_counted():
    trader = trader_with()
    limits = Limits(order_lots=1, burst_messages=1, refill_ns=1_000)
    ask(limits, trader, 1, 5, now_ns=5_000)
    raise_asked(trader, 3, 9)
    stop(trader, int(RiskReason.DRAWDOWN))
    clear_risk(trader)
    assert trader["risk"].tobytes() == bytes(trader["risk"].nbytes)
    assert not trader["asked_lots"].any()
