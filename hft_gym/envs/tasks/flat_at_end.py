"""Whatever the actions are, an episode ends without a position, and that costs what it costs."""

from typing import NamedTuple

import numpy as np

from hft_gym.envs.closing import close_displayed
from hft_gym.envs.episode import draw_position
from hft_gym.envs.interfaces import begin_task, conclude
from hft_gym.errors import ConfigError
from hft_gym.market.interfaces import MarketModels


class FlatAtEnd(NamedTuple):
    """At the end the position is closed at the displayed prices, in the last step's reward.

    Such an end is `terminated`: there is nothing to bootstrap from.

    Attributes:
        rest_ticks: how far beyond the last displayed price lots are closed that nobody displays.
        start_lots: where above 0, episodes begin with a position drawn from minus to plus so many.
    """

    rest_ticks: int = 10
    start_lots: int = 0

    def check(self) -> None:
        """Refuse what means nothing.

        Raises:
            ConfigError: a parameter is out of range.
        """
        if self.rest_ticks < 0 or self.start_lots < 0:
            raise ConfigError(
                f"task.rest_ticks ({self.rest_ticks}) and task.start_lots ({self.start_lots}) "
                "must be at least 0"
            )

    def most_lots(self) -> int:
        """The largest position at the start."""
        return self.start_lots


@begin_task.implement(FlatAtEnd)
def _begin_task(task: FlatAtEnd, market: np.void, env: np.void) -> None:
    draw_position(task, env, task.start_lots)


@conclude.implement(FlatAtEnd)
def _conclude(
    task: FlatAtEnd, models: MarketModels, market: np.void, book: np.void, env: np.void
) -> bool:
    close_displayed(models, market["columns"], book, env, task.rest_ticks)
    return True
