"""From LOBSTER files to tapes.

LOBSTER has one clock: `ts_local_ns` equals `ts_exchange_ns`, and whoever trades on such a tape adds
the feed's latency. Levels of the file are exact; levels behind them are as last seen, so quotes
should stay inside the file's levels.
"""

import hashlib
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from hft_gym.errors import InputError
from hft_gym.kernel.jit import cache_root, enable_cache
from hft_gym.tape.cache import content_sha256, look_at, tape_path
from hft_gym.tape.calendar import CalendarWish
from hft_gym.tape.chooser import NothingThereError
from hft_gym.tape.columns import ColumnFiles
from hft_gym.tape.definitions import ticks_e9
from hft_gym.tape.instrument import Instrument
from hft_gym.tape.lobster_files import (
    EXECUTION,
    PRICE_E9,
    LobsterPair,
    is_lobster_name,
    messages_in,
    pair_of,
    read_pair,
)
from hft_gym.tape.lobster_records import Translator
from hft_gym.tape.look import Look, require_unchanged
from hft_gym.tape.market_tape import MarketTape, TapeMeta
from hft_gym.tape.resolver import Resolver
from hft_gym.tape.session import SessionBounds, session_hours, session_wish

DATASET = "LOBSTER"
_CENT_E9 = 10_000_000

Progress = Callable[[str, float], None]
Chunks = Iterator[tuple[NDArray[np.void], NDArray[np.int64], float]]


def is_lobster(path: Path | str) -> bool:
    """Whether a path is a LOBSTER file, by its name, or a folder that holds some and no DBN."""
    path = Path(path)
    if path.is_dir():
        has_dbn = any(found.name.endswith((".dbn", ".dbn.zst")) for found in path.iterdir())
        return not has_dbn and len(messages_in(path)) > 0
    return is_lobster_name(path)


def build_lobster_tapes(
    source: Path | str,
    *,
    instrument: str | int | None = None,
    tick_size: float | None = None,
    session: SessionBounds | str | None = None,
    cache: Path | str | None = None,
    progress: Progress | None = None,
) -> list[MarketTape]:
    """Tapes of a LOBSTER file and its partner, or of every pair in a folder, in order of time.

    Args:
        source: message or order book file, or the beginning of their names, or a folder.
        instrument: ticker; pairs of others are passed over.
        tick_size: price step in dollars; by default a cent, or a 10,000th where prices are finer.
        session: start and end as `HH:MM[:SS]` (UTC), ISO time, ns since the epoch, or None; or
            `calendar[:NAME][:regular|:all]`.
        cache: folder of the tapes; `cache_root() / "tapes"` if not given.
        progress: told the message file's name and the share of it done, a number in [0, 1].

    Raises:
        InputError: a file is missing or damaged, or there is nothing of the instrument.
        ConfigError: `tick_size` or `session` makes no sense.
    """
    tapes = [
        build_lobster_tape(
            pair.message, tick_size=tick_size, session=session, cache=cache, progress=progress
        )
        for pair in lobster_pairs(Path(source), instrument)
    ]
    return sorted(tapes, key=lambda tape: (tape.meta.session_start_ns, tape.meta.source))


def lobster_pairs(source: Path, instrument: str | int | None = None) -> list[LobsterPair]:
    """The pairs that a source stands for, of one ticker or of all; never none.

    Args:
        source: message or order book file, or the beginning of their names, or a folder.
        instrument: ticker.

    Raises:
        InputError: a file is missing, or there is nothing of the instrument.
    """
    paths = messages_in(source) if source.is_dir() else [source]
    pairs = [pair_of(path) for path in paths]
    wanted = [pair for pair in pairs if instrument in (None, pair.symbol)]
    if not wanted:
        there = ", ".join(sorted({pair.symbol for pair in pairs})) or "no LOBSTER files"
        raise NothingThereError(f"no instrument {instrument} in {source}; there are: {there}")
    return wanted


def build_lobster_tape(
    source: Path | str,
    *,
    tick_size: float | None = None,
    session: SessionBounds | str | None = None,
    cache: Path | str | None = None,
    progress: Progress | None = None,
) -> MarketTape:
    """The tape of one LOBSTER pair; see `build_lobster_tapes`.

    Raises:
        InputError: a file is missing or damaged, or the two do not belong together.
        ConfigError: `tick_size` or `session` makes no sense.
    """
    enable_cache()
    pair = pair_of(source)
    wish = session_wish(session)
    tick_e9 = None if tick_size is None else ticks_e9(tick_size)
    folder = Path(cache) if cache is not None else cache_root() / "tapes"
    looks = {path: look_at(path) for path in (pair.message, pair.orderbook)}
    digests = [content_sha256(path, folder) for path in looks]
    # the name tells symbol and date, which are not in the files
    wishes = repr((pair.symbol, pair.date.isoformat(), tick_e9, wish))
    path = tape_path(folder, pair.message, digests[0], digests[1:], wishes)
    if path.is_file():
        with suppress(InputError):  # damaged: built again
            return MarketTape.open(path)
    sha256 = hashlib.sha256("\n".join(digests).encode()).hexdigest()
    try:
        return _built(pair, looks, (tick_e9, wish), (path, sha256), progress)
    except OSError as error:
        raise InputError(
            f"cannot build the tape of {pair.message} in {folder}: {error.strerror or error}; "
            "check the files, the folder and the free space"
        ) from error


def _built(
    pair: LobsterPair,
    looks: dict[Path, Look],
    wishes: tuple[int | None, SessionBounds | CalendarWish],
    target: tuple[Path, str],
    progress: Progress | None,
) -> MarketTape:
    (tick_e9, wish), (path, sha256) = wishes, target
    origin = "user" if tick_e9 else "dataset"
    translator: Translator | None = None
    with ColumnFiles(path.parent) as files:
        for messages, rows, share in read_pair(pair):
            if translator is None:
                if not tick_e9:
                    tick_e9 = _tick_of(messages, rows)
                    origin = "dataset" if tick_e9 == _CENT_E9 else "prices"
                translator = Translator(tick_e9, str(pair.message))
                instrument = Instrument(pair.symbol, 0, DATASET, tick_e9)
                hours = session_hours(wish, instrument, None, str(pair.message))
                resolver = Resolver(tick_e9, hours, str(pair.message))
            for records in translator.records(messages, rows):
                resolver.feed(records, files)
            if progress is not None:
                progress(pair.message.name, share)
        assert translator is not None  # a pair without rows is refused
        for source, look in looks.items():
            require_unchanged(source, look)
        found = resolver.finish(files)
        meta = TapeMeta(
            instrument=instrument,
            label=found.label,
            source=pair.message.name,
            source_sha256=sha256,
            records=translator.kinds,
            anomalies={**resolver.anomalies, **translator.oddities},
            observed=resolver.observed,
            session_start_ns=found.start_ns,
            session_end_ns=found.end_ns,
            low_ticks=found.low_ticks,
            high_ticks=found.high_ticks,
            tick_size_from=origin,
            local_clock="exchange",
        )
        return MarketTape.write(path, files.columns(), meta, files.descriptors())


def _tick_of(messages: NDArray[np.void], rows: NDArray[np.int64]) -> int:
    """A cent, the price step of US equities from a dollar up, unless orders rest between cents."""
    resting = messages["px_e9"][messages["kind"] <= EXECUTION]
    shown = rows[:, ::2][rows[:, 1::2] > 0] * PRICE_E9
    in_cents = np.all(resting % _CENT_E9 == 0) and np.all(shown % _CENT_E9 == 0)
    return _CENT_E9 if in_cents else PRICE_E9
