"""Every algorithm of conf/agent learns on the actions that suit it, is saved, loaded and judged."""

import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from gymnasium import spaces
from hydra.utils import get_object

from agents import build, judging, saving, settings, training
from agents.run_folder import RunFolder
from hft_gym.errors import ConfigError
from tests.agents.small import SMALL
from tests.agents.test_schema import CONF, composed

pytestmark = pytest.mark.slow

OF_ANY = [text for text in SMALL if not text.startswith("agent.")]
OF_ROLLOUTS = ["agent.n_steps=16"]
OFF_POLICY = ["agent.learning_starts=64", "agent.batch_size=32"]
ACTIONS = {
    "ppo_fast": (spaces.MultiDiscrete, [*OF_ROLLOUTS, "agent.batch_size=64"]),
    "a2c": (spaces.MultiDiscrete, OF_ROLLOUTS),
    "recurrent_ppo": (spaces.MultiDiscrete, [*OF_ROLLOUTS, "agent.batch_size=64"]),
    "dqn": (spaces.Discrete, OFF_POLICY),
    "sac": (spaces.Box, OFF_POLICY),
}


def config_of(name, *overrides):
    strategies = "strategy=[do_nothing,fixed_spread]"
    return settings.of_new_run(composed(f"agent={name}", *OF_ANY, strategies, *overrides))


@pytest.fixture(scope="module")
def data():
    config = config_of("a2c")
    return build.datasets(config, build.tapes(config, lambda _: None))


def weights(model):
    return torch.cat([p.flatten().float() for p in model.policy.state_dict().values()])


@pytest.mark.parametrize("name", ACTIONS)
def test_it_learns_is_saved_and_judged(name, data, tmp_path):
    space, overrides = ACTIONS[name]
    config = config_of(name, *overrides)
    model = training.fresh(config, data.train)
    assert isinstance(model.action_space, space)
    before = weights(model).clone()
    folder = RunFolder(tmp_path)
    assert training.train(config, model, folder)
    assert model.num_timesteps >= 512
    assert not torch.equal(weights(model), before)

    again = training.fresh(config, data.train)
    saving.load(again, folder.newest_model())
    assert torch.equal(weights(again), weights(model))

    statistics = saving.statistics(model.get_vec_normalize_env())
    found = judging.judgement(config, data, model, name)
    assert [s.policy for s in found.summaries[:2]] == [name, "do_nothing"]
    assert found.text == judging.judgement(config, data, again, name).text
    # what is held out never moves the scale that was learnt in training
    assert saving.statistics(model.get_vec_normalize_env()) == statistics


def test_scales_come_from_the_training_days_alone(data):
    config = config_of("a2c", "agent.n_steps=16")
    model = training.fresh(config, data.train)
    tapes = {int(span["tape"]) for span in data.train.spans}
    held_out = {int(span["tape"]) for part in (data.validation, data.test) for span in part.spans}
    assert not tapes & held_out
    seen = set()
    env = model.get_env()
    rows = [env.reset()]
    rows[0] = env.unnormalize_obs(rows[0])
    core = env.unwrapped.core
    for _ in range(100):
        seen |= set(core.view()["tape"].tolist())
        env.step(np.zeros((16, 2), np.int64))
        rows.append(env.get_original_obs())
    assert seen == tapes
    everything = np.concatenate(rows[1:])
    mean = model.get_vec_normalize_env().obs_rms.mean
    assert np.abs(mean - everything.mean(0)).max() < 0.05


@pytest.mark.parametrize("observation", ["dict", "stacked"])
def test_ppo_learns_from_other_forms_of_observation(observation, data, tmp_path):
    extra = ["agent.policy=MultiInputPolicy"] if observation == "dict" else []
    sizes = ["agent.n_steps=16", "agent.batch_size=256", "evaluation.episodes=2"]
    config = config_of("ppo", f"observation={observation}", *sizes, *extra)
    model = training.fresh(config, data.train)
    assert training.train(config, model, RunFolder(tmp_path))
    assert model.get_vec_normalize_env().num_envs == 16
    again = training.resumed(config, data.train, tmp_path / "model.zip")
    first = saving.statistics(model.get_vec_normalize_env())
    assert saving.statistics(again.get_vec_normalize_env()) == first
    names = {"observation.market", "observation.own", "observation.book"}
    assert set(first) == {"reward"} | (names if observation == "dict" else {"observation"})
    assert judging.judgement(config, data, model, "ppo").summaries[0].policy == "ppo"


WANTED = {"sac": spaces.Box, "dqn": spaces.Discrete}
EXPERIMENTS = sorted(path.stem for path in (Path(CONF) / "experiment").glob("*.yaml"))


@pytest.mark.parametrize("name", EXPERIMENTS)
def test_every_experiment_is_a_run_whose_actions_suit_its_agent(name):
    config = settings.of_new_run(composed(f"experiment={name}"))
    space = build.models(config).action.space()
    algorithm = get_object(config.agent._target_).__name__.lower()
    assert isinstance(space, WANTED.get(algorithm, (spaces.MultiDiscrete, spaces.Discrete)))
    assert composed(f"experiment={name}", "total_timesteps=5").total_timesteps == 5


def test_there_is_an_experiment_for_every_agent():
    agents = {path.stem for path in (Path(CONF) / "agent").glob("*.yaml")}
    assert agents <= {name.removeprefix("market_making_") for name in EXPERIMENTS}


@pytest.mark.parametrize("num_envs", [16, 64])
def test_the_target_network_of_dqn_follows_at_every_step(num_envs, data):
    # Stable-Baselines3 counts steps of single environments
    config = config_of("dqn", *OFF_POLICY, f"env.num_envs={num_envs}", "agent.buffer_size=1000")
    assert training.fresh(config, data.train).target_update_interval == num_envs


def test_a_missing_package_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "sb3_contrib", None)
    with pytest.raises(ConfigError, match=r"pip install 'hft_gym\[contrib\]'"):
        build.agent(config_of("recurrent_ppo"), None, 0)


def test_the_users_action_comes_before_the_agents_own():
    assert composed("agent=sac").action._target_.endswith("BoxQuotes")
    assert composed("agent=dqn", "action=mid_quotes").action._target_.endswith("MidQuotes")
