"""A queue of somebody else's: half of what leaves a level was ahead of us."""

from typing import NamedTuple

from hft_gym.market.interfaces import lots_ahead_gone


class Half(NamedTuple):
    """`share` of the lots that leave, rounded down."""

    share: float = 0.5


@lots_ahead_gone.implement(Half)
def _lots_ahead_gone(model, order, queue_key, lots, level_lots):
    return int(model.share * lots)
