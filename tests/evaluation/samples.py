"""A judged toy market for the tests of table, picture and page."""

import numpy as np
from numpy.typing import NDArray

from hft_gym.evaluation.rollout import EpisodeTable, RulePolicy, judge
from hft_gym.evaluation.trace import Trace, trace
from hft_gym.strategies.do_nothing import DoNothing
from hft_gym.strategies.fixed_spread import FixedSpread
from hft_gym.tape.instrument import Instrument
from tests.evaluation.fake_core import FakeCore

ES = Instrument("ESH4", 17077, "GLBX.MDP3", 250_000_000, 50.0)  # a tick is 12.50 USD
STEPS = 60


def windows(tapes: int = 2, decisions: int = 400) -> NDArray[np.int64]:
    """`[w, 3]` windows side by side."""
    starts = range(0, decisions - STEPS, STEPS)
    return np.array([(t, first, first + STEPS) for t in range(tapes) for first in starts])


def tables() -> list[EpisodeTable]:
    """do_nothing, then fixed_spread_1."""
    core = FakeCore(5)
    return [judge(core, RulePolicy(rule), windows()) for rule in (DoNothing(), FixedSpread(1))]


def one_trace(offset_ticks: int = 1) -> Trace:
    """A window under a fixed spread."""
    return trace(FakeCore(1), RulePolicy(FixedSpread(offset_ticks)), windows()[3])
