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
from hft_gym.kernel.jit import compiled_for, kernel

_AWAKE = 2000  # looks for the next slice before a worker sleeps: 50 to 100 us on x86-64
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
        if self._crew is not None and self._crew.process != os.getpid():
            self._crew.forget()  # a fork has no threads
            self._crew = None
        if self._crew is None:
            self._crew = _Crew(self._step, arguments, others)
        try:
            self._crew.ask(arguments)
            self._step(*arguments, *own)
        finally:
            self._crew.wait()
        self._crew.raise_error()

    def close(self) -> None:
        """Let the threads go."""
        self._is_closed = True
        crew, self._crew = self._crew, None
        if crew is not None and crew.process == os.getpid():
            crew.wait()
            crew.dismiss()


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
        self._bells = [threading.Event() for _ in slices]
        self._errors: list[BaseException] = []
        # what the threads may be writing to; theirs as well, so that it lives as long as they do
        self._lent: list[Any] = [arguments]
        code = np.uint64(machine_code_of(step, *arguments, *slices[0]))
        before, lent, after = _parted(arguments)
        jobs = [
            (self._mails[k : k + 1], code, before, lent, after, part)
            for k, part in enumerate(slices)
        ]
        compiled_for(_serve, *jobs[0])  # here, where an error is told
        compiled_for(_ask, self._mails, lent)
        compiled_for(_have_done, self._mails)
        # a batch that is forgotten, or a process that ends, has no use for them
        self.dismiss = weakref.finalize(self, _dismiss, self._mails, self._bells, self.process)
        for job, bell in zip(jobs, self._bells, strict=True):
            todo = (job, bell, self._errors, self._lent)
            threading.Thread(target=_work, args=todo, daemon=True, name="hft_gym step").start()

    def forget(self) -> None:
        """The threads are another process's: ring no bell that one of them may have held."""
        self.dismiss.detach()

    def ask(self, arguments: tuple[Any, ...]) -> None:
        """Let every thread step its slice; `wait` must follow, whatever happens."""
        self.wait()
        self._errors.clear()
        self._lent[0] = arguments
        if _ask(self._mails, _parted(arguments)[1]):
            self._wake()

    def wait(self) -> None:
        """Until all have done what they were asked for; an interrupt is told after that."""
        interrupt = None
        while True:
            try:
                while not _have_done(self._mails):
                    self._wake()  # whom an interrupt has left asleep
                    time.sleep(_NAP_S)
                break
            except KeyboardInterrupt as error:
                interrupt = error
        if interrupt is not None:
            raise interrupt

    def raise_error(self) -> None:
        """Raise what the kernel raised in one of the threads."""
        if self._errors:
            raise self._errors.pop()

    def _wake(self) -> None:
        asleep = (self._mails["is_asleep"] != 0) & (
            self._mails["done_count"] != self._mails["asked_count"]
        )
        for k in np.flatnonzero(asleep):
            self._bells[k].set()


def _work(
    job: tuple[Any, ...], bell: threading.Event, errors: list[BaseException], lent: list[Any]
) -> None:
    """A thread's life; `lent` is held, not used."""
    mail = job[0]
    while True:
        try:
            if not _serve(*job):
                return
        except BaseException as error:  # it is the caller's, who waits
            errors.append(error)
            mail["is_asleep"] = 1
            mail["done_count"] = mail["asked_count"]
        bell.wait()
        bell.clear()


def _parted(arguments: tuple[Any, ...]) -> tuple[tuple[Any, ...], ...]:
    """Of a step: what is always the same, what is new each time, and again what is the same."""
    return arguments[: _LENT.start], arguments[_LENT], arguments[_LENT.stop :]


def _dismiss(mails: NDArray[np.void], bells: list[threading.Event], process: int) -> None:
    """No kernel is called: it may be a moment at which none can be compiled."""
    if process == os.getpid():
        mails["asked_count"] = _END
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
def _ask(mails: NDArray[np.void], lent: Any) -> bool:
    """Ask all for one turn more, with these arrays; whether one of them sleeps."""
    sleeps = False
    for k in range(len(mails)):
        places = mails[k]["lent_address"]
        places[0] = lent[0].ctypes.data
        places[1] = lent[1].ctypes.data
        places[2] = lent[2].ctypes.data
        places[3] = lent[3].ctypes.data
        places[4] = lent[4].ctypes.data
        at = _address(mails[k : k + 1])
        atomic.store(at + _ASKED, atomic.load(at + _ASKED) + 1)
        sleeps |= atomic.load(at + _IS_ASLEEP) != 0
    return sleeps


@kernel
def _have_done(mails: NDArray[np.void]) -> bool:
    """Wait for a while until all have done what they were asked for; whether they have."""
    for k in range(len(mails)):
        at = _address(mails[k : k + 1])
        looks = 0
        while atomic.load(at + _DONE) != atomic.load(at + _ASKED):
            if looks == _PATIENCE:
                return False
            atomic.pause()
            looks += 1
    return True


@kernel
def _address(mail: NDArray[np.void]) -> Any:
    return np.uint64(mail.ctypes.data)
