"""An order of ours ends unfilled: cancelled or expired, with the reason."""

import numpy as np

from hft_gym.kernel.jit import kernel
from hft_gym.market.account import News, respond
from hft_gym.market.interfaces import MarketModels
from hft_gym.market.priority import leave, watch
from hft_gym.market.records import Event, Reason, TimeInForce

CANCELLED, EXPIRED = int(Event.CANCELLED), int(Event.EXPIRED)
SESSION_OVER = int(Reason.SESSION_OVER)
DAY = int(TimeInForce.DAY)


@kernel
def finish(
    models: MarketModels,
    tape: np.void,
    trader: np.void,
    slot: int,
    ts_exchange_ns: int,
    news: News,
) -> None:
    """End an order that stands in no line; the news tells how many lots it had left."""
    order = trader["orders"][slot]
    lots = int(order["leaves_lots"])
    order["leaves_lots"] = 0
    told = News(news.event, news.reason, lots, news.answers)
    respond(models, tape, trader, slot, ts_exchange_ns, told)


@kernel
def drop(
    models: MarketModels,
    tape: np.void,
    trader: np.void,
    slot: int,
    ts_exchange_ns: int,
    reason: int,
) -> None:
    """The venue cancels a live order of ours unasked."""
    leave(trader, slot)
    finish(models, tape, trader, slot, ts_exchange_ns, News(CANCELLED, reason, 0, 0))


@kernel
def drop_all(
    models: MarketModels, tape: np.void, trader: np.void, ts_exchange_ns: int, reason: int
) -> None:
    """The venue cancels every live order of ours, the worst of each side first."""
    for line in range(2):
        while trader["live_count"][line] > 0:
            slot = int(trader["live_slots"][line, trader["live_count"][line] - 1])
            drop(models, tape, trader, slot, ts_exchange_ns, reason)
    watch(trader)


@kernel
def expire(models: MarketModels, tape: np.void, trader: np.void, ts_exchange_ns: int) -> None:
    """The session is over: orders for the day end."""
    for line in range(2):
        place = 0
        while place < trader["live_count"][line]:
            slot = int(trader["live_slots"][line, place])
            if trader["orders"][slot]["time_in_force"] != DAY:
                place += 1
                continue
            leave(trader, slot)
            news = News(EXPIRED, SESSION_OVER, 0, 0)
            finish(models, tape, trader, slot, ts_exchange_ns, news)
    watch(trader)
