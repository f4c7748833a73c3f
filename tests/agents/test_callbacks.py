import io
import os
import signal

import numpy as np
import pytest

from agents.callbacks import (
    Checkpoints,
    Progress,
    StopOnInterrupt,
    TradingMetrics,
    save_checkpoint,
    trading_scalars,
)
from agents.ppo import BatchedPPO
from agents.run_folder import RunFolder
from agents.vec_env import HftVecEnv
from tests.agents.fake_core import EPISODE_DTYPE, FakeCore


def built():
    return BatchedPPO("MlpPolicy", HftVecEnv(FakeCore(8)), n_steps=8, batch_size=64, seed=0)


def test_progress_off_a_terminal_is_plain_lines():
    stream = io.StringIO()
    built().learn(128, callback=Progress(128, stream, every_s=0.0))
    lines = stream.getvalue().splitlines()
    assert lines[-1].startswith("128 of 128 steps")
    assert "steps/s" in lines[-1]
    assert lines[-1].endswith("s left")


def test_progress_on_a_terminal_is_a_bar():
    stream = io.StringIO()
    stream.isatty = lambda: True
    built().learn(128, callback=Progress(128, stream))
    assert "128/128" in stream.getvalue()


def test_trading_metrics_are_logged_for_each_rollout():
    model = built()
    model.learn(64, callback=TradingMetrics(), log_interval=None)
    logged = model.logger.name_to_value
    assert logged["trading/n"] == 8
    assert logged["trading/fills"] == 1.0
    assert 0.0 <= logged["trading/pnl_ticks"] <= 5.0


def test_trading_scalars_are_means_over_episodes():
    episodes = np.zeros(2, EPISODE_DTYPE)
    episodes["steps"] = 10, 20
    episodes["abs_position_lot_steps"] = 10.0, 60.0
    episodes["bid_fills"], episodes["ask_fills"] = (1, 2), (3, 4)
    found = trading_scalars(episodes)
    assert found["abs_position_lots"] == 2.0
    assert found["fills"] == 5.0
    assert found["n"] == 2


def test_the_last_checkpoints_stay(tmp_path):
    folder = RunFolder(tmp_path)
    built().learn(64 * 6, callback=Checkpoints(folder, every_timesteps=64, keep=2))
    names = [path.name for path in folder.checkpoints()]
    assert names == ["000000000256.zip", "000000000320.zip"]


def test_no_checkpoints_where_none_are_asked_for(tmp_path):
    folder = RunFolder(tmp_path)
    built().learn(128, callback=Checkpoints(folder, every_timesteps=0, keep=2))
    assert folder.checkpoints() == []
    save_checkpoint(folder, built(), keep=1)
    assert len(folder.checkpoints()) == 1


def test_ctrl_c_ends_the_training_and_a_second_one_breaks_off():
    before = signal.getsignal(signal.SIGINT)
    model = built()
    with StopOnInterrupt() as stop:
        os.kill(os.getpid(), signal.SIGINT)
        model.learn(10_000, callback=stop)
        assert stop.interrupted
        assert model.num_timesteps == 8
        with pytest.raises(KeyboardInterrupt):
            os.kill(os.getpid(), signal.SIGINT)
    assert signal.getsignal(signal.SIGINT) is before
