"""Threads that step slices of a batch, and stay awake for a while between two steps.

To wake a sleeping thread takes tens of microseconds, half of what a step of a thousand environments
takes. A worker that has done its slice therefore looks out for the next one, outside of Python and
its lock, and goes to sleep only when none has come for about as long as waking takes.
"""

import itertools
import os
import threading
import time
import weakref
from collections.abc import Callable
from typing import Any

import numba
import numpy as np
from numpy.typing import NDArray

from hft_gym.kernel import atomic
from hft_gym.kernel.address import aligned_zeros, array_at
from hft_gym.kernel.far import call_code, machine_code_of
from hft_gym.kernel.jit import kernel

_AWAKE = 2000  # looks for the next slice before a worker goes to sleep: 50 to 100 us
_PATIENCE = 20_000  # looks at a worker before the caller lets others run
_NAP_S = 50e-6
_END = -1  # asked of a worker that shall go
# arguments of a step that are other arrays each time: actions to truncated
_LENT = slice(5, 10)

# Turns asked for and turns done, in two lines of memory for each worker: one that the caller
# writes to, and one of its own.
MAIL_DTYPE = np.dtype(
    {
        "names": ["asked_count", "lent_address", "done_count", "is_asleep"],
        "formats": ["i8", ("u8", 5), "i8", "i8"],
        "offsets": [0, 8, 64, 72],
        "itemsize": 128,
    }
)
_ASKED, _DONE, _IS_ASLEEP = (
    np.uint64(MAIL_DTYPE.fields[name][1])  # type: ignore[index]
    for name in ("asked_count", "done_count", "is_asleep")
)


class Workers:
    """Steps a batch by the caller's own thread and `count - 1` others, a slice of it each.

    Threads begin with the first step. With the compiler off there are none.

    Args:
        step: the kernel of a batch; see `hft_gym.envs.step.bind`.
        num_envs: environments of the batch.
        count: threads, the caller's included.
    """

    def __init__(self, step: Callable[..., None], num_envs: int, count: int) -> None:
        edges = [num_envs * k // count for k in range(count + 1)]
        self._slices = list(itertools.pairwise(edges))
        self._step = step
        self._crew: _Crew | None = None
        self._is_closed = False

    def step(self, arguments: tuple[Any, ...]) -> None:
        """Step all environments; `arguments` are the kernel's but for first and last one.

        Raises:
            RuntimeError: the threads were let go.
        """
        own, *others = self._slices
        if others and self._is_closed:
            raise RuntimeError("a batch that was closed cannot be stepped")
        if not others or numba.config.DISABLE_JIT:
            for part in self._slices:
                self._step(*arguments, *part)
            return
        if self._crew is None or self._crew.process != os.getpid():  # a fork has no threads
            self._crew = _Crew(self._step, arguments, others)
        self._crew.ask(arguments)
        try:
            self._step(*arguments, *own)
        finally:
            self._crew.wait()

    def close(self) -> None:
        """Let the threads go."""
        self._is_closed = True
        if self._crew is not None:
            self._crew.dismiss()
            self._crew = None


class _Crew:
    """Threads that have begun.

    Args:
        step: the kernel.
        arguments: of a step; later ones are of the same types and shapes.
        slices: first and last environment of each thread.
    """

    def __init__(
        self, step: Callable[..., None], arguments: tuple[Any, ...], slices: list[tuple[int, int]]
    ) -> None:
        self.process = os.getpid()
        self._mails = aligned_zeros(len(slices), MAIL_DTYPE)
        self._turn = 0
        self._lent: tuple[Any, ...] = ()  # what the threads may be writing to
        self._bells = [threading.Event() for _ in slices]
        self._errors: list[BaseException] = []
        code = machine_code_of(step, *arguments, *slices[0])
        # a batch that is forgotten, or a process that ends, has no use for them
        self.dismiss = weakref.finalize(self, _dismiss, self._mails, self._bells)
        for k, part in enumerate(slices):
            before, lent, after = _parted(arguments)
            job = (self._mails[k : k + 1], np.uint64(code), before, lent, after, part)
            todo = (job, self._bells[k], self._errors)
            threading.Thread(target=_work, args=todo, daemon=True, name="hft_gym step").start()

    def ask(self, arguments: tuple[Any, ...]) -> None:
        """Let every thread step its slice."""
        self.wait()  # for what an interrupt has left
        self._lent = arguments
        self._turn += 1
        if _ask(self._mails, self._turn, _parted(arguments)[1]):
            for bell, mail in zip(self._bells, self._mails, strict=True):
                if mail["is_asleep"]:
                    bell.set()

    def wait(self) -> None:
        """Until all have stepped.

        Raises:
            Exception: what the kernel raised in one of them.
        """
        while not _have_done(self._mails, self._turn):
            time.sleep(_NAP_S)
        if self._errors:
            error = self._errors[0]
            self._errors.clear()
            raise error


def _work(job: tuple[Any, ...], bell: threading.Event, errors: list[BaseException]) -> None:
    """A thread's life."""
    while True:
        try:
            if not _serve(*job):
                return
        except BaseException as error:  # it is the caller's, who waits
            errors.append(error)
            _answer(job[0])
        else:
            bell.wait()
            bell.clear()


def _parted(arguments: tuple[Any, ...]) -> tuple[tuple[Any, ...], ...]:
    """Of a step: what is always the same, what is new each time, and again what is the same."""
    return arguments[: _LENT.start], arguments[_LENT], arguments[_LENT.stop :]


def _dismiss(mails: NDArray[np.void], bells: list[threading.Event]) -> None:
    _ask_to_end(mails)
    for bell in bells:
        bell.set()


@kernel
def _serve(
    mail: NDArray[np.void], code: int, before: Any, lent: Any, after: Any, part: tuple[int, int]
) -> bool:
    """Step a slice whenever it is asked for; True: nobody has for a while, False: never again.

    The arguments of a step are the arrays `before`, others like `lent`, the arrays `after`, `part`.
    """
    at = _address(mail)
    atomic.store(at + _IS_ASLEEP, 0)
    while True:
        asked = _next_turn(at)
        if asked == _END:
            return False
        if asked == atomic.load(at + _DONE):
            return True
        places = mail[0]["lent_address"]
        now = (
            array_at(places[0], lent[0]),
            array_at(places[1], lent[1]),
            array_at(places[2], lent[2]),
            array_at(places[3], lent[3]),
            array_at(places[4], lent[4]),
        )
        call_code(code, before + now + after + part)
        atomic.store(at + _DONE, asked)


@kernel
def _next_turn(at: Any) -> Any:
    """The turn that is asked for; the one that was done last, if nobody asks for long."""
    done = atomic.load(at + _DONE)
    for _ in range(_AWAKE):
        asked = atomic.load(at + _ASKED)
        if asked != done:
            return asked
        atomic.pause()
    # whoever asks from here on sees that a bell is needed, or is seen
    atomic.store(at + _IS_ASLEEP, 1)
    asked = atomic.load(at + _ASKED)
    if asked != done:
        atomic.store(at + _IS_ASLEEP, 0)
    return asked


@kernel
def _ask(mails: NDArray[np.void], turn: int, lent: Any) -> bool:
    """Ask all for a turn with these arrays; whether one of them sleeps."""
    sleeps = False
    for k in range(len(mails)):
        places = mails[k]["lent_address"]
        places[0] = lent[0].ctypes.data
        places[1] = lent[1].ctypes.data
        places[2] = lent[2].ctypes.data
        places[3] = lent[3].ctypes.data
        places[4] = lent[4].ctypes.data
        at = _address(mails[k : k + 1])
        atomic.store(at + _ASKED, turn)
        sleeps |= atomic.load(at + _IS_ASLEEP) != 0
    return sleeps


@kernel
def _have_done(mails: NDArray[np.void], turn: int) -> bool:
    """Wait for a while until all have done their turn; whether they have."""
    for k in range(len(mails)):
        at = _address(mails[k : k + 1])
        looks = 0
        while atomic.load(at + _DONE) != turn:
            if looks == _PATIENCE:
                return False
            atomic.pause()
            looks += 1
    return True


@kernel
def _answer(mail: NDArray[np.void]) -> None:
    """The turn that was asked for is over."""
    atomic.store(_address(mail) + _DONE, atomic.load(_address(mail) + _ASKED))


@kernel
def _ask_to_end(mails: NDArray[np.void]) -> None:
    for k in range(len(mails)):
        atomic.store(_address(mails[k : k + 1]) + _ASKED, _END)


@kernel
def _address(mail: NDArray[np.void]) -> Any:
    return np.uint64(mail.ctypes.data)
