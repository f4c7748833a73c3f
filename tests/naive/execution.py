"""What an execution has cost, from the rows of the tape and our own cash."""

from hft_gym.tape.rows import Kind
from tests.naive.own import lots_at


def walk(market, row, taken, held, touch, rest_ticks):
    """Close `held` lots at what is displayed: [(px, lots)] and how many were not displayed.

    `taken` maps (side, price) to lots that we took before and that are not there again.
    """
    side = -1 if held > 0 else 1
    left, worst, trades = abs(held), touch[1] if side > 0 else touch[0], []
    band = range(market.tape.meta.low_ticks, market.tape.meta.high_ticks + 1)
    for px in band if side > 0 else reversed(band):
        there = lots_at(market.tape, row, -side, px) - taken.get((-side, px), 0)
        lots = min(left, max(there, 0))
        if lots:
            trades.append((px, lots))
            worst, left = px, left - lots
    if left:
        trades.append((worst + side * rest_ticks, left))
    return trades, left


def mean_prices(market, first, last):
    """Time- and volume-weighted mean price between two decisions."""
    decisions, tape = market.decisions, market.tape
    weighted = seconds = 0.0
    for k in range(first, last):
        apart = float(decisions["ts_local_ns"][k + 1] - decisions["ts_local_ns"][k])
        mid = (int(decisions["bid_ticks"][k]) + int(decisions["ask_ticks"][k])) / 2
        weighted, seconds = weighted + apart * mid, seconds + apart
    here = (int(decisions["bid_ticks"][first]) + int(decisions["ask_ticks"][first])) / 2
    twap = weighted / seconds if seconds else here
    value = lots = 0
    for row in range(decisions["row"][first], decisions["row"][last]):
        if tape.kind[row] == Kind.TRADE:
            value += int(tape.px_ticks[row]) * int(tape.lots[row])
            lots += int(tape.lots[row])
    return twap, value / lots if lots else twap
