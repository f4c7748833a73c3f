"""Levels of the book at decisions, against a book kept row by row in a dict."""

from dataclasses import replace

import numpy as np
import pytest

from hft_gym.envs.observations.books import Books, levels_of
from hft_gym.envs.observations.seen import BookShape
from hft_gym.features.depth_view import LEVEL_REACH_TICKS
from hft_gym.features.interfaces import CLIP
from hft_gym.tape.rows import Kind
from tests.envs.samples import random_dataset

pytestmark = pytest.mark.kernel


def naive_levels(market, shape):
    """The same table from every row of the tape, a decision after the other."""
    tape, book, row, out = market.tape, {1: {}, -1: {}}, 0, []
    for decision in market.decisions:
        while row < decision["row"]:
            kind, side, px = tape.kind[row], int(tape.side[row]), int(tape.px_ticks[row])
            lots = int(tape.lots[row])
            if kind == Kind.CLEAR:
                book = {1: {}, -1: {}}
            elif kind == Kind.LEVEL:
                book[side][px] = lots
            elif kind in (Kind.ADD, Kind.REDUCE):
                book[side][px] = book[side].get(px, 0) + (lots if kind == Kind.ADD else -lots)
            row += 1
        table = np.zeros((shape.levels, 4))
        if decision["is_tradable"]:
            table[:, ::2] = CLIP
            mid = (int(decision["bid_ticks"]) + int(decision["ask_ticks"])) / 2
            for side, touch in ((1, decision["bid_ticks"]), (-1, decision["ask_ticks"])):
                near = [
                    px for px, lots in book[side].items()
                    if lots > 0 and 0 <= side * (int(touch) - px) < LEVEL_REACH_TICKS
                ]  # fmt: skip
                for m, px in enumerate(sorted(near, reverse=side > 0)[: shape.levels]):
                    table[m, 1 - side] = min(CLIP, side * (mid - px) / shape.scale_ticks)
                    table[m, 2 - side] = min(CLIP, book[side][px] / shape.scale_lots)
        out.append(table)
    return np.array(out, np.float32)


@pytest.mark.parametrize(
    "shape", [BookShape(1, 1, 1.0, 10.0), BookShape(10, 1, 3.0, 20.0), BookShape(40, 1, 3.0, 20.0)]
)
def test_they_equal_their_slow_twin(shape):
    for market in random_dataset().markets:
        found = levels_of(market, shape)
        assert np.array_equal(found, naive_levels(market, shape))
        assert found.any()
        assert not found[market.decisions["is_tradable"] == 0].any()
    assert levels_of(market, shape) is found  # computed once
    touch = market.decisions[market.decisions["is_tradable"] == 1]
    best = found[market.decisions["is_tradable"] == 1][:, 0]
    assert best[:, 1] == pytest.approx(np.minimum(CLIP, touch["bid_lots"] / shape.scale_lots))


def test_steps_are_the_latest_decisions_of_the_tape():
    dataset = random_dataset()
    shape = BookShape(3, 5, 2.0, 10.0)
    books = Books(dataset, shape)
    tapes, decisions = np.array([1, 0, 1, 0]), np.array([0, 2, 30, 17])
    found = books.at(tapes, decisions)
    assert found.shape == (4, 5, 3, 4)
    for k, (tape, decision) in enumerate(zip(tapes, decisions, strict=True)):
        table = levels_of(dataset.markets[tape], shape)
        for step in range(5):
            assert np.array_equal(found[k, step], table[max(0, decision - 4 + step)])


def test_only_what_is_known_is_shown():
    # the same rows until a decision give the same books until then
    market = random_dataset().markets[0]
    shape = BookShape(5, 1, 2.0, 10.0)
    k = len(market.decisions) // 2
    early = replace(market, decisions=market.decisions[:k], features=market.features[:k])
    assert np.array_equal(levels_of(early, shape), levels_of(market, shape)[:k])
