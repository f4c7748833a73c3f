"""Kernels called by the address of their machine code."""

import numba
import numpy as np
import pytest
from numba.core.errors import TypingError

from hft_gym.kernel.far import call_at, machine_code_of
from hft_gym.kernel.jit import kernel

pytestmark = pytest.mark.kernel
RECORD = np.dtype([("address", "i8"), ("count", "i8"), ("total", "f8")], align=True)


@kernel
def add(pair, record, times):
    for _ in range(times):
        record["count"] += pair[0]
        record["total"] += pair[1]


@kernel
def add_far(pair, records, times):
    record = records[0]
    call_at(record["address"], add, (pair, record, np.int64(times)))
    call_at(record["address"], add, (pair, record, np.int64(1)))


@kernel
def fail(pair, record, times):
    if times > 2:
        raise ValueError("too often")


@kernel
def fail_far(pair, records, times):
    call_at(records[0]["address"], fail, (pair, records[0], np.int64(times)))
    records[0]["count"] += 1


def test_the_same_as_a_direct_call():
    records = np.zeros(1, RECORD)
    records["address"] = machine_code_of(add, (2, 0.5), records[0], 3)
    add_far((2, 0.5), records, 3)
    assert (records["count"][0], records["total"][0]) == (8, 2.0)


def test_what_goes_wrong_is_told():
    records = np.zeros(1, RECORD)
    records["address"] = machine_code_of(fail, (2, 0.5), records[0], 3)
    fail_far((2, 0.5), records, 1)
    with pytest.raises(ValueError, match="too often"):
        fail_far((2, 0.5), records, 3)
    assert records["count"][0] == 1


@pytest.mark.skipif(numba.config.DISABLE_JIT, reason="nothing is compiled")
def test_it_is_compiled_once():
    record = np.zeros(1, RECORD)[0]
    assert machine_code_of(add, (2, 0.5), record, 3) == machine_code_of(add, (7, 1.5), record, 1)
    assert machine_code_of(add, (2, 0.5), record, 3) != 0


@pytest.mark.skipif(bool(numba.config.DISABLE_JIT), reason="no machine code")
def test_a_kernel_that_returns_something_is_refused():
    @kernel
    def double(number):
        return 2 * number

    with pytest.raises(TypeError, match="double returns int64"):
        machine_code_of(double, 1)


@pytest.mark.skipif(bool(numba.config.DISABLE_JIT), reason="no machine code")
def test_a_caller_for_other_types_than_the_code_is_not_compiled():
    @kernel
    def add_too(pair, record, times):
        record["count"] += pair[0]

    @kernel
    def add_too_far(pair, records, times):
        call_at(records[0]["address"], add_too, (pair, records[0], times))

    records = np.zeros(1, RECORD)
    records["address"] = machine_code_of(add_too, (2, 0.5), records[0], 3)
    with pytest.raises(TypingError, match="add_too has no machine code"):
        add_too_far((2.0, 0.5), records, 3)
    add_too_far((2, 0.5), records, 3)
    assert records["count"][0] == 2
