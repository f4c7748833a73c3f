"""Cancels fall before and behind us by the logarithms of the lots there."""

from typing import NamedTuple

import numpy as np

from hft_gym.market.interfaces import share_behind
from hft_gym.market.queues.by_level import by_level


@by_level
class Log(NamedTuple):
    """Share behind: ln(1 + back) / (ln(1 + back) + ln(1 + front))."""


@share_behind.implement(Log)
def _share_behind(model: Log, front_lots: float, back_lots: float) -> float:
    return np.log(1.0 + back_lots) / (np.log(1.0 + back_lots) + np.log(1.0 + front_lots))
