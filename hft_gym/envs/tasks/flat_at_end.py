"""Whatever the actions are, an episode ends without a position, and that costs what it costs."""

from typing import NamedTuple

import numpy as np

from hft_gym.envs.closing import close_displayed
from hft_gym.envs.interfaces import conclude
from hft_gym.errors import ConfigError
from hft_gym.market.interfaces import MarketModels


class FlatAtEnd(NamedTuple):
    """At the end the position is closed at the displayed prices, in the last step's reward.

    Such an end is `terminated`: there is nothing to bootstrap from.

    Attributes:
        rest_ticks: how far beyond the last displayed price lots are closed that nobody displays.
    """

    rest_ticks: int = 10

    def check(self) -> None:
        """Refuse what means nothing.

        Raises:
            ConfigError: a parameter is out of range.
        """
        if self.rest_ticks < 0:
            raise ConfigError(f"task.rest_ticks must be at least 0, not {self.rest_ticks}")


@conclude.implement(FlatAtEnd)
def _conclude(
    task: FlatAtEnd, models: MarketModels, market: np.void, book: np.void, env: np.void
) -> bool:
    close_displayed(models, market["columns"], book, env, task.rest_ticks)
    return True
