"""From DBN files to tapes, once for each content: later calls map what is there."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from hft_gym.errors import InputError
from hft_gym.kernel.jit import cache_root, enable_cache
from hft_gym.tape.cache import content_sha256, tape_path
from hft_gym.tape.chooser import Chooser, NothingThereError
from hft_gym.tape.columns import ColumnFiles
from hft_gym.tape.dbn import DbnFile, open_dbn
from hft_gym.tape.decoding import chunks_ahead
from hft_gym.tape.definitions import dbn_files, definition_files, instrument_facts
from hft_gym.tape.market_tape import MarketTape, TapeMeta
from hft_gym.tape.resolver import Resolver
from hft_gym.tape.session import SessionBounds

Progress = Callable[[str, float], None]


@dataclass(frozen=True, slots=True)
class _Wishes:
    instrument: str | int | None
    tick_size: float | None
    session: SessionBounds


def build_tapes(
    source: Path | str,
    *,
    instrument: str | int | None = None,
    tick_size: float | None = None,
    session: SessionBounds | None = None,
    cache: Path | str | None = None,
    progress: Progress | None = None,
) -> list[MarketTape]:
    """Tapes of a DBN MBO file, or of every one in a folder, in order of time.

    A tape that was built before from the same content with the same wishes is only opened. In a
    folder, files of other schemas are passed over, and so are those without the instrument.

    Args:
        source: a .dbn or .dbn.zst file, or a folder of them; definition files beside the data tell
            tick size, multiplier and currency.
        instrument: raw symbol or instrument id; needed where a file holds several.
        tick_size: price step in points, if the files do not tell it or are wrong.
        session: start and end as `HH:MM[:SS]` (UTC), ISO time, ns since the epoch, or None.
        cache: folder of the tapes; `cache_root() / "tapes"` if not given.
        progress: told the file's name and the share of it done, a number in [0, 1].

    Raises:
        InputError: no tape can be made of the source.
        ConfigError: `tick_size` or `session` makes no sense.
    """
    enable_cache()
    source = Path(source)
    folder = Path(cache) if cache is not None else cache_root() / "tapes"
    wishes = _Wishes(instrument, tick_size, session or (None, None))
    if not source.is_dir():
        definitions = definition_files(source.parent) if source.is_file() else []
        return [_tape(open_dbn(source), definitions, wishes, folder, progress)]
    files = dbn_files(source)
    definitions = [file for file in files if file.schema == "definition"]
    tapes, passed = [], []
    for file in files:
        if file.schema in ("mbo", None):
            try:
                tapes.append(_tape(file, definitions, wishes, folder, progress))
            except NothingThereError as error:
                passed.append(error)
    if not tapes and passed:
        raise passed[0]
    if not tapes:
        raise InputError(f"no MBO files (.dbn, .dbn.zst) in {source}; give one of the mbo schema")
    return sorted(tapes, key=lambda tape: (tape.meta.session_start_ns, tape.meta.source))


def _tape(
    file: DbnFile,
    definitions: list[DbnFile],
    wishes: _Wishes,
    folder: Path,
    progress: Progress | None,
) -> MarketTape:
    """Open the tape of a file, or build it first."""
    file.require_mbo()
    sha256 = content_sha256(file.path, folder)
    known = [content_sha256(definition.path, folder) for definition in definitions]
    path = tape_path(folder, file.path, sha256, known, repr(wishes))
    if path.is_file():
        with suppress(InputError):  # damaged: built again
            return MarketTape.open(path)
    try:
        return _built(file, definitions, wishes, (path, sha256), progress)
    except OSError as error:
        raise InputError(
            f"cannot build the tape of {file.path} in {folder}: {error.strerror or error}; "
            "check the file, the folder and the free space"
        ) from error


def _built(
    file: DbnFile,
    definitions: list[DbnFile],
    wishes: _Wishes,
    target: tuple[Path, str],
    progress: Progress | None,
) -> MarketTape:
    path, sha256 = target
    chooser = Chooser(file, wishes.instrument)
    resolver: Resolver | None = None
    with ColumnFiles(path.parent) as files:
        for everything, share in chunks_ahead(file):
            records = chooser.choose(everything)
            if len(records):
                if resolver is None:
                    instrument, origin = instrument_facts(
                        file, chooser.chosen, definitions, records, wishes.tick_size
                    )
                    resolver = Resolver(instrument.tick_size_e9, wishes.session, str(file.path))
                resolver.feed(records, files)
            if progress is not None:
                progress(file.path.name, share)
        chooser.check()
        assert resolver is not None  # something was chosen, so something was resolved
        session = resolver.finish(files)
        meta = TapeMeta(
            instrument=instrument,
            label=session.label,
            source=file.path.name,
            source_sha256=sha256,
            records=resolver.actions,
            anomalies=resolver.anomalies,
            observed=resolver.observed,
            session_start_ns=session.start_ns,
            session_end_ns=session.end_ns,
            low_ticks=session.low_ticks,
            high_ticks=session.high_ticks,
            tick_size_from=origin,
        )
        return MarketTape.write(path, files.columns(), meta, files.descriptors())
