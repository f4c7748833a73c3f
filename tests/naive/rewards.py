"""Slow twins of the rewards: a whole episode at once, from what was known at each decision."""

import itertools
import math


def pnl(moments):
    """Change of equity from one moment to the next."""
    worth = [m["cash"] + m["position"] * m["mid"] - m["fees"] for m in moments]
    return [b - a for a, b in itertools.pairwise(worth)]


def inventory_penalty(moments, per_lot2_s, per_lot_s):
    out = []
    for gain, m, before in zip(pnl(moments), moments[1:], moments, strict=False):
        seconds = m["t_s"] - before["t_s"]
        lots = abs(m["position"])
        out.append(gain - (per_lot2_s * lots**2 + per_lot_s * lots) * seconds)
    return out


def dampened(moments, eta):
    out = []
    for gain, m, before in zip(pnl(moments), moments[1:], moments, strict=False):
        moved = m["position"] * (m["mid"] - before["mid"])
        out.append(gain - eta * moved if moved > 0 else gain)
    return out


def spread(moments):
    """Each fill against the mid of the decision before, less the step's fees."""
    out = []
    for before, m in itertools.pairwise(moments):
        earned = sum(side * (before["mid"] - px) * lots for side, px, lots in m["fills"])
        out.append(earned - (m["fees"] - before["fees"]))
    return out


def realised(moments):
    """Gains of closed lots at average cost, kept as the list of what the open lots have cost."""
    out, open_costs, held = [], [], 0
    for before, m in itertools.pairwise(moments):
        gain = 0.0
        for side, px, lots in m["fills"]:
            for _ in range(lots):
                if held * side >= 0:
                    open_costs.append(px)
                else:
                    average = sum(open_costs) / len(open_costs)
                    gain += -side * (px - average)
                    open_costs = [average] * (len(open_costs) - 1)
                held += side
        out.append(gain - (m["fees"] - before["fees"]))
    return out


def cara(moments, gamma):
    total, out = 0.0, []
    for gain in pnl(moments):
        before, total = total, total + gain
        out.append((math.exp(-gamma * before) - math.exp(-gamma * total)) / gamma)
    return out


def differential_sharpe(moments, eta, prior):
    """From the definition: moments of the returns, weighted anew at every step."""
    gains, out = pnl(moments), []
    for k, gain in enumerate(gains):
        weights = [eta * (1 - eta) ** (k - 1 - j) for j in range(k)]
        a = sum(w * g for w, g in zip(weights, gains, strict=False))
        b = (1 - eta) ** k * prior**2
        b += sum(w * g * g for w, g in zip(weights, gains, strict=False))

        def ratio(rate, a=a, b=b, gain=gain):
            first, second = a + rate * (gain - a), b + rate * (gain * gain - b)
            return first / math.sqrt(second - first * first)

        h = 1e-5
        out.append((ratio(h) - ratio(-h)) / (2 * h))  # dS/d(eta) at 0, by differences
    return out


def drawdown(moments, per_tick, per_tick_s):
    worth, out = [0.0], []
    deepest = 0.0
    for k, gain in enumerate(pnl(moments)):
        worth.append(worth[-1] + gain)
        now = max(worth) - worth[-1]
        seconds = moments[k + 1]["t_s"] - moments[k]["t_s"]
        out.append(gain - per_tick * max(0.0, now - deepest) - per_tick_s * now * seconds)
        deepest = max(deepest, now)
    return out


def shortfall(moments, target):
    paper = [target * (m["mid"] - moments[0]["mid"]) for m in moments]
    moved = [b - a for a, b in itertools.pairwise(paper)]
    return [gain - move for gain, move in zip(pnl(moments), moved, strict=True)]
