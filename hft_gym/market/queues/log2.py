"""Cancels fall behind us by the logarithm of the lots there, in that of all."""

from typing import NamedTuple

import numpy as np

from hft_gym.market.interfaces import share_behind
from hft_gym.market.queues.by_level import by_level


@by_level
class Log2(NamedTuple):
    """Share behind: ln(1 + back) / ln(1 + back + front)."""


@share_behind.implement(Log2)
def _share_behind(model: Log2, front_lots: float, back_lots: float) -> float:
    return np.log(1.0 + back_lots) / np.log(1.0 + back_lots + front_lots)
