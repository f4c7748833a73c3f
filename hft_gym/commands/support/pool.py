"""Files over processes: results in order, one progress for all, and an end that leaves no litter.

Workers are told to stop through shared memory and not by a signal, so that each can remove what it
has half written; the terminal's Ctrl-C is the parent's business alone. One that does not look, as
while it compiles, is ended: what it leaves of a tape is without a name, or removed by the next
build; of a kernel that it was about to keep, a file of a name that nobody looks for.
"""

import contextlib
import multiprocessing
import signal
import threading
from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from typing import Any

from hft_gym.commands.support.building import Built, Source, Wishes, built
from hft_gym.errors import InputError

_LOOK_EVERY_S = 0.1
_GRACE_S = 2.0  # for workers to end by themselves
_shared: Any = None  # of a worker: share done of each file, then whether to stop


def built_in_order(
    sources: Sequence[Source], wishes: Wishes, jobs: int, progress: Callable[[float], None]
) -> Generator[Built, None, None]:
    """How each source fared, in their order; `progress` is told the bytes done.

    Raises:
        InputError: a process died.
    """
    jobs = min(jobs, len(sources))
    if jobs == 1:
        done_bytes = 0
        for source in sources:
            yield built(source, wishes, _from(progress, done_bytes, source.size_bytes))
            done_bytes += source.size_bytes
            progress(done_bytes)
        return
    context = multiprocessing.get_context("spawn")  # threads of a kernel do not survive a fork
    shares = context.Array("d", len(sources) + 1, lock=False)
    others = set(multiprocessing.active_children())
    pool = ProcessPoolExecutor(jobs, context, _begin_worker, (shares,))
    try:
        with _interrupts_ignored():  # what is started now ignores them too
            futures = [pool.submit(_work, k, source, wishes) for k, source in enumerate(sources)]
        for future in futures:
            yield _awaited(future, lambda: progress(_bytes_done(sources, shares)))
    except BrokenProcessPool:
        raise InputError(
            "a process that built a tape died, perhaps for want of memory; try --jobs 1"
        ) from None
    finally:
        shares[len(sources)] = 1.0
        _end(pool, others)


def _end(pool: ProcessPoolExecutor, others: set[Any]) -> None:
    """Let the workers go, and end those that stay.

    Args:
        pool: whose workers have been told to stop.
        others: children of this process that are none of its workers.
    """
    workers = set(multiprocessing.active_children()) - others
    patience = threading.Timer(_GRACE_S, _terminate, (workers,))
    patience.start()
    try:
        pool.shutdown(wait=True, cancel_futures=True)
    finally:
        patience.cancel()


def _terminate(workers: set[Any]) -> None:
    for worker in workers:
        worker.terminate()


def _from(
    progress: Callable[[float], None], done_bytes: int, size_bytes: int
) -> Callable[[float], None]:
    return lambda share: progress(done_bytes + share * size_bytes)


def _awaited(future: "Future[Built]", look: Callable[[], None]) -> Built:
    while not wait([future], _LOOK_EVERY_S).done:
        look()
    look()
    return future.result()


def _bytes_done(sources: Sequence[Source], shares: Any) -> float:
    return sum(share * source.size_bytes for share, source in zip(shares, sources, strict=False))


def _begin_worker(shares: Any) -> None:
    global _shared
    _shared = shares
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def _work(number: int, source: Source, wishes: Wishes) -> Built:
    result = built(source, wishes, lambda share: _tell(number, share))
    _tell(number, 1.0)
    return result


def _tell(number: int, share: float) -> None:
    _shared[number] = share
    if _shared[len(_shared) - 1]:
        raise KeyboardInterrupt  # leaves as if it had been typed here


@contextlib.contextmanager
def _interrupts_ignored() -> Iterator[None]:
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
