"""What the action models share: choices become quotes that can rest."""

from typing import Any

import gymnasium as gym
import numpy as np
from numpy.typing import NDArray

from hft_gym.envs.records import SIDES
from hft_gym.errors import ConfigError
from hft_gym.kernel.jit import kernel


def choices(offsets: int, sizes: int) -> gym.Space[Any]:
    """(bid, ask) distances, each with one more choice for "no quote"; then sizes, if any.

    Raises:
        ConfigError: there is no distance or no size to choose from.
    """
    if offsets < 1 or sizes < 1:
        raise ConfigError(
            f"distances ({offsets}) and sizes ({sizes}) of an action: at least 1 each"
        )
    counts = [offsets + 1, offsets + 1]
    return gym.spaces.MultiDiscrete(counts if sizes == 1 else [*counts, sizes, sizes])


@kernel
def chosen_lots(action: NDArray[np.int64], slot: int, offsets: int, lots: int, sizes: int) -> int:
    """Lots of a side of `choices`: whole multiples of `lots`; 0 where no distance is chosen."""
    if not 0 <= action[slot] < offsets:
        return 0
    if sizes == 1:
        return lots
    return lots * (1 + min(max(action[SIDES + slot], 0), sizes - 1))


@kernel
def behind_touch(env: np.void, slot: int, behind_ticks: int, lots: int) -> None:
    """Want a quote so many ticks behind the touch; negative: inside the spread, or taking."""
    if slot & 1 == 0:
        env["target_px_ticks"][slot] = env["bid_ticks"] - behind_ticks
    else:
        env["target_px_ticks"][slot] = env["ask_ticks"] + behind_ticks
    env["target_lots"][slot] = lots


@kernel
def keep_resting(env: np.void) -> None:
    """Draw post-only quotes back to where they can rest, and apart from each other."""
    px = env["target_px_ticks"]
    if env["target_post_only"]:
        px[0] = min(px[0], env["ask_ticks"] - 1)
        px[1] = max(px[1], env["bid_ticks"] + 1)
    both = env["target_lots"][0] > 0 and env["target_lots"][1] > 0
    if both and px[0] >= px[1]:
        back_ticks = (px[0] - px[1]) // 2 + 1
        px[0] -= back_ticks
        px[1] += back_ticks
