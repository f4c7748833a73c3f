import numpy as np
import pytest
import torch

from agents import build, settings, training
from agents.run_folder import RunFolder
from tests.agents.small import SMALL
from tests.agents.test_schema import composed


@pytest.fixture(scope="module")
def config():
    return settings.of_new_run(composed(*SMALL))


@pytest.fixture(scope="module")
def data(config):
    return build.datasets(config, build.tapes(config, lambda _: None))


def weights(model):
    return torch.cat([p.flatten() for p in model.policy.state_dict().values()])


def trained(config, data, folder):
    model = training.fresh(config, data.train)
    assert training.train(config, model, RunFolder(folder))
    return model


def test_the_same_seed_gives_the_same_model(config, data, tmp_path):
    first, second = (trained(config, data, tmp_path / name) for name in "ab")
    assert torch.equal(weights(first), weights(second))
    other = config.copy()
    other.seed = 1
    assert not torch.equal(weights(first), weights(trained(other, data, tmp_path / "c")))


def test_a_run_can_go_on(config, data, tmp_path):
    folder = RunFolder(tmp_path)
    trained(config, data, tmp_path)
    longer = config.copy()
    longer.total_timesteps = 1024
    model = training.resumed(longer, data.train, folder.newest_model())
    assert model.num_timesteps == 512
    training.train(longer, model, folder)
    assert model.num_timesteps == 1024
    assert len(list(tmp_path.glob("events.out*"))) == 2
    curve = folder.read("curve.json")
    done = training.resumed(longer, data.train, folder.newest_model())
    assert training.train(longer, done, folder)  # nothing is left to do
    assert folder.read("curve.json") == curve


def test_the_environments_pass_sb3s_contract(config, data):
    env = build.vec_env(config, build.core(config, data.train, 16))
    env.seed(0)
    first = env.reset()
    assert first.dtype == np.float32
    assert env.observation_space.shape == first.shape[1:]
    ends = 0
    for _ in range(100):
        obs, rewards, dones, infos = env.step(np.stack([env.action_space.sample()] * 16))
        assert np.isfinite(obs).all()
        assert np.isfinite(rewards).all()
        assert [("terminal_observation" in info) for info in infos] == dones.tolist()
        ends += int(dones.sum())
    assert ends >= 16
