"""Turns the rows of features that the kernel writes into what the agent is shown."""

from typing import Any

import gymnasium as gym
import numpy as np
from numpy.typing import NDArray

from hft_gym.envs.dataset import Dataset
from hft_gym.envs.observations.books import Books
from hft_gym.envs.observations.flat import Flat
from hft_gym.envs.observations.seen import Observation, ObservationModel, Seen

Rows = NDArray[np.float32]  # [n, features]


class Observer:
    """The form of a batch's observations, and the history that it needs.

    Attributes:
        space: of one environment's observation.
        history: `[n, history, features]` f4, the newest last; changed in place.
        final_history: the same where an episode has ended, as it ended.
    """

    def __init__(
        self, model: ObservationModel, dataset: Dataset, own_features: int, num_envs: int
    ) -> None:
        """Prepare; `first` must follow.

        Raises:
            ConfigError: a parameter of the form is out of range.
        """
        self._model = model
        self._is_flat = isinstance(model, Flat)
        self._market_features = len(dataset.feature_names)
        width = self._market_features + own_features
        steps = 0 if self._is_flat else model.history()
        shape = model.book()
        self._books = None if shape is None else Books(dataset, shape)
        self.space: gym.Space[Any] = model.space(self._market_features, own_features)
        self.history = np.zeros((num_envs, steps, width), np.float32)
        self.final_history = np.zeros((num_envs, steps, width), np.float32)

    def first(self, rows: Rows, began: NDArray[np.bool_], envs: NDArray[Any]) -> Observation:
        """Observations after a reset: where an episode `began`, its history is that moment."""
        if self._is_flat:
            return rows
        self.history[began] = rows[began, None]
        return self.present(rows, envs)

    def next(
        self, rows: Rows, ended: NDArray[np.bool_], final: Rows, envs: NDArray[Any]
    ) -> Observation:
        """Observations after a step.

        Args:
            rows: `[n, features]` now, of a new episode where the core began one.
            ended: `[n]` where an episode has ended.
            final: `[n, features]` as it ended.
            envs: `[n]` of `ENV_DTYPE`.
        """
        if self._is_flat:
            return rows
        self.history[:, :-1] = self.history[:, 1:]
        self.history[:, -1] = np.where(ended[:, None], final, rows)
        if ended.any():
            self.final_history[ended] = self.history[ended]
            began = ended & (envs["is_done"] == 0)
            self.history[began] = rows[began, None]
        return self.present(rows, envs)

    def present(self, rows: Rows, envs: NDArray[Any]) -> Observation:
        """Observations of the present state, which stays as it is."""
        if self._is_flat:
            return rows
        return self._show(self.history, envs["tape"], envs["decision"])

    def final(self, rows: Rows, finished: NDArray[Any]) -> Observation:
        """Observations as the episodes ended.

        Args:
            rows: `[n, features]` as they ended.
            finished: `[n]` of `EPISODE_DTYPE`.
        """
        if self._is_flat:
            return rows
        last = finished["start_decision"] + finished["steps"]
        return self._show(self.final_history, finished["tape"], last)

    def _show(
        self, features: NDArray[np.float32], tapes: NDArray[Any], decisions: NDArray[Any]
    ) -> Observation:
        books = None
        if self._books is not None:
            books = self._books.at(np.ascontiguousarray(tapes), np.ascontiguousarray(decisions))
        return self._model.show(Seen(features, self._market_features, books))
