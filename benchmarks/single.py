"""How fast one environment behind the face of Gymnasium is: steps, resets, frames, first step."""

import subprocess
import sys
from time import perf_counter
from typing import Any

import gymnasium as gym
import numpy as np

import hft_gym  # noqa: F401 - registers the environments
from hft_gym.envs.dataset import Dataset

NAME = "hft_gym/MarketMaking-v0"
ROUNDS = 7  # the best one counts: the others were disturbed
STEPS, RESETS, FRAMES = 3000, 400, 5  # a round

_FIRST_STEP = f"""
from time import perf_counter
start_s = perf_counter()
import gymnasium as gym
import hft_gym
env = gym.make({NAME!r})
env.reset(seed=0)
env.step(env.action_space.sample())
print(perf_counter() - start_s)
"""


def single_figures(dataset: Dataset, episode_decisions: int) -> dict[str, Any]:
    """Figures of one environment, by name."""
    env = gym.make(NAME, data=dataset, episode_decisions=episode_decisions)
    drawn = gym.make(
        NAME, data=dataset, episode_decisions=episode_decisions, render_mode="rgb_array"
    )
    return {
        "single_env_steps_per_s": round(steps_per_s(env)),
        "reset_us": round(reset_us(env, dataset, episode_decisions), 1),
        "frame_ms": round(frame_ms(drawn), 1),
        "first_step_s": round(first_step_s(), 2),
    }


def steps_per_s(env: gym.Env[Any, Any]) -> float:
    """Steps a second, resets at the ends of episodes among them."""
    actions = np.random.default_rng(0).integers(0, 7, (64, 2))
    env.reset(seed=0)
    best_s = np.inf
    for _ in range(ROUNDS):
        start_s = perf_counter()
        for k in range(STEPS):
            _, _, terminated, truncated, _ = env.step(actions[k % 64])
            if terminated or truncated:
                env.reset()
        best_s = min(best_s, perf_counter() - start_s)
    return STEPS / best_s


def reset_us(env: gym.Env[Any, Any], dataset: Dataset, episode_decisions: int) -> float:
    """Microseconds of a reset to any moment of any day, after a few steps there."""
    random = np.random.default_rng(0)
    market = dataset.markets[0]
    latest = market.decisions.size - episode_decisions - 1
    moments = market.decisions["ts_local_ns"][random.integers(0, latest, RESETS)].tolist()
    env.reset(options={"start_ns": moments[0]})
    best_s = np.inf
    for _ in range(ROUNDS):
        took_s = 0.0
        for start_ns in moments:
            env.step(np.zeros(2, np.int64))
            start_s = perf_counter()
            env.reset(options={"start_ns": start_ns})
            took_s += perf_counter() - start_s
        best_s = min(best_s, took_s)
    return 1e6 * best_s / RESETS


def frame_ms(env: gym.Env[Any, Any]) -> float:
    """Milliseconds of one picture in mid-episode."""
    env.reset(seed=0)
    for _ in range(200):
        env.step(np.array([0, 0]))
    best_s = np.inf
    for _ in range(FRAMES):
        start_s = perf_counter()
        env.render()
        best_s = min(best_s, perf_counter() - start_s)
    return 1e3 * best_s


def first_step_s() -> float:
    """Seconds from the first import to the first step, everything cached, in a process of its own.

    Raises:
        CalledProcessError: the process failed.
    """
    command = [sys.executable, "-c", _FIRST_STEP]
    runs = [
        subprocess.run(command, check=True, capture_output=True, text=True).stdout for _ in range(4)
    ]
    return min(float(run) for run in runs[1:])  # the first one may fill the caches
