"""The window of `human`: a clear word where there is no screen, else frames in time."""

from time import perf_counter

import numpy as np
import pytest

from hft_gym.envs.rendering import window
from hft_gym.envs.rendering.window import Window
from hft_gym.errors import ConfigError

FRAME = np.zeros((64, 96, 3), np.uint8)


def test_without_a_screen_there_is_a_clear_word(monkeypatch):
    import matplotlib.pyplot

    matplotlib.pyplot.switch_backend("agg")
    with pytest.raises(ConfigError, match=r"needs a screen.*'agg'.*use render_mode='rgb_array'"):
        Window("title", 10)


def test_a_toolkit_that_fails_is_told(monkeypatch):
    import matplotlib.pyplot

    def fail(_):
        raise ImportError("cannot load backend 'TkAgg'\nmore")

    monkeypatch.setattr(matplotlib.pyplot, "switch_backend", fail)
    with pytest.raises(ConfigError, match=r"\(cannot load backend 'TkAgg'\)"):
        Window("title", 10)


@pytest.mark.filterwarnings("ignore:FigureCanvasAgg is non-interactive")
def test_frames_are_shown_in_time_until_the_user_closes(monkeypatch):
    import matplotlib.pyplot

    monkeypatch.setattr(window, "_pyplot_with_screen", lambda: matplotlib.pyplot)
    shown = Window("title", 50)
    waits = []
    shown.show(FRAME)
    canvas = shown._figure.canvas
    monkeypatch.setattr(canvas, "start_event_loop", waits.append)
    assert canvas.get_width_height() == (96, 64)
    start = perf_counter()
    for k in range(3):
        shown.show(FRAME + np.uint8(k))
    assert (shown._image.get_array() == 2).all()
    assert max(waits) <= 1 / 50
    assert perf_counter() - start < 1
    matplotlib.pyplot.close(shown._figure)  # as the user does
    shown.show(FRAME)
    assert len(waits) == 3
    shown.close()
    shown.close()
