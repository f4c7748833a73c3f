"""Tapes of LOBSTER pairs: cached, chosen by ticker, and true to real files."""

import csv

import numpy as np
import pytest

from hft_gym.errors import ConfigError, InputError
from hft_gym.tape import lobster
from hft_gym.tape.build import build_tapes
from hft_gym.tape.lobster import build_lobster_tape, build_lobster_tapes, is_lobster
from hft_gym.tape.lobster_records import Translator
from hft_gym.tape.rows import Flag, Kind
from tests.dbn_files import mbo, write
from tests.tape.lobster_samples import STEM, RandomMarket, row, write_pair

MESSAGES = [(34200.5, 1, 11, 3, 99, 1), (34201.5, 1, 12, 3, 101, -1)]
ROWS = [row([(101, 5)], [(99, 7)]), row([(101, 8)], [(99, 7)])]


@pytest.fixture
def source(tmp_path):
    folder = tmp_path / "data"
    folder.mkdir()
    return folder


@pytest.fixture
def cache(tmp_path):
    return tmp_path / "cache"


def test_what_it_is(source):
    message = write_pair(source, MESSAGES, ROWS)
    assert is_lobster(message)
    assert is_lobster(str(source))
    assert not is_lobster(source / "a.dbn")
    write(source / "a.dbn", mbo(("A", "B", 1, 10, 1, 128)))
    assert not is_lobster(source)  # tapes of the DBN files, then


def test_a_pair(source, cache):
    told = []
    message = write_pair(source, MESSAGES, ROWS)
    (tape,) = build_tapes(message, cache=cache, progress=lambda *now: told.append(now))
    meta = tape.meta
    assert (meta.instrument.symbol, meta.instrument.tick_size) == ("ABC", 0.01)
    assert (meta.label, meta.source, meta.local_clock) == ("2024-03-08", message.name, "exchange")
    assert (meta.records, meta.anomalies, meta.tick_size_from) == ({"1": 2}, {}, "dataset")
    assert meta.session_start_ns == 1_709_908_200_500_000_000  # 9:30:00.5 in New York, winter
    assert (meta.low_ticks, meta.high_ticks) == (99, 101)
    assert tape.kind.tolist() == [Kind.ADD] * 4
    assert told[-1] == (message.name, 1.0)


def test_the_second_call_only_opens(source, cache, monkeypatch):
    message = write_pair(source, MESSAGES, ROWS)
    first = build_lobster_tape(message, cache=cache)
    with monkeypatch.context() as patch:
        patch.setattr(Translator, "records", None)
        assert build_lobster_tape(source / STEM, cache=str(cache)).path == first.path
        with pytest.raises(TypeError):  # another wish
            build_lobster_tape(message, cache=cache, tick_size=0.005)
    first.path.write_bytes(b"half")
    assert len(build_lobster_tape(message, cache=cache)) == 4
    message.write_text(message.read_text().replace("34201.5", "34201.6"))
    assert build_lobster_tape(message, cache=cache).path != first.path


@pytest.mark.parametrize("which", ["message", "orderbook"])
def test_a_file_that_is_replaced_after_its_digest_gives_no_tape(which, source, cache, monkeypatch):
    message = write_pair(source, MESSAGES, ROWS)
    path = message.with_name(message.name.replace("message", which))
    first, digest_of = path.read_text(), lobster.content_sha256

    def replaced_after(asked, folder):
        found = digest_of(asked, folder)
        if asked == path:
            path.write_text(first.replace("10100", "10200") + "\n")
        return found

    with monkeypatch.context() as patch:
        patch.setattr(lobster, "content_sha256", replaced_after)
        with pytest.raises(InputError, match=f"{which}.* changed while it was read"):
            build_lobster_tape(message, cache=cache)
    assert list(cache.glob("*.arrow")) == []


def test_a_folder(source, cache):
    for stem in (STEM.replace("03-08", "03-11"), STEM, STEM.replace("ABC", "XYZ")):
        write_pair(source, MESSAGES, ROWS, stem=stem)
    tapes = build_tapes(source, instrument="ABC", cache=cache)
    assert [tape.meta.label for tape in tapes] == ["2024-03-08", "2024-03-11"]
    assert len(build_lobster_tapes(source, cache=cache)) == 3
    with pytest.raises(InputError, match=r"no instrument DEF in .* there are: ABC, XYZ"):
        build_tapes(source, instrument="DEF", cache=cache)


def test_wishes(source, cache):
    message = write_pair(source, MESSAGES, ROWS)
    tape = build_lobster_tape(
        message, tick_size=0.005, session=("14:30", "2024-03-08T15:00Z"), cache=cache
    )
    assert tape.px_ticks.tolist() == [202, 198, 198, 202]
    assert tape.meta.tick_size_from == "user"
    assert tape.meta.session_end_ns == tape.ts_local_ns[-1]  # no session reaches beyond its tape
    with pytest.raises(ConfigError, match="not a price step"):
        build_lobster_tape(message, tick_size=0, cache=cache)
    with pytest.raises(InputError, match="off the grid"):
        build_lobster_tape(message, tick_size=0.02, cache=cache)


def test_prices_below_a_dollar(source, cache):
    rows = [row([(10.15, 5)], [(9.92, 7)])] * 2
    messages = [(34200, 1, 1, 2, 9.92, 1), (34200, 5, 0, 2, 10, 1)]
    tape = build_lobster_tape(write_pair(source, messages, rows), cache=cache)
    assert (tape.meta.instrument.tick_size, tape.meta.tick_size_from) == (0.0001, "prices")
    assert tape.px_ticks.tolist() == [1015, 992, 992, 1000]


def test_nothing_is_left_of_a_failure(source, cache):
    message = write_pair(source, MESSAGES, ROWS[:1])
    with pytest.raises(InputError, match="has 2 rows"):
        build_lobster_tape(message, cache=cache)
    assert sorted(path.name for path in cache.iterdir()) == [".sources.lock", "sources.json"]
    message.with_name(message.name.replace("message", "orderbook")).unlink()
    with pytest.raises(InputError, match="no such file"):
        build_tapes(source, cache=cache)


def test_a_day_in_chunks_is_the_same_day(source, cache, monkeypatch):
    events = RandomMarket(8, 2).events(120)
    message = write_pair(source, [e[0] for e in events], [e[1] for e in events])
    whole = build_lobster_tape(message, cache=cache)
    monkeypatch.setattr("hft_gym.tape.lobster_files._BLOCK_BYTES", 512)
    again = build_lobster_tape(message, cache=cache / "other")
    assert np.array_equal(whole.queue_key, again.queue_key)
    assert whole.meta == again.meta


# real files

MSFT = "MSFT_2012-06-21_34200000_37800000_message_50.csv"
AMZN = "AMZN_2012-06-21_34200000_57600000_message_1.csv"


def file_rows(path, header=False):
    with path.open() as file:
        lines = list(csv.reader(file))[header:]
    return [[float(field) for field in fields] for fields in lines]


def best_levels(totals, levels):
    """Order book row of lots by (side, price)."""
    if levels > 1:
        asks = sorted((p, n) for (s, p), n in totals.items() if s < 0)
        bids = sorted(((p, n) for (s, p), n in totals.items() if s > 0), reverse=True)
        return row(asks, bids, levels)
    ask = min(p for s, p in totals if s < 0)
    bid = max(p for s, p in totals if s > 0)
    return [ask * 100, totals[-1, ask], bid * 100, totals[1, bid]]


def states(tape, levels):
    """Order book rows after every packet but the first, the best so many levels of each side."""
    totals, shown = {}, []
    columns = [getattr(tape, n).tolist() for n in ("kind", "side", "px_ticks", "lots", "flags")]
    for kind, side, px, lots, flags in zip(*columns, strict=True):
        if kind in (Kind.ADD, Kind.REDUCE):
            total = totals.get((side, px), 0) + (lots if kind == Kind.ADD else -lots)
            totals[side, px] = total
            if total == 0:
                del totals[side, px]
        if flags & Flag.LAST:
            shown.append(best_levels(totals, levels))
    return shown[1:]


def test_msft_shows_ten_levels_in_a_thousand_rows(real_data, cache):
    path = real_data / "lobster" / MSFT
    tape = build_lobster_tape(path, cache=cache)
    expected = file_rows(path.with_name(path.name.replace("message", "orderbook")))
    assert len(expected) == 1_000
    assert states(tape, 10) == [fields[:40] for fields in expected]
    assert tape.meta.records == {"1": 449, "2": 1, "3": 435, "4": 110, "5": 5}
    # five levels entered behind the fiftieth; nothing else had to be put right
    assert tape.meta.anomalies == {"unknown_order": 227, "level_entered": 5}


def test_amzn_shows_the_touch_in_every_row_of_a_day(real_data, cache):
    path = real_data / "lobster" / AMZN
    tape = build_lobster_tape(path, cache=cache)
    book = file_rows(path.with_name(path.name.replace("message", "orderbook")), header=True)
    messages = file_rows(path, header=True)
    assert len(book) == 57_515
    assert states(tape, 1) == book
    assert sum(map(follows, book, messages[1:], book[1:])) == 57_514
    assert "row_disagrees" not in tape.meta.anomalies
    assert "time_ran_back" not in tape.meta.anomalies


def follows(before, message, after):
    """Whether a row can come after a row and a message, as far as one level tells."""
    _, kind, _, lots, price, side = message
    if kind == 5:
        return before == after
    own, other = (slice(2, 4), slice(0, 2)) if side > 0 else (slice(0, 2), slice(2, 4))
    (best, held), (best_after, held_after) = before[own], after[own]
    if before[other] != after[other]:
        return False
    if kind == 1:
        better = side * (price - best) > 0
        return (best_after, held_after) == ((price, lots) if better else (best, held + lots)) and (
            better or price == best
        )
    if price != best or lots > held:
        return False
    if lots < held:
        return (best_after, held_after) == (best, held - lots)
    return side * (best_after - best) < 0  # the level behind comes to light
