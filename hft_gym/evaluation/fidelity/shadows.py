"""Shadow orders: ours at the simulated exchange, one at a time, each in the place of a real one."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from hft_gym.book.index import BookIndex
from hft_gym.book.ladder import place_of
from hft_gym.evaluation.fidelity.lives import Lives
from hft_gym.evaluation.fidelity.removal import arrays_of, put_back, take_out
from hft_gym.kernel.jit import enable_cache, kernel
from hft_gym.market.account import clear_trader, crowd_of
from hft_gym.market.checks import check_models
from hft_gym.market.columns import (
    COLUMNS_DTYPE,
    book_records,
    columns_record,
    consumed_of,
    ts_exchange_of,
)
from hft_gym.market.exchange import replay
from hft_gym.market.fees.per_lot import PerLot
from hft_gym.market.interfaces import MarketModels, follows_levels, needs_top
from hft_gym.market.latencies.constant import constant_latency
from hft_gym.market.levels import stand_behind
from hft_gym.market.priority import join, leave, watch
from hft_gym.market.records import trader_dtype
from hft_gym.market.sight import betters_market
from hft_gym.tape.market_tape import MarketTape

SHADOW_DTYPE = np.dtype(
    [
        ("filled_lots", "i8"),
        ("matched_lots", "i8"),  # that traded at the times when the real order's did
        ("first_fill_ns", "i8"),  # exchange time; 0: never filled
        ("differs_ns", "i8"),  # first time at which the two traded different lots; 0: none
        ("through_lots", "i8"),  # filled by the end of the life, a self-match included
        # of the moment in hand
        ("moment_ns", "i8"),
        ("moment_real_lots", "i8"),
        ("moment_own_lots", "i8"),
    ],
    align=True,
)


@kernel
def _end_moment(shadow: np.void) -> None:
    """Compare what both orders traded at one exchange time."""
    real, own = shadow["moment_real_lots"], shadow["moment_own_lots"]
    shadow["matched_lots"] += min(real, own)
    if real != own and shadow["differs_ns"] == 0:
        shadow["differs_ns"] = shadow["moment_ns"]
    shadow["moment_real_lots"], shadow["moment_own_lots"] = 0, 0


@kernel
def _note(shadow: np.void, ts_exchange_ns: int, real_lots: int, own_lots: int) -> None:
    """Lots of the real order or of ours have traded."""
    if ts_exchange_ns != shadow["moment_ns"]:
        _end_moment(shadow)
        shadow["moment_ns"] = ts_exchange_ns
    shadow["moment_real_lots"] += real_lots
    shadow["moment_own_lots"] += own_lots


@kernel
def _take_fills(trader: np.void, shadow: np.void) -> None:
    """Read the answers, which come back at once: each tells what has been filled by then."""
    responses = trader["responses"]
    for k in range(trader["response_count"]):
        answer = responses[(trader["response_head"] + k) % len(responses)]
        lots = answer["filled_lots"] - shadow["filled_lots"]
        if lots > 0:
            _note(shadow, answer["known_ns"], 0, lots)
            if shadow["filled_lots"] == 0:
                shadow["first_fill_ns"] = answer["known_ns"]
            shadow["filled_lots"] += lots
    trader["response_head"], trader["response_count"] = 0, 0


@kernel
def _live_until(
    models: MarketModels, tape: np.void, book: np.void, trader: np.void, shadow: np.void, stop: int
) -> None:
    """Replay the rows before `stop`, a few at a time, so that no two answers become one."""
    few = crowd_of(trader) // 2
    while trader["row"] < stop and trader["orders"][0]["leaves_lots"] > 0:
        replay(models, tape, book, trader, min(trader["row"] + few, stop))
        _take_fills(trader, shadow)


@kernel
def _come_to_rest(
    models: MarketModels, tape: np.void, book: np.void, trader: np.void, life: np.void
) -> None:
    """Our order arrives with the row that added the real one, and behind the same lots."""
    clear_trader(trader, life["arrival_row"], 0)
    order = trader["orders"][0]
    order["order_id"] = 1
    order["arrival_row"] = life["arrival_row"]
    order["ahead_lots"] = life["ahead_lots"]
    order["filled_lots"] = 0
    order["leaves_lots"] = life["lots"]
    order["px_ticks"] = life["px_ticks"]
    order["side"] = life["side"]
    if needs_top(models.queue):
        book["high_place"] = 0
        side, px_ticks = int(life["side"]), int(life["px_ticks"])
        order["is_top"] = betters_market(tape, book, int(life["arrival_row"]), side, px_ticks)
        book["high_place"] = 0
    if follows_levels(models.queue):
        stand_behind(order, life["ahead_lots"])
    join(trader, 0)
    watch(trader)


@kernel
def _cut(trader: np.void, lots: int) -> None:
    """The owner takes lots away; what is left keeps its place."""
    order = trader["orders"][0]
    if order["leaves_lots"] > lots:
        order["leaves_lots"] -= lots
    elif order["leaves_lots"] > 0:
        order["leaves_lots"] = 0
        leave(trader, 0)
        watch(trader)


@kernel
def _replace(
    models: MarketModels,
    tape: np.void,
    book: np.void,
    trader: np.void,
    life: np.void,
    own: Any,
    shadow: np.void,
) -> None:
    """Live through one life; `own` are its rows, and lots filled, gone and cut by each.

    One that the venue ends lest it meet its owner is judged until the aggressor comes: what ours,
    which has another owner, trades with him is noted apart.
    """
    rows, filled, _, cut = own
    _come_to_rest(models, tape, book, trader, life)
    for k in range(rows.size):
        if rows[k] > life["judged_row"]:
            _live_until(models, tape, book, trader, shadow, life["judged_row"] + 1)
            break
        _live_until(models, tape, book, trader, shadow, rows[k] + 1)
        if filled[k] > 0:
            _note(shadow, ts_exchange_of(tape)[rows[k]], filled[k], 0)
        if cut[k] > 0:  # its owner would have made ours smaller too
            _cut(trader, cut[k])
    _end_moment(shadow)
    if life["judged_row"] < life["end_row"] and trader["row"] <= life["end_row"]:
        replay(models, tape, book, trader, life["end_row"] + 1)
    shadow["through_lots"] = trader["orders"][0]["filled_lots"]
    if trader["consumed_lots"] > 0:
        consumed_of(book)[:] = 0


@kernel
def _replace_all(
    models: MarketModels,
    market: Any,
    trader: np.void,
    lives: NDArray[np.void],
    first_own: NDArray[np.int64],
    own: Any,
    shadows: NDArray[np.void],
) -> None:
    """Take out each real order in turn, let ours live its life, and put it back.

    Args:
        models: of the market.
        market: records of COLUMNS_DTYPE and of BOOK_DTYPE, and `removal.arrays_of` the index.
        trader: of the market's own layout.
        lives: `[n]` of LIFE_DTYPE.
        first_own: `[n + 1]`.
        own: own_rows, own_filled_lots, own_gone_lots, own_cut_lots of `Lives`.
        shadows: `[n]` of SHADOW_DTYPE, zeros.
    """
    tape, book, index = market
    for number in range(lives.size):
        life = lives[number]
        first, stop = first_own[number], first_own[number + 1]
        rows, filled, gone, cut = own
        mine = (rows[first:stop], filled[first:stop], gone[first:stop], cut[first:stop])
        place = place_of(book["base_ticks"], int(life["side"]), int(life["px_ticks"]))
        take_out(index, place, life["arrival_row"], mine[0], mine[2])
        _replace(models, tape, book, trader, life, mine, shadows[number])
        put_back(index, place, life["arrival_row"], mine[0], mine[2])


class ShadowExchange:
    """The simulated exchange over one tape, for shadow orders under any queue model.

    Args:
        tape: the market.
        lives: of its real orders.
    """

    def __init__(self, tape: MarketTape, lives: Lives) -> None:
        self._lives = lives
        self._tape = tape
        self._index = BookIndex.of(tape, lives.base_ticks, lives.levels)
        self._columns = np.array([columns_record(tape, self._index)], COLUMNS_DTYPE)
        self._consumed, self._ladder = np.zeros((2, 1, self._index.places), np.int32)

    def shadows(self, queue: tuple) -> NDArray[np.void]:
        """`[lives]` of `SHADOW_DTYPE`: what became of ours in the place of each real order.

        Raises:
            ConfigError: a parameter of the queue model is out of its range.
        """
        enable_cache()
        lives = self._lives
        models = MarketModels(constant_latency(0, 0), queue, PerLot(0.0, 0.0))
        check_models(models)
        books = book_records(self._consumed, self._ladder, lives.base_ticks)
        traders = np.zeros(1, trader_dtype(orders=1, messages=1))
        shadows = np.zeros(len(lives.table), SHADOW_DTYPE)
        market = (self._columns[0], books[0], arrays_of(self._index))
        own = (lives.own_rows, lives.own_filled_lots, lives.own_gone_lots, lives.own_cut_lots)
        _replace_all(models, market, traders[0], lives.table, lives.first_own, own, shadows)
        return shadows
