"""How fast agents train: python -m benchmarks.training [--json].

Whole training steps are timed, acting and learning, with the settings of conf/agent/ppo.yaml and
conf/agent/ppo_fast.yaml on the default task; beside them the same agents on environments that cost
nothing: of the same shapes, handing out arrays that were made before. The share is what stepping
the market leaves of that. All take turns, and the best round of each counts: the others were
disturbed.

Before anything is timed, a rollout of ppo_fast is compared with one of Stable-Baselines3's PPO
behind its own VecNormalize, on the same environments and actions.
"""

import sys
from collections.abc import Iterator
from pathlib import Path
from time import perf_counter
from typing import Any

from agents.openmp import wait_briefly

wait_briefly()  # before torch is loaded

import numpy as np
import torch
from hydra import compose, initialize_config_dir
from numpy.typing import NDArray
from omegaconf import DictConfig
from stable_baselines3 import PPO
from stable_baselines3.common.on_policy_algorithm import OnPolicyAlgorithm
from stable_baselines3.common.vec_env import VecEnv, VecEnvWrapper, VecNormalize
from stable_baselines3.common.vec_env.base_vec_env import VecEnvStepReturn

from agents import build, schema, training
from agents.normalise import normalised
from agents.ppo_fast import FastPPO
from agents.vec_env import HftVecEnv
from benchmarks.machine import arguments, machine, show
from hft_gym.envs.dataset import Dataset

ROOT = Path(__file__).resolve().parents[1]
ROLLOUTS = 2  # a round
KEPT = 16  # batches that a free environment hands out in turn
COMPARED = (
    "observations", "actions", "rewards", "episode_starts", "values", "log_probs", "advantages",
    "returns",
)  # fmt: skip


class FreeVecEnv(VecEnvWrapper):
    """Environments that cost nothing: random arrays, made beforehand; no episode ends."""

    def __init__(self, like: VecEnv) -> None:
        super().__init__(like)
        n = like.num_envs
        random = np.random.default_rng(0)
        shape = (KEPT, n, *(like.observation_space.shape or ()))
        self._observations = random.normal(size=shape).astype(np.float32)
        self._rewards = random.normal(size=(KEPT, n)).astype(np.float32)
        self._dones = np.zeros(n, np.bool_)
        self._infos: list[dict[str, Any]] = [{}] * n
        self._turn = 0

    def reset(self) -> NDArray[np.float32]:
        """`[n, ...]` observations."""
        first: NDArray[np.float32] = self._observations[0]
        return first

    def step_async(self, actions: NDArray[Any]) -> None:
        """Actions do nothing."""

    def step_wait(self) -> VecEnvStepReturn:
        """The next of the arrays."""
        self._turn = (self._turn + 1) % KEPT
        return self._observations[self._turn], self._rewards[self._turn], self._dones, self._infos


def settings_of(*overrides: str) -> DictConfig:
    """The composed settings of a run."""
    schema.register()
    with initialize_config_dir(str(ROOT / "conf"), version_base="1.3"):
        return compose("config", overrides=list(overrides))


def check(config: DictConfig, data: Dataset) -> None:
    """Stop unless a rollout of ppo_fast is that of Stable-Baselines3's PPO.

    Raises:
        AssertionError: it is not.
    """
    num_envs, n_steps = 16, 300  # longer than an episode
    options: dict[str, Any] = {
        "n_steps": n_steps, "batch_size": num_envs * n_steps, "gamma": 0.95, "seed": 0,
    }  # fmt: skip

    def wrapped(wrapper: Any) -> VecEnv:
        env = HftVecEnv(build.core(config, data, num_envs), stagger=True)
        found: VecEnv = wrapper(env, gamma=0.95)
        return found

    fast = FastPPO("SharedMlpPolicy", wrapped(normalised), **options)
    plain = PPO("MlpPolicy", wrapped(VecNormalize), **options)
    _collect(fast)
    actions: Iterator[Any] = iter(torch.from_numpy(fast.rollout_buffer.actions.copy()))

    def act_the_same(obs: torch.Tensor, deterministic: bool = False) -> tuple[torch.Tensor, ...]:
        taken = next(actions)
        values, log_prob, _ = fast.policy.evaluate_actions(obs, taken)
        return taken, values, log_prob

    plain.policy = fast.policy
    plain.policy.forward = act_the_same  # type: ignore[method-assign, assignment]
    _collect(plain)
    for name in COMPARED:
        ours, theirs = getattr(fast.rollout_buffer, name), getattr(plain.rollout_buffer, name)
        np.testing.assert_allclose(ours, theirs, rtol=1e-4, atol=1e-4, err_msg=name)


def _collect(model: OnPolicyAlgorithm) -> None:
    _, callback = model._setup_learn(1)
    assert model.env is not None
    model.collect_rollouts(model.env, callback, model.rollout_buffer, model.n_steps)


def agent(config: DictConfig, data: Dataset, free: bool) -> OnPolicyAlgorithm:
    """An agent on its environments, or on some that cost nothing."""
    model = training.fresh(config, data)
    assert isinstance(model, OnPolicyAlgorithm)
    if free:
        market = model.get_env()
        assert market is not None
        nothing = FreeVecEnv(market)
        model.set_env(normalised(nothing, gamma=model.gamma, **config.normalise))
        market.close()
    return model


def round_fps(model: OnPolicyAlgorithm) -> float:
    """Environment steps a second of a few rollouts and the updates on them."""
    start_s = perf_counter()
    steps = ROLLOUTS * model.n_steps * model.n_envs
    model.learn(steps, log_interval=None, reset_num_timesteps=False)  # type: ignore[arg-type]
    return steps / (perf_counter() - start_s)


def measure(rounds: int, torch_threads: int, env_threads: int) -> dict[str, Any]:
    """The figures, by name."""
    torch.set_num_threads(torch_threads)
    configs = {
        name: settings_of(f"agent={name}", f"env.threads={env_threads}")
        for name in ("ppo", "ppo_fast")
    }
    config = configs["ppo"]
    data = build.datasets(config, build.tapes(config, lambda _: None)).train
    check(config, data)
    models = {
        f"{name}{'_zero_env' * free}_fps": agent(configs[name], data, free)
        for name in configs
        for free in (False, True)
    }
    best = dict.fromkeys(models, 0.0)
    for _ in range(rounds + 1):  # the first round warms up
        for name, model in models.items():
            best[name] = max(best[name], round_fps(model))
    figures = {name: round(fps) for name, fps in best.items()}
    return {
        **figures,
        "ppo_share_of_zero_env": round(best["ppo_fps"] / best["ppo_zero_env_fps"], 3),
        "ppo_fast_to_ppo": round(best["ppo_fast_fps"] / best["ppo_fps"], 2),
        "num_envs": config.env.num_envs,
        "torch_threads": torch_threads,
        "env_threads": env_threads,
        "machine": machine(),
    }


def main() -> int:
    """Command line."""
    parser = arguments(__file__, __doc__)
    parser.add_argument("--rounds", type=int, default=12, help="rounds; the best one counts")
    parser.add_argument("--torch-threads", type=int, default=2, help="threads of the networks")
    parser.add_argument("--env-threads", type=int, default=2, help="threads of the environments")
    options = parser.parse_args()
    figures = measure(options.rounds, options.torch_threads, options.env_threads)
    show(figures, options.json)
    return 0


if __name__ == "__main__":
    sys.exit(main())
