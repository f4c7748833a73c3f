"""The queue models that a file is judged with, by the names that a user gives them."""

from collections.abc import Sequence
from typing import NamedTuple

from hft_gym.errors import ConfigError
from hft_gym.market.queues.fifo import Fifo


class Judged(NamedTuple):
    """A queue model and what it may know.

    Attributes:
        queue: the model.
        sees_orders: whether it is told which order shrinks, or only what levels show.
    """

    queue: tuple
    sees_orders: bool


MODELS: dict[str, Judged] = {"fifo": Judged(Fifo(), True)}


def chosen_models(names: Sequence[str] | None) -> dict[str, Judged]:
    """Models by name, in the order given; all of them where none is named.

    Raises:
        ConfigError: a name is no model's.
    """
    if not names:
        return dict(MODELS)
    for name in names:
        if name not in MODELS:
            raise ConfigError(f"queue model {name!r} is not one of {', '.join(MODELS)}")
    return {name: MODELS[name] for name in names}
