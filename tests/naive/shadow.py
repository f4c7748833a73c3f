"""The fate of an order in the place of a real one, by first come, first served, in plain Python."""

from hft_gym.tape.rows import Flag, Kind
from tests.naive.self_match import passed_over_by
from tests.random_tapes import tape_rows

CLOSED = Flag.CROSSED | Flag.HALTED | Flag.SNAPSHOT


def naive_shadow(tape, life):
    """Lots that ours has filled by the end of a life, and the time of the first (0: none)."""
    key, side, px = int(life["arrival_row"]), int(life["side"]), int(life["px_ticks"])
    leaves, ahead, pending = int(life["lots"]), int(life["ahead_lots"]), 0
    printed = 0  # lots ahead that a print of this packet has taken and no REDUCE yet
    filled, first_ns = 0, 0
    rows = tape_rows(tape)
    over = set()  # orders that prints of this packet pass over
    for row in range(key, int(life["judged_row"]) + 1):
        kind, lots = int(tape.kind[row]), int(tape.lots[row])
        same = int(tape.side[row]) == side and int(tape.px_ticks[row]) == px
        against = int(tape.side[row]) == -side and side * (px - int(tape.px_ticks[row])) >= 0
        closed = int(tape.flags[row]) & CLOSED
        traded = 0
        if kind == Kind.TRADE and against and not closed:
            passed = 0
            if int(tape.px_ticks[row]) == px:
                gone = passed_over_by(rows, row)
                over |= set(gone)
                passed = min(lots, ahead - sum(n for other, n in gone.items() if other < key))
            ahead, printed = ahead - passed, printed + passed
            traded = min(lots - passed, leaves)
        elif kind == Kind.ADD and against and not closed:
            traded = min(lots, leaves)
        elif kind == Kind.FILL and int(tape.queue_key[row]) == key:
            pending += lots
        elif kind == Kind.REDUCE and int(tape.queue_key[row]) == key:
            cut = max(0, lots - pending)
            pending -= lots - cut
            leaves = max(0, leaves - cut)
        elif kind == Kind.REDUCE and same and int(tape.queue_key[row]) < key:
            by_print = 0 if int(tape.queue_key[row]) in over else min(lots, printed)
            printed -= by_print
            ahead = max(0, ahead - (lots - by_print))
        if traded:
            first_ns = first_ns or int(tape.ts_exchange_ns[row])
            filled, leaves = filled + traded, leaves - traded
        if tape.flags[row] & Flag.LAST:
            ahead, printed, over = ahead + printed, 0, set()
    return filled, first_ns


def naive_level(tape, stop, side, px, without):
    """What a level shows before the row `stop`, had the order of one key never come."""
    total = 0
    for row in range(stop):
        kind, lots = int(tape.kind[row]), int(tape.lots[row])
        if kind == Kind.CLEAR:
            total = 0
        here = int(tape.side[row]) == side and int(tape.px_ticks[row]) == px
        if here and int(tape.queue_key[row]) != without and kind in (Kind.ADD, Kind.REDUCE):
            total += lots if kind == Kind.ADD else -lots
    return total
