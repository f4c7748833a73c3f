import numpy as np
import pytest

from hft_gym.backtest.desk import PythonStrategy
from hft_gym.errors import ConfigError
from hft_gym.market.records import Action, OrderType, Reason, Request
from tests.backtest.cases import Market, Script, run

pytestmark = pytest.mark.kernel


def test_any_order_can_be_sent():
    at_market = Request(Action.NEW, 1, 0, 7, order_type=OrderType.MARKET)
    script = Script({10: lambda desk: desk.ask(-1, at_market)})
    result = run(Market(), script, 20)
    assert result.fills["px_ticks"].tolist() == [103, 104]
    assert result.fills["lots"].tolist() == [5, 2]


def test_a_message_that_is_not_sent_says_why():
    said = []

    def too_many(desk):
        said.extend(desk.place(1, 90 - k, 1) for k in range(5))
        said.append(desk.place(1, 99, 0, slot=3))

    run(Market(), Script({10: too_many}), 20)
    assert said == [0, 1, 2, 3, -Reason.NO_FREE_SLOT, -Reason.NO_FREE_SLOT]


def test_changes_reach_the_exchange():
    acts = {
        10: lambda desk: desk.place(1, 99, 5, post_only=True),
        12: lambda desk: desk.modify(0, 98, 2, post_only=True),
        14: lambda desk: desk.cancel(0),
        16: lambda desk: desk.cancel(0),
    }
    script = Script(acts)
    result = run(Market(), script, 20)
    assert [ms for ms, _ in script.answers] == [10.5, 12.5, 14.5]
    assert script.answers[-1][1] == Reason.CANCELLED
    assert result.counts["messages"] == 3


def test_orders_are_not_to_be_written():
    def write(desk):
        desk.orders["px_ticks"] = 5

    with pytest.raises(ValueError, match="read-only"):
        run(Market(), Script({10: write}), 20)


class Deaf(PythonStrategy):
    """Overrides nothing."""


def test_a_strategy_that_hears_of_nothing_is_refused():
    with pytest.raises(ConfigError, match="on_event"):
        run(Market(), Deaf(), 20)


def test_callbacks_of_the_base_do_nothing():
    nothing = PythonStrategy()
    assert nothing.on_event(None, 0) is None
    assert nothing.on_timer(None, 0) is None
    assert nothing.on_fill(None, np.void(b"")) is None
    assert nothing.on_order(None, np.void(b"")) is None
