"""The parts an environment has when nobody chooses others; conf/ names the same."""

from hft_gym.envs.actions.level_quotes import LevelQuotes
from hft_gym.envs.actions.touch_quotes import TouchQuotes
from hft_gym.envs.interfaces import Models
from hft_gym.envs.rewards.inventory_penalty import InventoryPenalty
from hft_gym.features.book import Imbalance, MicroPrice, Spread
from hft_gym.features.flow import OrderFlowImbalance, TradeFlow
from hft_gym.features.own import Inventory, QueueAhead, QuoteDistance, TimeLeft
from hft_gym.features.own_orders import RankedDistance, RankedQueue
from hft_gym.features.price import Momentum, Volatility
from hft_gym.market.fees.per_lot import PerLot
from hft_gym.market.interfaces import MarketModels
from hft_gym.market.latencies.constant import constant_latency
from hft_gym.market.queues.fifo import Fifo

MARKET_FEATURES = (
    Spread(),
    Imbalance(1),
    Imbalance(2),
    Imbalance(3),
    Imbalance(4),
    Imbalance(5),
    MicroPrice(),
    OrderFlowImbalance(0.5, 20.0),
    OrderFlowImbalance(5.0, 60.0),
    TradeFlow(0.5, 10.0),
    TradeFlow(5.0, 30.0),
    Momentum(2.0, 4.0),
    Volatility(),
)

OWN_FEATURES = (
    Inventory(),
    QueueAhead(1),
    QueueAhead(-1),
    QuoteDistance(1),
    QuoteDistance(-1),
    TimeLeft(),
)

LATENCY = constant_latency(entry_ns=250_000, response_ns=250_000, feed_ns=50_000)

MODELS = Models(
    market=MarketModels(latency=LATENCY, queue=Fifo(), fees=PerLot()),
    action=TouchQuotes(),
    reward=InventoryPenalty(),
    own_features=OWN_FEATURES,
)

LEVELS = 3
LEVEL_FEATURES = (
    Inventory(),
    TimeLeft(),
    *(RankedDistance(side, rank) for rank in range(LEVELS) for side in (1, -1)),
    *(RankedQueue(side, rank) for rank in range(LEVELS) for side in (1, -1)),
)
# market making with several quotes on each side
LEVEL_MODELS = MODELS._replace(action=LevelQuotes(LEVELS), own_features=LEVEL_FEATURES)
