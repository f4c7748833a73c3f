"""PPO that asks for the values of all truncated environments at once."""

from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from stable_baselines3 import PPO
from stable_baselines3.common.buffers import RolloutBuffer
from stable_baselines3.common.callbacks import BaseCallback
from stable_baselines3.common.vec_env import VecEnv
from stable_baselines3.common.vec_env.base_vec_env import VecEnvStepReturn, VecEnvWrapper

from agents.networks import FusedMlpPolicy, SharedMlpPolicy


class BatchedPPO(PPO):
    """PPO whose bootstrap at truncation is one forward pass instead of one for each environment.

    The same algorithm as `stable_baselines3.PPO` (Pardo et al. 2018, "Time limits in reinforcement
    learning", section 3), which spends about 50 µs on each truncated environment. During a rollout
    callbacks see rewards that hold the bootstrap already, and `TimeLimit.truncated` as False.
    `policy` may also name those of `agents.networks`.
    """

    policy_aliases = {  # noqa: RUF012 - its way
        **PPO.policy_aliases,
        "FusedMlpPolicy": FusedMlpPolicy,
        "SharedMlpPolicy": SharedMlpPolicy,
    }

    def collect_rollouts(
        self,
        env: VecEnv,
        callback: BaseCallback,
        rollout_buffer: RolloutBuffer,
        n_rollout_steps: int,
    ) -> bool:
        """Fill the buffer; False where a callback asked to stop."""
        return super().collect_rollouts(
            _Bootstrapped(env, self), callback, rollout_buffer, n_rollout_steps
        )


class _Bootstrapped(VecEnvWrapper):
    def __init__(self, venv: VecEnv, model: PPO) -> None:
        super().__init__(venv)
        self._model = model

    def reset(self) -> Any:
        return self.venv.reset()

    def step_wait(self) -> VecEnvStepReturn:
        obs, rewards, dones, infos = self.venv.step_wait()
        cut = [i for i in np.flatnonzero(dones) if infos[i].get("TimeLimit.truncated", False)]
        if cut:
            rewards[cut] += self._model.gamma * self._values([infos[i] for i in cut])
            for i in cut:
                infos[i]["TimeLimit.truncated"] = False  # SB3 would add the value once more
        return obs, rewards, dones, infos

    def _values(self, infos: list[dict[str, Any]]) -> NDArray[np.float32]:
        """`[m]` values of the observations that the truncated episodes ended on."""
        ends = [info["terminal_observation"] for info in infos]
        last: Any = (
            np.stack(ends)
            if not isinstance(ends[0], dict)
            else {name: np.stack([end[name] for end in ends]) for name in ends[0]}
        )
        policy = self._model.policy
        with torch.no_grad():
            values = policy.predict_values(policy.obs_to_tensor(last)[0])
        return values.flatten().cpu().numpy()
