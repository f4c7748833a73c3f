"""`hft_gym/Trading-v0`: say which position to hold; orders are chosen by a placement rule."""

from hft_gym.envs.actions.target_position import TargetPosition
from hft_gym.envs.defaults import MODELS as OF_MARKET_MAKING
from hft_gym.envs.faces import MarketEnv, MarketVectorEnv
from hft_gym.envs.placements.join_then_cross import JoinThenCross
from hft_gym.envs.rewards.pnl import Pnl
from hft_gym.features.own import Inventory, PositionAge, TimeLeft, UnrealisedPnl
from hft_gym.features.own_orders import OrderDistance, OrderLots, OrderQueue

OWN_FEATURES = (
    Inventory(),
    TimeLeft(),
    PositionAge(),
    UnrealisedPnl(),
    OrderLots(0),
    OrderDistance(0),
    OrderQueue(0),
)
MODELS = OF_MARKET_MAKING._replace(
    action=TargetPosition(placement=JoinThenCross()),
    reward=Pnl(),
    own_features=OWN_FEATURES,
)


class TradingEnv(MarketEnv):
    """One environment; see `MarketEnv`."""

    MODELS = MODELS


class TradingVectorEnv(MarketVectorEnv):
    """A batch of environments in one kernel call; see `MarketVectorEnv`."""

    MODELS = MODELS
