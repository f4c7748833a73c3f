"""Large messages take longer: so much for each lot."""

from typing import Any, NamedTuple

import numpy as np

from hft_gym.errors import ConfigError
from hft_gym.market.interfaces import delay_ns
from hft_gym.market.latencies.constant import Constant


class BySize(NamedTuple):
    """Another model's delay, and so much more for each lot.

    The lots are those of the order that a message is about, those that a fill tells of, those left
    of an order in another answer, and on the feed the rows of a packet.

    Attributes:
        base: the delay model of a message about nothing.
        ns_per_lot: what each lot adds.
    """

    base: Any = Constant(200_000)
    ns_per_lot: int = 1_000

    def check(self) -> None:
        """Raise ConfigError where a number is out of range."""
        if self.ns_per_lot < 0:
            raise ConfigError(f"{self}: ns_per_lot must not be negative")


@delay_ns.implement(BySize)
def _delay_ns(model: BySize, tape: np.void, trader: np.void, ts_ns: int, lots: int) -> int:
    return delay_ns(model.base, tape, trader, ts_ns, lots) + model.ns_per_lot * lots
