"""Lives of orders and the fate of a shadow order, in plain Python over dictionaries."""

from hft_gym.evaluation.fidelity.lives import Fate
from hft_gym.tape.rows import Flag, Kind


def transactions(tape):
    """Lists of row numbers: of one packet and one exchange time each."""
    found, before = [], None
    for row in range(len(tape)):
        now = int(tape.ts_exchange_ns[row])
        if before is None or tape.flags[row - 1] & Flag.LAST or now != before:
            found.append([])
        found[-1].append(row)
        before = now
    return found


def naive_lives(tape):
    """Fields of `LIFE_DTYPE` of every order that came and went in the tape's session."""
    books, orders = {}, {}
    for rows in transactions(tape):
        traded_sides = {int(tape.side[row]) for row in rows if tape.kind[row] == Kind.TRADE}
        comers = [
            (int(tape.side[row]), int(tape.px_ticks[row]))
            for row in rows
            if tape.kind[row] == Kind.TRADE
            or (tape.kind[row] == Kind.ADD and not tape.flags[row] & Flag.SNAPSHOT)
        ]
        for row in rows:
            _take(tape, row, books, orders, (traded_sides, comers))
        for order in orders.values():
            if order["fate"] == Fate.SELF_MATCH and order["end"] in rows:
                order["judged"] = rows[0] - 1
                order["fills"] = [f for f in order["fills"] if f[2] < rows[0]]
    started = {
        key: order
        for key, order in orders.items()
        if order["end"] >= 0 and not tape.flags[key] & Flag.SNAPSHOT
    }
    return [
        (
            key, order["end"], order["judged"], order["ahead"], sum(f[1] for f in order["fills"]),
            order["fills"][0][0] if order["fills"] else 0, order["px"], order["lots"],
            order["side"], order["fate"],
        )
        for key, order in sorted(started.items())
    ]  # fmt: skip


def _take(tape, row, books, orders, transaction):
    kind, side, px = int(tape.kind[row]), int(tape.side[row]), int(tape.px_ticks[row])
    lots, key = int(tape.lots[row]), int(tape.queue_key[row])
    traded_sides, comers = transaction
    if kind == Kind.ADD:
        orders[row] = {
            "side": side, "px": px, "lots": lots, "left": lots, "traded": 0, "fills": [],
            "ahead": books.get((side, px), 0), "end": -1, "fate": Fate.UNKNOWN,
        }  # fmt: skip
        books[side, px] = books.get((side, px), 0) + lots
    elif kind == Kind.CLEAR:
        books.clear()
    elif kind == Kind.FILL and key >= 0:
        if side in traded_sides and -side not in traded_sides:
            return  # the aggressor itself
        order = orders[key]
        traded = min(lots, order["left"] - order["traded"])
        order["traded"] += traded
        if traded:
            order["fills"].append((int(tape.ts_exchange_ns[row]), traded, row))
    elif kind == Kind.REDUCE and key >= 0:
        order = orders[key]
        untraded = max(0, lots - order["traded"])
        order["traded"] -= lots - untraded
        order["left"] -= lots
        books[side, px] -= lots
        if order["left"] == 0:
            met = any(s == -side and side * (px - at) >= 0 for s, at in comers)
            order["end"] = order["judged"] = row
            order["fate"] = Fate.FILLED
            if untraded:
                order["fate"] = Fate.SELF_MATCH if met else Fate.WITHDRAWN
