"""From records to rows without files, and the replay of rows in plain Python."""

import numpy as np

from hft_gym.kernel.jit import enable_cache
from hft_gym.tape.columns import ColumnFiles
from hft_gym.tape.orders import BLOCK
from hft_gym.tape.resolver import Resolver
from hft_gym.tape.rows import Flag, Kind
from tests.dbn_files import TICK_E9
from tests.naive.book import NaiveBook, State


def resolved(records, folder, chunk=10**9, bounds=(None, None), tick_e9=TICK_E9):
    """Columns, the resolver and the session of records."""
    enable_cache()
    resolver = Resolver(tick_e9, bounds, "test")
    with ColumnFiles(folder) as files:
        for first in range(0, len(records), chunk):
            resolver.feed(records[first : first + chunk], files)
        session = resolver.finish(files)
        columns = {name: np.array(column) for name, column in files.columns().items()}
    return columns, resolver, session


def replayed(columns):
    """States after every packet of a tape: queues are in the order of queue_key."""
    orders, start = {}, 0
    kinds, sides, prices = columns["kind"], columns["side"], columns["px_ticks"]
    lots, keys, flags = columns["lots"], columns["queue_key"], columns["flags"]
    for row in range(len(kinds)):
        key, level = int(keys[row]), (int(sides[row]), int(prices[row]))
        if kinds[row] == Kind.ADD:
            assert key == row
            orders[key] = [level, int(lots[row])]
        elif kinds[row] == Kind.REDUCE:
            order = orders[key]
            assert order[0] == level
            order[1] -= int(lots[row])
            assert order[1] >= 0
            if order[1] == 0:
                del orders[key]
        elif kinds[row] == Kind.CLEAR:
            orders.clear()
        elif kinds[row] == Kind.FILL and key >= 0:
            assert orders[key][0][0] == level[0]
        if flags[row] & Flag.LAST:
            yield _state(orders, columns, row), slice(start, row + 1)
            start = row + 1


def _state(orders, columns, row):
    queues = {}
    for key in sorted(orders):
        level, rest = orders[key]
        queues.setdefault(level, []).append(rest)
    bids = [px for side, px in queues if side > 0]
    asks = [px for side, px in queues if side < 0]
    crossed = bool(bids and asks) and max(bids) >= min(asks)
    is_live = not columns["flags"][row] & Flag.SNAPSHOT
    return State(queues, crossed, is_live, int(columns["ts_local_ns"][row]))


def queues_after(records, folder, tick_e9=TICK_E9):
    """Lots of every order by (side, price), front of queue first, after the last record."""
    columns, _, _ = resolved(records, folder, tick_e9=tick_e9)
    *_, (state, _) = replayed(columns)
    return state.queues


def agrees_with_the_naive_book(records, folder, tick_e9=TICK_E9):
    """Columns and anomalies; every packet's book, with its queues, is the naive one.

    Records come in parts of less than a block, of a block and one more, and all at once.
    """
    naive = NaiveBook(tick_e9)
    expected = list(naive.packets(records))
    for chunk in (7, BLOCK + 1, len(records)):
        columns, resolver, _ = resolved(records, folder, chunk=chunk, tick_e9=tick_e9)
        assert [state for state, _ in replayed(columns)] == expected
        assert resolver.anomalies == +naive.anomalies
        assert resolver.observed == +naive.observed
    return columns, resolver.anomalies
