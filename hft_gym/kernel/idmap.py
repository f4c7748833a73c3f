"""Hash map from a 64-bit id to a slot number, in one preallocated array.

Open addressing with linear probing; a removal shifts its followers back (Knuth, The Art of Computer
Programming 3, section 6.4, algorithm R), so that no tombstones pile up over a day of orders. The
map never grows inside a kernel: ask `has_room` first, grow outside with `grown`, and continue.
"""

import numpy as np
from numpy.typing import NDArray

from hft_gym.kernel.jit import kernel

ENTRY_DTYPE = np.dtype([("order_id", "u8"), ("slot", "i8")])
EMPTY = -1  # the slot of an entry that holds nothing, so that every id is allowed

_LOW_HALF = np.uint64(0xFFFFFFFF)
_HALF = np.uint64(32)
_QUARTER = np.uint64(16)
_SPREAD = np.uint64(0x9E3779B1)  # 2**32 / golden ratio: the product of halves cannot overflow


def new_map(room: int) -> NDArray[np.void]:
    """`[capacity]` empty entries, at least twice `room`, a power of two."""
    entries = np.zeros(1 << max(4, (2 * room - 1).bit_length()), ENTRY_DTYPE)
    entries["slot"] = EMPTY
    return entries


@kernel
def home(entries: NDArray[np.void], order_id: np.uint64) -> int:
    """Place of the entry where the search for `order_id` begins."""
    folded = (order_id ^ (order_id >> _HALF)) & _LOW_HALF
    return int((folded * _SPREAD) >> _QUARTER) & (len(entries) - 1)


@kernel
def locate(entries: NDArray[np.void], order_id: np.uint64) -> int:
    """Place of the entry that holds `order_id`, or of the empty one that would take it."""
    mask = len(entries) - 1
    place = home(entries, order_id)
    while entries[place]["slot"] != EMPTY and entries[place]["order_id"] != order_id:
        place = (place + 1) & mask
    return place


@kernel
def find(entries: NDArray[np.void], order_id: np.uint64) -> int:
    """Slot of `order_id`, or EMPTY."""
    return entries[locate(entries, order_id)]["slot"]


@kernel
def put_at(entries: NDArray[np.void], place: int, order_id: np.uint64, slot: int) -> None:
    """Fill the place that `locate` gave for `order_id`."""
    entries[place]["order_id"] = order_id
    entries[place]["slot"] = slot


@kernel
def remove_at(entries: NDArray[np.void], place: int) -> None:
    """Empty a place and move back every follower that could not be found across the gap."""
    mask = len(entries) - 1
    gap = place
    follower = (place + 1) & mask
    while entries[follower]["slot"] != EMPTY:
        start = home(entries, entries[follower]["order_id"])
        # it may move if the gap lies on its way from its home to where it is now
        if ((follower - start) & mask) >= ((follower - gap) & mask):
            entries[gap]["order_id"] = entries[follower]["order_id"]
            entries[gap]["slot"] = entries[follower]["slot"]
            gap = follower
        follower = (follower + 1) & mask
    entries[gap]["slot"] = EMPTY


@kernel
def has_room(entries: NDArray[np.void], held: int) -> bool:
    """Whether a map that holds `held` ids may take one more: at most half of it is used."""
    return 2 * (held + 1) <= len(entries)


@kernel
def copy_into(entries: NDArray[np.void], target: NDArray[np.void]) -> None:
    """Enter every id of `entries` into the roomier map `target`."""
    for place in range(len(entries)):
        slot = entries[place]["slot"]
        if slot != EMPTY:
            order_id = entries[place]["order_id"]
            put_at(target, locate(target, order_id), order_id, slot)


def grown(entries: NDArray[np.void]) -> NDArray[np.void]:
    """`[2 * capacity]` a map of the same ids with twice the room."""
    target = new_map(len(entries))
    copy_into(entries, target)
    return target
