"""Two features of somebody else's: one of the market, one of our own side."""

from typing import NamedTuple

from hft_gym.features.interfaces import market_value, on_trade, own_value


class TradesSeen(NamedTuple):
    """Trades so far, in units of `scale`."""

    scale: float = 100.0


@on_trade.implement(TradesSeen)
def _on_trade(feature, state, view, side, px_ticks, lots):
    state[0] += 1.0


@market_value.implement(TradesSeen)
def _market_value(feature, state, view, ladder, now_ns):
    return state[0] / feature.scale


class MessagesSent(NamedTuple):
    """Messages of the episode, in units of `scale`."""

    scale: float = 100.0


@own_value.implement(MessagesSent)
def _own_value(feature, env, now_ns):
    return env["trader"]["messages_sent"] / feature.scale
