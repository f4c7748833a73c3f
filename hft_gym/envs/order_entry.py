"""`hft_gym/OrderEntry-v0`: place, change and cancel single orders, one request a decision."""

from hft_gym.envs.actions.order_entry import OrderEntry
from hft_gym.envs.defaults import MODELS as OF_MARKET_MAKING
from hft_gym.envs.faces import MarketEnv, MarketVectorEnv
from hft_gym.features.own import Inventory, TimeLeft
from hft_gym.features.own_orders import (
    LastAnswer,
    OrderDistance,
    OrderLots,
    OrderQueue,
    OrderState,
    Refused,
)
from hft_gym.market.records import Reason

SLOTS = 4
REFUSALS = (
    0,  # for any reason
    int(Reason.NO_FREE_SLOT),
    int(Reason.TOO_LATE),
    int(Reason.RISK_LIMIT),
    int(Reason.BOOK_CROSSED),
)
OF_SLOTS = (OrderState, OrderLots, OrderDistance, OrderQueue, LastAnswer)
OWN_FEATURES = (
    Inventory(),
    TimeLeft(),
    *(Refused(reason) for reason in REFUSALS),
    *(feature(slot) for feature in OF_SLOTS for slot in range(SLOTS)),  # type: ignore[operator]
)
MODELS = OF_MARKET_MAKING._replace(action=OrderEntry(SLOTS), own_features=OWN_FEATURES)


class OrderEntryEnv(MarketEnv):
    """One environment; see `MarketEnv`."""

    MODELS = MODELS


class OrderEntryVectorEnv(MarketVectorEnv):
    """A batch of environments in one kernel call; see `MarketVectorEnv`."""

    MODELS = MODELS
