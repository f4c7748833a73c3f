"""Hash map from a 64-bit id to a record, in one preallocated array that holds the records.

Open addressing with linear probing; a removal shifts its followers back (Knuth, The Art of Computer
Programming 3, section 6.4, algorithm R), so that no tombstones pile up over a day of orders. At
most a quarter of the entries is used: nearly every search ends where it begins, which spares the
processor a guess. The map never grows inside a kernel: count what it holds against `room_of`, grow
outside with `grown`, and continue.
"""

import numpy as np
from numpy.typing import NDArray

from hft_gym.kernel.jit import inlined_kernel, kernel

SPARSE = 4  # entries for each id that the map may hold
SLOT_DTYPE = np.dtype([("order_id", "u8"), ("slot", "i4"), ("is_used", "i4")])  # of maps to slots

_LOW_HALF = np.uint64(0xFFFFFFFF)
_HALF = np.uint64(32)
_QUARTER = np.uint64(16)
_ONE = np.uint64(1)
_SPREAD = np.uint64(0x9E3779B1)  # 2**32 / golden ratio: the product of halves cannot overflow


def new_map(room: int, dtype: np.dtype) -> NDArray[np.void]:
    """`[capacity]` empty entries, at least four times `room`, a power of two.

    Args:
        room: how many ids the map shall hold at least.
        dtype: of an entry: `order_id` (u8), `is_used` (an integer: 1, or 0 for an empty entry, so
            that every id is allowed), and what the map shall keep for an id.
    """
    return np.zeros(1 << max(4, (SPARSE * room - 1).bit_length()), dtype)


@inlined_kernel
def home(mask: np.uint64, order_id: np.uint64) -> np.uint64:
    """Place where the search for `order_id` begins, in a map of `mask + 1` entries.

    Places are unsigned: for a signed index the compiler asks whether it counts from the end.
    """
    folded = (order_id ^ (order_id >> _HALF)) & _LOW_HALF
    return ((folded * _SPREAD) >> _QUARTER) & mask


@inlined_kernel
def locate(entries: NDArray[np.void], order_id: np.uint64) -> np.uint64:
    """Place of the entry that holds `order_id`, or of the empty one that would take it."""
    return locate_from(entries, home(np.uint64(len(entries) - 1), order_id), order_id)


@inlined_kernel
def locate_from(entries: NDArray[np.void], place: np.uint64, order_id: np.uint64) -> np.uint64:
    """As `locate`, from the home of `order_id`."""
    mask = np.uint64(len(entries) - 1)
    while entries[place]["is_used"] != 0 and entries[place]["order_id"] != order_id:
        place = (place + _ONE) & mask
    return place


@inlined_kernel
def put_at(entries: NDArray[np.void], place: np.uint64, order_id: np.uint64) -> None:
    """Take the place that `locate` gave for `order_id`; the rest of the entry is the caller's."""
    entries[place]["order_id"] = order_id
    entries[place]["is_used"] = 1


@inlined_kernel
def remove_if(entries: NDArray[np.void], place: np.uint64, is_gone: int) -> None:
    """Empty a place if `is_gone` is 1, not if it is 0; without a guess for the processor."""
    entries[place]["is_used"] = 1 - is_gone
    follower = (place + _ONE) & np.uint64(len(entries) - 1)
    if is_gone & entries[follower]["is_used"]:  # seldom
        _close_gap(entries, place)


@kernel
def _close_gap(entries: NDArray[np.void], gap: np.uint64) -> None:
    """Move back every follower of an empty place that could not be found across it."""
    capacity, mask = np.uint64(len(entries)), np.uint64(len(entries) - 1)
    follower = (gap + _ONE) & mask
    while entries[follower]["is_used"] != 0:
        start = home(mask, entries[follower]["order_id"])
        # it may move if the gap lies on its way from its home to where it is now
        way, back = follower + capacity - start, follower + capacity - gap
        if way & mask >= back & mask:
            entries[gap] = entries[follower]
            entries[follower]["is_used"] = 0
            gap = follower
        follower = (follower + _ONE) & mask


@kernel
def copy_into(entries: NDArray[np.void], target: NDArray[np.void]) -> None:
    """Enter everything of `entries` into the roomier map `target`."""
    for place in range(len(entries)):
        if entries[place]["is_used"] != 0:
            target[locate(target, entries[place]["order_id"])] = entries[place]


def room_of(entries: NDArray[np.void]) -> int:
    """How many ids the map may hold."""
    return len(entries) // SPARSE


def grown(entries: NDArray[np.void]) -> NDArray[np.void]:
    """`[2 * capacity]` a map of the same ids with twice the room."""
    target = new_map(2 * room_of(entries), entries.dtype)
    copy_into(entries, target)
    return target
