"""The ways between us and the exchange: how long a message takes; none overtakes another."""

import numpy as np

from hft_gym.kernel.jit import kernel
from hft_gym.kernel.random import mix
from hft_gym.market.interfaces import MarketModels, delay_ns
from hft_gym.market.records import Action

CANCEL = int(Action.CANCEL)
_BACK = np.uint64(0xD1B54A32D192ED03)  # keeps the answers' random numbers apart from the others


@kernel
def split_random(trader: np.void) -> None:
    """Give the answers random numbers of their own.

    When an answer would be back must be known before it is sent, and more than once: see
    `answer_known_ns`. Numbers that other draws move on would be others each time.
    """
    trader["answer_state"] = mix(trader["random_state"] ^ _BACK)


@kernel
def arrival_of(
    models: MarketModels, tape: np.void, trader: np.void, now_ns: int, action: int, lots: int
) -> int:
    """When a message sent now reaches the exchange: not before one that was sent earlier."""
    if action == CANCEL:
        delay = delay_ns(models.latency.cancel, tape, trader, now_ns, lots)
    else:
        delay = delay_ns(models.latency.entry, tape, trader, now_ns, lots)
    arrival_ns = max(now_ns + delay, trader["last_arrival_ns"])
    trader["last_arrival_ns"] = arrival_ns
    return arrival_ns


@kernel
def _back_ns(
    models: MarketModels, tape: np.void, trader: np.void, ts_exchange_ns: int, lots: int
) -> int:
    ours = trader["random_state"]
    trader["random_state"] = trader["answer_state"]
    delay = delay_ns(models.latency.response, tape, trader, ts_exchange_ns, lots)
    trader["answer_state"] = trader["random_state"]
    trader["random_state"] = ours
    return max(ts_exchange_ns + delay, trader["last_known_ns"])


@kernel
def known_of(
    models: MarketModels, tape: np.void, trader: np.void, ts_exchange_ns: int, lots: int
) -> int:
    """When we know of an event at the exchange: not before what happened there earlier."""
    known_ns = _back_ns(models, tape, trader, ts_exchange_ns, lots)
    trader["last_known_ns"] = known_ns
    return known_ns


@kernel
def answer_known_ns(models: MarketModels, tape: np.void, trader: np.void, message: np.void) -> int:
    """When we shall know the first answer to a message, were it the next event of ours."""
    state = trader["answer_state"]
    known_ns = _back_ns(models, tape, trader, message["arrival_ns"], 0)
    trader["answer_state"] = state
    return known_ns
