"""The touch of a tape's packets against the naive book and by hand."""

import dataclasses

import numpy as np
import pytest

from hft_gym.book.touch import NO_TICKS, touches
from hft_gym.tape.instrument import Instrument
from hft_gym.tape.market_tape import MarketTape, TapeMeta
from hft_gym.tape.rows import COLUMNS, Flag, Kind

pytestmark = pytest.mark.kernel

LAST, SNAPSHOT = int(Flag.LAST), int(Flag.SNAPSHOT)
META = TapeMeta(Instrument("X", 1, "D", 1), "", "", "", {}, {}, 0, 0, 0, 0)


def tape_of(rows):
    """A tape in memory of rows (kind, side, px_ticks, lots, flags)."""
    columns = {name: np.zeros(len(rows), dtype) for name, dtype in COLUMNS.items()}
    for name, values in zip(
        ("kind", "side", "px_ticks", "lots", "flags"), zip(*rows, strict=True), strict=True
    ):
        columns[name][:] = values
    return MarketTape(None, columns, dataclasses.replace(META))


def all_touches(tape, chunk_rows):
    pieces = list(touches(tape, chunk_rows))
    return [np.concatenate(column).tolist() for column in zip(*pieces, strict=True)]


def test_by_hand():
    tape = tape_of(
        [
            (Kind.ADD, 1, 10, 5, SNAPSHOT),
            (Kind.ADD, -1, 12, 5, SNAPSHOT | LAST),
            (Kind.ADD, 1, 11, 2, 0),
            (Kind.TRADE, -1, 11, 1, 0),
            (Kind.REDUCE, 1, 11, 1, LAST),
            (Kind.REDUCE, 1, 11, 1, LAST),
            (Kind.LEVEL, -1, 11, 9, LAST),
            (Kind.LEVEL, -1, 11, 4, LAST),
            (Kind.LEVEL, -1, 11, 0, LAST),
            (Kind.CLEAR, 0, 0, 0, LAST),
        ]
    )
    for chunk_rows in (3, 100):
        rows, bids, asks = all_touches(tape, chunk_rows)
        assert rows == [4, 5, 6, 7, 8, 9]
        assert bids == [11, 10, 10, 10, 10, NO_TICKS]
        assert asks == [12, 12, 11, 11, 12, NO_TICKS]


def test_a_random_book():
    rng = np.random.default_rng(4)
    rows, held, expected = [], {}, []
    for _ in range(3_000):
        if held and rng.random() < 0.4:
            level = list(held)[rng.integers(len(held))]
            lots = int(rng.integers(1, held[level] + 1))
            kind, held[level] = Kind.REDUCE, held[level] - lots
            if held[level] == 0:
                del held[level]
        else:
            level = int(rng.choice([-1, 1])), int(rng.integers(-1_500, 1_500))
            kind, lots = Kind.ADD, 3
            held[level] = held.get(level, 0) + lots
        rows.append((kind, *level, lots, LAST))
        expected.append(
            (
                max((p for s, p in held if s > 0), default=NO_TICKS),
                min((p for s, p in held if s < 0), default=NO_TICKS),
            )
        )
    _, bids, asks = all_touches(tape_of(rows), 1 << 20)
    assert list(zip(bids, asks, strict=True)) == expected
