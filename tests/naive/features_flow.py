"""Slow twins of the features of what arrives."""

import math

import numpy as np

from hft_gym.tape.rows import Kind
from tests.naive.history import REACH_TICKS, faded, mid

NOTHING = {1: (-math.inf, 0), -1: (math.inf, 0)}  # a level that is not there


def order_flow(before, after):
    """e_n of Cont, Kukanov and Stoikov: what joined the bid less what joined the ask."""
    (bid0, bid_lots0, ask0, ask_lots0), (bid, bid_lots, ask, ask_lots) = before, after
    joined_bid = {1: bid_lots, 0: bid_lots - bid_lots0, -1: -bid_lots0}
    joined_ask = {-1: ask_lots, 0: ask_lots - ask_lots0, 1: -ask_lots0}
    return joined_bid[(bid > bid0) - (bid < bid0)] - joined_ask[(ask > ask0) - (ask < ask0)]


def level(packet, m):
    """(bid, lots, ask, lots) at level m, 0 the touch."""
    found = []
    for side in (1, -1):
        levels = packet.levels[side]
        near = [px_lots for px_lots in levels if abs(px_lots[0] - levels[0][0]) < REACH_TICKS]
        found += near[m] if m < len(near) else NOTHING[side]
    return found


def event_order_flow(feature, known, now_ns):
    live = [k for k, p in enumerate(known.packets) if not p.is_snapshot]
    if not live or live[-1] == 0:
        return 0.0
    before, after = known.packets[live[-1] - 1], known.packets[live[-1]]
    both = before.touch and after.touch
    return order_flow(before.touch, after.touch) / feature.scale_lots if both else 0.0


def order_flow_imbalance(feature, known, now_ns):
    flows = [(t, order_flow(before, after)) for t, before, after in known.changes()]
    return faded(flows, now_ns, feature.half_life_s) / feature.scale_lots


def level_flows(known, m):
    return [
        (after.ts_local_ns, order_flow(level(before, m), level(after, m)))
        for before, after in known.pairs()
    ]


def level_order_flow(feature, known, now_ns):
    flows = level_flows(known, feature.level - 1)
    return faded(flows, now_ns, feature.half_life_s) / feature.scale_lots


def deep_order_flow(feature, known, now_ns):
    total = sum(
        feature.decay**m * faded(level_flows(known, m), now_ns, feature.half_life_s)
        for m in range(feature.levels)
    )
    return total / feature.scale_lots


def distance_order_flow(feature, known, now_ns):
    flows = []
    for e in known.events:
        if e.touch and e.kind in (Kind.ADD, Kind.REDUCE):
            distance = max(0.5, abs(e.px - mid(e.touch)))
            sign = 1 if e.kind == Kind.ADD else -1
            if distance <= feature.reach_ticks:
                flows.append((e.ts_local_ns, sign * e.side * e.lots / distance))
    return faded(flows, now_ns, feature.half_life_s) / feature.scale_lots


def behind(e):
    """Ticks behind the touch of its side."""
    return e.touch[0] - e.px if e.side > 0 else e.px - e.touch[2]


def trade_informed_flow(feature, known, now_ns):
    flows = [(t, side * lots) for t, side, lots in known.trades]
    flows += [
        (e.ts_local_ns, e.side * e.lots)
        for e in known.events
        if e.kind == Kind.ADD and e.touch and behind(e) <= feature.near_ticks
    ]
    return faded(flows, now_ns, feature.half_life_s) / feature.scale_lots


def trade_flow(feature, known, now_ns):
    flows = [(t, side * lots) for t, side, lots in known.trades]
    return faded(flows, now_ns, feature.half_life_s) / feature.scale_lots


def window_trade_flow(feature, known, now_ns):
    ends = known.bar_ends(feature.bar_s, now_ns)
    since = ends[-feature.bars - 1] if len(ends) > feature.bars else -math.inf
    lots = [side * n for t, side, n in known.trades if t + known.feed_ns >= since]
    return sum(lots) / feature.scale_lots


def a_second(times, now_ns, half_life_s):
    return faded([(t, 1.0) for t in times], now_ns, half_life_s) * math.log(2.0) / half_life_s


def trade_intensity(feature, known, now_ns):
    times = [t for t, _, _ in known.trades]
    return a_second(times, now_ns, feature.half_life_s) / feature.scale_per_s


def hawkes_intensity(feature, known, now_ns):
    ages_s = np.array([(now_ns - t) * 1e-9 for t, _, _ in known.trades])
    excited = feature.jump_per_s * np.exp(-feature.decay_per_s * ages_s).sum()
    return (feature.base_per_s + excited) / feature.scale_per_s


def counts_here(feature, e):
    return e.touch is not None and feature.side in (0, e.side) and behind(e) <= feature.reach_ticks


def arrival_rate(feature, known, now_ns):
    times = [e.ts_local_ns for e in known.events if e.kind == Kind.ADD and counts_here(feature, e)]
    return a_second(times, now_ns, feature.half_life_s) / feature.scale_per_s


def cancel_rate(feature, known, now_ns):
    times, filled = [], {}
    for e in known.events:
        if e.kind == Kind.FILL:
            filled[e.packet] = filled.get(e.packet, 0) + e.lots
        elif e.kind == Kind.REDUCE:
            traded = min(filled.get(e.packet, 0), e.lots)
            filled[e.packet] = filled.get(e.packet, 0) - traded
            if traded < e.lots and counts_here(feature, e):
                times.append(e.ts_local_ns)
    return a_second(times, now_ns, feature.half_life_s) / feature.scale_per_s


def vpin(feature, known, now_ns):
    lots = np.repeat(
        [side for _, side, _ in known.trades], [n for _, _, n in known.trades]
    )  # one entry a lot
    full = lots[: lots.size // feature.bucket_lots * feature.bucket_lots]
    if full.size == 0:
        return 0.0
    buckets = np.abs(full.reshape(-1, feature.bucket_lots).sum(1))
    return buckets[-feature.buckets :].mean() / feature.bucket_lots


def kyle_lambda(feature, known, now_ns):
    ends = known.bar_ends(feature.bar_s, now_ns)
    moves = np.diff(known.closes(feature.bar_s, now_ns))
    if len(moves) < 2:
        return 0.0
    times = np.array([t + known.feed_ns for t, _, _ in known.trades])
    signed = np.array([side * n for _, side, n in known.trades])
    which = np.searchsorted(ends, times, side="right")  # ends[k - 1] <= time < ends[k]
    flows = np.array([signed[which == k].sum() for k in range(1, len(ends))])
    x, y = flows[-feature.bars :], moves[-feature.bars :]
    if x.std() == 0:
        return 0.0
    return np.cov(x, y, ddof=0)[0, 1] / x.var() / feature.scale_ticks


def trade_size_percentile(feature, known, now_ns):
    sizes = np.array([lots for _, _, lots in known.trades])[-feature.window :]
    return (sizes <= sizes[-1]).mean() if sizes.size else 0.0


TWINS = {
    "EventOrderFlow": event_order_flow,
    "OrderFlowImbalance": order_flow_imbalance,
    "LevelOrderFlow": level_order_flow,
    "DeepOrderFlow": deep_order_flow,
    "DistanceOrderFlow": distance_order_flow,
    "TradeInformedFlow": trade_informed_flow,
    "TradeFlow": trade_flow,
    "WindowTradeFlow": window_trade_flow,
    "TradeIntensity": trade_intensity,
    "HawkesIntensity": hawkes_intensity,
    "ArrivalRate": arrival_rate,
    "CancelRate": cancel_rate,
    "Vpin": vpin,
    "KyleLambda": kyle_lambda,
    "TradeSizePercentile": trade_size_percentile,
}
