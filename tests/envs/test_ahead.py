"""What another process compiles is what the environments then need."""

import subprocess
import sys

import numba
import numpy as np
import pytest

from hft_gym.envs import ahead
from hft_gym.envs.core import BatchCore
from hft_gym.envs.defaults import MODELS
from hft_gym.envs.step import exchange_address
from hft_gym.features.book import Spread
from hft_gym.kernel import jit
from hft_gym.market.exchange import advance
from tests.envs.samples import generated_dataset, random_actions

compiled_only = pytest.mark.skipif(bool(numba.config.DISABLE_JIT), reason="the compiler is off")


@compiled_only
def test_the_exchange_is_compiled_for_the_types_that_environments_have():
    ahead.compile_part("exchange", MODELS)
    compiled = len(advance.signatures)
    core = BatchCore(generated_dataset(), MODELS, 2, episode_decisions=12)
    assert len(advance.signatures) == compiled
    assert core._world[2]["advance_address"][0] == exchange_address(MODELS) != 0


@compiled_only
def test_kernels_are_compiled_for_the_types_that_environments_have():
    begin, step = (call[0] for call in ahead.calls_of_steps(MODELS))
    ahead.compile_part("steps", MODELS)
    core = BatchCore(generated_dataset(), MODELS, 2, episode_decisions=12)
    core.reset(np.arange(2))
    core.step(random_actions(1, 2)[0])
    for call, theirs in zip(
        ahead.calls_of_steps(MODELS), (core._kernels.begin, core._kernels.step), strict=True
    ):
        wanted = tuple(numba.typeof(argument) for argument in call[1:])
        assert theirs.signatures == [wanted]
        assert jit.is_kept(*call)
    assert {begin.py_func.__name__, step.py_func.__name__} == {"begin_wanted", "step"}


@pytest.fixture
def started(monkeypatch):
    """Commands and inputs of the processes that would have been started."""
    calls = []
    popen = subprocess.Popen

    def start(command, **options):
        calls.append(command)
        return popen([command[0], "-c", "import sys; sys.stdin.buffer.read()"], **options)

    monkeypatch.setattr(subprocess, "Popen", start)
    return calls


def assert_ended(busy):
    assert len(busy._processes) == len(ahead.PARTS)
    assert all(process.returncode not in (0, None) for process in busy._processes)


def test_only_an_empty_cache_starts_a_process(started, monkeypatch):
    monkeypatch.setattr(ahead, "is_kept", lambda *call: True)
    with ahead.CompilingAhead(MODELS) as idle:
        assert idle._processes == []
    monkeypatch.setattr(ahead, "is_kept", lambda *call: False)
    with ahead.CompilingAhead(MODELS) as busy:
        pass
    assert [process.returncode for process in busy._processes] == [0, 0]
    assert len(started) == 2


@pytest.mark.parametrize("name", ahead.PARTS)
def test_what_is_kept_is_not_compiled_again(started, monkeypatch, name):
    missing = {call[0] for call in ahead.PARTS[name](MODELS)}
    names = {kernel.py_func.__name__ for kernel in missing}
    monkeypatch.setattr(ahead, "is_kept", lambda kernel, *_: kernel.py_func.__name__ not in names)
    with ahead.CompilingAhead(MODELS) as busy:
        pass
    assert len(busy._processes) == len(started) == 1


def test_what_goes_wrong_meanwhile_ends_the_process(monkeypatch):
    monkeypatch.setattr(ahead, "is_kept", lambda *call: False)
    monkeypatch.setattr(ahead, "_COMMAND", "import time; time.sleep(600)")
    with pytest.raises(ZeroDivisionError), ahead.CompilingAhead(MODELS) as busy:
        raise ZeroDivisionError
    assert_ended(busy)


def test_models_that_cannot_be_sent_are_left_alone(started, monkeypatch):
    monkeypatch.setattr(ahead, "is_kept", lambda *call: False)
    with ahead.CompilingAhead(MODELS._replace(reward=lambda envs: envs["step_pnl_ticks"])) as idle:
        assert idle._processes == []
    assert started == []


def test_the_other_process_knows_the_models(monkeypatch, tmp_path):
    command = ahead._COMMAND.replace(
        "compile_part(part, pickle.loads(models)[0])",
        f"open({str(tmp_path)!r} + '/' + part, 'w').write(repr(pickle.loads(models)))",
    )
    assert command != ahead._COMMAND
    monkeypatch.setattr(ahead, "is_kept", lambda *call: False)
    monkeypatch.setattr(ahead, "_COMMAND", command)
    with ahead.CompilingAhead(MODELS, [Spread()]):
        pass
    told = {path.name: path.read_text() for path in tmp_path.iterdir()}
    assert told == dict.fromkeys(ahead.PARTS, repr((MODELS, (Spread(),))))


def test_an_interrupt_while_waiting_ends_the_process(monkeypatch):
    monkeypatch.setattr(ahead, "is_kept", lambda *call: False)
    monkeypatch.setattr(ahead, "_COMMAND", "import time; time.sleep(600)")
    busy = ahead.CompilingAhead(MODELS)
    wait = subprocess.Popen.wait

    def interrupted(process, timeout=None):
        if timeout is not None:
            raise KeyboardInterrupt
        return wait(process)

    monkeypatch.setattr(subprocess.Popen, "wait", interrupted)
    with pytest.raises(KeyboardInterrupt), busy:
        pass
    assert_ended(busy)


def test_patience_ends(monkeypatch):
    monkeypatch.setattr(ahead, "is_kept", lambda *call: False)
    monkeypatch.setattr(ahead, "_COMMAND", "import time; time.sleep(600)")
    monkeypatch.setattr(ahead, "_PATIENCE_S", 0.05)
    with ahead.CompilingAhead(MODELS) as busy:
        pass
    assert_ended(busy)


def test_a_machine_that_starts_no_more_processes(monkeypatch):
    def none_left(*_, **__):
        raise BlockingIOError("Resource temporarily unavailable")

    monkeypatch.setattr(ahead, "is_kept", lambda *call: False)
    monkeypatch.setattr(subprocess, "Popen", none_left)
    with ahead.CompilingAhead(MODELS) as idle:
        assert idle._processes == []


@pytest.mark.parametrize("why", ["frozen", "child"])
def test_programs_that_cannot_start_themselves_again_do_not(started, monkeypatch, why):
    monkeypatch.setattr(ahead, "is_kept", lambda *call: False)
    if why == "frozen":
        monkeypatch.setattr(sys, "frozen", True, raising=False)
    else:
        monkeypatch.setenv(ahead._IS_CHILD, "1")
    with ahead.CompilingAhead(MODELS):
        pass
    assert started == []
