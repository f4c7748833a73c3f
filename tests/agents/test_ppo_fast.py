import numpy as np
import pytest
import torch
from gymnasium import spaces
from stable_baselines3 import PPO
from stable_baselines3.common.callbacks import BaseCallback
from stable_baselines3.common.vec_env import VecNormalize

from agents.normalise import FusedNormalize
from agents.ppo_fast import FastPPO
from agents.rollout import TensorRolloutBuffer
from agents.vec_env import HftVecEnv
from tests.agents.fake_core import FakeCore

OPTIONS = {"n_steps": 16, "batch_size": 32, "n_epochs": 2, "gamma": 0.9, "seed": 0}
COMPARED = (
    "observations", "actions", "rewards", "episode_starts", "values", "log_probs", "advantages",
    "returns",
)  # fmt: skip


class Replayed(FakeCore):
    """Environments with another space of actions."""

    def __init__(self, space, **options):
        super().__init__(8, 5, **options)
        self.action_space = space

    def step(self, actions):
        assert self.action_space.contains(actions[0])
        return super().step(np.asarray(actions).reshape(8, -1))


def collected(model):
    _, callback = model._setup_learn(1)
    assert model.collect_rollouts(model.env, callback, model.rollout_buffer, model.n_steps)
    return model.rollout_buffer


@pytest.mark.parametrize("terminate", [False, True])
@pytest.mark.parametrize(
    "space",
    [spaces.MultiDiscrete([3, 3]), spaces.Discrete(3), spaces.Box(-1.0, 1.0, (2,), np.float32)],
    ids=str,
)
def test_a_rollout_is_that_of_sb3(space, terminate):
    envs = [HftVecEnv(Replayed(space, terminate=terminate)) for _ in range(2)]
    fast = FastPPO("SharedMlpPolicy", FusedNormalize(envs[0], gamma=0.9), **OPTIONS)
    plain = PPO("MlpPolicy", VecNormalize(envs[1], gamma=0.9), **OPTIONS)
    ours = collected(fast)
    assert isinstance(ours, TensorRolloutBuffer)
    actions = iter(torch.from_numpy(ours.actions.copy()))

    def act_the_same(obs, deterministic=False):
        taken = next(actions)
        taken = taken.flatten() if isinstance(space, spaces.Discrete) else taken
        values, log_prob, _ = fast.policy.evaluate_actions(obs, taken)
        return taken, values, log_prob

    plain.policy = fast.policy
    plain.policy.forward = act_the_same
    theirs = collected(plain)
    for name in COMPARED:
        a, b = getattr(ours, name), getattr(theirs, name)
        np.testing.assert_allclose(a, b, rtol=1e-4, atol=1e-5, err_msg=name)
    assert list(fast.ep_info_buffer) == [
        {**info, "t": ours_info["t"]}
        for info, ours_info in zip(plain.ep_info_buffer, fast.ep_info_buffer, strict=True)
    ]
    assert fast.num_timesteps == plain.num_timesteps == 128


class StopAt(BaseCallback):
    """Sees what SB3 promises to callbacks, and stops."""

    def __init__(self, steps):
        super().__init__()
        self.steps = steps
        self.seen = []

    def _on_step(self):
        self.seen.append({"rewards", "dones", "infos", "new_obs"} <= set(self.locals))
        return self.n_calls < self.steps


def test_callbacks_see_every_step_and_can_stop():
    model = FastPPO("SharedMlpPolicy", HftVecEnv(FakeCore(8)), **OPTIONS)
    callback = StopAt(21)
    model.learn(10_000, callback=callback)
    assert callback.seen == [True] * 21
    assert model.num_timesteps == 21 * 8


def test_saved_and_loaded_it_goes_on(tmp_path):
    env = HftVecEnv(FakeCore(8))
    model = FastPPO("SharedMlpPolicy", env, **OPTIONS).learn(256)
    model.save(tmp_path / "model.zip")
    again = FastPPO.load(tmp_path / "model.zip", env=env)
    assert isinstance(again.rollout_buffer, TensorRolloutBuffer)
    for ours, theirs in zip(again.policy.parameters(), model.policy.parameters(), strict=True):
        assert torch.equal(ours, theirs)
    assert again.learn(256, reset_num_timesteps=False).num_timesteps == 512


def test_the_same_seed_gives_the_same_weights():
    first, second = (
        FastPPO("SharedMlpPolicy", HftVecEnv(FakeCore(8)), **OPTIONS).learn(512) for _ in range(2)
    )
    for ours, theirs in zip(first.policy.parameters(), second.policy.parameters(), strict=True):
        assert torch.equal(ours, theirs)


def test_dict_observations_go_the_slower_way():
    class Named(FakeCore):
        def __init__(self):
            super().__init__(8)
            self.observation_space = spaces.Dict({"market": self.observation_space})

        def reset(self, *args, **kwargs):
            return {"market": super().reset(*args, **kwargs)}

        def step(self, actions):
            obs, *rest = super().step(actions)
            self.final_observations = {"market": self.final_observations}
            return {"market": obs}, *rest

    model = FastPPO("MultiInputPolicy", HftVecEnv(Named()), **OPTIONS).learn(128)
    assert not isinstance(model.rollout_buffer, TensorRolloutBuffer)
    assert model.num_timesteps == 128


@pytest.mark.parametrize(
    ("seen", "acted"),
    [
        (spaces.Discrete(4), spaces.Discrete(3)),
        (spaces.MultiDiscrete([3, 3]), spaces.Discrete(3)),
        (spaces.Box(-1.0, 1.0, (3,), np.float32), spaces.MultiBinary(3)),
    ],
    ids=str,
)
def test_other_spaces_go_the_slower_way(seen, acted):
    class Other(FakeCore):
        def __init__(self):
            super().__init__(8)
            self.observation_space, self.action_space = seen, acted

        def _shown(self, obs):
            return obs if isinstance(seen, spaces.Box) else np.stack([seen.sample()] * 8)

        def reset(self, *args, **kwargs):
            return self._shown(super().reset(*args, **kwargs))

        def step(self, actions):
            obs, *rest = super().step(np.asarray(actions).reshape(8, -1))
            self.final_observations = self._shown(self.final_observations)
            return self._shown(obs), *rest

    model = FastPPO("MlpPolicy", HftVecEnv(Other()), **OPTIONS).learn(128)
    assert not isinstance(model.rollout_buffer, TensorRolloutBuffer)
    assert model.num_timesteps == 128


def test_it_learns_the_toy():
    env = HftVecEnv(FakeCore(64))
    options = {**OPTIONS, "batch_size": 256, "learning_rate": 3e-3, "n_epochs": 1}
    FastPPO("SharedMlpPolicy", env, policy_kwargs={"net_arch": [32]}, **options).learn(60_000)
    episodes = env.take_finished()
    assert episodes["reward"][:200].mean() < 2.5
    assert episodes["reward"][-200:].mean() > 4.0
