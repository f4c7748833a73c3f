"""What happens beside the learning: progress, trading metrics, checkpoints, a way to stop."""

import json
import signal
import sys
from pathlib import Path
from time import perf_counter
from types import FrameType
from typing import Any, TextIO

import numpy as np
from numpy.typing import NDArray
from stable_baselines3.common.base_class import BaseAlgorithm
from stable_baselines3.common.callbacks import BaseCallback
from tqdm import tqdm

from agents import saving
from agents.run_folder import RunFolder
from agents.vec_env import HftVecEnv


class Progress(BaseCallback):
    """Steps done, steps a second, time left: a bar on a terminal, else a line now and then."""

    def __init__(
        self, total_timesteps: int, stream: TextIO = sys.stderr, every_s: float = 10.0
    ) -> None:
        super().__init__()
        self._total = total_timesteps
        self._stream = stream
        self._every_s = every_s
        self._bar: tqdm[Any] | None = None
        self._start_s = self._last_s = 0.0
        self._first = 0

    def _on_training_start(self) -> None:
        self._first = self.model.num_timesteps
        self._start_s = self._last_s = perf_counter()
        if self._stream.isatty():
            self._bar = tqdm(
                total=self._total,
                initial=self._first,
                unit=" steps",
                unit_scale=True,
                dynamic_ncols=True,
                file=self._stream,
            )

    def _on_step(self) -> bool:
        if self.n_calls == 1:  # the kernels were compiled in it: it tells nothing of the speed
            self._first = self.model.num_timesteps
            self._start_s = perf_counter()
            self._last_s = self._start_s - self._every_s + 1.0  # a first line soon
        if self._bar is not None:
            self._bar.update(self.model.num_timesteps - self._bar.n)
        elif perf_counter() - self._last_s >= self._every_s:
            self._line()
        return True

    def _on_training_end(self) -> None:
        if self._bar is not None:
            self._bar.close()
        else:
            self._line()

    def _line(self) -> None:
        self._last_s = perf_counter()
        done = self.model.num_timesteps
        rate = (done - self._first) / max(self._last_s - self._start_s, 1e-9)
        left_s = (self._total - done) / rate if rate else float("inf")
        self._stream.write(
            f"{done:,} of {self._total:,} steps, {rate:,.0f} steps/s, "
            f"{max(left_s, 0.0):,.0f} s left\n"
        )
        self._stream.flush()


class TradingMetrics(BaseCallback):
    """Averages over the episodes that ended in a rollout, as `trading/...` in the log.

    Attributes:
        curve: mean reward an episode, `reward`, against environment steps so far, `steps`.
    """

    def __init__(self, earlier: str | None = None) -> None:
        """Begin a curve, or go on with one that was written as JSON."""
        super().__init__()
        self.curve: dict[str, list[float]] = {"steps": [], "reward": []}
        if earlier is not None:
            self.curve = json.loads(earlier)

    def _on_step(self) -> bool:
        return True

    def _on_rollout_end(self) -> None:
        assert isinstance(self.training_env.unwrapped, HftVecEnv)
        episodes = self.training_env.unwrapped.take_finished()
        if episodes is not None:
            scalars = trading_scalars(episodes)
            for name, value in scalars.items():
                self.logger.record(f"trading/{name}", value)
            self.curve["steps"].append(self.model.num_timesteps)
            self.curve["reward"].append(scalars["reward"])


def trading_scalars(episodes: NDArray[np.void]) -> dict[str, float]:
    """Means over `[m]` records of EPISODE_DTYPE: ticks and lots an episode."""
    steps = np.maximum(episodes["steps"], 1)
    per_episode = {
        "pnl_ticks": episodes["pnl_ticks"],
        "reward": episodes["reward"],
        "abs_position_lots": episodes["abs_position_lot_steps"] / steps,
        "max_position_lots": episodes["max_position_lots"],
        "fills": episodes["bid_fills"] + episodes["ask_fills"],
        "lots_traded": episodes["lots_traded"],
        "spread_captured_ticks": episodes["gross_spread_ticks"],
        "fees_ticks": episodes["fees_ticks"],
        "drawdown_ticks": episodes["max_drawdown_ticks"],
        "messages": episodes["quotes"],
        "rejected": episodes["rejected"],
    }
    means = {name: float(np.mean(values)) for name, values in per_episode.items()}
    return {**means, "pnl_ticks_std": float(np.std(episodes["pnl_ticks"])), "n": len(episodes)}


class Checkpoints(BaseCallback):
    """Saves the model every so many timesteps and keeps the last few."""

    def __init__(self, folder: RunFolder, every_timesteps: int, keep: int) -> None:
        super().__init__()
        self._folder = folder
        self._every = every_timesteps
        self._keep = keep
        self._next = 0

    def _on_training_start(self) -> None:
        self._next = self.model.num_timesteps + self._every

    def _on_step(self) -> bool:
        return True

    def _on_rollout_start(self) -> None:
        # between rollouts the weights are those of a finished update
        if self._every and self.model.num_timesteps >= self._next:
            self._next = self.model.num_timesteps + self._every
            save_checkpoint(self._folder, self.model, self._keep)


def save_checkpoint(folder: RunFolder, model: BaseAlgorithm, keep: int) -> Path:
    """Save beside the earlier ones and remove all but the newest `keep`."""
    name = f"checkpoints/{model.num_timesteps:012d}.zip"
    saved = folder.write(name, saving.dump(model))
    for old in folder.checkpoints()[: -max(keep, 1)]:
        old.unlink(missing_ok=True)
    return saved


class StopOnInterrupt(BaseCallback):
    """The first Ctrl-C ends the training after the step at hand; the second breaks off at once.

    A context manager as well: outside of it Ctrl-C means what it did before.
    """

    def __init__(self) -> None:
        super().__init__()
        self.interrupted = False
        self._previous: Any = None

    def __enter__(self) -> "StopOnInterrupt":
        """Listen for Ctrl-C."""
        self._previous = signal.signal(signal.SIGINT, self._note)
        return self

    def __exit__(self, *_: object) -> None:
        """Stop listening."""
        signal.signal(signal.SIGINT, self._previous)

    def _note(self, _number: int, _frame: FrameType | None) -> None:
        if self.interrupted:
            raise KeyboardInterrupt
        self.interrupted = True

    def _on_step(self) -> bool:
        return not self.interrupted
