"""What an environment's render() does, in either mode."""

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from hft_gym.envs.rendering.scene import History, scene_of
from hft_gym.errors import ConfigError

if TYPE_CHECKING:  # the core knows nothing of pictures
    from hft_gym.envs.core import BatchCore

RENDER_MODES = ["human", "rgb_array"]
FRAMES_PER_S = 10


class Viewer:
    """Pictures of the environments of a batch; it keeps the latest decisions for the charts.

    Raises:
        ConfigError: there is no such mode, or no screen for `human`.
    """

    def __init__(self, core: "BatchCore", mode: str) -> None:
        if mode not in RENDER_MODES:
            raise ConfigError(f"render_mode must be None or one of {RENDER_MODES}, not {mode!r}")
        self._core = core
        self._mode = mode
        self._history = History(core)
        self._window: Any = None
        if mode == "human":
            from hft_gym.envs.rendering.window import Window

            self._window = Window("hft_gym", FRAMES_PER_S)

    def note(self) -> None:
        """The environments have begun or stepped; `human` shows the first of them at once."""
        self._history.note()
        if self._window is not None:
            self._window.show(self.frame(0))

    def forget(self) -> None:
        """The state has been set from outside: the past on the charts is another's."""
        self._history.clear()

    def frame(self, k: int) -> NDArray[np.uint8]:
        """`[height, width, 3]` u1 picture of environment `k`."""
        from hft_gym.envs.rendering.picture import draw

        return draw(scene_of(self._core, k, self._history))

    def frames(self) -> tuple[NDArray[np.uint8], ...]:
        """Of every environment."""
        return tuple(self.frame(k) for k in range(self._core.num_envs))

    def close(self) -> None:
        """Close the window."""
        if self._window is not None:
            self._window.close()

    def __reduce__(self) -> tuple[Any, ...]:
        """A copy begins without a past and opens a window of its own."""
        return Viewer, (self._core, self._mode)


def viewer_for(core: "BatchCore", mode: str | None) -> Viewer | None:
    """A viewer, or None where nobody wants pictures."""
    return None if mode is None else Viewer(core, mode)
