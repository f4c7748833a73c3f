"""CME's allocations: published ones, and those of whole lists of orders."""

import numpy as np
import pytest

from hft_gym.errors import ConfigError
from hft_gym.kernel.jit import kernel
from hft_gym.market.interfaces import lots_ahead_gone, share_of_print
from hft_gym.market.queues.pro_rata import ProRata
from hft_gym.market.records import ORDER_DTYPE
from tests.market.compiling import uncompiled
from tests.market.queues.samples import desk
from tests.naive.queues import allocate

pytestmark = pytest.mark.kernel

A = ProRata(min_allocation_lots=2, top_max_lots=1_000_000)
C = ProRata(min_allocation_lots=1)
S = ProRata(fifo_share=1.0, lead_share=0.4, top_max_lots=1_000_000)
T = ProRata(fifo_share=1.0, lead_share=0.4)
K = ProRata(min_allocation_lots=2, fifo_share=0.4, lead_share=0.1, top_max_lots=100)


@kernel
def share(model, ours, lots, ahead_lots, level_lots):
    return share_of_print(model, ours[0], lots, ahead_lots, level_lots)


def ours(model, lots, orders, k, top=None):
    """Lots of a print for order `k`, were it ours, from the level alone."""
    order = np.zeros(1, ORDER_DTYPE)
    order["leaves_lots"], order["is_top"] = orders[k], top == k
    return share(model, order, lots, sum(orders[:k]), sum(orders) - orders[k])


def test_the_venues_own_example():
    """Notice 020705-1: 60 lots meet 10 (TOP), 5, 20, 50 and 75."""
    orders = [10, 5, 20, 50, 75]
    assert allocate(60, orders, A, top=0) == [10, 3, 6, 16, 25]
    assert ours(A, 60, orders, 0, top=0) == 10
    # without the TOP order the level tells all that pro rata needs
    rest = orders[1:]
    assert allocate(50, rest, A) == [3, 6, 16, 25]
    assert [ours(A, 50, rest, k) for k in (1, 2, 3)] == [6, 16, 25]
    assert ours(A, 50, rest, 0) == 1  # its own lost lot; what others lost is not counted


def test_the_venues_example_of_a_minimum():
    """CME Globex Matching Algorithm Steps, "Pro Rata Example": 50 lots, a minimum of 2."""
    orders = [5, 9, 57, 4, 28, 300]
    model = ProRata(min_allocation_lots=2)
    assert allocate(50, orders, model) == [3, 0, 7, 0, 3, 37]  # three lots are left, first come
    assert [ours(model, 50, orders, k) for k in (1, 2, 3, 4, 5)] == [0, 7, 0, 3, 37]


@pytest.mark.parametrize("model", [A, C, K, S, T], ids=list("ACKST"))
def test_never_more_than_the_venue_gives(model):
    random = np.random.default_rng(5)
    exact = total = 0
    for _ in range(400):
        orders = random.integers(1, 60, random.integers(1, 7)).tolist()
        lots = int(random.integers(1, sum(orders) + 20))
        k = int(random.integers(0, len(orders)))
        top = k if k == 0 and random.random() < 0.5 else None
        # lead market makers stand last here and have lots enough
        lead_lots = int(lots * model.lead_share) + 1 if model.lead_share else 0
        everyone = [*orders, lead_lots] if lead_lots else orders
        lead = (len(orders),) if lead_lots else ()
        given = allocate(lots, everyone, model, top if model.top_max_lots else None, lead)[k]
        found = ours(model, lots, everyone, k, top)
        assert 0 <= found <= orders[k]
        assert found <= given + (1 if model.fifo_share not in (0.0, 1.0) else 0)
        exact += found == given
        total += 1
    assert exact > 0.6 * total


@pytest.mark.parametrize("model", [S, T], ids=list("ST"))
def test_first_come_first_served_is_exact(model):
    for ahead, lots, expected in [(0, 5, 3), (2, 5, 1), (3, 5, 0), (3, 10, 3), (3, 20, 6)]:
        order = np.zeros(1, ORDER_DTYPE)[0]
        order["leaves_lots"] = 6
        # two fifths go to lead market makers
        assert share_of_print(model, order, lots, ahead, 50) == expected


def test_a_print_that_takes_all_fills_all():
    assert ours(C, 31, [10, 20], 1) == 20
    assert ours(C, 30, [10, 20], 0) == 10


def test_shares_below_the_minimum_are_lost():
    assert ours(ProRata(2), 15, [100, 10], 1) == 0  # 1.36 lots
    assert ours(ProRata(1), 15, [100, 10], 1) == 1


def test_places_are_exact_where_orders_are_seen():
    order = np.zeros(1, ORDER_DTYPE)[0]
    order["arrival_row"], order["ahead_lots"] = 50, 6
    assert lots_ahead_gone(C, order, 49, 4, 20) == 4
    assert lots_ahead_gone(C, order, 51, 4, 20) == 0
    assert lots_ahead_gone(C, order, -1, 4, 20) == 1  # 4 of 24, a quarter of them before us


@uncompiled
def test_at_the_exchange():
    here = desk(C)
    here.add(0.5, 1, 100, 15)  # 20 lots
    here.new(0, 1, 1, 100, 20)
    here.trade(2, 100, 10, [(here.keys[100], 5)])
    here.run(3)
    assert here.me["position_lots"] == 5
    assert here.order(0)["ahead_lots"] == 15


@uncompiled
def test_the_top_order_trades_first():
    here = desk(A)
    here.new(0, 1, 1, 101, 4)  # betters 100
    here.add(2, 1, 101, 40)
    here.trade(3, 101, 5)
    here.run(4)
    assert here.me["position_lots"] == 4
    other = desk(A)
    other.new(0, 1, 1, 100, 4)  # joins
    other.add(2, 1, 100, 40)
    other.trade(3, 100, 5)
    other.run(4)
    assert (other.order(0)["is_top"], other.me["position_lots"]) == (0, 0)


@pytest.mark.parametrize("bad", [ProRata(fifo_share=-0.1), ProRata(lead_share=2), ProRata(-1)])
def test_numbers_out_of_range(bad):
    with pytest.raises(ConfigError, match="ProRata"):
        bad.check()
    ProRata().check()
