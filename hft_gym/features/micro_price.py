"""The micro-price: where the mid is bound for, given imbalance and spread.

Stoikov (2018), Quantitative Finance 18(12). With states x = (imbalance bin, spread), Q and T the
probabilities of the next state without and with a move of the mid, and R K the expected move,
G1 = (I - Q)^-1 R K, B = (I - Q)^-1 T, and the adjustment is the sum of B^i G1. That sum solves
(I - Q - T) G = R K, which is what is solved here. As in the paper every observation counts with its
mirror image (bid and ask exchanged, the move reversed), so G is odd in the imbalance and half of
the states suffice. It is learnt from the past of the tape alone.
"""

from typing import NamedTuple

import numpy as np

from hft_gym.errors import ConfigError
from hft_gym.features.interfaces import Ladder, Needs, State, market_value, on_bar, on_packet
from hft_gym.features.touch import mid_ticks
from hft_gym.kernel.jit import kernel


class LearntMicroPrice(NamedTuple):
    """Micro-price minus the mid, in units of `scale_ticks`; learnt anew after each `bar_s`.

    Attributes:
        bins: of the share of the bid in the lots at the touch; even.
        spreads: widths told apart: 1 tick, 2 ticks ... and all that are wider.
        prior: how many times each state has led to no further move, before anything is seen.
        bar_s: seconds between two solutions.
        scale_ticks: unit of the value.
    """

    bins: int = 10
    spreads: int = 2
    prior: float = 1.0
    bar_s: float = 60.0
    scale_ticks: float = 1.0

    def needs(self) -> Needs:
        """Room for the adjustments, sums of moves, counts of transitions and the equations."""
        if self.bins < 2 or self.bins % 2 or self.spreads < 1 or not self.prior > 0:
            raise ConfigError(
                f"{self}: bins must be even, spreads at least 1 and prior above 0 for an answer"
            )
        states = self.bins * self.spreads
        half = states // 2
        return Needs(2 * states + states * states + half * (half + 1), self.bar_s)


@kernel
def state_number(
    feature: LearntMicroPrice, touch: tuple[int, int, int, int], is_mirrored: bool
) -> int:
    """Number of the state of a touch (bid, bid lots, ask, ask lots), or of its mirror image."""
    bid, bid_lots, ask, ask_lots = touch
    imbalance = feature.bins * bid_lots // (bid_lots + ask_lots)
    imbalance = min(imbalance, feature.bins - 1)
    if is_mirrored:
        imbalance = feature.bins - 1 - imbalance
    return (min(ask - bid, feature.spreads) - 1) * feature.bins + imbalance


@kernel
def observe(
    feature: LearntMicroPrice, state: State, steps: tuple[int, int], move_ticks: float
) -> None:
    """Count a transition between two states with its move of the mid."""
    states = feature.bins * feature.spreads
    state[states + steps[0]] += move_ticks
    state[2 * states + states * steps[0] + steps[1]] += 1.0


@kernel
def touch_now(view: np.void) -> tuple[int, int, int, int]:
    """(bid, bid lots, ask, ask lots)."""
    return (
        int(view["bid_ticks"]),
        int(view["bid_lots"]),
        int(view["ask_ticks"]),
        int(view["ask_lots"]),
    )


@kernel
def touch_before(view: np.void) -> tuple[int, int, int, int]:
    """The same before the packet."""
    return (
        int(view["before_bid_ticks"]),
        int(view["before_bid_lots"]),
        int(view["before_ask_ticks"]),
        int(view["before_ask_lots"]),
    )


@on_packet.implement(LearntMicroPrice)
def _on_packet(feature: LearntMicroPrice, state: State, view: np.void, ladder: Ladder) -> None:
    if not (view["is_two_sided"] and view["was_two_sided"]):
        return
    now, before = touch_now(view), touch_before(view)
    move = mid_ticks(view) - 0.5 * (before[0] + before[2])
    there, here = state_number(feature, before, False), state_number(feature, now, False)
    if there == here and move == 0.0:
        return  # staying does not change where it ends
    observe(feature, state, (there, here), move)
    mirrored = (state_number(feature, before, True), state_number(feature, now, True))
    observe(feature, state, mirrored, -move)


@kernel
def set_up(feature: LearntMicroPrice, state: State) -> None:
    """Write the equations of the states whose imbalance lies below the middle."""
    bins, states = feature.bins, feature.bins * feature.spreads
    half, counts = states // 2, 2 * states
    equations = counts + states * states
    for u in range(half):
        x = u // (bins // 2) * bins + u % (bins // 2)
        line = equations + u * (half + 1)
        seen = 0.0
        for y in range(states):
            seen += state[counts + states * x + y]
        for v in range(half):
            spread = v // (bins // 2) * bins
            y, mirror = spread + v % (bins // 2), spread + bins - 1 - v % (bins // 2)
            state[line + v] = state[counts + states * x + mirror] - state[counts + states * x + y]
        state[line + u] += seen + feature.prior
        state[line + half] = state[states + x]


@kernel
def solve(state: State, equations: int, count: int) -> None:
    """Gauss: the last column becomes the solution; each diagonal outweighs its line."""
    width = count + 1
    for u in range(count):
        pivot = state[equations + u * width + u]
        for v in range(u, width):
            state[equations + u * width + v] /= pivot
        for other in range(count):
            factor = state[equations + other * width + u]
            if other != u and factor != 0.0:
                for v in range(u, width):
                    state[equations + other * width + v] -= (
                        factor * state[equations + u * width + v]
                    )


@on_bar.implement(LearntMicroPrice)
def _on_bar(
    feature: LearntMicroPrice, state: State, view: np.void, ladder: Ladder, end_ns: int
) -> None:
    bins, states = feature.bins, feature.bins * feature.spreads
    half = states // 2
    equations = 2 * states + states * states
    set_up(feature, state)
    solve(state, equations, half)
    for u in range(half):
        spread, imbalance = u // (bins // 2) * bins, u % (bins // 2)
        found = state[equations + u * (half + 1) + half]
        state[spread + imbalance] = found
        state[spread + bins - 1 - imbalance] = -found


@market_value.implement(LearntMicroPrice)
def _value(
    feature: LearntMicroPrice, state: State, view: np.void, ladder: Ladder, now_ns: int
) -> float:
    if not view["is_two_sided"]:
        return 0.0
    return state[state_number(feature, touch_now(view), False)] / feature.scale_ticks
