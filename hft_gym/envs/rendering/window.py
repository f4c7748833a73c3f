"""A window on the screen that shows frames as they come."""

from time import perf_counter
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hft_gym.errors import ConfigError

_DOTS_PER_IN = 100


class Window:
    """Frames of one size, shown at most `frames_per_s` a second; closed by the user, it stays so.

    Raises:
        ConfigError: there is no screen to open a window on.
    """

    def __init__(self, title: str, frames_per_s: float) -> None:
        self._title = title
        self._apart_s = 1.0 / frames_per_s
        self._last_s = 0.0
        self._figure: Any = None
        self._image: Any = None
        self._pyplot = _pyplot_with_screen()

    def show(self, frame: NDArray[np.uint8]) -> None:
        """Show `[height, width, 3]` u1; waits where frames come too fast to be seen."""
        if self._figure is None:
            self._open(frame)
        if not self._pyplot.fignum_exists(self._figure.number):
            return
        self._image.set_data(frame)
        canvas = self._figure.canvas
        canvas.draw_idle()
        left_s = self._last_s + self._apart_s - perf_counter()
        canvas.start_event_loop(max(left_s, 0.001))
        self._last_s = perf_counter()

    def close(self) -> None:
        """Close the window, if there is one."""
        if self._figure is not None:
            self._pyplot.close(self._figure)

    def _open(self, frame: NDArray[np.uint8]) -> None:
        size_in = (frame.shape[1] / _DOTS_PER_IN, frame.shape[0] / _DOTS_PER_IN)
        self._figure = self._pyplot.figure(self._title, figsize=size_in, dpi=_DOTS_PER_IN)
        axes = self._figure.add_axes((0, 0, 1, 1))
        axes.set_axis_off()
        self._image = axes.imshow(frame, interpolation="nearest")
        self._pyplot.show(block=False)


def _pyplot_with_screen() -> Any:
    """matplotlib.pyplot with a backend that opens windows."""
    try:
        import matplotlib.pyplot
        from matplotlib.backends import BackendFilter, backend_registry

        matplotlib.pyplot.switch_backend(matplotlib.get_backend())
        able = {name.lower() for name in backend_registry.list_builtin(BackendFilter.INTERACTIVE)}
        backend = str(matplotlib.get_backend())
    except (ImportError, RuntimeError) as error:
        raise _no_screen(str(error).partition("\n")[0]) from error
    if backend.lower() not in able:
        raise _no_screen(f"matplotlib can only use its backend {backend!r} here")
    return matplotlib.pyplot


def _no_screen(reason: str) -> ConfigError:
    return ConfigError(
        f"render_mode='human' needs a screen and a window toolkit such as tkinter ({reason}); "
        "use render_mode='rgb_array', or gymnasium.wrappers.RecordVideo to look at it later"
    )
