"""A whole frame, in every situation."""

from time import process_time

import numpy as np
import pytest

from hft_gym.envs.core import BatchCore
from hft_gym.envs.defaults import MODELS
from hft_gym.envs.rendering.picture import HEIGHT, WIDTH, draw
from hft_gym.envs.rendering.scene import History, scene_of

pytestmark = pytest.mark.slow


def test_a_frame_has_its_size_and_the_same_scene_the_same_bytes(played):
    core, history = played
    one, two = (draw(scene_of(core, 0, history)) for _ in range(2))
    assert one.shape == (HEIGHT, WIDTH, 3)
    assert one.dtype == np.uint8
    assert one.tobytes() == two.tobytes()
    assert one.tobytes() != draw(scene_of(core, 1, history)).tobytes()
    assert HEIGHT % 16 == WIDTH % 16 == 0


def test_a_frame_is_quick(played):
    core, history = played
    draw(scene_of(core, 0, history))
    took_s = []
    for _ in range(5):
        start_s = process_time()
        draw(scene_of(core, 0, history))
        took_s.append(process_time() - start_s)
    assert min(took_s) < 0.1


def test_every_decision_of_a_wild_market_can_be_drawn(tiny):
    # empty sides, crossed books, prices far off: nothing may fail
    core = BatchCore(tiny, MODELS, 1, episode_decisions=60)
    history = History(core)
    core.reset(np.array([3]))
    for k in range(120):
        history.note()
        if k % 10 == 0:
            assert draw(scene_of(core, 0, history)).std() > 5
        core.step(np.array([[k % 7, (3 * k) % 7]]))
