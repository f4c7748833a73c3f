"""Slow twins of the features of our own side, from the list of what we know at each decision."""

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
    shown = 0
    for k in range(row):
        kind = tape.kind[k]
        here = tape.side[k] == side and tape.px_ticks[k] == px_ticks
        if kind == Kind.CLEAR:
            shown = 0
        elif here and kind == Kind.LEVEL:
            shown = int(tape.lots[k])
        elif here and kind in (Kind.ADD, Kind.REDUCE):
            shown += int(tape.lots[k]) if kind == Kind.ADD else -int(tape.lots[k])
    return shown
