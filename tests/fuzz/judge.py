"""What a file may lead to: one clear error and nothing left, or a tape that is the naive book."""

import functools
import io
import re
import warnings

import numpy as np
import zstandard

from hft_gym.errors import HftGymError
from hft_gym.tape import build, cache
from hft_gym.tape.build import build_tapes
from hft_gym.tape.dbn import MBO_DTYPE
from hft_gym.tape.rows import COLUMNS
from tests.dbn_files import random_records, write
from tests.fuzz.mutations import file_of
from tests.naive.book import NaiveBook
from tests.naive.session import longest_run
from tests.tape.resolving import replayed

WISHES = [
    *[{}] * 8,
    {"instrument": "ESH4"},
    {"instrument": 5},
    {"instrument": "NONE"},
    {"tick_size": 0.25},
    {"tick_size": 1e-9},
    {"session": ("09:00", None)},
    {"session": ("2024-01-02T09:00:00.00001Z", "09:01")},
    {"session": "calendar"},
]
ONE_LINE = re.compile(r"[^\n]{10,600}")


class WrongError(Exception):
    """Something that must not happen; the message says what."""


def judge(seed, case, folder):
    """Build the tape of a case in an empty folder and say how it ended: `error` or `built`.

    Raises:
        WrongError: what was built is not what the file says, or something was left behind.
        Exception: any that a user should never see.
    """
    rng = np.random.default_rng([seed, case])
    data, name = file_of(rng, seed)
    wish = WISHES[rng.integers(len(WISHES))]
    path, tapes_folder = folder / name, folder / "cache"
    path.write_bytes(data)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", RuntimeWarning)  # an overflow, a division by zero
            tapes = build_tapes(path, cache=tapes_folder, **wish)
    except HftGymError as error:
        if not ONE_LINE.fullmatch(str(error)):
            raise WrongError(f"no clear message: {str(error)!r}") from error
        _check_left(tapes_folder, [])
        return "error"
    _check_left(tapes_folder, [tape.path.name for tape in tapes])
    for tape in tapes:
        _check_tape(tape, data, wish)
    anomalies = any(tape.meta.anomalies for tape in tapes)
    return "built with anomalies" if anomalies else "built"


def warm(folder):
    """Compile what cases need; the code is not looked at again for changes."""
    build_tapes(write(folder / "a.dbn.zst", random_records(1, 20)), cache=folder / "cache")
    build.enable_cache = lambda: None
    cache.code_digest = functools.cache(cache.code_digest)


def input_of(seed, case):
    """Bytes and name of a case's file."""
    return file_of(np.random.default_rng([seed, case]), seed)


def _check_left(folder, expected):
    there = sorted(path.name for path in folder.rglob("*")) if folder.is_dir() else []
    left = [name for name in there if "sources" not in name]
    if left != expected:
        raise WrongError(f"the cache holds {left}, not {expected}")


def _check_tape(tape, data, wish):
    records = slow_records(data)
    records = records[records["instrument_id"] == tape.meta.instrument.instrument_id]
    if sum(tape.meta.records.values()) != len(records):
        raise WrongError(f"{tape.meta.records} of {len(records)} records")
    columns = {name: getattr(tape, name) for name in COLUMNS}
    for clock in ("ts_exchange_ns", "ts_local_ns"):
        if np.any(np.diff(columns[clock]) < 0):
            raise WrongError(f"{clock} runs back")
    naive = NaiveBook(tape.meta.instrument.tick_size_e9)
    ended = [(state, naive.ended_ns) for state in naive.packets(records)]
    expected = [state for state, _ in ended]
    found = [state for state, _ in replayed(columns)]
    if found != expected:
        pairs = zip(found, expected, strict=False)
        first = next(
            (k for k, (a, b) in enumerate(pairs) if a != b), min(len(found), len(expected))
        )
        raise WrongError(f"packet {first} of {len(expected)} (tape: {len(found)}) differs")
    _check_counts("anomalies", tape.meta.anomalies, naive.anomalies)
    _check_counts("observed", tape.meta.observed, naive.observed)
    if "session" not in wish:
        _check_session(tape.meta, ended)


def _check_counts(what, found, naive):
    expected = {kind: count for kind, count in naive.items() if count}
    if found != expected:
        raise WrongError(f"{what} {found}, not {expected}")


def _check_session(meta, ended):
    run = longest_run(ended)
    found = (meta.session_start_ns, meta.session_end_ns, meta.low_ticks, meta.high_ticks)
    if run is not None and run != found:
        raise WrongError(f"session {found}, not {run}")
    if run is None and meta.session_start_ns != meta.session_end_ns:
        raise WrongError(f"session {found} without a tradable packet")


def slow_records(data):
    """MBO records of a file, read by its length bytes one after another."""
    if data[:4] == b"\x28\xb5\x2f\xfd":
        reader = zstandard.ZstdDecompressor().stream_reader(
            io.BytesIO(data), read_across_frames=True
        )
        data = reader.read()
    # a fragment has no metadata: it begins with a record
    place = 8 + int.from_bytes(data[4:8], "little") if data[:3] == b"DBN" else 0
    pieces = []
    while place < len(data):
        length = 4 * data[place]
        if length < 16 or place + length > len(data):
            raise WrongError(f"built, though byte {place} begins no whole record")
        if data[place + 1] == 0xA0 and length >= MBO_DTYPE.itemsize:
            pieces.append(data[place : place + MBO_DTYPE.itemsize])
        place += length
    return np.frombuffer(b"".join(pieces), MBO_DTYPE)
