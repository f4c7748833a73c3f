"""One generated day, as arrays of MBO records."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from hft_gym.tape.generated import feed, flow

WARM_UP_S = 30.0  # until the book no longer remembers how it was founded


def day_records(world: np.void, session_s: int) -> Iterator[NDArray[np.void]]:
    """Yield the records of a day: the snapshot first, then the live packets.

    Args:
        world: an empty one of `new_world`; at the end it holds the book at the close.
        session_s: length of the day, in seconds.

    Yields:
        `[n]` MBO records, packets whole, valid until the next are asked for.
    """
    state = world["state"]
    state["now_s"] = -WARM_UP_S
    flow.found(world)
    while not flow.fill_out(world, 0.0):
        state["out_records"] = 0
    state["out_records"] = 0
    feed.snapshot(world)
    over = False
    while not over:
        over = flow.fill_out(world, float(session_s))
        yield world["out"][: int(state["out_records"])]
        state["out_records"] = 0
