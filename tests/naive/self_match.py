"""Orders that a print passes over, since the venue takes them away; in plain Python."""

from hft_gym.tape.rows import Flag, Kind


def passed_over_by(rows, number):
    """Lots by key of the orders at a print's price that its transaction takes away unfilled.

    Args:
        rows: (ts_exchange, kind, side, px, lots, key, flags) of every row.
        number: of the print.
    """
    ts, _, side, px = rows[number][:4]
    if side == 0:
        return {}
    first = last = number
    while first > 0 and not rows[first - 1][6] & Flag.LAST and rows[first - 1][0] == ts:
        first -= 1
    while not rows[last][6] & Flag.LAST and last + 1 < len(rows) and rows[last + 1][0] == ts:
        last += 1
    filled, gone = set(), {}
    for _, kind, its_side, its_px, lots, key, _ in rows[first : last + 1]:
        if its_side != -side:
            continue
        if kind == Kind.FILL:
            filled.add(key)
        elif kind == Kind.REDUCE and filled and key not in filled and its_px == px and key >= 0:
            gone[key] = gone.get(key, 0) + lots
    return gone
