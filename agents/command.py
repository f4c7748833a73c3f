"""A command line that answers bad input with one line and exit status 2."""

import functools
import os
import re
import sys
from collections.abc import Callable
from typing import Any, TypeVar

from hydra.errors import HydraException
from omegaconf.errors import OmegaConfBaseException

from hft_gym.errors import HftGymError

F = TypeVar("F", bound=Callable[..., Any])

BAD_INPUT, INTERRUPTED = 2, 130


def command_line(function: F) -> F:
    """Decorate a command, above and below `@hydra.main`: what the user can mend is one line.

    Below, since Hydra prints a line of its own about every error that passes through it; above,
    since Hydra's own errors come from there. With HYDRA_FULL_ERROR=1 in the environment errors
    keep their stack traces.
    """
    full = os.environ.get("HYDRA_FULL_ERROR") == "1"

    @functools.wraps(function)
    def call(*args: Any, **kwargs: Any) -> Any:
        if full:
            return function(*args, **kwargs)
        os.environ["HYDRA_FULL_ERROR"] = "1"  # Hydra then raises instead of printing a page
        try:
            return function(*args, **kwargs)
        except (HftGymError, HydraException, OmegaConfBaseException) as error:
            sys.stderr.write(f"error: {one_line(error)}\n")
            sys.exit(BAD_INPUT)
        except KeyboardInterrupt:
            sys.stderr.write("interrupted\n")
            sys.exit(INTERRUPTED)

    return call  # type: ignore[return-value]


def one_line(error: BaseException) -> str:
    """The message of an error, with that of its cause where Hydra hides it, on one line."""
    mendable = _innermost(error, HftGymError)
    text = str(mendable or error)
    if mendable is None and isinstance(error.__cause__, OmegaConfBaseException):
        text = f"{_line(text)} ({_line(str(error.__cause__))})"
    return _line(text)


def _line(text: str) -> str:
    text = text.split("Config search path:")[0]
    text = re.sub(r"\n\s*(full_key|object_type|reference_type)\s*[:=].*", "", text)
    text = text.replace("To append to your config use", "To add a new one use")
    return re.sub(r"\s+", " ", text).strip()


def _innermost(error: BaseException | None, kind: type[BaseException]) -> BaseException | None:
    found = None
    while error is not None:
        found = error if isinstance(error, kind) else found
        error = error.__cause__
    return found
