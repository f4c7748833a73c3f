"""Models against their own limits and against the tapes that they shall work on."""

from collections.abc import Iterator
from typing import Any

from hft_gym.errors import ConfigError
from hft_gym.market.interfaces import MarketModels, needs_orders
from hft_gym.tape.market_tape import MarketTape
from hft_gym.tape.rows import Kind

LEVEL_QUEUES = "risk_averse, power, power2, power3, log or log2"


def has_orders(tape: MarketTape) -> bool:
    """Whether a tape shows single orders, so that an exact place in a queue can be known."""
    return bool((tape.kind == Kind.ADD).any())


def trader_fields_of(models: MarketModels) -> list[tuple[str, str]]:
    """Fields that models keep in the trader's record, each once; of the feed none.

    Raises:
        ConfigError: the feed's model wants to keep something, whose delays are computed once a
            tape; or a model inside another one does, which `begin_episode` does not reach.
    """
    latency = models.latency
    for part in _parts(latency.feed):
        if hasattr(part, "trader_fields"):
            raise ConfigError(
                f"latency.feed cannot be {type(part).__name__}: it is computed once a tape, for "
                "all episodes"
            )
    asked = (latency.entry, latency.cancel, latency.response, models.fees)
    for part in _parts(models):
        if hasattr(part, "trader_fields") and not any(part is each for each in asked):
            raise ConfigError(
                f"{type(part).__name__} within another model would never be drawn: give it the "
                "other model instead"
            )
    parts = [part for part in asked if hasattr(part, "trader_fields")]
    return list(dict.fromkeys(field for part in parts for field in part.trader_fields()))


def check_models(models: MarketModels) -> None:
    """Let every model with a method `check` refuse numbers that are out of its range.

    Raises:
        ConfigError: one does.
    """
    for model in _parts(models):
        if hasattr(model, "check"):
            model.check()


def check_queue(queue: tuple, tape: MarketTape, shows_orders: bool) -> None:
    """Refuse a queue model that needs single orders where a tape has none.

    Args:
        queue: the model.
        tape: to be named.
        shows_orders: what `has_orders` says of it.

    Raises:
        ConfigError: it cannot work there.
    """
    if needs_orders(queue) and not shows_orders:
        raise ConfigError(
            f"{tape.meta.source} shows levels, no single orders: {type(queue).__name__} cannot "
            f"know our place in its queues; estimate it with queue={LEVEL_QUEUES}"
        )


def _parts(model: Any) -> Iterator[Any]:
    yield model
    for part in model:
        if hasattr(part, "_fields"):
            yield from _parts(part)
