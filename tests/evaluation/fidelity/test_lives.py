"""The lives of real orders."""

import dataclasses

import numpy as np
import pytest

from hft_gym.errors import InputError
from hft_gym.evaluation.fidelity.lives import find_lives
from hft_gym.tape.rows import Kind
from tests.evaluation.fidelity.cases import CASES, Market, at, filled_bit_by_bit
from tests.naive.lives import naive_lives
from tests.random_tapes import START_NS, TapeWriter, random_tape

pytestmark = pytest.mark.kernel


@pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
def test_known_fates(case):
    market, fates, filled_lots, *_ = case
    lives = find_lives(market().writer.tape())
    assert lives.table["reason"].tolist() == fates
    assert lives.table["filled_lots"].tolist() == filled_lots


def test_one_life_in_full():
    lives = find_lives(filled_bit_by_bit().writer.tape())
    (life,) = lives.table
    assert (life["arrival_row"], life["end_row"]) == (2, 11)
    assert (life["side"], life["px_ticks"], life["lots"]) == (1, 100, 3)
    assert (life["ahead_lots"], life["first_fill_ns"]) == (5, at(3))
    # a fill, its cancel, a decrease, a fill, its cancel
    assert lives.own_filled_lots.tolist() == [1, 0, 0, 1, 0]
    assert lives.own_gone_lots.tolist() == [0, 1, 1, 0, 1]
    assert lives.own_cut_lots.tolist() == [0, 0, 1, 0, 0]


@pytest.mark.parametrize("seed", range(4))
def test_slow_twin(seed):
    tape = random_tape(seed, packets=800)
    lives = find_lives(tape)
    expected = naive_lives(tape)
    assert len(expected) > 100
    assert [tuple(life) for life in lives.table.tolist()] == expected
    assert len(lives.own_rows) == lives.first_own[-1]
    counted = np.add.reduceat(lives.own_gone_lots, lives.first_own[:-1])
    assert counted.tolist() == lives.table["lots"].tolist()


def test_what_is_left_out_is_counted():
    market = Market()
    early = market.add(1, 99, 1)
    kept = market.add(1, 98, 1)
    market.add(1, 97, 1)  # stays
    far = market.add(1, 100 - 20_000, 1)
    short = market.add(1, 96, 1)
    market.reduce(1, 96, 1, short)
    market.reduce(1, 100 - 20_000, 1, far)
    market.reduce(1, 98, 1, kept)
    market.reduce(1, 99, 1, early)
    late = market.add(1, 95, 1)
    market.reduce(1, 95, 1, late)
    tape = market.writer.tape((at(3), at(10)))
    tape.meta = dataclasses.replace(tape.meta, low_ticks=90)
    lives = find_lives(tape, least_life_ns=2_000_000)
    assert lives.table["px_ticks"].tolist() == [98]
    assert {why: count for why, count in lives.left_out.items() if count} == {
        "of a snapshot": 2,
        "before the session": 1,
        "after the session": 1,
        "far from the market": 1,
        "still there at the end": 1,
        "too short": 1,
    }


def test_a_sample_is_drawn_by_its_seed():
    tape = random_tape(1, packets=500)
    everything = find_lives(tape)
    drawn = [find_lives(tape, sample=20, seed=seed) for seed in (3, 3, 4)]
    rows = [lives.table["arrival_row"].tolist() for lives in drawn]
    assert rows[0] == rows[1] != rows[2]
    assert rows[0] == sorted(set(rows[0]) & set(everything.table["arrival_row"].tolist()))
    assert drawn[0].left_out["not in the sample"] == len(everything.table) - 20
    assert "not in the sample" not in find_lives(tape, sample=10**6).left_out


def test_a_cleared_book_leaves_fates_unknown():
    market = Market()
    market.add(1, 99, 1)
    market.writer.row(Kind.CLEAR, 0, 0, 0)
    market.send()
    key = market.add(1, 99, 1)
    market.reduce(1, 99, 1, key)
    lives = find_lives(market.writer.tape())
    assert lives.table["ahead_lots"].tolist() == [0]
    assert lives.left_out["still there at the end"] == 1


def test_nothing_to_judge():
    with pytest.raises(InputError, match=r"no order came and went .* \(2 of a snapshot\); give"):
        find_lives(Market().writer.tape())
    levels = TapeWriter()
    levels.row(Kind.LEVEL, 1, 100, 5)
    levels.send(START_NS)
    with pytest.raises(InputError, match="holds no arrival of an order; give"):
        find_lives(levels.tape())
