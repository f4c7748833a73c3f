"""Compile the kernels of environments in other processes, while tapes are still being made.

Compiling takes longer than everything else that must happen before a first step, and holds the
interpreter's lock; what another process has compiled, this one finds in the cache. The exchange is
half of it and called by its address, so that two processes share the work.
"""

import os
import pickle
import subprocess
import sys
from collections.abc import Sequence
from contextlib import suppress
from types import TracebackType
from typing import Any

import numpy as np

from hft_gym.envs.interfaces import Models, record_of
from hft_gym.envs.observations.flat import Flat
from hft_gym.envs.records import MARKET_DTYPE, SETTINGS_DTYPE, SPAN_DTYPE
from hft_gym.envs.rewards.outside import as_model
from hft_gym.envs.step import bind, exchange_arguments
from hft_gym.kernel.jit import compiled_for, enable_cache, is_kept
from hft_gym.market.columns import book_records
from hft_gym.market.exchange import advance


class CompilingAhead:
    """A context in which other processes compile; at its end they have done so.

    What an earlier process has kept in the cache of kernels is not compiled again. An error over
    there is no error here: it comes again, with its message, where the kernels are needed.

    Args:
        models: of the environments.
        others: what else this process will use of plug-ins, such as features of the market: their
            files, too, decide in which folder kernels are looked for.
    """

    def __init__(self, models: Models, others: Sequence[Any] = ()) -> None:
        self._models = models
        self._others = tuple(others)
        self._processes: list[subprocess.Popen[bytes]] = []

    def __enter__(self) -> "CompilingAhead":
        """Begin."""
        has_no_python = not sys.executable or getattr(sys, "frozen", False)
        # a plug-in's file that does this when imported would go on for ever
        is_child = _IS_CHILD in os.environ
        if has_no_python or is_child:
            return self
        try:
            models = pickle.dumps((self._models, self._others))
        except (pickle.PicklingError, AttributeError, TypeError):
            return self  # models typed into a prompt
        enable_cache()
        for name, calls in PARTS.items():
            if not all(is_kept(*call) for call in calls(self._models)):
                self._start(pickle.dumps((sys.path, name, models)))
        return self

    def _start(self, wish: bytes) -> None:
        try:
            process = subprocess.Popen(
                [sys.executable, "-c", _COMMAND], env={**os.environ, _IS_CHILD: "1"},
                stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            )  # fmt: skip
        except OSError:  # no process left, or no memory: it is compiled here, then
            return
        self._processes.append(process)
        assert process.stdin is not None
        with suppress(OSError), process.stdin as told:  # it may be gone already
            told.write(wish)

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Wait for them; give up where something went wrong meanwhile, or goes wrong now."""
        try:
            if kind is None:
                for process in self._processes:
                    process.wait(_PATIENCE_S)
        except subprocess.TimeoutExpired:
            return  # it is compiled here, then
        finally:
            for process in self._processes:
                process.kill()
                process.wait()


_PATIENCE_S = 600
_IS_CHILD = "HFT_GYM_COMPILING_AHEAD"
_COMMAND = """
import pickle, sys
sys.path, part, models = pickle.load(sys.stdin.buffer)
from hft_gym.envs.ahead import compile_part
compile_part(part, pickle.loads(models)[0])
"""


def compile_part(name: str, models: Models) -> None:
    """Compile what a part of `PARTS` holds, and keep it in the cache."""
    enable_cache()
    for call in PARTS[name](models):
        compiled_for(*call)


def calls_of_steps(models: Models) -> list[tuple[Any, ...]]:
    """The kernels of a `BatchCore` for `reset` and `step`, each with arguments of its types."""
    in_kernel, _ = as_model(models.reward)
    kernels = bind(models._replace(reward=in_kernel, observation=Flat()))
    space: Any = models.action.space()  # type: ignore[attr-defined]
    world = (np.zeros(1, MARKET_DTYPE), np.zeros(1, SPAN_DTYPE), np.zeros(1, SETTINGS_DTYPE))
    one, record = np.zeros((1, 1), np.int32), record_of(models)
    batch = (np.zeros(0, record), book_records(one, one)[:0])
    rows, numbers, flags = np.zeros((0, 1), np.float32), np.zeros(0, np.float32), np.zeros(0, bool)
    actions = np.zeros((0, *(space.shape or ())), space.dtype)
    ended = (rows, np.zeros(0, record["episode"]))
    return [
        (kernels.begin, *world, *batch, flags, rows, False),
        (kernels.step, *world, *batch, actions, rows, numbers, flags, flags, *ended, 0, 0),
    ]


def calls_of_exchange(models: Models) -> list[tuple[Any, ...]]:
    """The exchange of a `BatchCore`."""
    return [(advance, *exchange_arguments(models))]


PARTS = {"exchange": calls_of_exchange, "steps": calls_of_steps}
