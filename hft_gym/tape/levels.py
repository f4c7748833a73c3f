"""Total lots of every price level, over the whole range of 32-bit prices.

Levels live in pages of neighbouring prices that are made when first touched, so a stub quote at a
million dollars costs one page and not an array up to there. Prices are shifted to non-negative.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from hft_gym.kernel.address import address_of, column
from hft_gym.kernel.jit import inlined_kernel, kernel

PAGE_BITS = 12
PAGE = 1 << PAGE_BITS
PAGES = 1 << (32 - PAGE_BITS)
SHIFT = 1 << 31  # from a price in ticks to the number of its level
NO_BID = -1
NO_ASK = 1 << 32  # so that a one-sided book is never crossed
MAX_TICKS = SHIFT - 1

LEVELS_DTYPE = np.dtype(
    [
        ("best_bid_level", "i8"),  # number of the level, or NO_BID
        ("best_ask_level", "i8"),
        ("pages", "i8"),  # in use
        ("room_pages", "i8"),  # for pages
        ("low_page", "i8"),
        ("high_page", "i8"),
        ("page_of_address", "u8"),  # address of [PAGES] i4: place of each page, or -1
        ("lots_address", "u8"),  # address of [room * 2 * PAGE] i8: by place, side (0 bid) and price
        ("filled_address", "u8"),  # address of [room * 2] i8: how many levels of a page hold lots
    ]
)
_I4, _I8 = np.int32, np.int64


class LevelsMemory:
    """The arrays behind a record of LEVELS_DTYPE, which holds their addresses.

    Args:
        record: filled in; an empty book.
        room: for so many pages before `grow`.
    """

    def __init__(self, record: np.void, room: int = 16) -> None:
        self._record = record
        self._page_of = np.full(PAGES, -1, _I4)
        self._lots = np.zeros(room * 2 * PAGE, _I8)
        self._filled = np.zeros(room * 2, _I8)
        record["best_bid_level"], record["best_ask_level"], record["pages"] = NO_BID, NO_ASK, 0
        record["low_page"], record["high_page"] = PAGES, -1
        self._bind()

    def grow(self) -> None:
        """Make room for twice as many pages."""
        self._lots = np.concatenate([self._lots, np.zeros_like(self._lots)])
        self._filled = np.concatenate([self._filled, np.zeros_like(self._filled)])
        self._bind()

    def _bind(self) -> None:
        self._record["room_pages"] = len(self._filled) // 2
        self._record["page_of_address"] = address_of(self._page_of)
        self._record["lots_address"] = address_of(self._lots)
        self._record["filled_address"] = address_of(self._filled)


@inlined_kernel
def _page_of(levels: np.void) -> NDArray[np.int32]:
    return column(levels["page_of_address"], PAGES, _I4)


@inlined_kernel
def _lots(levels: np.void) -> NDArray[np.int64]:
    return column(levels["lots_address"], levels["room_pages"] * 2 * PAGE, _I8)


@inlined_kernel
def _filled(levels: np.void) -> NDArray[np.int64]:
    return column(levels["filled_address"], levels["room_pages"] * 2, _I8)


@inlined_kernel
def levels_have_room(levels: np.void) -> Any:
    """Whether one more page can be taken."""
    return levels["pages"] < levels["room_pages"]


@inlined_kernel
def has_page(levels: np.void, px_ticks: int) -> Any:
    """Whether `join` and `leave` may be called for a price within MAX_TICKS of zero."""
    return _page_of(levels)[np.uint64((px_ticks + SHIFT) >> PAGE_BITS)] >= 0


@inlined_kernel
def put(levels: np.void, side: int, px_ticks: int, lots: int) -> None:
    """Lots come to rest at a level; needs room for a page."""
    give_page(levels, px_ticks)
    join(levels, side, px_ticks, lots)


@inlined_kernel
def give_page(levels: np.void, px_ticks: int) -> None:
    """Let `join` be called for a price; needs room for a page."""
    page = (px_ticks + SHIFT) >> PAGE_BITS
    if _page_of(levels)[page] < 0:
        _page_of(levels)[page] = levels["pages"]
        levels["pages"] += 1
        levels["low_page"] = min(levels["low_page"], page)
        levels["high_page"] = max(levels["high_page"], page)


@inlined_kernel
def join(levels: np.void, side: int, px_ticks: int, lots: int) -> None:
    """Lots come to rest at a level that has a page.

    Products stand for choices: the side is a coin's, and a wrong guess is dear.
    """
    level = px_ticks + SHIFT
    is_ask = (1 - side) >> 1
    _shift(levels, is_ask, level, lots)
    bid = NO_BID + (1 - is_ask) * (level - NO_BID)
    ask = NO_ASK + is_ask * (level - NO_ASK)
    levels["best_bid_level"] = max(levels["best_bid_level"], bid)
    levels["best_ask_level"] = min(levels["best_ask_level"], ask)


@inlined_kernel
def leave(levels: np.void, side: int, px_ticks: int, lots: int) -> None:
    """Lots that rest at a level leave it."""
    level = px_ticks + SHIFT
    left_lots = _shift(levels, (1 - side) >> 1, level, -lots)
    if left_lots == 0:
        best = levels["best_bid_level"] if side > 0 else levels["best_ask_level"]
        if level == best:
            next_touch(levels, side, level)


@inlined_kernel
def _shift(levels: np.void, is_ask: int, level: int, lots: int) -> Any:
    """Lots come to a level or, where negative, go; what it holds then."""
    page = np.int64(_page_of(levels)[np.uint64(level >> PAGE_BITS)])  # unsigned: see idmap.home
    place = np.uint64(2 * page + is_ask)
    within = np.uint64((2 * page + is_ask) * PAGE + (level & (PAGE - 1)))
    before_lots = _lots(levels)[within]
    left_lots = before_lots + lots
    _lots(levels)[within] = left_lots
    _filled(levels)[place] += int(left_lots != 0) - int(before_lots != 0)
    return left_lots


@kernel
def next_touch(levels: np.void, side: int, level: int) -> None:
    """The best level of a side has lost its last lots."""
    if side > 0:
        levels["best_bid_level"] = next_level(levels, side, level)
    else:
        levels["best_ask_level"] = next_level(levels, side, level)


@kernel
def lots_at(levels: np.void, side: int, px_ticks: int) -> Any:
    """Lots that rest at a level."""
    level = px_ticks + SHIFT
    page = _page_of(levels)[level >> PAGE_BITS]
    if page < 0:
        return np.int64(0)
    place = 2 * np.int64(page) + ((1 - side) >> 1)
    return _lots(levels)[place * PAGE + (level & (PAGE - 1))]


@kernel
def next_level(levels: np.void, side: int, level: int) -> int:
    """The first level with lots that is worse than `level`, or NO_BID or NO_ASK."""
    page_of, totals, filled = _page_of(levels), _lots(levels), _filled(levels)
    page = level >> PAGE_BITS
    level -= side
    while levels["low_page"] <= page <= levels["high_page"]:
        place = 2 * page_of[page] + ((1 - side) >> 1)
        if place >= 0 and filled[place] > 0:
            while level >> PAGE_BITS == page:
                if totals[place * PAGE + (level & (PAGE - 1))] != 0:
                    return level
                level -= side
        page -= side
        level = page << PAGE_BITS
        if side > 0:
            level += PAGE - 1  # enter a lower page from its top
    return NO_BID if side > 0 else NO_ASK


@inlined_kernel
def is_crossed(levels: np.void) -> Any:
    """Whether the best bid is at or above the best ask."""
    return levels["best_bid_level"] >= levels["best_ask_level"]


@inlined_kernel
def is_two_sided(levels: np.void) -> Any:
    """Whether there is a bid and an ask."""
    return levels["best_bid_level"] != NO_BID and levels["best_ask_level"] != NO_ASK


@kernel
def clear(levels: np.void) -> None:
    """The book is empty; its pages stay for the prices that come back."""
    totals, filled = _lots(levels), _filled(levels)
    for place in range(2 * levels["pages"]):
        if filled[place] > 0:
            filled[place] = 0
            totals[place * PAGE : (place + 1) * PAGE] = 0
    levels["best_bid_level"], levels["best_ask_level"] = NO_BID, NO_ASK
