"""What a model of the market may decide; a NamedTuple implements one of these with `.implement`."""

from typing import NamedTuple

import numpy as np

from hft_gym.kernel.interface import interface, optional_interface
from hft_gym.market.records import SelfTrade, WhenCrossed


@interface
def delay_ns(model: tuple, tape: np.void, trader: np.void, ts_ns: int, lots: int) -> int:
    """Nanoseconds that one message takes; one model serves either way, cancels and the feed.

    Random numbers come from `trader["random_state"]`. Rows of `tape` up to `ts_ns` on the
    exchange's clock may tell how busy it is, and `trader["row"]` is a row not far from there; no
    other field of `trader` is promised, since a feed has no trader.

    Args:
        model: the delay model.
        tape: a record of `COLUMNS_DTYPE`.
        trader: whose message it is.
        ts_ns: when it sets out.
        lots: of the order that it is about; of a row on the feed, the row's.
    """


@optional_interface
def begin_episode(model: tuple, trader: np.void) -> None:
    """An episode begins: a delay or fee model may draw what holds until its end.

    It keeps that in fields of `trader` that it names in a method `trader_fields()`.
    """


@interface
def fee_microticks(model: tuple, trader: np.void, px_ticks: int, lots: int, is_maker: bool) -> int:
    """Fee of one fill in millionths of a tick-lot; negative is a rebate.

    `trader["lots_traded"]` is what was traded before this fill.
    """


@optional_interface
def message_fee_microticks(model: tuple, trader: np.void, action: int) -> int:
    """Fee of one message that we send, whatever becomes of it; see `records.Action`."""
    return 0


@interface
def lots_ahead_gone(
    model: tuple, order: np.void, queue_key: int, lots: int, level_lots: int
) -> int:
    """How many of the `lots` that leave our price were ahead of `order`.

    `queue_key` is the priority of the order that shrinks (-1: the source has none) and
    `level_lots` is what the level shows after the change, for models that ask for it.
    """


@optional_interface
def needs_level_lots(model: tuple) -> bool:
    """Whether `level_lots` is wanted, which has to be looked up; without this it is given as -1."""
    return False


@optional_interface
def leaves_by_arrival(model: tuple) -> bool:
    """Whether `lots_ahead_gone` is all lots of the orders that came before ours, and no others.

    Models that say so are not asked for each row.
    """
    return False


@optional_interface
def share_of_print(
    model: tuple, order: np.void, remaining_lots: int, ahead_lots: int, level_lots: int
) -> int:
    """How many of the lots that a print still has at our price are ours.

    Args:
        model: the queue model.
        order: ours, with `leaves_lots`.
        remaining_lots: of the print, after our own orders that come first.
        ahead_lots: of others that stand before us at this price, before the print.
        level_lots: of others at this price before the print; -1 unless `needs_level_lots`.
    """
    return max(0, min(remaining_lots - ahead_lots, int(order["leaves_lots"])))


@optional_interface
def needs_orders(model: tuple) -> bool:
    """Whether a queue model works only with tapes that show every single order."""
    return False


@optional_interface
def follows_levels(model: tuple) -> bool:
    """Whether a queue model estimates our place from levels alone; see `share_behind`."""
    return False


@optional_interface
def share_behind(model: tuple, front_lots: float, back_lots: float) -> float:
    """Share, 0 to 1, of a cancelled lot that stood behind us rather than before us.

    Asked only of models that follow levels, with lots on at least one side of us.
    """
    return 1.0


@optional_interface
def needs_top(model: tuple) -> bool:
    """Whether a queue model wants `order["is_top"]`: that the order bettered the market."""
    return False


@optional_interface
def fills_at_once(model: tuple) -> bool:
    """Whether orders fill in whole when they arrive: how simple brokers' simulators do it."""
    return False


@optional_interface
def immediate_fill_px(model: tuple, side: int, bid_ticks: int, ask_ticks: int) -> int:
    """Price at which an order that arrives fills at once, in whole ticks.

    Asked only of models that fill at once, with the touch of a book that is not crossed.
    """
    return ask_ticks if side > 0 else bid_ticks


class Latency(NamedTuple):
    """How long everything takes, each a delay model.

    Messages of one session do not overtake each other: entry and cancel share the way in, the
    answers have the way back and the rows of the tape the feed to themselves.

    Attributes:
        entry: from our decision until the exchange has a new order or a change of one.
        cancel: the same of a cancel.
        response: from an event at the exchange until we know of it.
        feed: from a row's local time, when it was recorded, until we see it.
    """

    entry: tuple
    cancel: tuple
    response: tuple
    feed: tuple


class Entry(NamedTuple):
    """One line of a journal.

    Attributes:
        event: a `records.Event`.
        reason: a `records.Reason`; of FILLED it tells whether we made or took.
        slot: of the order.
        order_id: of the order.
        side: +1 to buy, -1 to sell.
        px_ticks: the order's limit; of a fill, the price traded.
        lots: of a fill, a rejection, a cancellation or an expiry, how many; else what is asked for.
        ts_exchange_ns: when it happens at the exchange; of SENT, when it will arrive there.
        ts_local_ns: when we know of it; of SENT, when we sent it.
    """

    event: int
    reason: int
    slot: int
    order_id: int
    side: int
    px_ticks: int
    lots: int
    ts_exchange_ns: int
    ts_local_ns: int


@optional_interface
def note(model: tuple, trader: np.void, entry: Entry) -> None:
    """Write down what happens to our orders; called at the moment at the exchange."""


@optional_interface
def lots_allowed(
    model: tuple, tape: np.void, trader: np.void, now_ns: int, message: np.void
) -> int:
    """How many of the lots of a NEW or MODIFY may go; asked before it leaves.

    0 refuses it for `Reason.RISK_LIMIT`, a negative number for the reason it is the negative of.
    Fewer than asked for go as that many; either way the journal hears of a BREACH. Cancels are
    never asked about.

    Args:
        model: the risk model.
        tape: a record of `COLUMNS_DTYPE`.
        trader: whose message it is; `known_*` and `intents` tell what we know.
        now_ns: on our own clock.
        message: a record of `MESSAGE_DTYPE`, all but `arrival_ns` filled in.
    """
    return int(message["lots"])


@optional_interface
def must_flatten(model: tuple, trader: np.void, now_ns: int) -> bool:
    """Whether the kill switch is on: all orders must be cancelled and the position closed.

    Asked of the risk model at each decision, before a strategy acts; `market.risk.kill.enforce`
    asks and does it.
    """
    return False


@optional_interface
def must_drain(model: tuple, trader: np.void) -> bool:
    """Whether the journal has little room left: let the caller's caller empty it, then go on."""
    return False


class NoJournal(NamedTuple):
    """Nothing is written down."""


class NoRisk(NamedTuple):
    """No limits of our own."""


class VenueRules(NamedTuple):
    """What the venue decides.

    Attributes:
        self_trade: a `records.SelfTrade`.
        when_crossed: a `records.WhenCrossed`; orders that cannot rest are rejected either way.
        collar_ticks: how far from the touch at its arrival a market order may trade.
    """

    self_trade: int = int(SelfTrade.CANCEL_NEWEST)
    when_crossed: int = int(WhenCrossed.REJECT)
    collar_ticks: int = 20


class MarketModels(NamedTuple):
    """The pluggable parts of the exchange, each a NamedTuple of parameters."""

    latency: Latency
    queue: tuple
    fees: tuple
    risk: tuple = NoRisk()
    journal: tuple = NoJournal()
    rules: VenueRules = VenueRules()


@interface
def mark_microticks(model: tuple, quote: np.void, position_lots: int) -> int:
    """Price at which a position is valued, in millionths of a tick; see `market.marks`."""
