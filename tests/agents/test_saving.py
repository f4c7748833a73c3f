import json
import pickle
import zipfile

import numpy as np
import pytest
import torch
from stable_baselines3 import PPO
from stable_baselines3.common.vec_env import VecNormalize

from agents import saving
from agents.ppo import BatchedPPO
from agents.vec_env import HftVecEnv
from hft_gym.errors import InputError
from tests.agents.fake_core import FakeCore


def built(seed=0, normalised=True, **kwargs):
    env = HftVecEnv(FakeCore(8))
    return BatchedPPO(
        "MlpPolicy", VecNormalize(env) if normalised else env, n_steps=8, seed=seed, **kwargs
    )


@pytest.fixture
def saved(tmp_path):
    model = built().learn(256)
    (tmp_path / "model.zip").write_bytes(saving.dump(model))
    return model, tmp_path / "model.zip"


def test_a_loaded_model_is_the_saved_one(saved):
    model, path = saved
    other = built(seed=5)
    saving.load(other, path)
    for name, tensor in model.policy.state_dict().items():
        assert torch.equal(tensor, other.policy.state_dict()[name])
    ours, theirs = (m.policy.optimizer.state_dict()["state"] for m in (model, other))
    assert ours.keys() == theirs.keys() != set()
    assert all(torch.equal(ours[k]["exp_avg"], theirs[k]["exp_avg"]) for k in ours)
    for name in ("obs_rms", "ret_rms"):
        ours, theirs = (getattr(m.get_vec_normalize_env(), name) for m in (model, other))
        np.testing.assert_array_equal(ours.mean, theirs.mean)
        np.testing.assert_array_equal(ours.var, theirs.var)
        assert ours.count == theirs.count
    assert other.num_timesteps == 256
    other.learn(64, reset_num_timesteps=False)
    assert other.num_timesteps == 320


def test_loading_unpickles_nothing(saved, monkeypatch):
    def refuse(*_, **__):
        raise AssertionError("a pickle was read")

    for module in (pickle, __import__("cloudpickle")):
        for name in ("load", "loads"):
            monkeypatch.setattr(module, name, refuse)
    saving.load(built(), saved[1])


def test_sb3_opens_the_file_too(saved):
    model, path = saved
    obs = np.zeros((1, 3), np.float32)
    np.testing.assert_array_equal(
        PPO.load(path).predict(obs, deterministic=True)[0],
        model.predict(obs, deterministic=True)[0],
    )


def test_a_model_of_another_shape_is_refused_in_one_line(saved):
    with pytest.raises(InputError, match="does not fit this configuration") as found:
        saving.load(built(policy_kwargs={"net_arch": [8]}), saved[1])
    assert "\n" not in str(found.value)


def test_normalisation_must_match(saved):
    with pytest.raises(InputError, match="normalis"):
        saving.load(built(normalised=False), saved[1])


@pytest.mark.parametrize("content", [b"", b"not a zip", None])
def test_what_is_no_model_is_refused(tmp_path, content):
    path = tmp_path / "model.zip"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(InputError, match="not a saved model"):
        saving.load(built(), path)


def test_a_foreign_pickle_among_the_tensors_is_refused(saved, tmp_path):
    evil = tmp_path / "evil.zip"
    with zipfile.ZipFile(evil, "w") as archive:
        archive.writestr("hft_gym.json", json.dumps({"normalisation": None, "counters": {}}))
        archive.writestr("policy.pth", pickle.dumps(print))
    with pytest.raises(InputError):
        saving.load(built(), evil)
