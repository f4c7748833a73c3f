"""The same market maker in hftbacktest: python peer.py EVENTS.npy; prints one JSON object.

Needs hftbacktest 2.4.4 and nothing of this project, so that it can run in an environment of its
own. `EVENTS.npy` holds rows as `benchmarks.peer_events` writes them. It is timed as its users would
run it: compiled, data in memory, level 3 FIFO queue, constant latency.
"""

import argparse
import json
import sys
from time import perf_counter
from typing import Any

import hftbacktest as hb
import numpy as np
from numba import njit
from numba.typed import Dict

PLACES = 2  # orders a side


@njit
def whole_cancels(events: Any, sizes: Any) -> int:
    """A cancel of a part becomes a change of size: the peer would drop the whole order."""
    changed = 0
    for k in range(len(events)):
        action, order_id, lots = events[k].ev & 0xFF, events[k].order_id, events[k].qty
        if action in (10, 12):  # add, modify
            sizes[order_id] = lots
        elif action == 11 and order_id in sizes and lots < sizes[order_id]:
            sizes[order_id] -= lots
            events[k].ev += 1
            events[k].qty = sizes[order_id]
            changed += 1
    return changed


@njit
def stands_at(hbt: Any, ids: Any, line: int, px_ticks: int) -> bool:
    """Cancel what stands elsewhere on one side; whether one stands at the price."""
    stands = False
    orders = hbt.orders(0)
    for slot in range(line * PLACES, (line + 1) * PLACES):
        if ids[slot] == 0:
            continue
        order = orders.get(ids[slot])
        if order is None:
            ids[slot] = 0
        elif order.price_tick == px_ticks:
            stands = True
        elif order.cancellable:
            hbt.cancel(0, ids[slot], False)
    return stands


@njit
def quote(hbt: Any, ids: Any, line: int, px: float, lots: float, order_id: int) -> None:
    """Send a post-only order in a free slot of one side."""
    for slot in range(line * PLACES, (line + 1) * PLACES):
        if ids[slot] == 0:
            ids[slot] = order_id
            if line == 0:
                hbt.submit_buy_order(0, order_id, px, lots, hb.GTX, hb.LIMIT, False)
            else:
                hbt.submit_sell_order(0, order_id, px, lots, hb.GTX, hb.LIMIT, False)
            return


@njit
def make_market(hbt: Any, timer_ns: int, lots: float, most_lots: float) -> int:
    """Both sides at the touch; returns the code with which the data ended, 1 if all is well."""
    ids = np.zeros(2 * PLACES, np.int64)
    order_id = 0
    while True:
        code = hbt.elapse(timer_ns)
        if code != 0:
            return code
        hbt.clear_inactive_orders(0)
        depth = hbt.depth(0)
        bid, ask = depth.best_bid_tick, depth.best_ask_tick
        two_sided = 0 < bid < ask and ask < 1 << 40
        position = hbt.position(0)
        wants_bid = two_sided and position + lots <= most_lots
        wants_ask = two_sided and lots - position <= most_lots
        has_bid = stands_at(hbt, ids, 0, bid if wants_bid else -1)
        has_ask = stands_at(hbt, ids, 1, ask if wants_ask else -1)
        order_id += 2
        if wants_bid and not has_bid:
            quote(hbt, ids, 0, depth.best_bid, lots, order_id)
        if wants_ask and not has_ask:
            quote(hbt, ids, 1, depth.best_ask, lots, order_id + 1)


def new_backtest(events: Any, options: argparse.Namespace) -> Any:
    """A fresh backtest over the events."""
    asset = (
        hb.BacktestAsset()
        .data(events)
        .linear_asset(1.0)
        .constant_order_latency(options.entry_ns, options.response_ns)
        .l3_fifo_queue_model()
        .no_partial_fill_exchange()
        .trading_qty_fee_model(0.0, 0.0)
        .tick_size(options.tick_size)
        .lot_size(1.0)
    )
    if options.depth == "hashmap":
        return hb.HashMapMarketDepthBacktest([asset])
    prices = events["px"][np.isfinite(events["px"]) & (events["px"] > 0)]
    edge = 100 * options.tick_size
    asset.roi_lb(float(prices.min()) - edge).roi_ub(float(prices.max()) + edge)
    return hb.ROIVectorMarketDepthBacktest([asset])


def run(events: Any, options: argparse.Namespace) -> dict[str, float]:
    """One backtest: seconds of it and what it traded."""
    hbt = new_backtest(events, options)
    start = perf_counter()
    code = make_market(hbt, options.timer_ns, float(options.lots), float(options.most_lots))
    took_s = perf_counter() - start
    state = hbt.state_values(0)
    figures = {
        "took_s": took_s,
        "code": int(code),
        "fills": int(state.num_trades),
        "lots": float(state.trading_volume),
        "position_lots": float(state.position),
    }
    hbt.close()
    return figures


def main() -> int:
    """Command line."""
    parser = argparse.ArgumentParser()
    parser.add_argument("events")
    parser.add_argument("--tick-size", type=float, required=True)
    parser.add_argument("--entry-ns", type=int, required=True)
    parser.add_argument("--response-ns", type=int, required=True)
    parser.add_argument("--timer-ns", type=int, required=True)
    parser.add_argument("--lots", type=int, required=True)
    parser.add_argument("--most-lots", type=int, required=True)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--depth", choices=("hashmap", "roivec"), default="roivec")
    options = parser.parse_args()
    events = np.load(options.events)
    changed = whole_cancels(events, Dict.empty(hb_key(), hb_value()))
    run(events[:20_000].copy(), options)  # compiles
    rounds = [run(events, options) for _ in range(options.rounds)]
    best = min(rounds, key=lambda figures: figures["took_s"])
    print(json.dumps({**best, "version": hb.__version__, "partial_cancels": int(changed)}))
    return 0


def hb_key() -> Any:
    """Numba's type of an order id."""
    from numba import types

    return types.uint64


def hb_value() -> Any:
    """Numba's type of a size."""
    from numba import types

    return types.float64


if __name__ == "__main__":
    sys.exit(main())
