"""A position closed at the end of an episode, at the prices that are displayed then."""

import numpy as np

from hft_gym.book.ladder import NO_PRICE
from hft_gym.kernel.jit import kernel
from hft_gym.market.account import learn
from hft_gym.market.columns import consumed_of, ladder_of
from hft_gym.market.interfaces import MarketModels, fee_microticks
from hft_gym.market.sight import is_crossed, touch_of

NO_ORDER = -1  # an order id that no order has


@kernel
def book_close(models: MarketModels, env: np.void, side: int, lots: int, px_ticks: int) -> None:
    """Book a trade of ours as a taker, known at once; no answer may be under way."""
    trader, now_ns = env["trader"], env["ts_local_ns"]
    fees = fee_microticks(models.fees, trader, px_ticks, lots, False)
    trader["position_lots"] += side * lots
    trader["cash_ticks"] -= side * lots * px_ticks
    trader["fees_microticks"] += fees
    trader["lots_traded"] += lots
    trader["taker_lots"] += lots
    trader["spread_half_ticks"] += side * lots * (trader["mid2_ticks"] - 2 * px_ticks)
    if side > 0:
        trader["bid_fills"] += 1
    else:
        trader["ask_fills"] += 1
    answer = trader["responses"][trader["response_head"]]
    answer["known_ns"] = now_ns
    answer["order_id"] = NO_ORDER
    answer["slot"] = 0
    answer["position_lots"] = side * lots
    answer["cash_ticks"] = -side * lots * px_ticks
    answer["fees_microticks"] = fees
    trader["response_count"] = 1
    learn(trader, now_ns)


@kernel
def close_displayed(
    models: MarketModels, tape: np.void, book: np.void, env: np.void, rest_ticks: int
) -> tuple[int, int]:
    """Close the position by walking the displayed book; returns lots closed, and those left over.

    What the book does not show is closed `rest_ticks` beyond the last price that it showed, or
    beyond the last known touch where nobody can trade: a position never ends for nothing. What we
    have taken before is not there again.
    """
    trader = env["trader"]
    held = int(trader["known_position_lots"])
    side, left = (-1, held) if held > 0 else (1, -held)
    if left == 0:
        return 0, 0
    row, worst = int(trader["row"]), int(env["ask_ticks"] if side > 0 else env["bid_ticks"])
    book["high_place"] = 0
    if not is_crossed(tape, row):
        bid, ask = touch_of(tape, book, row)
        px_ticks = ask if side > 0 else bid
        place = 2 * (px_ticks - book["base_ticks"]) + (1 if side > 0 else 0)
        ladder, consumed = ladder_of(book), consumed_of(book)
        while left > 0 and px_ticks != NO_PRICE and 0 <= place < book["places"]:
            lots = min(left, int(ladder[place]) - int(consumed[place]))
            if lots > 0:
                book_close(models, env, side, lots, px_ticks)
                worst = px_ticks
                left -= lots
            px_ticks += side
            place += 2 * side
    book["high_place"] = 0
    if left > 0:
        book_close(models, env, side, left, worst + side * rest_ticks)
    return abs(held), left
