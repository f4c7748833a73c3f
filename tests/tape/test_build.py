"""Building: cached, ordered, and whole or not at all."""

import hashlib
import multiprocessing
import signal
from time import perf_counter

import numpy as np
import pytest

from hft_gym.errors import ConfigError, InputError
from hft_gym.tape import build
from hft_gym.tape.build import build_tapes
from hft_gym.tape.cache import content_sha256
from hft_gym.tape.dbn import DbnFile
from hft_gym.tape.resolver import Resolver
from hft_gym.tape.rows import COLUMNS
from hft_gym.tape.symbols import Mapping
from hft_gym.tape.whole_file import remove_left_over
from tests.dbn_files import LAST, START_NS, definition, mbo, metadata, random_records, write
from tests.level_files import mbp, trades

DAY_NS = 86_400_000_000_000


def day(number=0, **about):
    rows = [("A", "B", 1, 10, 1, LAST), ("A", "A", 2, 12, 1, LAST), ("A", "B", 3, 9, 1, LAST)]
    return mbo(*rows, start_ns=START_NS + number * DAY_NS, **about)


@pytest.fixture
def source(tmp_path):
    folder = tmp_path / "data"
    folder.mkdir()
    return folder


@pytest.fixture
def cache(tmp_path):
    return tmp_path / "cache"


def tapes_in(cache):
    return sorted(path for path in cache.rglob("*") if "sources" not in path.name)


def test_one_file(source, cache):
    told = []
    path = write(source / "a.mbo.dbn.zst", random_records(3, 400))
    (tape,) = build_tapes(path, cache=cache, progress=lambda *now: told.append(now))
    assert tape.meta.instrument.symbol == "ESH4"
    assert tape.meta.source == "a.mbo.dbn.zst"
    assert sum(tape.meta.records.values()) == 400
    assert told[-1] == ("a.mbo.dbn.zst", 1.0)
    assert tapes_in(cache) == [tape.path]


def test_the_tape_knows_the_digest_of_its_source(source, cache):
    path = write(source / "a.dbn.zst", random_records(3, 400), frames=2)
    (tape,) = build_tapes(path, cache=cache)
    assert tape.meta.source_sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    moved = path.rename(source / "b.dbn.zst")
    (again,) = build_tapes(moved, cache=cache)
    assert again.meta.source_sha256 == tape.meta.source_sha256


def replacing(monkeypatch, name, path, data):
    """Let another file take the place of `path` after the function `name` of `build`."""
    work = getattr(build, name)

    def work_and_replace(*given):
        found = work(*given)
        other = path.with_name("other")
        other.write_bytes(data)
        other.rename(path)
        return found

    monkeypatch.setattr(build, name, work_and_replace)


@pytest.mark.parametrize("is_known", [True, False])
def test_a_source_that_is_replaced_after_its_digest_gives_no_tape(
    is_known, source, cache, monkeypatch
):
    path = write(source / "a.dbn", random_records(3, 400))
    data = path.read_bytes()
    other = write(source / "b.dbn", random_records(5, 400)).read_bytes()
    if is_known:
        content_sha256(path, cache)
    with monkeypatch.context() as patch:
        replacing(patch, "digest_before_reading", path, other)
        with pytest.raises(InputError, match=r"a\.dbn changed while it was read"):
            build_tapes(path, cache=cache)
    assert tapes_in(cache) == []
    path.write_bytes(data)
    (tape,) = build_tapes(path, cache=cache)
    assert tape.meta.source_sha256 == hashlib.sha256(data).hexdigest()


def test_definitions_that_are_replaced_after_their_digest_give_no_tape(source, cache, monkeypatch):
    path = write(source / "a.dbn", day())
    beside = write(source / "d.dbn", definition(), schema="definition")
    data = metadata("definition") + definition(tick_e9=125_000_000)
    replacing(monkeypatch, "digest_before_reading", beside, data)
    with pytest.raises(InputError, match=r"d\.dbn changed while it was read"):
        build_tapes(path, cache=cache)
    assert tapes_in(cache) == []


def test_a_source_may_vanish_once_it_was_read(source, cache, monkeypatch):
    path = write(source / "a.dbn", day())
    work = build.instrument_facts

    def work_and_remove(*given):
        path.unlink()
        return work(*given)

    monkeypatch.setattr(build, "instrument_facts", work_and_remove)
    (tape,) = build_tapes(path, cache=cache)
    assert len(tape) == 3
    assert not (cache / "sources.json").exists()


def test_the_second_call_only_opens(source, cache, monkeypatch):
    path = write(source / "a.dbn", day())
    (first,) = build_tapes(path, cache=cache)
    monkeypatch.setattr(Resolver, "feed", None)
    (second,) = build_tapes(str(path), cache=str(cache))
    assert second.path == first.path
    path.rename(source / "b.dbn")
    with pytest.raises(TypeError):  # a new wish is a new tape
        build_tapes(source / "b.dbn", cache=cache, tick_size=0.125)


def test_a_definition_makes_another_tape(source, cache):
    path = write(source / "a.dbn", day())
    (first,) = build_tapes(path, cache=cache)
    write(source / "d.dbn", definition(tick_e9=125_000_000), schema="definition")
    (second,) = build_tapes(path, cache=cache)
    assert (first.meta.instrument.tick_size, second.meta.instrument.tick_size) == (0.25, 0.125)


def test_a_damaged_tape_is_built_again(source, cache):
    path = write(source / "a.dbn", day())
    (first,) = build_tapes(path, cache=cache)
    first.path.write_bytes(b"half")
    (again,) = build_tapes(path, cache=cache)
    assert len(again) == 3


def test_a_folder_in_order_of_time(source, cache):
    write(source / "a.dbn", day(2))
    write(source / "b.dbn.zst", day(1))
    write(source / "c.dbn", b"", schema="mbp-1")
    write(source / "d.dbn", definition(), schema="definition")
    write(source / "e.dbn", b"")  # a holiday
    write(source / "f.dbn", day(3, instrument_id=5), symbols={"NQH4": 5})
    (source / "readme.txt").write_text("")
    tapes = build_tapes(source, instrument="ESH4", cache=cache)
    assert [tape.meta.label for tape in tapes] == ["2024-01-03", "2024-01-04"]
    assert {tape.meta.tick_size_from for tape in tapes} == {"definition"}
    assert len(build_tapes(source, cache=cache)) == 3


def test_wishes(source, cache):
    path = write(source / "a.dbn", np.concatenate([day(), day(instrument_id=5)]),
                 symbols={"ESH4": 17077, "NQH4": 5})  # fmt: skip
    (tape,) = build_tapes(
        path, instrument="NQH4", tick_size=0.125, session=("09:00", "10:00"), cache=cache
    )
    assert tape.meta.instrument.instrument_id == 5
    assert tape.px_ticks.tolist() == [20, 24, 18]
    assert tape.meta.session_start_ns == tape.ts_local_ns[0]  # never beyond the tape
    assert tape.meta.session_end_ns == tape.ts_local_ns[-1]
    assert (tape.meta.low_ticks, tape.meta.high_ticks) == (20, 24)


def test_bad_wishes(source, cache):
    path = write(source / "a.dbn", day())
    with pytest.raises(InputError, match=r"no instrument NQH4 .* ESH4 \(17077\)"):
        build_tapes(path, instrument="NQH4", cache=cache)
    with pytest.raises(InputError, match="off the grid of tick size 1; give"):
        build_tapes(path, tick_size=1, cache=cache)
    with pytest.raises(ConfigError, match="is not a time"):
        build_tapes(path, session=("late", None), cache=cache)
    with pytest.raises(ConfigError, match="not a price step"):
        build_tapes(path, tick_size=-1, cache=cache)
    assert tapes_in(cache) == []


def test_bad_sources(source, cache):
    with pytest.raises(InputError, match="no such file"):
        build_tapes(source / "no.dbn", cache=cache)
    with pytest.raises(InputError, match="no market data"):
        build_tapes(source, cache=cache)
    with pytest.raises(InputError, match="holds ohlcv-1m, need mbo, mbp-10"):
        build_tapes(write(source / "a.dbn", b"", head=metadata("ohlcv-1m")), cache=cache)
    with pytest.raises(InputError, match="holds no mbo records"):
        build_tapes(write(source / "a.dbn", b""), cache=cache)
    with pytest.raises(InputError, match="holds no mbo records"):
        build_tapes(source, cache=cache)
    assert tapes_in(cache) == []


def test_an_unwritable_cache(source, tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError, match="cannot write the tape cache"):
        build_tapes(write(source / "a.dbn", day()), cache=tmp_path / "file" / "cache")


@pytest.mark.parametrize("error", [KeyboardInterrupt, RuntimeError, OSError])
@pytest.mark.parametrize("where", ["finish", "feed"])
def test_a_failure_leaves_no_tape(error, where, source, cache, monkeypatch):
    path = write(source / "a.dbn", day())

    def fail(*_):
        raise error(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(Resolver, where, fail)
        expected = InputError if error is OSError else error
        with pytest.raises(expected):
            build_tapes(path, cache=cache)
    assert tapes_in(cache) == []
    assert len(build_tapes(path, cache=cache)[0]) == 3


def test_of_a_folder_the_schema_that_shows_most(source, cache):
    touch = [(10, 1)], [(12, 1)]
    rows = [("A", "B", 10, 1, LAST, *touch), ("T", "B", 12, 1, LAST, *touch)]
    write(source / "a.dbn", mbp(*rows, depth=1), schema="mbp-1")
    write(source / "b.dbn.zst", mbp(*rows), schema="mbp-10")
    write(source / "c.dbn", mbp(*rows[1:], depth=1), schema="tbbo")
    write(source / "d.dbn", trades(rows[1][:5]), schema="trades")
    write(source / "e.dbn", day(instrument_id=5), symbols={"NQH4": 5})
    found = {
        schema: build_tapes(source, instrument="ESH4", schema=schema, cache=cache)[0]
        for schema in (None, "mbp-1", "tbbo", "trades")
    }
    assert [tape.meta.schema for tape in found.values()] == ["mbp-10", "mbp-1", "tbbo", "trades"]
    assert [len(tape) for tape in found.values()] == [3, 3, 3, 1]
    assert all(np.all(tape.queue_key == -1) for tape in found.values())
    (orders,) = build_tapes(source, cache=cache)
    assert (orders.meta.schema, orders.meta.instrument.symbol) == ("mbo", "NQH4")
    with pytest.raises(InputError, match="no instrument ESH4"):
        build_tapes(source, instrument="ESH4", schema="mbo", cache=cache)
    with pytest.raises(ConfigError, match="schema 'bars'"):
        build_tapes(source, schema="bars", cache=cache)


def test_a_mixed_capture_tells_its_own_definition(source, cache):
    body = definition("ESM5", tick_e9=125_000_000) + day().tobytes()
    path = write(source / "a.dbn", body, schema=None, symbols={})
    (tape,) = build_tapes(path, cache=cache)
    assert (tape.meta.instrument.symbol, tape.meta.instrument.tick_size) == ("ESM5", 0.125)


def test_a_symbol_of_two_ids_is_two_tapes(source, cache, monkeypatch):
    noon_ns = START_NS + 3 * 3_600_000_000_000
    told = [Mapping("ES.c.0", 17077, 0, noon_ns), Mapping("ES.c.0", 5, noon_ns, 2**62)]
    monkeypatch.setattr(DbnFile, "mappings", lambda _: told)
    late = day(instrument_id=5)
    late["ts_recv"] += noon_ns - START_NS
    path = write(source / "a.dbn", np.concatenate([day(), day(instrument_id=5), late]))
    tapes = build_tapes(path, instrument="ES.c.0", cache=cache)
    ids = [tape.meta.instrument.instrument_id for tape in tapes]
    assert (ids, [len(tape) for tape in tapes]) == ([17077, 5], [3, 3])
    assert tapes[1].ts_local_ns[0] == noon_ns + 500


@pytest.mark.parametrize("price_ticks", [-7, 0])
def test_prices_below_and_at_zero(price_ticks, source, cache):
    rows = [("A", "B", price_ticks - 1, 1, LAST, [(price_ticks - 1, 2)], [(price_ticks, 1)])]
    path = write(source / "a.dbn", mbp(*rows), schema="mbp-10")
    (tape,) = build_tapes(path, cache=cache)
    assert tape.px_ticks.tolist() == [price_ticks - 1, price_ticks]
    assert (tape.meta.low_ticks, tape.meta.high_ticks) == (price_ticks - 1, price_ticks)


def test_a_truncated_file_leaves_no_tape(source, cache):
    path = write(source / "a.dbn.zst", random_records(3, 400))
    path.write_bytes(path.read_bytes()[:-20])
    with pytest.raises(InputError, match="truncated"):
        build_tapes(path, cache=cache)
    assert tapes_in(cache) == []


def many_records(copies):
    """A stream that takes a while: one nasty stream after another, times and ids shifted."""
    one = random_records(3, 2_000)
    many = np.tile(one, copies)
    number = np.repeat(np.arange(copies, dtype=np.uint64), len(one))
    many["order_id"] += number * np.uint64(10**9)
    for name in ("ts_event", "ts_recv"):
        many[name] += number * np.uint64(10**9)
    return many


def forked(work, *args):
    """A process that starts at once and holds the compiled kernels."""
    process = multiprocessing.get_context("fork").Process(target=work, args=args)
    process.start()
    return process


def build_quietly(path, cache):
    build_tapes(path, cache=cache)


def test_a_build_that_is_killed_leaves_nothing_in_the_way(source, cache, tmp_path):
    path = write(source / "a.mbo.dbn.zst", many_records(30))
    start = perf_counter()
    (expected,) = build_tapes(path, cache=tmp_path / "other")
    took_s = perf_counter() - start
    rng = np.random.default_rng(5)
    killed = 0
    for _ in range(8):
        builder = forked(build_quietly, path, cache)
        builder.join(timeout=rng.random() * took_s)
        builder.kill()
        builder.join()
        killed += builder.exitcode == -signal.SIGKILL
    assert killed > 0
    (tape,) = build_tapes(path, cache=cache)
    assert tape.meta == expected.meta
    assert all(np.array_equal(getattr(tape, name), getattr(expected, name)) for name in COLUMNS)
    remove_left_over(cache)  # of those killed where the tape was already whole
    assert tapes_in(cache) == [tape.path]


def test_two_processes_may_build_the_same_tape(source, cache):
    path = write(source / "a.mbo.dbn.zst", many_records(10))
    builders = [forked(build_quietly, path, cache) for _ in range(2)]
    for builder in builders:
        builder.join(timeout=60)
    assert [builder.exitcode for builder in builders] == [0, 0]
    (tape,) = build_tapes(path, cache=cache)
    assert sum(tape.meta.records.values()) == 20_000
    assert tapes_in(cache) == [tape.path]
