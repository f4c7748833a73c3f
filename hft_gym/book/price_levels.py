"""Price levels of both sides, sorted, with their lots and orders; any 64-bit price, no tick size.

Levels of a side lie side by side, the best one last: what happens near the touch moves little. A
rank orders both sides alike: the price of a bid, its bitwise complement for an ask, which turns
the order round without overflow.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from hft_gym.kernel.address import address_of, column
from hft_gym.kernel.jit import kernel

LEVEL_DTYPE = np.dtype([("rank_e9", "i8"), ("lots", "i8"), ("orders", "i8")])
SORTED_DTYPE = np.dtype(
    [
        ("level_count", "i8", (2,)),  # of bids and of asks
        ("level_slots", "i8"),  # room on each side
        ("levels_address", "u8"),  # address of [2 * level_slots] of LEVEL_DTYPE, bids first
    ]
)
_NEAR_LEVELS = 12  # looked through one by one before the rest is halved


class SortedLevels:
    """The array behind a record of SORTED_DTYPE, which holds its address.

    Args:
        record: filled in; an empty book.
        room: for so many levels of a side before `grow`.
    """

    def __init__(self, record: np.void, room: int) -> None:
        self._record = record
        self._levels = np.zeros((2, room), LEVEL_DTYPE)
        record["level_count"] = 0
        self._bind()

    def grow(self) -> None:
        """Make room for twice as many levels."""
        self._levels = np.concatenate([self._levels, np.zeros_like(self._levels)], axis=1)
        self._bind()

    def _bind(self) -> None:
        self._record["level_slots"] = self._levels.shape[1]
        self._record["levels_address"] = address_of(self._levels)


@kernel
def levels_of(book: np.void) -> NDArray[np.void]:
    """`[2 * level_slots]` of LEVEL_DTYPE: worst to best bids, then worst to best asks."""
    return column(book["levels_address"], 2 * book["level_slots"], LEVEL_DTYPE)


@kernel
def rank_of(side: int, price_e9: int) -> int:
    """Rank of a price: the higher, the better for that side; its own inverse."""
    return price_e9 if side > 0 else ~price_e9


@kernel
def has_room(book: np.void) -> Any:
    """Whether either side may take one more level."""
    return max(book["level_count"][0], book["level_count"][1]) < book["level_slots"]


@kernel
def best_place(book: np.void, side: int) -> int:
    """Where in `levels_of` the best level of a side is; worse ones lie before it."""
    row = 0 if side > 0 else 1
    return row * book["level_slots"] + book["level_count"][row] - 1


@kernel
def best_e9(book: np.void, side: int, otherwise_e9: int) -> int:
    """The best price of a side, or `otherwise_e9` where there is none."""
    if book["level_count"][0 if side > 0 else 1] == 0:
        return otherwise_e9
    return rank_of(side, levels_of(book)[best_place(book, side)]["rank_e9"])


@kernel
def lots_at(book: np.void, side: int, price_e9: int) -> int:
    """Lots that rest at a price; 0 where there is no level."""
    row = 0 if side > 0 else 1
    rank = rank_of(side, price_e9)
    levels = levels_of(book)
    first = row * book["level_slots"]
    end = first + book["level_count"][row]
    place = _place_of(levels, first, end, rank)
    return levels[place]["lots"] if place < end and levels[place]["rank_e9"] == rank else 0


@kernel
def change(book: np.void, side: int, price_e9: int, lots: int, orders: int) -> None:
    """Lots and orders come to rest at a price or, where negative, leave it.

    A level appears with its first lots and is gone with its last; there must be room for one.
    """
    row = 0 if side > 0 else 1
    rank = rank_of(side, price_e9)
    levels = levels_of(book)
    first = row * book["level_slots"]
    end = first + book["level_count"][row]
    place = _place_of(levels, first, end, rank)
    if place == end or levels[place]["rank_e9"] != rank:
        for k in range(end, place, -1):
            levels[k] = levels[k - 1]
        level = levels[place]
        level["rank_e9"] = rank
        level["lots"] = 0
        level["orders"] = 0
        end += 1
    level = levels[place]
    level["lots"] += lots
    level["orders"] += orders
    if level["lots"] == 0:
        end -= 1
        for k in range(place, end):
            levels[k] = levels[k + 1]
    book["level_count"][row] = end - first


@kernel
def clear(book: np.void) -> None:
    """No level holds anything."""
    book["level_count"][0] = 0
    book["level_count"][1] = 0


@kernel
def _place_of(levels: NDArray[np.void], first: int, end: int, rank: int) -> int:
    """Where the level of a rank is, or where it would have to come."""
    high = end  # every level from here on is better
    near = max(first, end - _NEAR_LEVELS)
    while high > near:
        if levels[high - 1]["rank_e9"] < rank:
            return high
        high -= 1
    low = first
    while low < high:
        middle = (low + high) >> 1
        if levels[middle]["rank_e9"] < rank:
            low = middle + 1
        else:
            high = middle
    return low
