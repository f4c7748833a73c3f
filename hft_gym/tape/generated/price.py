"""The efficient price: a random walk with regimes of volatility and spells of drift."""

import numpy as np

from hft_gym.kernel.jit import kernel
from hft_gym.kernel.random import below, exponential, uniform
from hft_gym.tape.generated.market import LADDER_TICKS

EDGE_TICKS = 512.0  # the walk turns back so far from the ends of the ladder
SIGN_LEARNING = 0.08  # weight of the newest sign in what is expected of the next
FORESIGHT = 0.6  # how much of that expectation comes true
_ROOT_12 = 3.4641016151377544  # a uniform variate times this has variance 1


@kernel
def advance_price(world: np.void, step_s: float) -> None:
    """Move the efficient price over `step_s` seconds.

    The step is uniform, not normal: over the many steps of a tick's time the sum is normal.
    """
    state, rules = world["state"], world["rules"]
    _change_regime(world)
    _change_drift(world)
    shock = (uniform(state) - 0.5) * _ROOT_12 * np.sqrt(step_s)
    volatility = rules["volatility_ticks_per_sqrt_s"] * state["volatility_ratio"]
    moved = state["efficient_ticks"] + volatility * shock + state["drift_ticks_per_s"] * step_s
    lowest = state["base_px_ticks"] + EDGE_TICKS
    highest = state["base_px_ticks"] + LADDER_TICKS - EDGE_TICKS
    state["efficient_ticks"] = min(max(moved, lowest), highest)
    learned = 1.0 - np.exp(-step_s / rules["learning_s"])
    state["public_ticks"] += (state["efficient_ticks"] - state["public_ticks"]) * learned


@kernel
def believed_ticks(world: np.void, informed: float) -> float:
    """The price that is believed by one who knows so much (0 to 1) of what there is to know."""
    state = world["state"]
    public = state["public_ticks"]
    return public + informed * (state["efficient_ticks"] - public)


@kernel
def learn_from_trade(world: np.void, side: int, lots: int, informed: bool) -> None:
    """A trade moves the price for good by what is a surprise in its sign.

    Signs are correlated over a long time, so a price that followed each of them could be foretold
    (Madhavan, Richardson and Roomans 1997, Review of Financial Studies 10(4)).
    """
    state, rules = world["state"], world["rules"]
    surprise = side - FORESIGHT * state["expected_sign_ratio"]
    moved = surprise * rules["impact_ticks_per_sqrt_lot"] * np.sqrt(lots)
    if not informed:  # what the informed know is in the efficient price already
        state["efficient_ticks"] += moved
    state["public_ticks"] += moved
    state["expected_sign_ratio"] += SIGN_LEARNING * (side - state["expected_sign_ratio"])


@kernel
def _change_regime(world: np.void) -> None:
    state, rules = world["state"], world["rules"]
    if state["now_s"] < state["regime_end_s"]:
        return
    state["regime_end_s"] = state["now_s"] + rules["regime_mean_s"] * exponential(state)
    state["volatility_ratio"] = rules["busy_ratio"] ** (below(state, 3) - 1)


@kernel
def _change_drift(world: np.void) -> None:
    state, rules = world["state"], world["rules"]
    if state["now_s"] < state["spell_end_s"]:
        return
    mean_s = rules["drift_gap_mean_s"]
    drift = 0.0
    if state["drift_ticks_per_s"] == 0.0:
        mean_s = rules["drift_spell_mean_s"]
        drift = rules["drift_ticks_per_s"] * (1.0 if uniform(state) < 0.5 else -1.0)
    state["drift_ticks_per_s"] = drift
    state["spell_end_s"] = state["now_s"] + mean_s * exponential(state)
