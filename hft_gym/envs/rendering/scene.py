"""What a picture of one environment shows, gathered from the state and the tape."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from hft_gym.book.index import load_ladder
from hft_gym.envs.records import VIEW_DTYPE
from hft_gym.tape.instrument import Instrument
from hft_gym.tape.rows import Kind

if TYPE_CHECKING:  # the core knows nothing of pictures
    from hft_gym.envs.core import BatchCore
    from hft_gym.envs.dataset import Market

MOMENTS = 300  # decisions on the charts
LEVELS = 10  # of each side in the ladder
SNAP_TICKS = 4  # the ladder's middle moves in such steps, so that its rows stand still
TRADES_LISTED = 6
MOST_TRADES = 2000  # on the chart

# A decision as the charts need it; the counts are the exchange's.
MOMENT_DTYPE = np.dtype(
    [
        *((name, VIEW_DTYPE[name]) for name in VIEW_DTYPE.names or ()),
        ("start_decision", "i8"),
        ("true_position_lots", "i8"),
        ("cash_ticks", "i8"),
        ("lots_traded", "i8"),
    ],
    align=True,
)
TRADE_DTYPE = np.dtype([("ts_local_ns", "i8"), ("side", "i1"), ("px_ticks", "i4"), ("lots", "i4")])
FILL_DTYPE = np.dtype([("ts_local_ns", "i8"), ("side", "i1"), ("px_ticks", "f8"), ("lots", "i8")])


@dataclass(frozen=True, slots=True)
class Resting:
    """One order of ours at the exchange.

    Attributes:
        side: +1 bid, -1 ask.
        px_ticks: its price.
        leaves_lots: what of it is left.
        ahead_lots: lots of others that trade before it.
    """

    side: int
    px_ticks: int
    leaves_lots: int
    ahead_lots: int


@dataclass(frozen=True, slots=True)
class Scene:
    """One environment at its present decision.

    Attributes:
        instrument: what is traded.
        px_ticks: `[levels]` prices of the ladder's rows, highest first.
        bid_lots: `[levels]` of others.
        ask_lots: `[levels]` of others.
        orders: ours at the exchange.
        under_way: messages and answers that travel.
        trades: TRADE_DTYPE of the charts' time, oldest first.
        fills: FILL_DTYPE, ours in that time.
        moments: `[m]` MOMENT_DTYPE of this episode, the present one last.
    """

    instrument: Instrument
    px_ticks: NDArray[np.int64]
    bid_lots: NDArray[np.int64]
    ask_lots: NDArray[np.int64]
    orders: tuple[Resting, ...]
    under_way: int
    trades: NDArray[np.void]
    fills: NDArray[np.void]
    moments: NDArray[np.void]


class History:
    """The latest decisions of every environment of a batch, for the charts."""

    def __init__(self, core: "BatchCore") -> None:
        self._core = core
        self._moments = np.zeros((MOMENTS, core.num_envs), MOMENT_DTYPE)
        self._noted = 0

    def note(self) -> None:
        """Keep the present decisions."""
        view, envs = self._core.view(), self._core.envs
        moments = self._moments[self._noted % MOMENTS]
        self._noted += 1
        for name in VIEW_DTYPE.names or ():
            moments[name] = view[name]
        moments["start_decision"] = envs["episode"]["start_decision"]
        moments["true_position_lots"] = envs["trader"]["position_lots"]
        for name in ("cash_ticks", "lots_traded"):
            moments[name] = envs["trader"][name]

    def clear(self) -> None:
        """Forget all: the state has been set from outside."""
        self._noted = 0

    def of(self, k: int) -> NDArray[np.void]:
        """`[m]` MOMENT_DTYPE of the present episode of environment `k`, oldest first."""
        if self._noted == 0:
            self.note()
        moments = self._moments[np.arange(max(0, self._noted - MOMENTS), self._noted) % MOMENTS, k]
        goes_on = np.diff(moments["steps"]) == 1
        for name in ("tape", "start_decision"):
            goes_on &= np.diff(moments[name]) == 0
        breaks = np.flatnonzero(~goes_on)
        return moments[breaks[-1] + 1 :] if breaks.size else moments


def scene_of(core: "BatchCore", k: int, history: History) -> Scene:
    """What there is to see of environment `k`."""
    env, moments = core.envs[k], history.of(k)
    market, trader = core.dataset.markets[env["tape"]], env["trader"]
    row = int(trader["row"])
    orders = tuple(
        Resting(*(int(order[n]) for n in ("side", "px_ticks", "leaves_lots", "ahead_lots")))
        for order in trader["orders"]
        if order["leaves_lots"] > 0
    )
    ladder = np.zeros(market.index.places, np.int32)
    load_ladder(core.dataset.table[env["tape"]]["columns"]["index"], ladder, row)
    ladder = np.maximum(ladder - core.consumed[k, : ladder.size], 0)
    bid_lots, ask_lots = ladder[0::2].astype(np.int64), ladder[1::2].astype(np.int64)
    levels = _shown_levels(bid_lots, ask_lots)
    own = np.array([order.px_ticks for order in orders], np.int64) - market.index.base_ticks
    own = own[(own >= 0) & (own < bid_lots.size)]
    if np.ptp(levels) >= levels.size:  # a sparse book: rows of nobody are left out
        levels = np.union1d(levels, own)[::-1]
    return Scene(
        market.tape.meta.instrument,
        levels + market.index.base_ticks,
        bid_lots[levels],
        ask_lots[levels],
        orders,
        int(trader["message_count"]) + int(trader["response_count"]),
        _trades(market, int(moments["ts_local_ns"][0]), row),
        _fills(moments),
        moments,
    )


def _shown_levels(bid_lots: NDArray[np.int64], ask_lots: NDArray[np.int64]) -> NDArray[np.int64]:
    """Levels round the touch, highest first; of a sparse book those that show lots."""
    bids, asks = np.flatnonzero(bid_lots), np.flatnonzero(ask_lots)
    best_bid = bids[-1] if bids.size else (asks[0] if asks.size else bid_lots.size // 2)
    best_ask = asks[0] if asks.size else best_bid
    if best_ask - best_bid > LEVELS // 2:
        return np.union1d(bids[-LEVELS:], asks[:LEVELS])[::-1]
    middle = round((best_bid + best_ask) / 2 / SNAP_TICKS) * SNAP_TICKS
    first = min(max(middle - LEVELS, 0), bid_lots.size - 2 * LEVELS - 1)
    return np.arange(first + 2 * LEVELS, first - 1, -1)


def _trades(market: "Market", since_ns: int, stop: int) -> NDArray[np.void]:
    """Trades since a local time, and at least the latest few, before row `stop`."""
    tape = market.tape
    first = int(np.searchsorted(tape.ts_local_ns[:stop], since_ns))
    rows = np.flatnonzero(tape.kind[first:stop] == Kind.TRADE)[-MOST_TRADES:] + first
    reach = 256
    while rows.size < TRADES_LISTED and first > 0:
        first, reach = max(first - reach, 0), 4 * reach
        rows = np.flatnonzero(tape.kind[first:stop] == Kind.TRADE)[-TRADES_LISTED:] + first
    trades = np.zeros(rows.size, TRADE_DTYPE)
    for name in TRADE_DTYPE.names or ():
        trades[name] = getattr(tape, name)[rows]
    return trades


def _fills(moments: NDArray[np.void]) -> NDArray[np.void]:
    """Our fills between decisions; the price is exact where one side traded in a step.

    Else it is that of our order before the step, or of the touch where there was none.
    """
    bought, traded, cash = (
        np.diff(moments[name]) for name in ("true_position_lots", "lots_traded", "cash_ticks")
    )
    found: list[tuple[Any, ...]] = []
    for at in np.flatnonzero(traded):
        before, ts_ns = moments[at], moments["ts_local_ns"][at + 1]
        for side, name in ((1, "bid"), (-1, "ask")):
            lots = (traded[at] + side * bought[at]) // 2
            if lots > 0:
                alone = lots == traded[at]
                near = f"own_{name}_ticks" if before[f"own_{name}_lots"] > 0 else f"{name}_ticks"
                px_ticks = -side * cash[at] / lots if alone else before[near]
                found.append((ts_ns, side, px_ticks, lots))
    return np.array(found, FILL_DTYPE)
