"""The levels of the book at every decision of a dataset, computed once and shared."""

from typing import Any
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray

from hft_gym.book.index import INDEX_DTYPE, follow_ladder
from hft_gym.envs.dataset import Dataset, Market
from hft_gym.envs.observations.seen import BookShape
from hft_gym.features.depth_view import LEVEL_REACH_TICKS, next_place
from hft_gym.features.interfaces import CLIP
from hft_gym.kernel.address import address_of, column
from hft_gym.kernel.jit import kernel

FIELDS = 4  # of a level: see `BookShape`

_tables: WeakKeyDictionary[Market, dict[tuple[int, float, float], NDArray[np.float32]]] = (
    WeakKeyDictionary()
)


class Books:
    """Where the levels of every decision lie in memory."""

    def __init__(self, dataset: Dataset, shape: BookShape) -> None:
        """Compute what is not there yet, a pass over each tape."""
        self._shape = shape
        self._levels = [levels_of(market, shape) for market in dataset.markets]
        self._addresses = np.array([address_of(table) for table in self._levels], np.int64)

    def at(self, tapes: NDArray[np.int64], decisions: NDArray[np.int64]) -> NDArray[np.float32]:
        """`[n, steps, levels, 4]` until decision `decisions[k]` of tape `tapes[k]`, that included.

        Before the first decision of a tape that one is repeated.
        """
        out = np.empty((tapes.size, self._shape.steps, self._shape.levels, FIELDS), np.float32)
        _gather(self._addresses, tapes, decisions, out)
        return out


def levels_of(market: Market, shape: BookShape) -> NDArray[np.float32]:
    """`[decisions, levels, 4]` of one market in the units of `shape`; see `BookShape`."""
    kept = _tables.setdefault(market, {})
    key = (shape.levels, shape.scale_ticks, shape.scale_lots)
    if key not in kept:
        index = np.array([market.index.record()], INDEX_DTYPE)
        ladder = np.zeros(market.index.places, np.int32)
        table = np.zeros((market.decisions.size, shape.levels, FIELDS), np.float32)
        _fill(index, market.decisions, ladder, (shape.scale_ticks, shape.scale_lots), table)
        kept[key] = table
    return kept[key]


@kernel
def _fill(
    index: NDArray[Any],
    decisions: NDArray[Any],
    ladder: NDArray[np.int32],
    scales: tuple[float, float],
    out: NDArray[np.float32],
) -> None:
    row = 0
    for k in range(decisions.size):
        decision = decisions[k]
        follow_ladder(index[0], ladder, row, decision["row"])
        row = decision["row"]
        if decision["is_tradable"]:
            _write_side(index[0], decision, ladder, 1, scales, out[k])
            _write_side(index[0], decision, ladder, -1, scales, out[k])


@kernel
def _write_side(
    index: np.void,
    decision: np.void,
    ladder: NDArray[np.int32],
    side: int,
    scales: tuple[float, float],
    out: NDArray[np.float32],
) -> None:
    """The levels of a side, +1 bid or -1 ask, from the touch on."""
    base, slot = index["base_ticks"], (0 if side > 0 else 1)
    mid_ticks = 0.5 * (int(decision["bid_ticks"]) + int(decision["ask_ticks"]))
    touch = decision["bid_ticks"] if side > 0 else decision["ask_ticks"]
    start = int(2 * (touch - base) + slot)
    place = start
    for m in range(out.shape[0]):
        if place >= 0:
            left = LEVEL_REACH_TICKS - abs(place - start) // 2
            place = int(next_place(ladder, place, -2 * side, left))
        out[m, 2 * slot] = CLIP
        out[m, 2 * slot + 1] = 0.0
        if place >= 0:
            away_ticks = side * (mid_ticks - (base + place // 2))
            out[m, 2 * slot] = min(CLIP, away_ticks / scales[0])
            out[m, 2 * slot + 1] = min(CLIP, ladder[place] / scales[1])
            place -= 2 * side


@kernel
def _gather(
    addresses: NDArray[np.int64],
    tapes: NDArray[np.int64],
    decisions: NDArray[np.int64],
    out: NDArray[np.float32],
) -> None:
    steps, levels = out.shape[1], out.shape[2]
    width = levels * FIELDS
    for k in range(tapes.size):
        table = column(addresses[tapes[k]], (decisions[k] + 1) * width, np.float32)
        for s in range(steps):
            first = max(0, decisions[k] - (steps - 1 - s)) * width
            for m in range(levels):
                for f in range(FIELDS):
                    out[k, s, m, f] = table[first + m * FIELDS + f]
