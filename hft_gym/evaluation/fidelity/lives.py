"""The real orders of a tape, each from its arrival to its end: what a shadow order is judged by.

A life begins with an ADD row and belongs to one priority: an order that is moved to another price,
made larger or refilled goes to the back of a queue, so its old life ends and a new one begins.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hft_gym.errors import InputError
from hft_gym.evaluation.fidelity.transactions import Transactions
from hft_gym.kernel.jit import enable_cache, kernel
from hft_gym.tape.market_tape import MarketTape
from hft_gym.tape.rows import Flag, Kind

BAND_TICKS = 1 << 13  # an order so far outside the session's range cannot have traded in it
_ADD, _REDUCE, _FILL, _CLEAR = int(Kind.ADD), int(Kind.REDUCE), int(Kind.FILL), int(Kind.CLEAR)


class Fate(IntEnum):
    """How a life ended."""

    FILLED = 0  # its last lot traded
    WITHDRAWN = 1  # its owner cancelled it, moved it, or made a taker of it
    SELF_MATCH = 2  # the venue cancelled it, since it would have met its own owner
    UNKNOWN = 3  # it was still there at the end, or the venue emptied its book


_FILLED, _WITHDRAWN, _UNKNOWN = int(Fate.FILLED), int(Fate.WITHDRAWN), int(Fate.UNKNOWN)
LIFE_DTYPE = np.dtype(
    [
        ("arrival_row", "i8"),  # its ADD row, which is also its queue key
        ("end_row", "i8"),  # the row by which its last lot left; -1: none
        ("judged_row", "i8"),  # the last one that counts: of a self-match, before the aggressor
        ("ahead_lots", "i8"),  # what its level showed before it
        ("filled_lots", "i8"),  # traded while it rested, of the lots that it showed, by then
        ("first_fill_ns", "i8"),  # exchange time; 0: never filled
        ("px_ticks", "i4"),
        ("lots", "i4"),
        ("side", "i1"),
        ("reason", "u1"),  # a Fate
    ],
    align=True,
)


@dataclass(frozen=True, eq=False)
class Lives:
    """Lives whose fate is known, and the rows that touched them.

    Attributes:
        table: `[lives]` of `LIFE_DTYPE`, in order of arrival.
        first_own: `[lives + 1]` where the rows of each life begin in the arrays below.
        own_rows: `[n]` rows of a life after its arrival, in order.
        own_filled_lots: `[n]` lots that traded by this FILL row while they rested.
        own_gone_lots: `[n]` lots that left the book by this REDUCE row.
        own_cut_lots: `[n]` those of them that had not traded: a decrease or a cancel.
        left_out: how many arrivals are not among the lives, by the reason why not.
        base_ticks: price of the first level of a band that holds all of them.
        levels: of the band.
    """

    table: NDArray[np.void]
    first_own: NDArray[np.int64]
    own_rows: NDArray[np.int64]
    own_filled_lots: NDArray[np.int64]
    own_gone_lots: NDArray[np.int64]
    own_cut_lots: NDArray[np.int64]
    left_out: Mapping[str, int]
    base_ticks: int
    levels: int


@kernel
def _follow(
    columns: Any,
    is_taker: NDArray[np.bool_],
    numbers: NDArray[np.int32],
    base_ticks: int,
    ladder: NDArray[np.int32],
    lives: NDArray[np.void],
    row_lots: NDArray[np.int32],
) -> None:
    """Fill in the life of every ADD row of a tape, and what each row did to its order.

    Args:
        columns: kind, side, px_ticks, lots, queue_key, each `[rows]`.
        is_taker: `[rows]` whether the order of a FILL was the aggressor.
        numbers: `[rows]` of the life that an ADD row begins.
        base_ticks: price of the ladder's first level.
        ladder: `[places]` of zeros.
        lives: `[adds]` of `LIFE_DTYPE`, zeros.
        row_lots: `[rows, 2]` zeros: lots that traded at rest, and lots that left untraded.
    """
    kinds, sides, prices, sizes, keys = columns
    pending = np.zeros(lives.size, np.int32)  # traded lots whose REDUCE is still to come
    left = np.zeros(lives.size, np.int32)
    for row in range(kinds.size):
        kind, key, lots = kinds[row], keys[row], sizes[row]
        place = 2 * (prices[row] - base_ticks) + (1 if sides[row] < 0 else 0)
        inside = 0 <= place < ladder.size
        if kind == _ADD:
            life = lives[numbers[row]]
            life["arrival_row"], life["end_row"], life["reason"] = row, -1, _UNKNOWN
            life["side"], life["px_ticks"], life["lots"] = sides[row], prices[row], lots
            left[numbers[row]] = lots
            if inside:
                life["ahead_lots"] = ladder[place]
                ladder[place] += lots
        elif kind == _CLEAR:
            ladder[:] = 0
        elif key >= 0 and kind == _FILL and not is_taker[row]:
            # what an iceberg trades beyond what it showed is another life's
            number = numbers[key]
            traded = min(lots, left[number] - pending[number])
            pending[number] += traded
            row_lots[row, 0] = traded
        elif key >= 0 and kind == _REDUCE:
            number = numbers[key]
            traded = min(lots, pending[number])
            pending[number] -= traded
            left[number] -= lots
            row_lots[row, 1] = lots - traded
            if left[number] == 0:
                lives[number]["end_row"] = row
                lives[number]["reason"] = _WITHDRAWN if lots > traded else _FILLED
            if inside:
                ladder[place] -= lots


def find_lives(
    tape: MarketTape, *, least_life_ns: int = 0, sample: int | None = None, seed: int = 0
) -> Lives:
    """The orders of a tape's session that came and went while we looked.

    Args:
        tape: of a source that shows every order.
        least_life_ns: shorter lives are left out.
        sample: of so many lives at most, drawn without replacement; None: all of them.
        seed: of the draw.

    Raises:
        InputError: the tape does not show orders, or none of them lived within its session.
    """
    enable_cache()
    transactions = Transactions.of(tape)
    lives, row_lots, band = _everything(tape, transactions)
    met = transactions.was_met(lives)
    lives["reason"][met & (lives["reason"] == Fate.WITHDRAWN)] = Fate.SELF_MATCH
    lives["judged_row"] = lives["end_row"]
    taken = lives["reason"] == Fate.SELF_MATCH
    lives["judged_row"][taken] = transactions.first_rows(lives["end_row"][taken]) - 1
    lives, left_out = _choose(tape, lives, band, least_life_ns)
    if sample is not None and sample < len(lives):
        left_out["not in the sample"] = len(lives) - sample
        drawn = np.random.default_rng(seed).choice(len(lives), sample, replace=False)
        lives = lives[np.sort(drawn)]
    if not len(lives):
        counts = ", ".join(f"{count} {why}" for why, count in left_out.items() if count)
        raise InputError(
            f"{tape.meta.source}: no order came and went within the session ({counts or 'none'}); "
            "give a file or a session with trading"
        )
    return _with_rows(tape, lives, row_lots, left_out, band)


def _everything(
    tape: MarketTape, transactions: Transactions
) -> tuple[NDArray[np.void], NDArray[np.int32], tuple[int, int]]:
    """The life of every ADD row, lots of every row, and the band of prices."""
    is_add = tape.kind == Kind.ADD
    if not np.any(is_add):
        raise InputError(
            f"{tape.meta.source} ({tape.meta.schema}) holds no arrival of an order; give a "
            "longer file of schema mbo"
        )
    px_ticks = tape.px_ticks[is_add]
    base = max(tape.meta.low_ticks - BAND_TICKS, int(px_ticks.min()))
    levels = max(0, min(tape.meta.high_ticks + BAND_TICKS, int(px_ticks.max())) - base + 1)
    lives = np.zeros(len(px_ticks), LIFE_DTYPE)
    row_lots = np.zeros((len(tape), 2), np.int32)
    numbers = np.cumsum(is_add, dtype=np.int32) - np.int32(1)
    columns = (tape.kind, tape.side, tape.px_ticks, tape.lots, tape.queue_key)
    ladder = np.zeros(2 * levels, np.int32)
    _follow(columns, transactions.is_taker, numbers, base, ladder, lives, row_lots)
    return lives, row_lots, (base, levels)


def _choose(
    tape: MarketTape, lives: NDArray[np.void], band: tuple[int, int], least_life_ns: int
) -> tuple[NDArray[np.void], dict[str, int]]:
    """The lives to judge by, and how many are left out for which reason, one for each."""
    row, end = lives["arrival_row"], lives["end_row"]
    level = lives["px_ticks"].astype(np.int64) - band[0]
    last_row = np.searchsorted(tape.ts_local_ns, tape.meta.session_end_ns, side="right") - 1
    rules = {
        "of a snapshot": tape.flags[row] & Flag.SNAPSHOT != 0,
        "before the session": tape.ts_local_ns[row] < tape.meta.session_start_ns,
        "after the session": row > last_row,
        "far from the market": (level < 0) | (level >= band[1]),
        "still there at the end": (lives["reason"] == Fate.UNKNOWN) | (end > last_row),
        "too short": tape.ts_exchange_ns[end] - tape.ts_exchange_ns[row] < least_life_ns,
    }
    left_out = {}
    kept = np.ones(len(lives), np.bool_)
    for why, holds in rules.items():
        left_out[why] = int((kept & holds).sum())
        kept &= ~holds
    return lives[kept], left_out


def _with_rows(
    tape: MarketTape,
    table: NDArray[np.void],
    row_lots: NDArray[np.int32],
    left_out: dict[str, int],
    band: tuple[int, int],
) -> Lives:
    """Gather the rows of each life, and what they say of its fills."""
    number = np.full(len(tape), -1, np.int64)
    number[table["arrival_row"]] = np.arange(len(table))
    known = (tape.queue_key >= 0) & np.isin(tape.kind, (Kind.FILL, Kind.REDUCE))
    rows = np.flatnonzero(known)
    owner = number[tape.queue_key[rows]]
    rows, owner = rows[owner >= 0], owner[owner >= 0]
    by_owner = np.argsort(owner, kind="stable")
    rows, owner = rows[by_owner], owner[by_owner]
    filled, cut = (row_lots[rows, k].astype(np.int64) for k in (0, 1))
    filled[rows > table["judged_row"][owner]] = 0
    gone = np.where(tape.kind[rows] == Kind.REDUCE, tape.lots[rows], 0).astype(np.int64)
    np.add.at(table["filled_lots"], owner, filled)
    traded = np.flatnonzero(filled)[::-1]  # the first one is written last
    table["first_fill_ns"][owner[traded]] = tape.ts_exchange_ns[rows[traded]]
    first = np.searchsorted(owner, np.arange(len(table) + 1))
    return Lives(table, first, rows, filled, gone, cut, left_out, *band)
