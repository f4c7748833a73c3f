from typing import NamedTuple

from hft_gym.backtest.interfaces import on_event, on_fill, on_order, on_timer
from hft_gym.backtest.samples.imbalance import ImbalanceTaker


class Nobody(NamedTuple):
    """Implements nothing."""


def test_what_a_strategy_leaves_out_does_nothing():
    for callback in (on_event, on_timer, on_fill, on_order):
        assert not callback.implemented_by(Nobody)
        assert callback(Nobody(), None, 0) is None


def test_what_it_implements_is_known():
    assert on_event.implemented_by(ImbalanceTaker)
    assert on_fill.implemented_by(ImbalanceTaker)
    assert not on_timer.implemented_by(ImbalanceTaker)
