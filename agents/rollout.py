"""A rollout buffer that is filled in place and read as tensors."""

from collections.abc import Generator
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from stable_baselines3.common.buffers import RolloutBuffer
from stable_baselines3.common.type_aliases import RolloutBufferSamples

_NUMBERS = ("values", "log_probs", "advantages", "returns")


class TensorRolloutBuffer(RolloutBuffer):
    """`RolloutBuffer` whose arrays `[steps, envs, ...]` are made once and read in place by torch.

    A new rollout writes over the old one. Batches are drawn from all steps of all environments, as
    Stable-Baselines3 does, without first copying everything into another order.
    """

    def reset(self) -> None:
        """Begin a new rollout."""
        if not hasattr(self, "values"):
            super().reset()
        self.pos, self.full, self.generator_ready = 0, False, False

    def begin_step(self, obs: NDArray[Any], starts: NDArray[Any]) -> torch.Tensor:
        """Keep `[envs, ...]` observations and where episodes began; the former as a tensor."""
        self.observations[self.pos] = obs
        self.episode_starts[self.pos] = starts
        return torch.from_numpy(self.observations[self.pos])

    def end_step(
        self,
        actions: NDArray[Any],
        rewards: NDArray[Any],
        values: torch.Tensor,
        log_probs: torch.Tensor,
    ) -> None:
        """Keep what was done at the step that has begun, `[envs, ...]` each, and its outcome."""
        self.actions[self.pos] = actions.reshape(self.n_envs, self.action_dim)
        self.rewards[self.pos] = rewards
        self.values[self.pos] = values.cpu().numpy().reshape(-1)
        self.log_probs[self.pos] = log_probs.cpu().numpy().reshape(-1)
        self.pos += 1
        self.full = self.pos == self.buffer_size

    def compute_returns_and_advantage(self, last_values: torch.Tensor, dones: np.ndarray) -> None:
        """Advantages by GAE (Schulman et al. 2016) and the returns they stand for, in place.

        Args:
            last_values: `[envs]` of the observations after the last step.
            dones: `[envs]` whether the last step ended an episode.
        """
        goes_on = 1.0 - np.concatenate([self.episode_starts[1:], dones[None]], dtype=np.float32)
        following = np.concatenate([self.values[1:], last_values.cpu().numpy().reshape(1, -1)])
        np.subtract(self.rewards, self.values, out=self.advantages)
        self.advantages += self.gamma * following * goes_on
        goes_on *= self.gamma * self.gae_lambda
        for step in reversed(range(self.buffer_size - 1)):
            self.advantages[step] += goes_on[step] * self.advantages[step + 1]
        np.add(self.advantages, self.values, out=self.returns)

    def get(self, batch_size: int | None = None) -> Generator[RolloutBufferSamples, None, None]:
        """Every step of every environment once, in random order."""
        assert self.full, "the rollout is not complete"
        count = self.buffer_size * self.n_envs
        flat = [torch.from_numpy(a).flatten(0, 1) for a in (self.observations, self.actions)]
        numbers = torch.stack([torch.from_numpy(getattr(self, n)).flatten() for n in _NUMBERS], 1)
        order = torch.from_numpy(np.random.permutation(count))  # noqa: NPY002 - seeded by SB3
        for part in order.split(batch_size or count):
            rows = [tensor.index_select(0, part).to(self.device) for tensor in flat]
            columns = numbers.index_select(0, part).t().contiguous().to(self.device)
            yield RolloutBufferSamples(*rows, *columns)
