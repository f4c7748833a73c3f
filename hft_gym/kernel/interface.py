"""Pluggable kernels: the type of the first argument chooses the implementation.

It reads like `functools.singledispatch`, but the choice is made while Numba compiles, so the call
is direct and inlined and its caller can be cached on disk. A function passed as an argument, or
closed over, would be compiled again by every process.
"""

import functools
import inspect
import types
from collections.abc import Callable, Sequence
from typing import Any

from numba.extending import overload

from hft_gym.kernel.foreign import touch
from hft_gym.kernel.jit import COMPILE_OPTIONS, kernel


def optional_interface(stub: Callable[..., Any]) -> Any:
    """An `interface` whose stub itself, doing nothing, serves the models that lack their own."""
    return _interface(stub, default=stub)


def inlined_interface(stub: Callable[..., Any]) -> Any:
    """An `optional_interface` that is written out where it is called: once, in a hot loop."""
    return _interface(stub, default=stub, inlined=True)


def interface(stub: Callable[..., Any]) -> Any:
    """Turn a documented stub into a function that kernels and plain Python can call.

    A model is a NamedTuple of parameters; `stub.implement(Model)` decorates what it does.

    Raises:
        TypeError: an implementation takes other parameters than the stub, or a model has none.

    Example:
        >>> @interface
        ... def fee_ticks(model, lots): "Fee of one fill, in ticks."
        >>> class PerLot(NamedTuple):
        ...     ticks: float
        >>> @fee_ticks.implement(PerLot)
        ... def _(model, lots): return model.ticks * lots
        >>> fee_ticks(PerLot(0.25), 4)
        1.0
    """
    return _interface(stub, default=None)


def _interface(
    stub: Callable[..., Any], default: Callable[..., Any] | None, inlined: bool = False
) -> Any:
    implementations: dict[type, Callable[..., Any]] = {}
    signature = inspect.signature(stub)

    def missing(model_class: type) -> str:
        known = ", ".join(sorted(c.__name__ for c in implementations)) or "none yet"
        return (
            f"{model_class.__name__} does not implement {stub.__name__}{signature}; known: {known}"
        )

    @functools.wraps(stub)
    def call(model: Any, *args: Any) -> Any:
        chosen = implementations.get(type(model), default)
        if chosen is None:
            raise TypeError(missing(type(model)))
        return chosen(model, *args)

    def choose(*arguments: Any, **_: Any) -> Callable[..., Any] | None:
        model_class = getattr(arguments[0], "instance_class", None)
        if model_class is None:
            return None
        chosen = implementations.get(model_class, default)
        if chosen is None:
            raise TypeError(missing(model_class))
        return _without_annotations(getattr(chosen, "py_func", chosen))

    def implement(model_class: type) -> Callable[..., Any]:
        def register(function: Callable[..., Any]) -> Callable[..., Any]:
            if list(inspect.signature(function).parameters) != list(signature.parameters):
                raise TypeError(f"an implementation of {stub.__name__} takes {signature}")
            touch(model_class, function)
            implementations[model_class] = kernel(function)
            return implementations[model_class]

        return register

    choose.__signature__ = inspect.signature(_without_annotations(stub))  # type: ignore[attr-defined]
    call.implement = implement  # type: ignore[attr-defined]
    call.implemented_by = implementations.__contains__  # type: ignore[attr-defined]
    options = {**COMPILE_OPTIONS, "forceinline": True} if inlined else COMPILE_OPTIONS
    overload(call, jit_options=options)(choose)
    return call


def _without_annotations(function: Callable[..., Any]) -> Callable[..., Any]:
    """The same function for Numba, which wants stub and implementation annotated alike."""
    plain = types.FunctionType(
        function.__code__,
        function.__globals__,
        function.__name__,
        function.__defaults__,
        function.__closure__,
    )
    plain.__module__ = function.__module__
    return plain


def unrolled(
    header: str,
    line: str,
    only: Callable[..., Any] | None = None,
    total: str | None = None,
    **names: Any,
) -> Callable[..., Any]:
    """A function that repeats `line` for each place k of its first argument, a tuple of models.

    Numba gets the repetition as straight code. (`literal_unroll` in a loop over events is slower
    and overflows the stack from about 20 elements on.)

    Args:
        header: the function's head, such as `"observe(features, row, out)"`.
        line: one statement, with `{k}` for the place.
        only: an optional interface; models that leave it out get no line. (What a line does before
            it calls a function that does nothing is not always compiled away.)
        total: a name that begins as 0.0, that the lines add to, and that is returned.
        names: what the statement calls.
    """
    name, arguments = header.rstrip(")").split("(")

    @functools.cache
    def written_out(places: tuple[int, ...]) -> Callable[..., Any]:
        body = [f"    {line.format(k=k)}" for k in places] or ["    pass"]
        if total is not None:
            body = [f"    {total} = 0.0", *body, f"    return {total}"]
        namespace = dict(names)
        exec("\n".join([f"def {name}({arguments}):", *body]), namespace)
        return namespace[name]

    def for_classes(classes: Sequence[type | None]) -> Callable[..., Any]:
        wanted = [
            k
            for k, c in enumerate(classes)
            if only is None or only.implemented_by(c)  # type: ignore[attr-defined]
        ]
        return written_out(tuple(wanted))

    def call(*args: Any) -> Any:
        return for_classes([type(model) for model in args[0]])(*args)

    def choose(*arguments: Any) -> Callable[..., Any]:
        return for_classes([getattr(model, "instance_class", None) for model in arguments[0]])

    call.__name__ = name
    choose.__signature__ = inspect.signature(written_out(()))  # type: ignore[attr-defined]
    overload(call, jit_options=COMPILE_OPTIONS)(choose)
    return call
