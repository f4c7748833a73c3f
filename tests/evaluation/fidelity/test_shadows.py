"""Ours in the place of real orders, under the exact queue model."""

import numpy as np
import pytest

from hft_gym.evaluation.fidelity.lives import Fate, find_lives
from hft_gym.evaluation.fidelity.shadows import ShadowExchange
from hft_gym.market.queues.fifo import Fifo
from hft_gym.market.queues.risk_averse import RiskAverse
from hft_gym.tape.rows import Kind
from tests.evaluation.fidelity.cases import CASES, Market, at
from tests.naive.shadow import naive_shadow
from tests.random_tapes import random_tape

pytestmark = [pytest.mark.kernel, pytest.mark.long]


@pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
def test_known_fates(case):
    market, _, real_lots, own_lots, _ = case
    _, lives, shadows = market().judged()
    assert shadows["filled_lots"].tolist() == own_lots
    equal = np.array(real_lots) == own_lots
    assert ((shadows["differs_ns"] == 0) == equal).all()
    matched = np.minimum(real_lots, own_lots)
    assert shadows["matched_lots"].tolist() == matched.tolist()
    filled = shadows["filled_lots"] > 0
    both = filled & (lives.table["filled_lots"] > 0)
    assert (shadows["first_fill_ns"] == lives.table["first_fill_ns"])[both].all()
    assert not shadows["first_fill_ns"][~filled].any()


def test_an_order_of_ours_is_filled_at_another_time():
    """The venue serves the later order first and the earlier one after it."""
    market = Market()
    first, second = market.add(1, 101, 1), market.add(1, 101, 1)
    early = market.trade(101, 1, [(second, 1)], [(second, 1)])
    market.trade(101, 1, [(first, 1)], [(first, 1)])
    _, lives, shadows = market.judged()
    assert shadows["filled_lots"].tolist() == [1, 0]
    assert lives.table["first_fill_ns"][0] > shadows["first_fill_ns"][0] == at(early)
    assert shadows["matched_lots"][0] == 0
    assert shadows["differs_ns"].tolist() == [at(early)] * 2


def test_more_fills_than_answers_have_room():
    """Each of many fills keeps its own time."""
    market = Market()
    key = market.add(1, 101, 60)
    for _ in range(60):
        market.trade(101, 1, [(key, 1)], [(key, 1)])
    _, _, shadows = market.judged()
    assert (shadows["filled_lots"][0], shadows["matched_lots"][0]) == (60, 60)
    assert shadows["differs_ns"][0] == 0


def test_one_shadow_leaves_nothing_to_the_next():
    """What a newcomer trades with ours is there again for the next of ours."""
    market = Market()
    for _ in range(2):
        key = market.add(-1, 102, 1)
        market.writer.add(1, 102, 1)
        market.writer.row(Kind.REDUCE, -1, 102, 1, key)
        market.send()
        market.reduce(1, 102, 1, key + 1)
    _, lives, shadows = market.judged()
    asks = lives.table["side"] < 0
    assert shadows["through_lots"][asks].tolist() == [1, 1]


def test_an_order_that_is_taken_away_is_judged_until_the_aggressor_comes():
    """Filled in part before; then the aggressor would have met ours, who has another owner."""
    market = Market()
    first, second = market.add(1, 101, 3), market.add(1, 101, 2)
    early = market.trade(101, 1, [(first, 1)], [(first, 1)])
    market.trade(101, 2, [(second, 2)], [(second, 2), (first, 2)])
    _, lives, shadows = market.judged()
    assert lives.table["reason"].tolist() == [Fate.SELF_MATCH, Fate.FILLED]
    assert lives.table["filled_lots"].tolist() == shadows["filled_lots"].tolist() == [1, 2]
    assert shadows["first_fill_ns"][0] == at(early)
    assert shadows["through_lots"].tolist() == [3, 2]
    assert not shadows["differs_ns"].any()


def test_a_model_of_levels_does_not_see_the_order_that_ours_replaces():
    """Nobody else stands behind ours, so the lots that are cancelled stood before it."""
    market = Market()
    key = market.add(1, 100, 2)
    market.reduce(1, 100, 5, market.bid)
    market.trade(100, 2, [(key, 2)], [(key, 2)])
    assert market.judged(RiskAverse())[2]["filled_lots"].tolist() == [2]


@pytest.mark.parametrize("seed", range(4))
def test_slow_twin(seed):
    tape = random_tape(seed, packets=800)
    lives = find_lives(tape)
    shadows = ShadowExchange(tape, lives).shadows(Fifo())
    expected = [naive_shadow(tape, life) for life in lives.table]
    found = zip(shadows["filled_lots"].tolist(), shadows["first_fill_ns"].tolist(), strict=True)
    assert list(found) == expected
    assert (shadows["filled_lots"] > 0).sum() > 20
