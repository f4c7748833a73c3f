"""The batch of environments behind every face: arrays in, arrays out."""

from collections.abc import Mapping
from typing import Any

import gymnasium as gym
import numpy as np
from numpy.typing import NDArray

from hft_gym.envs.actions.masks import masks_of
from hft_gym.envs.dataset import Dataset, feature_names, too_short
from hft_gym.envs.episode import hold_at_start
from hft_gym.envs.interfaces import Models, check_parts, record_of
from hft_gym.envs.observations.flat import Flat
from hft_gym.envs.observations.observer import Observer
from hft_gym.envs.observations.seen import Observation
from hft_gym.envs.records import SETTINGS_DTYPE
from hft_gym.envs.rewards.outside import as_model, pay
from hft_gym.envs.starts import Starts, check_place, check_windows, read_starts, window_seeds
from hft_gym.envs.step import bind, exchange_address
from hft_gym.envs.tasks.benchmarks import table_for
from hft_gym.envs.view import view_of
from hft_gym.envs.workers import Workers
from hft_gym.errors import ConfigError
from hft_gym.features.needs import needs_of
from hft_gym.kernel.address import aligned_zeros
from hft_gym.kernel.random import seed_states
from hft_gym.market.checks import check_models, check_queue
from hft_gym.market.columns import book_records


class BatchCore:
    """Environments stepped by one kernel; threads each take a slice of them.

    The bytes an environment gives depend on its seed and actions alone, whatever the number of
    environments or threads. A batch can be pickled and copied in the midst of its episodes.

    Attributes:
        dataset: the markets.
        num_envs: how many environments there are.
        observation_space: of one environment; f4 `[features]` within +-10, if not told otherwise.
        action_space: of one environment.
        feature_names: of the columns of a flat observation.
        finished: `[envs]` of `EPISODE_DTYPE` (a task may add fields), valid where the last step
            ended an episode.
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
        _check_models(models, dataset, max_position_lots)
        spans = dataset.spans
        fits = spans["stop_decision"] - spans["first_decision"] > episode_decisions
        if not fits.any():
            raise ConfigError(too_short(spans, episode_decisions))
        self.dataset = dataset
        self.models = models
        self.num_envs = num_envs
        self.episode_decisions = episode_decisions
        self.max_position_lots = max_position_lots
        self._options = {
            "episode_decisions": episode_decisions,
            "max_position_lots": max_position_lots,
            "ruin_ticks": ruin_ticks,
            "autoreset": autoreset,
            "threads": threads,
        }
        self.feature_names = [*dataset.feature_names, *feature_names(models.own_features)]
        self._observer = Observer(models.observation, dataset, len(models.own_features), num_envs)
        self._history = self._observer.history
        self._final_history = self._observer.final_history
        self.observation_space = self._observer.space
        self._shape = (num_envs, len(self.feature_names))
        self.action_space: gym.Space[Any] = models.action.space()  # type: ignore[attr-defined]
        self._action_shape = (num_envs, *(self.action_space.shape or ()))
        self._action_dtype = np.dtype(self.action_space.dtype)
        in_kernel, self._reward = as_model(models.reward)
        self._kernels = bind(models._replace(reward=in_kernel, observation=Flat()))
        self._autoreset = autoreset
        self._world = (table_for(models.task, dataset), spans[fits], self._settings())
        self._envs = aligned_zeros(num_envs, record_of(models))
        self._threads = min(threads, num_envs)
        self._consumed = np.zeros((num_envs, dataset.places), np.int32)
        self._ladders = np.zeros((self._threads, dataset.places), np.int32)
        self._books = book_records(self._consumed, self._ladders)
        self._final = np.zeros((num_envs, len(self.feature_names)), np.float32)
        self.finished = np.zeros(num_envs, self._envs.dtype["episode"])
        self._workers = Workers(self._kernels.step, num_envs, self._threads)
        self._seeded = False

    def _settings(self) -> NDArray[Any]:
        settings = np.zeros(1, SETTINGS_DTYPE)
        for name in self._options.keys() & set(SETTINGS_DTYPE.names or ()):
            settings[name] = self._options[name]
        settings["advance_address"] = exchange_address(self.models)
        # a Python reward must see how an episode ended before the next one begins
        settings["autoreset"] = self._autoreset and self._reward is None
        return settings

    def reset(
        self,
        seeds: NDArray[np.int64] | None = None,
        mask: NDArray[np.bool_] | None = None,
        *,
        stagger: bool = False,
        options: Mapping[str, Any] | None = None,
    ) -> Observation:
        """Begin episodes at random places, or where `options` say; return `[envs, ...]`.

        Args:
            seeds: `[envs]`, one for each environment; None goes on with the random numbers it has.
            mask: `[envs]`, which environments begin anew; None: all.
            stagger: draw the first episode's length too, so that ends don't come all at once.
            options: see `hft_gym.envs.starts.read_starts`.

        Raises:
            ConfigError: the options cannot be followed; nothing has begun then.
        """
        wanted = np.ones(self.num_envs, np.bool_) if mask is None else np.asarray(mask, np.bool_)
        starts = None
        if options:
            sizes = (self.num_envs, self.episode_decisions, self.max_position_lots)
            starts = read_starts(options, self.dataset, *sizes)
        self._seed(seeds, wanted)
        if starts is not None:
            return self._begin_as_told(starts, wanted, stagger)
        observations = self._new_observations()
        self._kernels.begin(*self._world, *self._batch(), wanted, observations, stagger)
        return self._observer.first(observations, wanted, self._envs)

    def reset_at(
        self, windows: NDArray[np.int64], mask: NDArray[np.bool_] | None = None
    ) -> Observation:
        """Begin episodes at `windows` `[envs, 3]`: tape, first and last decision.

        Random numbers are those of the window: what is drawn for an episode is the same for every
        policy that is judged on it, in whichever row.

        Raises:
            ConfigError: a window does not lie within its tape.
        """
        places = np.array(windows, np.int64).reshape(self.num_envs, 3)
        check_windows(places, self.dataset)
        if mask is not None:
            places[~np.asarray(mask, np.bool_), 0] = -1
        self._seed(None, np.ones(self.num_envs, np.bool_))
        self._seed(window_seeds(places), places[:, 0] >= 0)
        observations = self._new_observations()
        self._kernels.begin_at(*self._world, *self._batch(), places, observations)
        return self._observer.first(observations, places[:, 0] >= 0, self._envs)

    def step(
        self, actions: NDArray[Any]
    ) -> tuple[Observation, NDArray[np.float32], NDArray[np.bool_], NDArray[np.bool_]]:
        """Step every environment; new arrays of observations, rewards, terminated, truncated.

        Raises:
            ValueError: `actions` is not one action for each environment.
            ResetNeeded: no episode has begun.
        """
        n = self.num_envs
        actions = self._as_actions(actions)
        if not self._seeded:
            raise gym.error.ResetNeeded("no episode has begun: call reset before step")
        rewards = np.empty(n, np.float32)
        terminated, truncated = np.empty(n, np.bool_), np.empty(n, np.bool_)
        out = (self._new_observations(), rewards, terminated, truncated)
        kept = (self._final, self.finished)
        arguments = (*self._world, self._envs, self._books, actions, *out, *kept)
        acted = None if self._reward is None else self._envs["is_done"] == 0
        self._workers.step(arguments)
        if acted is not None:
            out = self._paid(out, acted)
        rows, rewards, terminated, truncated = out
        shown = self._observer.next(rows, terminated | truncated, self._final, self._envs)
        return shown, rewards, terminated, truncated

    @property
    def final_observations(self) -> Observation:
        """`[envs, ...]` like those of a step, valid where the last step ended an episode."""
        return self._observer.final(self._final, self.finished)

    def view(self) -> NDArray[Any]:
        """`[envs]` of `VIEW_DTYPE`: what a rule may know now."""
        return view_of(self._envs)

    def action_masks(self) -> NDArray[np.bool_]:
        """`[envs, options]` of Discrete and MultiDiscrete actions: which make sense now.

        Raises:
            ConfigError: the actions are continuous.
        """
        space, most = self.action_space, self.max_position_lots
        return masks_of(self.models.action, space, self._envs, most)

    def get_state(self) -> dict[str, NDArray[Any]]:
        """A copy of everything that a step changes."""
        names = ("_envs", "_consumed", "_final", "finished", "_history", "_final_history")
        return {name: _exact_copy(getattr(self, name)) for name in names}

    def set_state(self, state: Mapping[str, NDArray[Any]]) -> None:
        """Go back to a state that `get_state` gave, of this batch or of one like it.

        The first axis of every array is the environment, so a state for branches is made of
        another by choosing rows: `{name: array[[3] * 64] for name, array in state.items()}`.

        Raises:
            ConfigError: it is the state of another batch or of other data; nothing has changed.
        """
        mine = self.get_state()
        for name, array in mine.items():
            given = state.get(name)
            if given is None or given.shape != array.shape or given.dtype != array.dtype:
                what = "is missing" if given is None else f"has shape {given.shape}"
                raise ConfigError(
                    f"not a state of this batch: {name} {what}, should be {array.shape} "
                    "of the same kinds of models and data"
                )
        check_place(state["_envs"], self.dataset)
        for name in mine:
            getattr(self, name)[...] = state[name]
        bases = np.array([market.index.base_ticks for market in self.dataset.markets])
        self._books["base_ticks"] = bases[self._envs["tape"]]
        self._seeded = True

    def __reduce__(self) -> tuple[Any, ...]:
        """Built anew of its arguments, then put into its state: kernels and threads stay here."""
        state = self.get_state() if self._seeded else None
        return _rebuilt, (self.dataset, self.models, self.num_envs, self._options, state)

    def observe(self) -> Observation:
        """`[envs, ...]` observations of the present state, which stays as it is."""
        return self._observer.present(self._rows(), self._envs)

    def close(self) -> None:
        """Let the threads go."""
        self._workers.close()

    @property
    def envs(self) -> NDArray[Any]:
        """`[envs]` of `ENV_DTYPE`: the state itself, to look at."""
        return self._envs

    @property
    def consumed(self) -> NDArray[np.int32]:
        """`[envs, places]` lots of the tape that each environment has taken, to look at."""
        return self._consumed

    def _as_actions(self, actions: NDArray[Any]) -> NDArray[Any]:
        """The actions as the kernel was compiled for."""
        actions = np.asarray(actions)
        shape, wanted = self._action_shape, self._action_dtype
        fits = actions.dtype == wanted or np.can_cast(actions.dtype, wanted, "same_kind")
        if actions.shape != shape or not fits:
            raise ValueError(
                f"actions of {actions.dtype} and shape {actions.shape}, need {wanted} and {shape}"
            )
        return np.ascontiguousarray(actions, wanted)

    def _paid(self, out: tuple[Any, ...], acted: NDArray[np.bool_]) -> tuple[Any, ...]:
        """The outcome of a step with what a Python reward pays; only then episodes begin anew."""
        assert self._reward is not None
        observations, _, terminated, truncated = out
        rewards = pay(self._reward, self._envs, acted)
        ended = terminated | truncated
        self.finished["reward"][ended] = self._envs["episode"]["reward"][ended]
        if self._autoreset and ended.any():
            observations = self._new_observations()
            self._kernels.begin(*self._world, *self._batch(), ended, observations, False)
        return observations, rewards, terminated, truncated

    def _seed(self, seeds: NDArray[np.int64] | None, wanted: NDArray[np.bool_]) -> None:
        if seeds is None:
            if self._seeded:
                return
            seeds = np.random.default_rng().integers(0, 2**62, self.num_envs)
        states = seed_states(np.asarray(seeds, np.int64))
        self._envs["trader"]["random_state"][wanted] = states[wanted]
        self._seeded = True

    def _begin_as_told(
        self, starts: Starts, wanted: NDArray[np.bool_], stagger: bool
    ) -> Observation:
        observations = self._new_observations()
        table, _, settings = self._world
        for spans, drawn in starts.draws:
            who = wanted & drawn
            self._kernels.begin(table, spans, settings, *self._batch(), who, observations, stagger)
        windows = np.where(wanted[:, None], starts.windows, -1)
        self._kernels.begin_at(*self._world, *self._batch(), windows, observations)
        if starts.holds.any():
            self._hold(starts.inventory_lots, wanted & starts.holds)
            observations = self._rows()
        return self._observer.first(observations, wanted, self._envs)

    def _hold(self, lots: NDArray[np.int64], wanted: NDArray[np.bool_]) -> None:
        has_touch = (self._envs["bid_lots"] > 0) & (self._envs["ask_lots"] > 0)
        needs_touch = wanted & (lots != 0)
        if (needs_touch & ~has_touch).any():
            ts_ns = self._envs["ts_local_ns"][np.argmax(needs_touch & ~has_touch)]
            raise ConfigError(
                f"no price for an inventory at {ts_ns} ns: a side of the book is empty; "
                "choose another start_ns (the episode has begun without it)"
            )
        hold_at_start(self.models.task, self._envs, lots, wanted)

    def _batch(self) -> tuple[NDArray[Any], NDArray[Any]]:
        return self._envs, self._books

    def _rows(self) -> NDArray[np.float32]:
        """`[envs, features]` of the present state."""
        observations = self._new_observations()
        nobody = np.zeros(self.num_envs, np.bool_)
        self._kernels.begin(*self._world, *self._batch(), nobody, observations, False)
        return observations

    def _new_observations(self) -> NDArray[np.float32]:
        return np.empty(self._shape, np.float32)


def _check_models(models: Models, dataset: Dataset, max_position_lots: int) -> None:
    """Refuse parameters out of range, and a queue model that cannot work with the tapes."""
    check_models(models.market)
    check_parts(models, max_position_lots)
    for number in np.unique(dataset.spans["tape"]):
        market = dataset.markets[number]
        check_queue(models.market.queue, market.tape, market.shows_orders)
    for feature in models.own_features:
        needs_of(feature)


def _check(**numbers: int) -> None:
    for name, number in numbers.items():
        if number < 1:
            raise ConfigError(f"{name} must be at least 1, not {number}")


def _exact_copy(array: NDArray[Any]) -> NDArray[Any]:
    """The same bytes: a copy of records would leave chance between their fields."""
    return array.view(np.dtype((np.void, array.dtype.itemsize))).copy().view(array.dtype)


def _rebuilt(
    dataset: Dataset,
    models: Models,
    num_envs: int,
    options: dict[str, Any],
    state: dict[str, NDArray[Any]] | None,
) -> BatchCore:
    core = BatchCore(dataset, models, num_envs, **options)
    if state is not None:
        core.set_state(state)
    return core
