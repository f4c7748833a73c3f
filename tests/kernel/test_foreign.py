"""Whether code from outside the package has a part in a kernel."""

import types
from typing import NamedTuple

import numba
import numpy as np
import pytest

from hft_gym.envs.defaults import MODELS
from hft_gym.envs.records import ENV_DTYPE
from hft_gym.kernel.foreign import is_foreign
from hft_gym.kernel.jit import kernel
from hft_gym.kernel.random import mix


class Theirs(NamedTuple):
    lots: int


def enclosing(module, *values):
    """A kernel of a module that encloses values."""

    def enclosed(k):
        return values

    enclosed.__module__ = module
    return types.SimpleNamespace(py_func=enclosed)


OURS = [
    3, 2.5, True, None, "words", np.float32(1), np.dtype("f4"), (1, (2, "three")), MODELS,
    MODELS.market, type(MODELS), mix, enclosing("hft_gym.envs.step", MODELS, 3, mix),
]  # fmt: skip
THEIRS = [
    Theirs(1), Theirs, (1, (2, Theirs(3))), MODELS._replace(reward=Theirs(2)), enclosing("plug_in"),
    enclosing("hft_gym.envs.step", 1, Theirs(1)), enclosing("__main__"), lambda: 1, object(),
    np.zeros(2), [1], {"a": 1},
]  # fmt: skip


@pytest.mark.parametrize("found", OURS, ids=range(len(OURS)))
def test_ours(found):
    assert not is_foreign(found)


@pytest.mark.parametrize("found", THEIRS, ids=range(len(THEIRS)))
def test_theirs_or_nobody_can_tell(found):
    assert is_foreign(found)


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
