"""Files over processes: order, progress, and an end in the middle."""

import multiprocessing
import threading
import time
from concurrent.futures import ProcessPoolExecutor

import pytest

from hft_gym.commands.support import pool
from hft_gym.commands.support.building import Source, Wishes
from tests.dbn_files import random_records, write


@pytest.fixture
def sources(tmp_path):
    found = []
    for k in range(3):
        path = write(tmp_path / f"{k}.dbn", random_records(2 * k, 300))
        found.append(Source(path, False, path.stat().st_size))
    return found


@pytest.mark.parametrize("jobs", [1, 2])
def test_results_come_in_order(jobs, sources, tmp_path):
    told = []
    results = pool.built_in_order(sources, Wishes(cache=tmp_path / "cache"), jobs, told.append)
    names = [result.line.rpartition("/")[2][:2] for result in results]
    assert names == ["0-", "1-", "2-"]
    assert told == sorted(told)
    assert told[-1] == sum(source.size_bytes for source in sources)


def test_stopping_early_leaves_no_process_and_no_half_tape(sources, tmp_path):
    cache = tmp_path / "cache"
    results = pool.built_in_order(sources, Wishes(cache=cache), 2, lambda _: None)
    assert next(results).line
    results.close()
    assert [path.name for path in cache.glob(".*")] == [".sources.lock"]
    assert not [t for t in threading.enumerate() if "QueueManager" in type(t).__name__]


def test_a_worker_that_is_told_to_stop(monkeypatch):
    monkeypatch.setattr(pool, "_shared", [0.0, 0.0, 0.0])
    pool._tell(1, 0.5)
    assert pool._shared == [0.0, 0.5, 0.0]
    pool._shared[-1] = 1.0
    with pytest.raises(KeyboardInterrupt):
        pool._tell(0, 0.5)


def test_workers_that_do_not_look_are_ended(monkeypatch):
    monkeypatch.setattr(pool, "_GRACE_S", 0.1)
    context = multiprocessing.get_context("spawn")
    other = context.Process(target=time.sleep, args=(3600,), daemon=True)
    other.start()
    executor = ProcessPoolExecutor(2, context)
    sleeping = [executor.submit(time.sleep, 3600) for _ in range(2)]
    try:
        pool._end(executor, {other})
        assert all(future.done() for future in sleeping)
        assert set(multiprocessing.active_children()) == {other}
    finally:
        other.terminate()
        other.join()
