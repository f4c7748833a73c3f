"""The batch of environments behind every face: arrays in, arrays out."""

import itertools
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import gymnasium as gym
import numpy as np
from numpy.typing import NDArray

from hft_gym.envs.dataset import Dataset, feature_names, too_short
from hft_gym.envs.interfaces import Models
from hft_gym.envs.records import ENV_DTYPE, EPISODE_DTYPE, SETTINGS_DTYPE, VIEW_DTYPE
from hft_gym.envs.step import bind
from hft_gym.errors import ConfigError
from hft_gym.features.interfaces import CLIP
from hft_gym.kernel.random import seed_states
from hft_gym.market.checks import check_models, check_queue
from hft_gym.market.columns import book_records
from hft_gym.market.records import Intent


class BatchCore:
    """Environments stepped by one kernel; threads each take a slice of them.

    The bytes an environment gives depend on its seed and actions alone, whatever the number of
    environments or threads.

    Attributes:
        dataset: the markets.
        num_envs: how many environments there are.
        observation_space: of one environment; f4 `[features]` within +-10.
        action_space: of one environment.
        feature_names: of the observation's columns.
        final_observations: f4 `[envs, features]`, valid where the last step ended an episode.
        finished: `[envs]` of `EPISODE_DTYPE`, valid where the last step ended an episode.
    """

    def __init__(
        self,
        dataset: Dataset,
        models: Models,
        num_envs: int,
        *,
        episode_decisions: int = 240,
        max_position_lots: int = 10,
        ruin_ticks: float = 0.0,
        autoreset: bool = True,
        threads: int = 1,
    ) -> None:
        """Prepare the batch; `reset` or `reset_at` must follow.

        Raises:
            ConfigError: a number is out of range, no episode fits the data, or a queue model cannot
                work with it.
        """
        _check(num_envs=num_envs, episode_decisions=episode_decisions, threads=threads)
        _check(max_position_lots=max_position_lots)
        check_models(models.market)
        for number in np.unique(dataset.spans["tape"]):
            market = dataset.markets[number]
            check_queue(models.market.queue, market.tape, market.shows_orders)
        spans = dataset.spans
        fits = spans["stop_decision"] - spans["first_decision"] > episode_decisions
        if not fits.any():
            raise ConfigError(too_short(spans, episode_decisions))
        self.dataset = dataset
        self.models = models
        self.num_envs = num_envs
        self.episode_decisions = episode_decisions
        self.feature_names = [*dataset.feature_names, *feature_names(models.own_features)]
        width = len(self.feature_names)
        self.observation_space = gym.spaces.Box(-CLIP, CLIP, (width,), np.float32)
        self.action_space: gym.Space[Any] = models.action.space()  # type: ignore[attr-defined]
        settings = np.zeros(1, SETTINGS_DTYPE)
        settings["episode_decisions"] = episode_decisions
        settings["max_position_lots"] = max_position_lots
        settings["ruin_ticks"] = ruin_ticks
        settings["autoreset"] = autoreset
        self._world = (dataset.table, spans[fits], settings)
        self._envs = np.zeros(num_envs, ENV_DTYPE)
        self._threads = min(threads, num_envs)
        self._consumed = np.zeros((num_envs, dataset.places), np.int32)
        self._ladders = np.zeros((self._threads, dataset.places), np.int32)
        self._books = book_records(self._consumed, self._ladders)
        self.final_observations = np.zeros((num_envs, width), np.float32)
        self.finished = np.zeros(num_envs, EPISODE_DTYPE)
        self._kernels = bind(models)
        self._pool = ThreadPoolExecutor(self._threads) if self._threads > 1 else None
        self._seeded = False

    def reset(
        self,
        seeds: NDArray[np.int64] | None = None,
        mask: NDArray[np.bool_] | None = None,
        *,
        stagger: bool = False,
    ) -> NDArray[np.float32]:
        """Begin episodes at random places and return `[envs, features]`.

        Args:
            seeds: `[envs]`, one for each environment; None goes on with the random numbers it has.
            mask: `[envs]`, which environments begin anew; None: all.
            stagger: draw the first episode's length too, so that ends don't come all at once.
        """
        wanted = np.ones(self.num_envs, np.bool_) if mask is None else np.asarray(mask, np.bool_)
        self._seed(seeds, wanted)
        observations = self._new_observations()
        self._kernels.begin(*self._world, *self._batch(), wanted, observations, stagger)
        return observations

    def reset_at(
        self, windows: NDArray[np.int64], mask: NDArray[np.bool_] | None = None
    ) -> NDArray[np.float32]:
        """Begin episodes at `windows` `[envs, 3]`: tape, first and last decision.

        Raises:
            ConfigError: a window does not lie within its tape.
        """
        places = np.array(windows, np.int64).reshape(self.num_envs, 3)
        sizes = np.array([market.decisions.size for market in self.dataset.markets])
        bad = (places[:, 0] < 0) | (places[:, 0] >= sizes.size) | (places[:, 1] < 0)
        bad |= places[:, 1] >= places[:, 2]
        bad |= places[:, 2] >= sizes[np.clip(places[:, 0], 0, sizes.size - 1)]
        if bad.any():
            tape, first, last = places[np.argmax(bad)]
            raise ConfigError(f"no window from decision {first} to {last} on tape {tape}")
        if mask is not None:
            places[~np.asarray(mask, np.bool_), 0] = -1
        self._seed(None, np.ones(self.num_envs, np.bool_))
        observations = self._new_observations()
        self._kernels.begin_at(*self._world, *self._batch(), places, observations)
        return observations

    def step(
        self, actions: NDArray[Any]
    ) -> tuple[NDArray[np.float32], NDArray[np.float32], NDArray[np.bool_], NDArray[np.bool_]]:
        """Step every environment; new arrays of observations, rewards, terminated, truncated.

        Raises:
            ValueError: `actions` is not one action for each environment.
        """
        n = self.num_envs
        actions = np.ascontiguousarray(actions)
        if actions.shape != (n, *(self.action_space.shape or ())):
            shape = (n, *(self.action_space.shape or ()))
            raise ValueError(f"actions of shape {actions.shape}, need {shape}")
        rewards = np.empty(n, np.float32)
        terminated, truncated = np.empty(n, np.bool_), np.empty(n, np.bool_)
        out = (self._new_observations(), rewards, terminated, truncated)
        arguments = (*self._world, *self._batch(), actions, *out)
        kept = (self.final_observations, self.finished)
        if self._pool is None:
            self._kernels.step(*arguments, *kept, 0, n)
        else:
            edges = [n * k // self._threads for k in range(self._threads + 1)]
            parts = [
                self._pool.submit(self._kernels.step, *arguments, *kept, first, stop)
                for first, stop in itertools.pairwise(edges)
            ]
            for part in parts:
                part.result()
        return out

    def view(self) -> NDArray[Any]:
        """`[envs]` of `VIEW_DTYPE`: what a rule may know now."""
        envs, trader = self._envs, self._envs["trader"]
        out = np.zeros(self.num_envs, VIEW_DTYPE)
        for name in ("tape", "decision", "ts_local_ns"):
            out[name] = envs[name]
        for name in ("bid_ticks", "ask_ticks", "bid_lots", "ask_lots"):
            out[name] = envs[name]
        out["time_left_ns"] = envs["end_ns"] - envs["ts_local_ns"]
        out["position_lots"] = trader["known_position_lots"]
        out["pnl_ticks"] = envs["equity_ticks"]
        for slot, side in enumerate(("bid", "ask")):
            intent = trader["intents"][:, slot]
            out[f"own_{side}_ticks"] = intent["px_ticks"]
            working = intent["state"] != Intent.NONE
            out[f"own_{side}_lots"] = np.where(working, intent["leaves_lots"], 0)
        return out

    def get_state(self) -> dict[str, NDArray[Any]]:
        """A copy of everything that a step changes."""
        names = ("_envs", "_consumed", "final_observations", "finished")
        return {name: getattr(self, name).copy() for name in names}

    def set_state(self, state: dict[str, NDArray[Any]]) -> None:
        """Go back to a state that `get_state` gave."""
        for name, array in state.items():
            getattr(self, name)[...] = array
        bases = np.array([market.index.base_ticks for market in self.dataset.markets])
        self._books["base_ticks"] = bases[self._envs["tape"]]
        self._seeded = True

    def observe(self) -> NDArray[np.float32]:
        """`[envs, features]` of the present state, which stays as it is."""
        observations = self._new_observations()
        nobody = np.zeros(self.num_envs, np.bool_)
        self._kernels.begin(*self._world, *self._batch(), nobody, observations, False)
        return observations

    def close(self) -> None:
        """Let the threads go."""
        if self._pool is not None:
            self._pool.shutdown()

    @property
    def envs(self) -> NDArray[Any]:
        """`[envs]` of `ENV_DTYPE`: the state itself, to look at."""
        return self._envs

    def _seed(self, seeds: NDArray[np.int64] | None, wanted: NDArray[np.bool_]) -> None:
        if seeds is None:
            if self._seeded:
                return
            seeds = np.random.default_rng().integers(0, 2**62, self.num_envs)
        states = seed_states(np.asarray(seeds, np.int64))
        self._envs["trader"]["random_state"][wanted] = states[wanted]
        self._seeded = True

    def _batch(self) -> tuple[NDArray[Any], NDArray[Any]]:
        return self._envs, self._books

    def _new_observations(self) -> NDArray[np.float32]:
        return np.empty((self.num_envs, len(self.feature_names)), np.float32)


def _check(**numbers: int) -> None:
    for name, number in numbers.items():
        if number < 1:
            raise ConfigError(f"{name} must be at least 1, not {number}")
