"""`hft_gym/Execution-v0`: buy or sell so many lots in an episode, at as little cost as possible."""

from hft_gym.envs.actions.child_orders import ChildOrders
from hft_gym.envs.defaults import MODELS as OF_MARKET_MAKING
from hft_gym.envs.faces import MarketEnv, MarketVectorEnv
from hft_gym.envs.rewards.pnl import Pnl
from hft_gym.envs.tasks.execution import Execution
from hft_gym.features.own import MessagesInFlight
from hft_gym.features.own_orders import (
    DecisionsLeft,
    OrderDistance,
    OrderLots,
    OrderQueue,
    ShareLeft,
)

OWN_FEATURES = (
    ShareLeft(),
    DecisionsLeft(),
    OrderLots(0),
    OrderDistance(0),
    OrderQueue(0),
    MessagesInFlight(),
)
MODELS = OF_MARKET_MAKING._replace(
    action=ChildOrders(),
    reward=Pnl(),  # equity is minus the shortfall against having been done at once
    own_features=OWN_FEATURES,
    task=Execution(),
)


class ExecutionEnv(MarketEnv):
    """One environment; see `MarketEnv`."""

    MODELS = MODELS


class ExecutionVectorEnv(MarketVectorEnv):
    """A batch of environments in one kernel call; see `MarketVectorEnv`."""

    MODELS = MODELS
