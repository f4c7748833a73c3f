"""A learning loop as people write it by hand, on the VectorEnv with plain torch."""

import gymnasium as gym
import numpy as np
import pytest
import torch
from gymnasium.wrappers.vector import RecordEpisodeStatistics
from torch.distributions import Categorical

import hft_gym  # noqa: F401 - registers the environments

pytestmark = pytest.mark.slow

NUM_ENVS, STEPS, UPDATES, EPISODE = 32, 24, 6, 20


class Agent(torch.nn.Module):
    """A shared trunk, one choice for each part of the action, a value."""

    def __init__(self, features, choices):
        super().__init__()
        self.trunk = torch.nn.Sequential(torch.nn.Linear(features, 32), torch.nn.Tanh())
        self.heads = torch.nn.ModuleList(torch.nn.Linear(32, int(n)) for n in choices)
        self.value = torch.nn.Linear(32, 1)

    def forward(self, observations, actions=None):
        hidden = self.trunk(observations)
        choices = [Categorical(logits=head(hidden)) for head in self.heads]
        if actions is None:
            actions = torch.stack([choice.sample() for choice in choices], 1)
        logs = sum(choice.log_prob(actions[:, k]) for k, choice in enumerate(choices))
        entropy = sum(choice.entropy() for choice in choices)
        return actions, logs, entropy, self.value(hidden)[:, 0]


def roll_out(envs, agent, observations, done, buffers):
    """Fill the buffers; ends are bootstrapped with the value of the final observation."""
    for step in range(STEPS):
        buffers["obs"][step], buffers["done"][step] = observations, done
        with torch.no_grad():
            actions, logs, _, values = agent(observations)
        buffers["action"][step], buffers["log"][step], buffers["value"][step] = (
            actions,
            logs,
            values,
        )
        seen, rewards, terminated, truncated, infos = envs.step(actions.numpy())
        rewards = torch.as_tensor(rewards)
        if truncated.any():
            final = torch.as_tensor(np.stack(infos["final_obs"][truncated]))
            with torch.no_grad():
                rewards[torch.as_tensor(truncated)] += 0.99 * agent(final)[3]
        buffers["reward"][step] = rewards
        observations, done = torch.as_tensor(seen), torch.as_tensor(terminated | truncated).float()
    return observations, done


def learn(agent, optimiser, buffers, observations, done):
    with torch.no_grad():
        next_value = agent(observations)[3]
    advantages, last = torch.zeros(STEPS, NUM_ENVS), torch.zeros(NUM_ENVS)
    for step in reversed(range(STEPS)):
        live = 1.0 - (done if step == STEPS - 1 else buffers["done"][step + 1])
        value = next_value if step == STEPS - 1 else buffers["value"][step + 1]
        delta = buffers["reward"][step] + 0.99 * value * live - buffers["value"][step]
        advantages[step] = last = delta + 0.99 * 0.95 * live * last
    flat = {name: buffer.flatten(0, 1) for name, buffer in buffers.items()}
    gain, returns = advantages.flatten(), (advantages + buffers["value"]).flatten()
    for picks in torch.randperm(STEPS * NUM_ENVS).split(256):
        _, logs, entropy, values = agent(flat["obs"][picks], flat["action"][picks])
        ratio = (logs - flat["log"][picks]).exp()
        here = (gain[picks] - gain[picks].mean()) / (gain[picks].std() + 1e-8)
        policy = torch.max(-here * ratio, -here * ratio.clamp(0.8, 1.2)).mean()
        loss = policy - 0.01 * entropy.mean() + 0.5 * (values - returns[picks]).square().mean()
        optimiser.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(agent.parameters(), 0.5)
        optimiser.step()
    return float(loss.detach())


def test_a_hand_written_ppo_learns_a_few_updates(dataset):
    torch.manual_seed(0)
    torch.set_num_threads(1)
    envs = RecordEpisodeStatistics(
        gym.make_vec(
            "hft_gym/MarketMaking-v0", num_envs=NUM_ENVS, data=dataset, max_episode_steps=EPISODE
        )
    )
    agent = Agent(envs.single_observation_space.shape[0], envs.single_action_space.nvec)
    optimiser = torch.optim.Adam(agent.parameters(), 1e-3, eps=1e-5)
    before = [p.detach().clone() for p in agent.parameters()]
    buffers = {name: torch.zeros(STEPS, NUM_ENVS) for name in ("log", "value", "reward", "done")}
    buffers["obs"] = torch.zeros(STEPS, NUM_ENVS, *envs.single_observation_space.shape)
    buffers["action"] = torch.zeros(STEPS, NUM_ENVS, 2, dtype=torch.long)
    observations, done = torch.as_tensor(envs.reset(seed=0)[0]), torch.zeros(NUM_ENVS)
    losses = []
    for _ in range(UPDATES):
        observations, done = roll_out(envs, agent, observations, done, buffers)
        losses.append(learn(agent, optimiser, buffers, observations, done))
    assert np.isfinite(losses).all()
    assert any((a - b).abs().max() > 1e-3 for a, b in zip(before, agent.parameters(), strict=True))
    assert envs.episode_count == NUM_ENVS * (STEPS * UPDATES // EPISODE)
    assert set(envs.length_queue) == {EPISODE}
    envs.close()
