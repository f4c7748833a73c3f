"""One training, from fresh or saved weights to saved weights."""

import json
from pathlib import Path

from omegaconf import DictConfig
from stable_baselines3.common.base_class import BaseAlgorithm
from stable_baselines3.common.logger import configure

from agents import build, saving
from agents.callbacks import Checkpoints, Progress, StopOnInterrupt, TradingMetrics
from agents.run_folder import RunFolder
from hft_gym.envs.dataset import Dataset


def fresh(config: DictConfig, train: Dataset) -> BaseAlgorithm:
    """The agent of the settings on its training environments."""
    env = build.vec_env(config, build.core(config, train, config.env.num_envs))
    return build.agent(config, env, config.seed)


def resumed(config: DictConfig, train: Dataset, saved: Path) -> BaseAlgorithm:
    """The agent as it was saved; its random numbers go on elsewhere than they began.

    Raises:
        InputError: the saved model does not fit the settings.
    """
    model = fresh(config, train)
    saving.load(model, saved)
    model.set_random_seed(config.seed + model.num_timesteps)
    return model


def train(config: DictConfig, model: BaseAlgorithm, folder: RunFolder) -> bool:
    """Learn until `total_timesteps` and save; False where Ctrl-C came first.

    Raises:
        InputError: the run folder cannot be written.
    """
    model.set_logger(configure(str(folder.path), ["tensorboard"]))
    metrics = TradingMetrics(folder.read("curve.json"))
    checkpoint = config.checkpoint
    with StopOnInterrupt() as stop:
        callbacks = [
            metrics,
            Checkpoints(folder, checkpoint.every_timesteps, checkpoint.keep),
            Progress(config.total_timesteps),
            stop,
        ]
        left = config.total_timesteps - model.num_timesteps
        if left > 0:
            model.learn(left, callbacks, reset_num_timesteps=model.num_timesteps == 0)
        folder.write("model.zip", saving.dump(model))
        folder.write("curve.json", json.dumps(metrics.curve))
    model.logger.close()
    return not stop.interrupted
