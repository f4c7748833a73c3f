"""Any Python callable over the state of all environments may be the reward."""

import numpy as np
import pytest

from hft_gym.envs.core import BatchCore
from hft_gym.envs.defaults import MODELS
from hft_gym.envs.interfaces import step_reward
from hft_gym.envs.records import ENV_DTYPE
from hft_gym.envs.rewards.cara_utility import CaraUtility
from hft_gym.envs.rewards.differential_sharpe import DifferentialSharpe
from hft_gym.envs.rewards.outside import Outside, as_model, pay
from hft_gym.envs.rewards.pnl import Pnl
from hft_gym.envs.rewards.sum import Sum
from hft_gym.errors import ConfigError
from tests.envs.samples import generated_dataset, random_actions


def in_python(envs):
    """What the default reward pays, in plain NumPy."""
    position = envs["trader"]["known_position_lots"]
    return envs["step_pnl_ticks"] - 0.02 * position.astype(float) ** 2 * envs["step_s"]


@pytest.mark.long
@pytest.mark.parametrize("autoreset", [True, False])
def test_the_same_reward_in_python_gives_the_same_run(autoreset):
    runs = []
    for reward in (MODELS.reward, in_python):
        core = BatchCore(
            generated_dataset(), MODELS._replace(reward=reward), 8, episode_decisions=20,
            autoreset=autoreset, threads=2,
        )  # fmt: skip
        seen = [core.reset(np.arange(8), stagger=True)]
        for action in random_actions(50, 8):
            seen.extend(core.step(action))
            ended = seen[-1] | seen[-2]
            seen.extend([core.finished[ended].copy(), core.final_observations[ended].copy()])
        core.close()
        runs.append(seen)
    assert any(part.any() for part in runs[0][4::6])
    for native, python in zip(*runs, strict=True):
        if native.dtype.names:
            assert native["reward"] == pytest.approx(python["reward"], abs=1e-9)
            native["reward"] = python["reward"] = 0.0
            assert native.tobytes() == python.tobytes()
        else:
            assert native == pytest.approx(python, abs=1e-5)


def test_who_waits_for_a_reset_is_paid_nothing():
    envs = np.zeros(3, ENV_DTYPE)
    paid = pay(lambda e: np.arange(3) + 1.0, envs, np.array([True, False, True]))
    assert (paid.tolist(), paid.dtype) == ([1.0, 0.0, 3.0], np.float32)
    assert envs["episode"]["reward"].tolist() == [1.0, 0.0, 3.0]


def test_the_state_can_be_read_only():
    def spoil(envs):
        envs["equity_ticks"] = 1.0

    with pytest.raises(ValueError, match="read-only"):
        pay(spoil, np.zeros(2, ENV_DTYPE), np.ones(2, bool))


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        (np.zeros(3), "shape \\(3,\\); it must return"),
        (0.0, "one number for each environment"),
        (np.array(["a", "b"]), "returned <U1"),
        (np.array([0.0, np.nan]), "returned nan for environment 1"),
    ],
)
def test_a_wrong_answer_is_told(answer, message):
    def mine(envs):
        return answer

    with pytest.raises(ConfigError, match=f"reward mine .*{message}"):
        pay(mine, np.zeros(2, ENV_DTYPE), np.ones(2, bool))


def test_models_and_callables_are_told_apart():
    assert as_model(Pnl()) == (Pnl(), None)
    assert as_model(in_python) == (Outside(), in_python)
    assert step_reward(Outside(), None) == 0.0
    with pytest.raises(ConfigError, match="int is no reward"):
        as_model(3)


@pytest.mark.parametrize(
    ("reward", "message"),
    [
        (CaraUtility(0.0), "gamma_per_tick must be above 0, not 0.0"),
        (DifferentialSharpe(1.0), "eta must lie between 0 and 1"),
        (DifferentialSharpe(0.1, -1.0), "prior_ticks must be at least 0"),
        (Sum((1.0, 1.0), (Pnl(), CaraUtility(-1.0))), "gamma_per_tick"),
    ],
)
def test_parameters_out_of_range_are_told(reward, message):
    with pytest.raises(ConfigError, match=message):
        as_model(reward)
