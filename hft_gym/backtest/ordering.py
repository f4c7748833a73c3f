"""What a strategy may ask of the exchange; messages leave now and arrive after the latency."""

from hft_gym.backtest.context import NONE, Context
from hft_gym.kernel.jit import kernel
from hft_gym.market.records import Action, Intent, OrderType, Request, TimeInForce
from hft_gym.market.sending import send

NEW, MODIFY, CANCEL = int(Action.NEW), int(Action.MODIFY), int(Action.CANCEL)
LIMIT, MARKET = int(OrderType.LIMIT), int(OrderType.MARKET)
GTC, IOC = int(TimeInForce.GTC), int(TimeInForce.IOC)
WORKING = int(Intent.WORKING)
ANY_SLOT = -1


@kernel
def ask(context: Context, slot: int, request: Request) -> int:
    """Send any message; returns the order's slot, or minus the `Reason` why it was not sent.

    Args:
        context: the strategy's.
        slot: of the order; of a new one, `ANY_SLOT` takes one that is free.
        request: what we want.
    """
    desk = context.desk
    now_ns = desk["clock"]["now_ns"]
    return send(context.models, desk["columns"], desk["trader"], now_ns, slot, request)


@kernel
def place(context: Context, slot: int, side: int, px_ticks: int, lots: int, post_only: bool) -> int:
    """Send a limit order until cancelled; see `ask`."""
    request = Request(NEW, side, px_ticks, lots, LIMIT, GTC, 1 if post_only else 0)
    return ask(context, slot, request)


@kernel
def take(context: Context, slot: int, side: int, px_ticks: int, lots: int) -> int:
    """Send an order that takes what is there up to a price when it arrives; see `ask`."""
    return ask(context, slot, Request(NEW, side, px_ticks, lots, LIMIT, IOC, 0))


@kernel
def modify(context: Context, slot: int, px_ticks: int, lots: int, post_only: bool) -> int:
    """Ask for another price or size, `lots` of what we know to remain; see `ask`."""
    request = Request(MODIFY, 0, px_ticks, lots, LIMIT, GTC, 1 if post_only else 0)
    return ask(context, slot, request)


@kernel
def cancel(context: Context, slot: int) -> int:
    """Ask for an order's end, unless there is none or that has been asked for; see `ask`."""
    if context.desk["trader"]["intents"][slot]["state"] != WORKING:
        return slot
    return ask(context, slot, Request(CANCEL, 0, 0, 0, LIMIT, GTC, 0))


@kernel
def cancel_all(context: Context) -> None:
    """Ask for the end of every order that we know of."""
    intents = context.desk["trader"]["intents"]
    for slot in range(len(intents)):
        if intents[slot]["state"] != NONE:
            cancel(context, slot)
