"""Plugging by type, in plain Python and while compiling."""

from typing import NamedTuple

import numba
import numpy as np
import pytest
from numba.core.errors import TypingError

from hft_gym.kernel.interface import inlined_interface, interface, optional_interface, unrolled
from hft_gym.kernel.jit import kernel

pytestmark = pytest.mark.kernel

compiled_only = pytest.mark.skipif(bool(numba.config.DISABLE_JIT), reason="the compiler is off")


class Flat(NamedTuple):
    ticks: float = 2.0


class Steep(NamedTuple):
    ticks: float = 3.0


class Stranger(NamedTuple):
    ticks: float = 4.0


@interface
def cost_ticks(model, lots):
    """Cost of so many lots."""


@cost_ticks.implement(Flat)
def _flat(model, lots):
    return model.ticks * lots


@cost_ticks.implement(Steep)
def _steep(model, lots):
    return model.ticks * lots * lots


@optional_interface
def note(model, out):
    """Most models have nothing to note."""


@note.implement(Steep)
def _note(model, out):
    out[0] += model.ticks


@inlined_interface
def discount(model, lots):
    """Lots that cost nothing."""
    return lots // 10


@discount.implement(Steep)
def _discount(model, lots):
    return lots // 2


@kernel
def discounts(lots):
    return discount(Flat(), lots), discount(Steep(), lots)


write_costs = unrolled(
    "write_costs(models, lots, out)",
    "out[{k}] = cost_ticks(models[{k}], lots)",
    cost_ticks=cost_ticks,
)
note_all = unrolled("note_all(models, out)", "note(models[{k}], out)", note=note)
note_places = unrolled(
    "note_places(models, out)", "out[{k}] += 1.0; note(models[{k}], out)", only=note, note=note
)


@kernel
def cost_in_kernel(model, lots):
    return cost_ticks(model, lots)


@kernel
def all_in_kernel(models, lots, out):
    write_costs(models, lots, out)
    note_all(models, out)


@kernel
def places_in_kernel(models, out):
    note_places(models, out)


@pytest.mark.parametrize("call", [cost_ticks, cost_in_kernel])
def test_the_type_of_the_model_chooses(call):
    assert call(Flat(), 4) == 8.0
    assert call(Steep(), 4) == 48.0
    assert call(Flat(0.5), 4) == 2.0  # parameters are the model's own


def test_a_missing_implementation_names_those_there_are():
    with pytest.raises(TypeError, match=r"Stranger does not implement cost_ticks\(model, lots\)"):
        cost_ticks(Stranger(), 1)
    with pytest.raises(TypeError, match="known: Flat, Steep"):
        cost_ticks(Stranger(), 1)


@compiled_only
def test_the_compiler_says_the_same():
    with pytest.raises((TypeError, TypingError), match="Stranger does not implement cost_ticks"):
        cost_in_kernel(Stranger(), 1)


def test_nothing_is_known_of_an_interface_without_models():
    @interface
    def lonely(model):
        """Nobody does this."""

    with pytest.raises(TypeError, match="known: none yet"):
        lonely(Flat())


def test_an_implementation_takes_the_parameters_of_the_stub():
    with pytest.raises(TypeError, match=r"cost_ticks takes \(model, lots\)"):

        @cost_ticks.implement(Stranger)
        def _(model, size):
            return 0.0

    assert not cost_ticks.implemented_by(Stranger)
    assert cost_ticks.implemented_by(Flat)


def test_the_stub_of_an_optional_interface_serves_the_others():
    out = np.zeros(1)
    assert note(Stranger(), out) is None
    note(Steep(), out)
    assert out.tolist() == [3.0]


def test_docstring_and_name_stay():
    assert cost_ticks.__name__ == "cost_ticks"
    assert cost_ticks.__doc__ == "Cost of so many lots."


@pytest.mark.parametrize("models", [(), (Flat(),), (Flat(), Steep(), Flat(1.0), Steep(1.0))])
def test_unrolled_visits_every_place(models):
    plain, compiled = np.zeros(5), np.zeros(5)
    write_costs(models, 3, plain)
    note_all(models, plain)
    all_in_kernel(models, 3, compiled)
    assert plain.tolist() == compiled.tolist()
    noted = sum(m.ticks for m in models if isinstance(m, Steep))
    assert plain.sum() == sum(cost_ticks(m, 3) for m in models) + noted


@pytest.mark.parametrize("call", [note_places, places_in_kernel])
def test_unrolled_passes_over_those_that_leave_an_interface_out(call):
    out = np.zeros(4)
    call((Flat(), Steep(), Stranger(), Steep(1.0)), out)
    assert out.tolist() == [4.0, 1.0, 0.0, 1.0]
    call((Flat(), Stranger()), out)
    assert out.tolist() == [4.0, 1.0, 0.0, 1.0]


def test_lines_may_add_up():
    add_costs = unrolled(
        "add_costs(models, lots)",
        "total += cost_ticks(models[{k}], lots)",
        total="total",
        cost_ticks=cost_ticks,
    )

    @kernel
    def added(models, lots):
        return add_costs(models, lots)

    assert added((Flat(), Steep()), 3) == add_costs((Flat(), Steep()), 3) == 6.0 + 27.0
    assert add_costs((), 3) == 0.0


def test_one_that_is_written_out_is_chosen_in_the_same_way():
    assert discounts(30) == (3, 15)
    assert (discount(Flat(), 30), discount(Steep(), 30)) == (3, 15)
