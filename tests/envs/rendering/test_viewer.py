"""`render()` of every face, video, and the modes."""

import importlib.util
import pickle
import sys

import gymnasium as gym
import numpy as np
import pytest
from gymnasium.wrappers import HumanRendering, RecordVideo
from gymnasium.wrappers.vector import RecordVideo as RecordVideoOfBatch

from hft_gym.envs.core import BatchCore
from hft_gym.envs.defaults import MODELS
from hft_gym.envs.market_making import MarketMakingEnv, MarketMakingVectorEnv
from hft_gym.envs.rendering import window
from hft_gym.envs.rendering.picture import HEIGHT, WIDTH
from hft_gym.envs.rendering.viewer import FRAMES_PER_S, Viewer, viewer_for
from hft_gym.errors import ConfigError

pytestmark = pytest.mark.slow

NAME = "hft_gym/MarketMaking-v0"
SHAPE = (HEIGHT, WIDTH, 3)
needs_moviepy = pytest.mark.skipif(
    importlib.util.find_spec("moviepy") is None, reason="moviepy is not installed (extra: video)"
)


def test_frames_of_one_and_of_many(dataset):
    env = gym.make(NAME, data=dataset, episode_decisions=30, render_mode="rgb_array")
    envs = MarketMakingVectorEnv(3, dataset, episode_decisions=30, render_mode="rgb_array")
    env.reset(seed=1)
    envs.reset(seed=0)
    for _ in range(3):
        env.step(np.array([0, 0]))
        envs.step(np.zeros((3, 2), np.int64))
    frames = envs.render()
    assert isinstance(frames, tuple)
    assert [frame.shape for frame in frames] == [SHAPE] * 3
    assert np.array_equal(env.render(), frames[1])
    assert not np.array_equal(frames[0], frames[1])


def test_a_past_that_is_anothers_is_forgotten(dataset):
    env = MarketMakingEnv(dataset, episode_decisions=30, render_mode="rgb_array")
    env.reset(seed=1)
    for _ in range(4):
        env.step(np.array([0, 0]))
    first = env.render()
    state = env.get_state()
    env.step(np.array([0, 0]))
    env.set_state(state)
    assert not np.array_equal(env.render(), first)  # the charts begin anew
    env.step(np.array([0, 0]))
    assert env._viewer._history.of(0)["steps"].tolist()[-1] == 5


def test_without_a_mode_nothing_is_drawn_and_nothing_is_kept(dataset):
    env = MarketMakingEnv(dataset, episode_decisions=30)
    envs = MarketMakingVectorEnv(2, dataset, episode_decisions=30)
    env.reset(seed=0)
    envs.reset(seed=0)
    for each in (env, envs):
        with pytest.warns(UserWarning, match="without a render_mode"):
            assert each.render() is None
        assert each._viewer is None
    assert viewer_for(env.core, None) is None


def test_modes_that_are_none(dataset):
    with pytest.raises(ConfigError, match=r"None or one of \['human', 'rgb_array'\], not 'ansi'"):
        MarketMakingEnv(dataset, episode_decisions=30, render_mode="ansi")


@pytest.mark.filterwarnings("ignore:FigureCanvasAgg is non-interactive")
def test_human_shows_every_step(dataset, monkeypatch):
    import matplotlib.pyplot

    matplotlib.pyplot.switch_backend("agg")
    with pytest.raises(ConfigError, match="needs a screen"):
        gym.make(NAME, data=dataset, episode_decisions=30, render_mode="human")
    monkeypatch.setattr(window, "_pyplot_with_screen", lambda: matplotlib.pyplot)
    shown = []
    monkeypatch.setattr(window.Window, "show", lambda self, frame: shown.append(frame.shape))
    env = gym.make(NAME, data=dataset, episode_decisions=30, render_mode="human")
    env.reset(seed=0)
    env.step(np.array([1, 1]))
    assert env.render() is None
    assert shown == [SHAPE] * 2
    env.close()


def test_a_viewer_can_be_copied(dataset):
    core = BatchCore(dataset, MODELS, 2, episode_decisions=30)
    core.reset(np.arange(2))
    again = pickle.loads(pickle.dumps(Viewer(core, "rgb_array")))
    assert np.array_equal(again.frame(1), Viewer(core, "rgb_array").frame(1))


@needs_moviepy
def test_videos_of_one_environment(dataset, tmp_path):
    env = gym.make(NAME, data=dataset, episode_decisions=4, render_mode="rgb_array")
    env = RecordVideo(env, str(tmp_path / "new"), episode_trigger=lambda episode: episode == 0)
    assert env.frames_per_sec == FRAMES_PER_S
    for _ in range(2):
        env.reset(seed=0)
        for _ in range(4):
            env.step(np.array([0, 1]))
    env.close()
    from moviepy import VideoFileClip

    videos = list(tmp_path.glob("new/*.mp4"))
    assert [video.name for video in videos] == ["rl-video-episode-0.mp4"]
    with VideoFileClip(str(videos[0])) as clip:
        assert clip.size == [WIDTH, HEIGHT]
        assert clip.n_frames == 5
        assert clip.fps == FRAMES_PER_S


@needs_moviepy
def test_videos_of_a_batch(dataset, tmp_path):
    envs = MarketMakingVectorEnv(
        2, dataset, episode_decisions=3, render_mode="rgb_array", autoreset_mode="NextStep"
    )
    envs = RecordVideoOfBatch(
        envs, str(tmp_path / "new"), episode_trigger=lambda episode: episode == 0
    )
    envs.reset(seed=0)
    for _ in range(5):
        envs.step(np.zeros((2, 2), np.int64))
    envs.close()
    assert len(list(tmp_path.glob("new/*.mp4"))) == 1


def test_without_moviepy_there_is_a_clear_word(dataset, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "moviepy", None)
    env = MarketMakingEnv(dataset, episode_decisions=4, render_mode="rgb_array")
    with pytest.raises(gym.error.DependencyNotInstalled, match="MoviePy is not installed"):
        RecordVideo(env, str(tmp_path / "videos"))


def test_the_metadata_say_what_wrappers_ask(dataset):
    assert MarketMakingEnv.metadata == {"render_modes": ["human", "rgb_array"], "render_fps": 10}
    env = MarketMakingEnv(dataset, episode_decisions=4, render_mode="rgb_array")
    assert HumanRendering(env).render_mode == "human"
