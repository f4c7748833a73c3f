"""What features ask for is added up, and nonsense is refused before anything is computed."""

from typing import NamedTuple

import numpy as np
import pytest

from hft_gym.errors import ConfigError
from hft_gym.features.book import Imbalance, Spread
from hft_gym.features.flow import OrderFlowImbalance
from hft_gym.features.interfaces import BOOK_VIEW_DTYPE, STATE, Needs
from hft_gym.features.needs import NEVER_NS, bar_step_ns, counts_for, memory_for, needs_of


class Greedy(NamedTuple):
    """A feature that wants more levels than there are."""

    levels: int = 11

    def needs(self):
        return Needs(levels=self.levels)


def test_who_says_nothing_needs_little():
    assert needs_of(Spread()) == Needs(STATE, 0.0, 0, False)


@pytest.mark.parametrize(
    ("feature", "message"),
    [
        (Spread(0.0), r"Spread\.scale_ticks must be above 0, not 0\.0"),
        (Imbalance(0), r"Imbalance\.levels must be above 0, not 0"),
        (OrderFlowImbalance(-1.0), r"OrderFlowImbalance\.half_life_s must be above 0"),
        (OrderFlowImbalance(float("nan")), r"half_life_s must be above 0, not nan"),
        (Greedy(), "asks for 11 levels; there are 10 at most"),
    ],
)
def test_parameters_out_of_range_are_refused(feature, message):
    with pytest.raises(ConfigError, match=message):
        needs_of(feature)


def test_memory_lies_side_by_side():
    view = np.zeros(1, BOOK_VIEW_DTYPE)[0]
    memory = memory_for([Needs(3), Needs(), Needs(5, bar_s=0.5)], view)
    assert memory.state.size == 8 + STATE
    assert memory.starts.tolist() == [0, 3, 3 + STATE, 8 + STATE]
    assert memory.bar_ns.tolist() == [NEVER_NS, NEVER_NS, 500_000_000]
    assert view["feature_count"] == 3


@pytest.mark.parametrize(
    ("bars_s", "step_ns"),
    [((), 0), ((0.0,), 0), ((1.0, 0.0, 60), 10**9), ((0.25, 0.1), 50_000_000)],
)
def test_one_step_meets_all_bars(bars_s, step_ns):
    assert bar_step_ns([Needs(bar_s=bar_s) for bar_s in bars_s]) == step_ns


def test_bars_with_nothing_in_common_are_refused():
    with pytest.raises(ConfigError, match=r"bars of 1, 1\.000001 s meet every 1000 ns only"):
        bar_step_ns([Needs(bar_s=1.0), Needs(bar_s=1.000001)])


def test_orders_are_counted_only_where_somebody_asks():
    view = np.zeros(1, BOOK_VIEW_DTYPE)[0]
    view["places"], view["rows"] = 20, 7
    assert counts_for([Needs()], view) == ()
    assert view["orders_address"] == 0
    orders, left_lots = counts_for([Needs(), Needs(orders=True)], view)
    assert (orders.size, left_lots.size) == (20, 7)
    assert view["orders_address"] == orders.ctypes.data
