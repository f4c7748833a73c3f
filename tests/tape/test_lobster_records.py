"""The tape against the order book file, and against the market behind both."""

import numpy as np
import pytest

from hft_gym.errors import InputError
from hft_gym.tape.columns import ColumnFiles
from hft_gym.tape.lobster_files import pair_of, read_pair
from hft_gym.tape.lobster_records import Translator
from hft_gym.tape.resolver import Resolver
from hft_gym.tape.rows import Flag, Kind
from tests.tape.lobster_samples import (
    DECREASE,
    DELETION,
    EXECUTION,
    HALT,
    HIDDEN,
    NEW,
    STEM,
    RandomMarket,
    row,
    write_pair,
)
from tests.tape.resolving import replayed

CENT_E9 = 10_000_000
OPENS = 34200.000000001


def resolved(folder, message, chunk=10**9):
    """Columns of a pair, and the translator."""
    translator = Translator(CENT_E9, "test")
    resolver = Resolver(CENT_E9, (None, None), "test")
    with ColumnFiles(folder) as files:
        for messages, rows, _ in read_pair(pair_of(message)):
            for first in range(0, len(messages), chunk):
                part = slice(first, first + chunk)
                for records in translator.records(messages[part], rows[part]):
                    resolver.feed(records, files)
        resolver.finish(files)
        columns = {name: np.array(column) for name, column in files.columns().items()}
    return columns, translator


def made(folder, messages, rows, **about):
    columns, translator = resolved(folder, write_pair(folder, messages, rows, **about))
    return columns, translator.oddities


def listed(columns, first=0):
    """(kind, side, cents, lots) of the rows."""
    names = ("kind", "side", "px_ticks", "lots")
    rows = zip(*(columns[name][first:].tolist() for name in names), strict=True)
    return [(Kind(kind).name, side, px, lots) for kind, side, px, lots in rows]


def shown(queues, levels):
    """The order book row of a state of the tape."""
    totals = {level: sum(queue) for level, queue in queues.items()}
    asks = sorted((c, n) for (s, c), n in totals.items() if s < 0)
    bids = sorted(((c, n) for (s, c), n in totals.items() if s > 0), reverse=True)
    return row(asks, bids, levels)


@pytest.mark.kernel
@pytest.mark.parametrize(("seed", "levels"), [(1, 1), (2, 1), (3, 2), (4, 3), (5, 5)])
def test_the_tape_shows_every_row_of_the_file(seed, levels, tmp_path):
    events = RandomMarket(seed, levels).events(120)
    message = write_pair(tmp_path, [e[0] for e in events], [e[1] for e in events])
    columns, translator = resolved(tmp_path, message)
    states = [state.queues for state, _ in replayed(columns)]
    assert len(states) == 1 + len(events)  # the book before, then a packet a message
    assert [shown(queues, levels) for queues in states[1:]] == [e[1] for e in events]
    odd = translator.oddities
    assert "row_disagrees" not in odd
    assert odd["level_entered"] > 0
    chunked, again = resolved(tmp_path, message, chunk=7)
    assert all(np.array_equal(columns[name], chunked[name]) for name in columns)
    assert again.oddities == odd


@pytest.mark.kernel
@pytest.mark.parametrize("seed", [6, 7])
def test_with_all_levels_in_the_file_every_queue_is_exact(seed, tmp_path):
    events = RandomMarket(seed, 40).events(120)
    columns, translator = resolved(
        tmp_path, write_pair(tmp_path, [e[0] for e in events], [e[1] for e in events])
    )
    states = [state.queues for state, _ in replayed(columns)]
    assert states[1:] == [e[2] for e in events]
    assert set(translator.oddities) == {"unknown_order"}  # one for each that rested before
    assert translator.kinds == {
        str(kind): sum(e[0][1] == kind for e in events)
        for kind in sorted({e[0][1] for e in events})
    }


ASKS, BIDS = [(101, 5), (102, 6)], [(99, 7), (98, 8)]


def test_the_book_before_a_new_order(tmp_path):
    messages = [(OPENS, NEW, 11, 3, 99, 1)]
    columns, odd = made(tmp_path, messages, [row(ASKS, BIDS)])
    assert listed(columns) == [
        ("ADD", -1, 101, 5), ("ADD", 1, 99, 4), ("ADD", -1, 102, 6), ("ADD", 1, 98, 8),
        ("ADD", 1, 99, 3),
    ]  # fmt: skip
    snapshot = columns["flags"] & Flag.SNAPSHOT != 0
    assert snapshot.tolist() == [True] * 4 + [False]
    assert odd == {}


@pytest.mark.parametrize("kind", [DECREASE, DELETION, EXECUTION])
def test_the_book_before_an_order_left(kind, tmp_path):
    columns, odd = made(tmp_path, [(OPENS, kind, 11, 3, 101, -1)], [row(ASKS, BIDS)])
    assert listed(columns)[0] == ("ADD", -1, 101, 8)
    assert listed(columns)[-1] == ("REDUCE", -1, 101, 3)
    assert odd == {"unknown_order": 1}


def test_the_book_before_a_level_went(tmp_path):
    columns, odd = made(tmp_path, [(OPENS, DELETION, 11, 3, 100, -1)], [row(ASKS, BIDS)])
    assert listed(columns)[-2:] == [("ADD", -1, 100, 3), ("REDUCE", -1, 100, 3)]
    assert odd == {"unknown_order": 1}


def test_executions(tmp_path):
    messages = [
        (OPENS, NEW, 11, 3, 99, 1),
        (OPENS, NEW, 12, 2, 99, 1),
        (OPENS, EXECUTION, 900, 4, 99, 1),  # rested before
        (OPENS, EXECUTION, 11, 2, 99, 1),
    ]
    rows = [row(ASKS, [(99, n), (98, 8)]) for n in (7, 9, 5, 3)]
    columns, _ = made(tmp_path, messages, rows)
    first = 6
    assert listed(columns, first) == [
        ("TRADE", -1, 99, 4), ("FILL", 1, 99, 4), ("REDUCE", 1, 99, 4),
        ("TRADE", -1, 99, 2), ("FILL", 1, 99, 2), ("REDUCE", 1, 99, 2),
    ]  # fmt: skip
    assert columns["queue_key"][first:].tolist() == [-1, 1, 1, -1, 4, 4]
    assert (columns["flags"][first:] & Flag.LAST).tolist() == [0, 0, 1, 0, 0, 1]
    assert np.array_equal(columns["ts_local_ns"], columns["ts_exchange_ns"])


@pytest.mark.parametrize(
    ("date", "cents", "side"),
    [
        ("2014-07-11", 100, 1),
        ("2014-07-14", 100, 0),
        ("2014-07-14", 101, 1),
        ("2024-03-08", 99, -1),
    ],
)
def test_hidden_executions_leave_the_book(date, cents, side, tmp_path):
    messages = [(OPENS, NEW, 11, 3, 99, 1), (OPENS, HIDDEN, 0, 9, cents, -1)]
    stem = STEM.replace("2024-03-08", date)
    columns, odd = made(tmp_path, messages, [row(ASKS, BIDS)] * 2, stem=stem)
    assert listed(columns)[5:] == [("TRADE", side, cents, 9)]
    assert odd == {}


def test_a_cross_has_no_aggressor_and_a_halt_marks_the_book(tmp_path):
    messages = [
        (OPENS, NEW, 11, 3, 99, 1),
        (OPENS, 6, -1, 900, 100, -1),
        (34300, HALT, 0, 0, -1, -1),
        (34301, NEW, 12, 1, 99, 1),
        (34302, HALT, 0, 0, 0, -1),
        (34303, NEW, 13, 1, 99, 1),
        (34304, HALT, 0, 0, 1, -1),
        (34305, NEW, 14, 1, 99, 1),
    ]
    rows = [row(ASKS, [(99, n), (98, 8)]) for n in (7, 7, 7, 8, 8, 9, 9, 10)]
    columns, odd = made(tmp_path, messages, rows)
    assert listed(columns)[5] == ("TRADE", 0, 100, 900)
    assert (columns["flags"][5:] & Flag.BAD_BOOK).tolist() == [0, Flag.BAD_BOOK, Flag.BAD_BOOK, 0]
    assert odd == {"halt": 3}


def test_the_row_is_believed(tmp_path):
    messages = [(OPENS, NEW, 11, 3, 99, 1), (OPENS, NEW, 12, 1, 99, 1)]
    rows = [row(ASKS, BIDS), row([(101, 4)], [(99, 9), (98, 8)])]
    columns, odd = made(tmp_path, messages, rows)
    assert listed(columns)[5:] == [
        ("ADD", 1, 99, 1), ("ADD", 1, 99, 1), ("REDUCE", -1, 101, 1), ("REDUCE", -1, 102, 6),
    ]  # fmt: skip
    assert odd == {"row_disagrees": 3}


def test_orders_that_are_heard_of_later_have_not_gone(tmp_path):
    one = [(101, 5)]
    messages = [
        (OPENS, NEW, 11, 3, 99, 1),
        (OPENS, NEW, 12, 2, 99, 1),  # gone unseen while 99 is behind
        (OPENS, NEW, 13, 4, 99, 1),
        (OPENS, NEW, 14, 1, 100, 1),
        (OPENS, DELETION, 14, 1, 100, 1),
        (OPENS, EXECUTION, 11, 3, 99, 1),
        (OPENS, DELETION, 13, 4, 99, 1),
    ]
    rows = [row(one, [bid], 1) for bid in [(99, 3), (99, 5), (99, 9), (100, 1), (99, 7), (99, 4)]]
    rows.append(row(one, [(97, 5)], 1))
    columns, odd = made(tmp_path, messages, rows)
    thinned = [r for r in range(len(columns["kind"])) if columns["lots"][r] == 2][-1]
    assert columns["queue_key"][thinned] == 2  # the row that added order 12
    assert odd == {"level_thinned": 1, "level_entered": 1}


def test_damaged_orders_are_counted(tmp_path):
    messages = [
        (OPENS, NEW, 11, 3, 99, 1),
        (OPENS, NEW, 11, 3, 99, 1),
        (OPENS, DECREASE, 11, 5, 99, 1),
        (OPENS, NEW, 12, 3, 99, 1),
        (OPENS, DELETION, 12, 1, 99, 1),
    ]
    rows = [row(ASKS, [(99, n), (98, 8)]) for n in (7, 7, 2, 5, 4)]
    columns, odd = made(tmp_path, messages, rows)
    assert odd == {"duplicate_order": 1, "wrong_size": 2}
    *_, (state, _) = replayed(columns)
    assert sum(state.queues[1, 99]) == 4


def test_prices_off_the_grid(tmp_path):
    messages = [(OPENS, NEW, 11, 3, 99, 1), (OPENS, NEW, 12, 3, 99.5, 1)]
    with pytest.raises(InputError, match=r"message 1 .* price 0\.995 is off the grid"):
        made(tmp_path, messages, [row(ASKS, BIDS)] * 2)
    with pytest.raises(InputError, match=r"message 0 .* off the grid of tick size 0.01; give"):
        made(tmp_path, messages[:1], [row([(101.5, 5)], BIDS)])
