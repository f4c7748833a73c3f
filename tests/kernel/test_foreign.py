"""Whether code from outside the package has a part in a kernel."""

import enum
import types
from typing import NamedTuple

import numba
import numpy as np
import pytest

from hft_gym.envs import step
from hft_gym.envs.defaults import MODELS
from hft_gym.envs.records import ENV_DTYPE
from hft_gym.kernel import foreign
from hft_gym.kernel.foreign import is_foreign, is_number_like, touch
from hft_gym.kernel.interface import interface
from hft_gym.kernel.jit import kernel
from hft_gym.kernel.random import mix


class Theirs(NamedTuple):
    lots: int


def enclosing(module, *values):
    """A kernel of a module that encloses values."""

    def enclosed(k):
        return values

    file = getattr(module, "__file__", module)
    code = enclosed.__code__.replace(co_filename=file)
    return types.SimpleNamespace(py_func=types.FunctionType(code, {}, closure=enclosed.__closure__))


OURS = [
    3, 2.5, True, None, "words", np.float32(1), np.dtype("f4"), (1, (2, "three")), MODELS,
    MODELS.market, type(MODELS), mix, enclosing(step, MODELS, 3),
]  # fmt: skip
THEIRS = [
    Theirs(1), Theirs, (1, (2, Theirs(3))), MODELS._replace(reward=Theirs(2)),
    enclosing("plug_in.py"), enclosing(step, 1, Theirs(1)), enclosing(step, mix),
    enclosing("<stdin>"), lambda: 1, object(),
    np.zeros(2), [1], {"a": 1},
]  # fmt: skip


@pytest.mark.parametrize("found", OURS, ids=range(len(OURS)))
def test_ours(found):
    assert not is_foreign(found)


@pytest.mark.parametrize("found", THEIRS, ids=range(len(THEIRS)))
def test_theirs_or_nobody_can_tell(found):
    assert is_foreign(found)


def test_a_class_of_ours_that_a_plug_in_implements_something_for(monkeypatch):
    monkeypatch.setattr(foreign, "_touched", set())
    fees = MODELS.market.fees
    touch(type(fees), mix)  # ours may
    assert not is_foreign(MODELS)
    touch(type(fees), lambda: 1)
    for found in (fees, MODELS, numba.typeof(fees), numba.typeof(MODELS.market)):
        assert is_foreign(found)
    assert not is_foreign(MODELS.market.queue)


def test_implementing_is_noted(monkeypatch):
    monkeypatch.setattr(foreign, "_touched", set())

    @interface
    def cost_ticks(model, lots):
        """Cost of some lots."""

    @cost_ticks.implement(type(MODELS.market.fees))
    def _(model, lots):
        return 2.0 * lots

    assert is_foreign(MODELS.market.fees)


class Kinds(enum.IntEnum):
    ONE = 1


class Number(float):
    """A number that may be anything."""


def test_what_only_looks_like_a_number():
    for found in (Kinds.ONE, Number(1)):
        assert is_foreign(found)
        assert not is_number_like((1, found))


def test_odd_functions():
    def calls_itself():
        return calls_itself()

    calls_itself.__module__ = None
    assert is_foreign(calls_itself)
    # of the package, but nobody can tell what it encloses
    code = calls_itself.__code__.replace(co_filename=foreign.__file__)
    ours = types.FunctionType(code, {}, closure=calls_itself.__closure__)
    assert is_foreign(ours)
    empty = types.FunctionType(code, {}, closure=(types.CellType(),))
    assert is_foreign(empty)


def test_types():
    ours = (1, 2.0, True, None, np.zeros(3), np.zeros((2, 2), ENV_DTYPE), (1, 2.0), MODELS)
    for value in (*ours, np.zeros(1, ENV_DTYPE)[0]):
        assert not is_foreign(numba.typeof(value))
    for value in (Theirs(1), (1, Theirs(2)), (Theirs(1), Theirs(2))):
        assert is_foreign(numba.typeof(value))
    assert not is_foreign(numba.types.Omitted(3))
    assert is_foreign(numba.types.Omitted(Theirs(3)))
    assert is_foreign(numba.types.Opaque("unknown"))


def test_types_of_kernels():
    @kernel
    def theirs(number):
        return number

    if not numba.config.DISABLE_JIT:
        assert is_foreign(numba.typeof(theirs))
        assert not is_foreign(numba.typeof(mix))
