"""Toy environments behind the face of BatchCore: the action that copies the sign pays."""

import numpy as np
from gymnasium import spaces

EPISODE_DTYPE = np.dtype(
    [("tape", "i8"), ("start_decision", "i8"), ("steps", "i8"), ("reward", "f8"),
     ("pnl_ticks", "f8"), ("fees_ticks", "f8"), ("gross_spread_ticks", "f8"), ("bid_fills", "i8"),
     ("ask_fills", "i8"), ("lots_traded", "i8"), ("taker_lots", "i8"), ("max_position_lots", "i8"),
     ("abs_position_lot_steps", "f8"), ("final_position_lots", "i8"),
     ("max_drawdown_ticks", "f8"), ("quotes", "i8"), ("rejected", "i8")]
)  # fmt: skip


class FakeCore:
    """Rows draw from their own generators, so their number does not change what each one sees."""

    def __init__(self, num_envs: int = 8, episode_steps: int = 5, terminate: bool = False):
        self.num_envs = num_envs
        self.episode_steps = episode_steps
        self.terminate = terminate
        self.observation_space = spaces.Box(-1.0, 1.0, (3,), np.float32)
        self.action_space = spaces.MultiDiscrete([3, 3])
        self.final_observations = np.zeros((num_envs, 3), np.float32)
        self.finished = np.zeros(num_envs, EPISODE_DTYPE)
        self.seeds_seen: list[np.ndarray | None] = []
        self.options_seen: list[dict | None] = []
        self.closed = False
        self._draw = [np.random.default_rng(i) for i in range(num_envs)]
        self._obs = np.zeros((num_envs, 3), np.float32)
        self._steps = np.zeros(num_envs, np.int64)
        self._reward = np.zeros(num_envs)

    def reset(self, seeds=None, *, stagger=False, options=None):
        self.seeds_seen.append(seeds)
        self.options_seen.append(options)
        if seeds is not None:
            self._draw = [np.random.default_rng(int(s)) for s in seeds]
        self._steps[:] = 0
        self._reward[:] = 0.0
        self._obs = self._new_obs()
        return self._obs.copy()

    def step(self, actions):
        wanted = 1 + np.sign(self._obs[:, 0]).astype(np.int64)
        rewards = (actions[:, 0] == wanted).astype(np.float32)
        self._steps += 1
        self._reward += rewards
        done = self._steps >= self.episode_steps
        self._obs = self._new_obs()
        self.final_observations = self._obs.copy()
        self.finished["steps"] = self._steps
        self.finished["reward"] = self.finished["pnl_ticks"] = self._reward
        self.finished["bid_fills"] = 1
        self._steps[done] = 0
        self._reward[done] = 0.0
        self._obs[done] = self._new_obs()[done]
        terminated = done & self.terminate
        return self._obs.copy(), rewards, terminated, done & ~terminated

    def get_state(self):
        return {"_steps": self._steps.copy()}

    def set_state(self, state):
        self._steps[:] = state["_steps"]

    def close(self):
        self.closed = True

    def _new_obs(self):
        return np.stack([d.uniform(-1, 1, 3) for d in self._draw]).astype(np.float32)
