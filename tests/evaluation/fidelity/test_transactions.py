"""What belongs to one message at the exchange."""

import numpy as np

from hft_gym.evaluation.fidelity.lives import LIFE_DTYPE
from hft_gym.evaluation.fidelity.transactions import Transactions
from hft_gym.tape.rows import Kind
from tests.evaluation.fidelity import cases


def test_rows_of_a_packet_with_one_time_belong_together():
    market = cases.filled_in_turn()
    found = Transactions.of(market.writer.tape())
    # two of the snapshot, an add, then print, two fills, two cancels
    assert found.number.tolist() == [0, 0, 1, 2, 2, 2, 2, 2]
    assert found.first_rows(np.array([7, 3, 2])).tolist() == [3, 3, 2]
    assert found.lowest_sell_ticks[2] == 100
    assert found.highest_buy_ticks[1] == 100
    assert found.highest_buy_ticks[2] < -1_000_000


def test_packets_at_the_same_time_are_apart():
    market = cases.Market()
    market.now_ms -= 1
    market.add(1, 99, 1)
    assert Transactions.of(market.writer.tape()).number.tolist() == [0, 0, 1]


def test_an_aggressors_own_fill_is_no_fill_at_rest():
    tape = cases.made_a_taker().writer.tape()
    takers = Transactions.of(tape).is_taker
    assert tape.kind[takers].tolist() == [Kind.FILL]
    assert tape.side[takers].tolist() == [1]


def test_without_an_aggressor_everybody_rests():
    assert not Transactions.of(cases.auction().writer.tape()).is_taker.any()


def test_who_was_met():
    tape = cases.self_match().writer.tape()
    rows = np.flatnonzero(tape.kind == Kind.REDUCE)
    lives = np.zeros(3, LIFE_DTYPE)
    lives["end_row"] = [rows[1], rows[1], -1]
    lives["side"] = 1
    lives["px_ticks"] = [101, 100, 101]  # the print at 101 does not reach 100
    assert Transactions.of(tape).was_met(lives).tolist() == [True, False, False]
    lives["side"] = -1
    assert not Transactions.of(tape).was_met(lives).any()
