import numpy as np
import pytest
import torch
from gymnasium import spaces
from stable_baselines3 import PPO
from stable_baselines3.common.policies import ActorCriticPolicy

from agents.networks import FusedMlpPolicy, SharedMlpPolicy, Tanh
from agents.ppo import BatchedPPO
from agents.vec_env import HftVecEnv
from tests.agents.fake_core import FakeCore

OBS = spaces.Box(-1.0, 1.0, (3,), np.float32)
ACTIONS = {
    "MultiDiscrete": spaces.MultiDiscrete([3, 3]),
    "uneven MultiDiscrete": spaces.MultiDiscrete([3, 2]),
    "Discrete": spaces.Discrete(5),
    "Box": spaces.Box(-1.0, 1.0, (2,), np.float32),
}


def built(policy, space, **options):
    torch.manual_seed(0)
    return policy(OBS, space, lambda _: 1e-3, **options)


def test_tanh_is_the_plain_one():
    x = torch.cat([torch.linspace(-12.0, 12.0, 400_001), torch.tensor([-200.0, 200.0, 1e-8])])
    ours, theirs = x.clone().requires_grad_(), x.clone().requires_grad_()
    found, wanted = Tanh()(ours), torch.nn.Tanh()(theirs)
    torch.testing.assert_close(found, wanted, rtol=0.0, atol=2e-7)
    by_found = torch.ones(len(x))
    found.backward(by_found)
    wanted.backward(by_found)
    torch.testing.assert_close(ours.grad, theirs.grad, rtol=0.0, atol=4e-7)
    assert Tanh()(torch.tensor([np.nan, np.inf, -np.inf])).isnan().tolist() == [True, False, False]


@pytest.mark.parametrize("space", ACTIONS.values(), ids=ACTIONS.keys())
def test_the_fused_policy_is_the_plain_one(space):
    plain, fused = built(ActorCriticPolicy, space), built(FusedMlpPolicy, space)
    obs = torch.rand((50, 3))
    acts, values, log_prob = fused(obs)
    assert acts.shape == (50, *space.shape)
    if not isinstance(space, spaces.Box):  # which Stable-Baselines3 clips
        assert all(space.contains(act) for act in acts.numpy())
    for ours, theirs in zip((values, log_prob), plain.evaluate_actions(obs, acts)[:2], strict=True):
        torch.testing.assert_close(ours, theirs)
    for ours, theirs in zip(
        fused.evaluate_actions(obs, acts), plain.evaluate_actions(obs, acts), strict=True
    ):
        torch.testing.assert_close(ours, theirs)
    for ours, theirs in zip(
        fused(obs, deterministic=True), plain(obs, deterministic=True), strict=True
    ):
        torch.testing.assert_close(ours, theirs)


@pytest.mark.parametrize("space", ACTIONS.values(), ids=ACTIONS.keys())
def test_one_body_serves_both(space):
    policy = built(SharedMlpPolicy, space, net_arch=[8, 4])
    obs = torch.rand((50, 3))
    acts, values, log_prob = policy(obs)
    found = policy.evaluate_actions(obs, acts)
    torch.testing.assert_close(found[0], values)
    torch.testing.assert_close(found[1], log_prob)
    torch.testing.assert_close(policy.predict_values(obs), values)
    widths = [m.out_features for m in policy.modules() if isinstance(m, torch.nn.Linear)]
    assert widths[:2] == [8, 4]
    assert len(widths) == 4
    assert isinstance(policy.mlp_extractor.layers[1], torch.nn.Tanh)


def test_two_bodies_are_refused():
    with pytest.raises(ValueError, match="list of sizes"):
        built(SharedMlpPolicy, ACTIONS["Discrete"], net_arch={"pi": [8], "vf": [9]})
    assert built(SharedMlpPolicy, ACTIONS["Discrete"]).mlp_extractor.latent_dim_pi == 64


def test_plain_sb3_opens_what_was_saved(tmp_path):
    env = HftVecEnv(FakeCore(8))
    options = {"n_steps": 8, "batch_size": 64, "seed": 0}
    model = BatchedPPO("SharedMlpPolicy", env, policy_kwargs={"net_arch": [8]}, **options)
    model.learn(64).save(tmp_path / "model.zip")
    again = PPO.load(tmp_path / "model.zip", env=env)
    obs = np.random.default_rng(0).uniform(-1, 1, (20, 3)).astype(np.float32)
    for deterministic in (True, False):
        torch.manual_seed(0)
        acts = model.predict(obs, deterministic=deterministic)[0]
        torch.manual_seed(0)
        np.testing.assert_array_equal(acts, again.predict(obs, deterministic=deterministic)[0])
