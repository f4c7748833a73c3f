"""Slow twins of the features of the book."""

import numpy as np

from tests.naive.history import REACH_TICKS, mid


def two_sided(twin):
    """0 where the book has not two sides."""

    def guarded(feature, known, now_ns):
        return twin(feature, known, now_ns) if known.touch() else 0.0

    return guarded


def distances(known, side, levels):
    """[(distance from the mid, lots)] of the best levels."""
    middle = mid(known.touch())
    return [(abs(px - middle), n) for px, n in known.levels(side, REACH_TICKS)[:levels]]


def balance(bid, ask):
    """(bid - ask) / (bid + ask)."""
    return (bid - ask) / (bid + ask) if bid + ask else 0.0


def lots(known, side, levels):
    """Of the best levels."""
    return sum(n for _, n in known.levels(side, REACH_TICKS)[:levels])


@two_sided
def spread(feature, known, now_ns):
    bid, _, ask, _ = known.touch()
    return (ask - bid - 1) / feature.scale_ticks


@two_sided
def spread_bps(feature, known, now_ns):
    bid, _, ask, _ = known.touch()
    return (ask - bid) / mid(known.touch()) * 10_000 / feature.scale_bps


def last_mid_move(feature, known, now_ns):
    moves = [mid(after) - mid(before) for _, before, after in known.changes()]
    return next((move for move in reversed(moves) if move), 0.0) / feature.scale_ticks


@two_sided
def imbalance(feature, known, now_ns):
    return balance(*(sum(n for _, n in known.levels(s)[: feature.levels]) for s in (1, -1)))


@two_sided
def weighted_imbalance(feature, known, now_ns):
    return balance(*(sum(n / d for d, n in distances(known, s, feature.levels)) for s in (1, -1)))


@two_sided
def book_pressure(feature, known, now_ns):
    def pressure(side):
        levels = distances(known, side, feature.levels)
        return sum(n * np.exp(-d / feature.decay_ticks) for d, n in levels)

    return balance(pressure(1), pressure(-1))


@two_sided
def micro_price(feature, known, now_ns):
    bid, bid_lots, ask, ask_lots = known.touch()
    weighted = (bid * ask_lots + ask * bid_lots) / (bid_lots + ask_lots)
    return (weighted - mid(known.touch())) / feature.scale_ticks


@two_sided
def weighted_price(feature, known, now_ns):
    levels = [level for s in (1, -1) for level in known.levels(s, REACH_TICKS)[: feature.levels]]
    px, weights = np.array(levels).T
    return (np.average(px, weights=weights) - mid(known.touch())) / feature.scale_ticks


@two_sided
def depth(feature, known, now_ns):
    return lots(known, feature.side, feature.levels) / feature.scale_lots


@two_sided
def volume_ratio(feature, known, now_ns):
    return lots(known, 1, feature.levels) / lots(known, -1, feature.levels) / feature.scale


@two_sided
def depth_slope(feature, known, now_ns):
    levels = distances(known, feature.side, feature.levels)
    if len(levels) < 2:
        return 0.0
    x, n = np.array(levels).T
    return np.polyfit(x, np.cumsum(n), 1)[0] / feature.scale_lots


@two_sided
def level_gap(feature, known, now_ns):
    levels = known.levels(feature.side, REACH_TICKS)
    if len(levels) <= feature.level:
        return 0.0
    return abs(levels[feature.level][0] - levels[feature.level - 1][0]) / feature.scale_ticks


def orders_at(known, side, px):
    return sum((s, p) == (side, px) for s, p, _ in known.orders.values())


def best(known, side):
    return known.levels(side)[0]


@two_sided
def order_count(feature, known, now_ns):
    return orders_at(known, feature.side, best(known, feature.side)[0]) / feature.scale_orders


@two_sided
def order_count_imbalance(feature, known, now_ns):
    bid, ask = (
        sum(orders_at(known, s, px) for px, _ in known.levels(s, REACH_TICKS)[: feature.levels])
        for s in (1, -1)
    )
    return balance(bid, ask)


@two_sided
def mean_order_size(feature, known, now_ns):
    px, n = best(known, feature.side)
    return n / orders_at(known, feature.side, px) / feature.scale_lots


def transitions(feature, known, end_ns):
    """Counts [x, y, moved?] and sums of moves [x] of Stoikov's chain, mirror images included."""
    states = feature.bins * feature.spreads
    counts, moves = np.zeros((states, states, 2)), np.zeros(states)
    for before, after in known.pairs():
        if after.ts_local_ns + known.feed_ns >= end_ns:
            break
        move = mid(after.touch) - mid(before.touch)
        for mirrored in (False, True):
            x, y = (chain_state(feature, p.touch, mirrored) for p in (before, after))
            sign = -1 if mirrored else 1
            if x != y or move:
                counts[x, y, int(move != 0)] += 1
                moves[x] += sign * move
    return counts, moves


def chain_state(feature, touch, mirrored):
    bid, bid_lots, ask, ask_lots = touch
    share = min(int(np.floor(feature.bins * bid_lots / (bid_lots + ask_lots))), feature.bins - 1)
    share = feature.bins - 1 - share if mirrored else share
    return (min(ask - bid, feature.spreads) - 1) * feature.bins + share


def adjustments(feature, counts, moves):
    """As the paper has it: G1 = (I - Q)^-1 R K, B = (I - Q)^-1 T, the sum of B^i G1."""
    seen = counts.sum((1, 2)) + feature.prior
    q, t = counts[:, :, 0] / seen[:, None], counts[:, :, 1] / seen[:, None]
    inverse = np.linalg.inv(np.eye(len(seen)) - q)
    term, b = inverse @ (moves / seen), inverse @ t
    total = np.zeros(len(seen))
    for _ in range(100_000):
        total += term
        term = b @ term
        if np.abs(term).max() < 1e-13:
            return total
    raise AssertionError("the sum does not converge")


@two_sided
def learnt_micro_price(feature, known, now_ns):
    ends = known.bar_ends(feature.bar_s, now_ns)
    if not ends:
        return 0.0
    found = adjustments(feature, *transitions(feature, known, ends[-1]))
    return found[chain_state(feature, known.touch(), False)] / feature.scale_ticks


TWINS = {
    "Spread": spread,
    "SpreadBps": spread_bps,
    "LastMidMove": last_mid_move,
    "Imbalance": imbalance,
    "WeightedImbalance": weighted_imbalance,
    "BookPressure": book_pressure,
    "MicroPrice": micro_price,
    "LearntMicroPrice": learnt_micro_price,
    "WeightedPrice": weighted_price,
    "Depth": depth,
    "VolumeRatio": volume_ratio,
    "DepthSlope": depth_slope,
    "LevelGap": level_gap,
    "OrderCount": order_count,
    "OrderCountImbalance": order_count_imbalance,
    "MeanOrderSize": mean_order_size,
}
