"""What a run can be told, with types: Hydra refuses unknown names and wrong kinds of values.

The groups data, market, latency, queue, fees, risk, rules, task, features, placement, action,
reward, observation, agent and strategy are open: their files name a `_target_` and its parameters.
"""

from dataclasses import dataclass, field
from typing import Any

from hydra.core.config_store import ConfigStore


@dataclass
class EnvConfig:
    """Size and shape of the environments.

    Attributes:
        num_envs: environments trained side by side.
        step: how far apart decisions are, a class of `hft_gym.envs.grid`.
        episode_decisions: steps an episode.
        warm_up_decisions: left out at the beginning of every stretch of the data.
        max_position_lots: quotes never take |position| beyond this.
        ruin_ticks: an episode that has lost so much ends; 0: never.
        threads: threads that step the environments.
    """

    num_envs: int = 1024
    step: Any = None
    episode_decisions: int = 240
    warm_up_decisions: int = 0
    max_position_lots: int = 10
    ruin_ticks: float = 0.0
    threads: int = 2


@dataclass
class NormaliseConfig:
    """Arguments of Stable-Baselines3's VecNormalize; no normalisation where both are false."""

    norm_obs: bool = True
    norm_reward: bool = True
    clip_obs: float = 10.0
    clip_reward: float = 10.0


@dataclass
class CheckpointConfig:
    """How often a model is saved on the way (0: never) and how many are kept."""

    every_timesteps: int = 1_000_000
    keep: int = 3


@dataclass
class EvaluationConfig:
    """Held-out episodes of each policy.

    Attributes:
        episodes: windows judged at most, spread evenly over the held-out data.
        deterministic: the agent's most likely action instead of a drawn one.
    """

    episodes: int = 200
    deterministic: bool = True


@dataclass
class RunConfig:
    """One training run.

    Attributes:
        seed: same seed, same data, same machine: same model.
        total_timesteps: environment steps of the whole run, what `resume` did before included.
        torch_threads: threads of the networks.
        output: folder of run folders.
        resume: run folder to continue (train.py).
        run: run folder to judge again (evaluate.py).
        trust: build classes from outside hft_gym, agents, stable_baselines3, torch named by a run.
    """

    seed: int = 0
    total_timesteps: int = 3_000_000
    torch_threads: int = 2
    output: str = "runs"
    resume: str | None = None
    run: str | None = None
    trust: bool = False
    data: Any = None
    market: Any = None
    latency: Any = None
    queue: Any = None
    fees: Any = None
    risk: Any = None
    rules: Any = None
    task: Any = None
    features: Any = None
    placement: Any = None
    action: Any = None
    reward: Any = None
    observation: Any = None
    agent: Any = None
    strategy: Any = None
    env: EnvConfig = field(default_factory=EnvConfig)
    normalise: NormaliseConfig = field(default_factory=NormaliseConfig)
    checkpoint: CheckpointConfig = field(default_factory=CheckpointConfig)
    evaluation: EvaluationConfig = field(default_factory=EvaluationConfig)


def register() -> None:
    """Let conf/config.yaml name this schema."""
    ConfigStore.instance().store(name="schema", node=RunConfig)
