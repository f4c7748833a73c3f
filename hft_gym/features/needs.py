"""What a set of features asks of the engine, checked once and made ready."""

import math
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from hft_gym.errors import ConfigError
from hft_gym.features.interfaces import LEVELS, Needs
from hft_gym.kernel.address import address_of

NEVER_NS = 2**62
SHORTEST_STEP_NS = 1_000_000  # between two moments at which some bar may end
_POSITIVE = (
    "scale", "half_life", "fast", "slow", "bar", "window", "level", "period", "span", "decay",
    "bucket", "width",
)  # fmt: skip


def needs_of(feature: Any) -> Needs:
    """What one feature asks for; the least where it does not say.

    Raises:
        ConfigError: a parameter is out of range.
    """
    for name, value in feature._asdict().items():
        if name.startswith(_POSITIVE) and not value > 0:
            raise ConfigError(f"{type(feature).__name__}.{name} must be above 0, not {value}")
    found: Needs = feature.needs() if hasattr(feature, "needs") else Needs()
    if found.levels > LEVELS:
        raise ConfigError(f"{feature} asks for {found.levels} levels; there are {LEVELS} at most")
    return found


class Memory(NamedTuple):
    """What the features of one pass keep.

    Attributes:
        state: `[sum of Needs.state]`, side by side.
        starts: `[features + 1]`, where the state of each begins, and the end.
        bar_ns: `[features]` length of each feature's bars.
    """

    state: NDArray[np.float64]
    starts: NDArray[np.int64]
    bar_ns: NDArray[np.int64]


def memory_for(needs: Sequence[Needs], view: Any) -> Memory:
    """Empty memory, its addresses written into the view; keep it for as long as the view."""
    sizes = [need.state for need in needs]
    memory = Memory(
        np.zeros(sum(sizes)),
        np.cumsum([0, *sizes], dtype=np.int64),
        np.array([round(need.bar_s * 1e9) or NEVER_NS for need in needs], np.int64),
    )
    view["feature_count"] = len(needs)
    view["state_address"] = address_of(memory.state)
    view["starts_address"] = address_of(memory.starts)
    view["bars_address"] = address_of(memory.bar_ns)
    return memory


def counts_for(needs: Sequence[Needs], view: Any) -> tuple[NDArray[np.int32], ...]:
    """Room to count orders in, if somebody needs it; keep it for as long as the view."""
    if not any(need.orders for need in needs):
        return ()
    orders = np.zeros(int(view["places"]), np.int32)
    left_lots = np.zeros(int(view["rows"]), np.int32)
    view["orders_address"], view["left_address"] = address_of(orders), address_of(left_lots)
    return orders, left_lots


def bar_step_ns(needs: Sequence[Needs]) -> int:
    """Longest step that meets the ends of all bars; 0 where nobody has bars.

    Raises:
        ConfigError: the bars' lengths have nothing in common.
    """
    lengths = sorted({round(need.bar_s * 1e9) for need in needs} - {0})
    step = math.gcd(*lengths)
    if lengths and step < SHORTEST_STEP_NS:
        seconds = ", ".join(f"{length * 1e-9:.10g}" for length in lengths)
        raise ConfigError(
            f"bars of {seconds} s meet every {step} ns only; choose bar_s as multiples of one "
            f"length of at least {SHORTEST_STEP_NS * 1e-9:g} s"
        )
    return step
