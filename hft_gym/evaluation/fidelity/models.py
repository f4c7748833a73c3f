"""The queue models that a file is judged with, by the names that a user gives them."""

from collections.abc import Sequence

from hft_gym.errors import ConfigError
from hft_gym.market.queues.fifo import Fifo
from hft_gym.market.queues.log import Log
from hft_gym.market.queues.log2 import Log2
from hft_gym.market.queues.power import Power
from hft_gym.market.queues.power2 import Power2
from hft_gym.market.queues.power3 import Power3
from hft_gym.market.queues.pro_rata import ProRata
from hft_gym.market.queues.risk_averse import RiskAverse

# as in conf/queue; the exact model first, then the estimates from levels
USUAL: dict[str, tuple] = {
    "fifo": Fifo(),
    "risk_averse": RiskAverse(),
    "power": Power(),
    "power2": Power2(),
    "power3": Power3(),
    "log": Log(),
    "log2": Log2(),
}
MODELS: dict[str, tuple] = {**USUAL, "pro_rata": ProRata()}


def chosen_models(names: Sequence[str] | None) -> dict[str, tuple]:
    """Models by name, in the order given; the usual ones where none is named.

    Raises:
        ConfigError: a name is no model's.
    """
    if not names:
        return dict(USUAL)
    for name in names:
        if name not in MODELS:
            raise ConfigError(f"queue model {name!r} is not one of {', '.join(MODELS)}")
    return {name: MODELS[name] for name in names}
