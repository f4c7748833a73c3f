"""Slow twins of the features of our own side, from the list of what we know at each decision."""

import numpy as np

from hft_gym.tape.rows import Kind


def open_lots(moments):
    """`(since_s, prices)` of the position: when it was opened, what each open lot has cost."""
    held, prices, since_s = 0, [], 0.0
    for m in moments[1:]:
        for side, px, lots in m["fills"]:
            for _ in range(lots):
                if held == 0:
                    since_s = m["known_s"]
                if held * side >= 0:
                    prices.append(px)
                else:
                    prices = [sum(prices) / len(prices)] * (len(prices) - 1)
                held += side
    return since_s, prices, held


def position_age(moments):
    since_s, _, held = open_lots(moments)
    return moments[-1]["t_s"] - since_s if held else 0.0


def unrealised(moments):
    _, prices, held = open_lots(moments)
    side = 1 if held > 0 else -1
    return sum(side * (moments[-1]["mid"] - px) for px in prices)


def entry_distance(moments):
    _, prices, held = open_lots(moments)
    if not held:
        return 0.0
    side = 1 if held > 0 else -1
    return side * (moments[-1]["mid"] - sum(prices) / len(prices))


def drawdown(moments):
    worth = [m["cash"] + m["position"] * m["mid"] - m["fees"] for m in moments]
    return max(worth) - worth[-1]


def traded_lots(moments):
    return sum(lots for m in moments for _, _, lots in m["fills"])


def lots_at(tape, row, side, px_ticks):
    """Lots of others at a price before a row, from every row of the tape until then."""
    kind, lots = tape.kind[:row], tape.lots[:row].astype(np.int64)
    here = (tape.side[:row] == side) & (tape.px_ticks[:row] == px_ticks)
    told = np.flatnonzero((kind == Kind.CLEAR) | (here & (kind == Kind.LEVEL)))
    last = told[-1] if told.size else -1  # the last row that says all there is
    shown = lots[last] if last >= 0 and kind[last] == Kind.LEVEL else 0
    later = here & (np.arange(row) > last)
    return int(
        shown + lots[later & (kind == Kind.ADD)].sum() - lots[later & (kind == Kind.REDUCE)].sum()
    )
