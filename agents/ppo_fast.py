"""PPO for processors: nothing in a rollout that learning does not need."""

from typing import Any

import numpy as np
import torch
from gymnasium import spaces
from numpy.typing import NDArray
from stable_baselines3.common.buffers import RolloutBuffer
from stable_baselines3.common.callbacks import BaseCallback
from stable_baselines3.common.vec_env import VecEnv

from agents.ppo import BatchedPPO
from agents.rollout import TensorRolloutBuffer

_ENDS = "terminal_observation"


class FastPPO(BatchedPPO):
    """`stable_baselines3.PPO` whose rollouts cost a fraction; the updates are inherited.

    Actions are drawn without gradients and written where the update reads them, and the truncated
    episodes of a whole rollout are bootstrapped in one forward pass at its end: callbacks see
    rewards without the bootstrap.
    Other observations than arrays, MultiBinary actions and state-dependent exploration go the way
    of `BatchedPPO`.
    """

    def _setup_model(self) -> None:
        is_plain = isinstance(self.observation_space, spaces.Box) and isinstance(
            self.action_space, spaces.Box | spaces.Discrete | spaces.MultiDiscrete
        )
        if self.rollout_buffer_class is None and is_plain and not self.use_sde:
            self.rollout_buffer_class = TensorRolloutBuffer
        super()._setup_model()

    def collect_rollouts(
        self,
        env: VecEnv,
        callback: BaseCallback,
        rollout_buffer: RolloutBuffer,
        n_rollout_steps: int,
    ) -> bool:
        """Fill the buffer; False where a callback asked to stop."""
        if not isinstance(rollout_buffer, TensorRolloutBuffer) or self.use_sde:
            return super().collect_rollouts(env, callback, rollout_buffer, n_rollout_steps)
        last: Any = self._last_obs
        starts: Any = self._last_episode_starts
        self.policy.set_training_mode(False)
        rollout_buffer.reset()
        callback.on_rollout_start()
        ends: list[tuple[int, Any, NDArray[Any]]] = []
        for step in range(n_rollout_steps):
            obs = rollout_buffer.begin_step(last, starts)
            with torch.inference_mode():
                actions, values, log_probs = self.policy(obs.to(self.device))
            taken = actions.cpu().numpy()
            new_obs: Any
            new_obs, rewards, dones, infos = env.step(self._within_bounds(taken))
            self.num_timesteps += env.num_envs
            callback.update_locals(locals())
            if not callback.on_step():
                return False
            ended = np.flatnonzero(dones)
            self._update_info_buffer([infos[i] for i in ended], dones[ended])
            ends += [
                (step, i, infos[i][_ENDS]) for i in ended if infos[i].get("TimeLimit.truncated")
            ]
            rollout_buffer.end_step(taken, rewards, values, log_probs)
            self._last_obs, self._last_episode_starts = last, starts = new_obs, dones
        self._bootstrap(rollout_buffer, ends)
        rollout_buffer.compute_returns_and_advantage(self._values(new_obs), dones)
        callback.update_locals(locals())
        callback.on_rollout_end()
        return True

    def _within_bounds(self, actions: NDArray[Any]) -> NDArray[Any]:
        """What the environments are told where the network may ask for more than there is."""
        if not isinstance(self.action_space, spaces.Box):
            return actions
        if self.policy.squash_output:
            return self.policy.unscale_action(actions)
        return np.clip(actions, self.action_space.low, self.action_space.high)

    def _bootstrap(
        self, rollout: TensorRolloutBuffer, ends: list[tuple[int, Any, NDArray[Any]]]
    ) -> None:
        """Add the discounted values of what truncated episodes ended on to their last rewards."""
        if ends:
            steps, envs, seen = zip(*ends, strict=True)
            values = self._values(np.stack(seen)).flatten().cpu().numpy()
            rollout.rewards[list(steps), list(envs)] += self.gamma * values

    def _values(self, obs: NDArray[Any]) -> torch.Tensor:
        with torch.inference_mode():
            return self.policy.predict_values(torch.from_numpy(obs).to(self.device))
