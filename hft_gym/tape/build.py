"""From DBN files to tapes, once for each content: later calls map what is there."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from hft_gym.errors import InputError
from hft_gym.kernel.jit import cache_root, enable_cache
from hft_gym.tape.batch import day_conditions, verify_batch
from hft_gym.tape.cache import (
    SourceDigest,
    content_sha256,
    digest_before_reading,
    require_folder,
    tape_path,
)
from hft_gym.tape.calendar import CalendarWish
from hft_gym.tape.chooser import Choice, Chooser, NothingThereError, choices
from hft_gym.tape.columns import ColumnFiles
from hft_gym.tape.dbn import DbnFile, open_dbn
from hft_gym.tape.decoding import chunks_ahead
from hft_gym.tape.definitions import dbn_files, instrument_facts
from hft_gym.tape.instrument import Instrument
from hft_gym.tape.lobster import build_lobster_tapes, is_lobster
from hft_gym.tape.look import require_unchanged
from hft_gym.tape.market_tape import MarketTape, TapeMeta
from hft_gym.tape.schemas import SCHEMAS, RowWriter, Schema, check_schema, require_schema, schema_of
from hft_gym.tape.session import SessionBounds, session_hours, session_wish
from hft_gym.tape.status import narrowed, status_changes, trading_spans, with_halts

Progress = Callable[[str, float], None]


@dataclass(frozen=True, slots=True)
class _Wishes:
    instrument: str | int | None
    tick_size: float | None
    session: SessionBounds | CalendarWish
    schema: str | None


@dataclass(frozen=True, slots=True)
class _Order:
    """One tape to be opened, or to be built first.

    Attributes:
        file: the market data.
        schema: which of its records.
        choice: which instrument.
        companions: files beside it, and itself if it is mixed, that hold definitions and statuses.
        wishes: of the user.
    """

    file: DbnFile
    schema: Schema
    choice: Choice
    companions: tuple[DbnFile, ...]
    wishes: _Wishes

    def told_by(self, schema: str) -> list[DbnFile]:
        """Companions that may hold records of one schema."""
        return [file for file in self.companions if file.schema in (schema, None)]


@dataclass(frozen=True, slots=True)
class _Target:
    """Where a tape shall be; its name depends on the digest of its source.

    Attributes:
        folder: the cache.
        digest: of the source, known or still to be taken.
        known: digests of the companions.
        wishes: all that the user may choose, as text.
    """

    folder: Path
    digest: SourceDigest
    known: tuple[str, ...]
    wishes: str

    def path(self, source: Path) -> Path:
        """Of the tape; the digest is known by now."""
        return tape_path(self.folder, source, self.digest.value(), self.known, self.wishes)


def build_tapes(
    source: Path | str,
    *,
    instrument: str | int | None = None,
    tick_size: float | None = None,
    session: SessionBounds | str | None = None,
    schema: str | None = None,
    cache: Path | str | None = None,
    progress: Progress | None = None,
) -> list[MarketTape]:
    """Tapes of a DBN file, or of every one in a folder, in order of time; or of LOBSTER files.

    A tape that was built before from the same content with the same wishes is only opened. Of a
    folder, the files of one schema are taken, the one that shows most: MBO before MBP-10, MBP-1,
    TBBO and trades; those without the instrument are passed over. A symbol that had several ids, as
    a continuous one has, gives a tape for each.

    Args:
        source: a .dbn or .dbn.zst file or a fragment, or a folder of them. Definition files beside
            the data tell tick size, multiplier and currency; status files, when it traded. Files of
            a batch download are compared with its manifest first, see `hft_gym.tape.batch`. For
            LOBSTER see `hft_gym.tape.lobster`.
        instrument: raw or continuous symbol or instrument id; needed where a file holds several.
        tick_size: price step in points, if the files do not tell it or are wrong.
        session: start and end as `HH:MM[:SS]` (UTC), ISO time, ns since the epoch, or None; or
            `calendar[:NAME][:regular|:all]`, see `hft_gym.tape.calendar`. In a folder, files
            without such a session are passed over.
        schema: `mbo`, `mbp-10`, `mbp-1`, `tbbo` or `trades`, where the source holds several.
        cache: folder of the tapes; `cache_root() / "tapes"` if not given.
        progress: told the file's name and the share of it done, a number in [0, 1].

    Raises:
        InputError: no tape can be made of the source.
        ConfigError: `tick_size`, `session` or `schema` makes no sense.
    """
    enable_cache()
    check_schema(schema)
    source = Path(source)
    if is_lobster(source):
        return build_lobster_tapes(
            source,
            instrument=instrument,
            tick_size=tick_size,
            session=session,
            cache=cache,
            progress=progress,
        )
    folder = Path(cache) if cache is not None else cache_root() / "tapes"
    verify_batch(source, folder)
    wishes = _Wishes(instrument, tick_size, session_wish(session), schema)
    if source.is_dir():
        tapes = _of_folder(source, wishes, folder, progress)
    else:
        file = open_dbn(source)
        found = require_schema(file, schema)
        tapes = _of_file(file, found, dbn_files(source.parent), wishes, (folder, progress))
    return sorted(tapes, key=lambda tape: (tape.meta.session_start_ns, tape.meta.source))


def _of_folder(
    source: Path, wishes: _Wishes, folder: Path, progress: Progress | None
) -> list[MarketTape]:
    """Tapes of the schema that shows most among those that hold the instrument."""
    files = dbn_files(source)
    found = [(file, schema_of(file, wishes.schema)) for file in files]
    passed: list[NothingThereError] = []
    for schema in SCHEMAS.values():
        tapes: list[MarketTape] = []
        for file in (file for file, its in found if its is schema):
            try:
                tapes += _of_file(file, schema, files, wishes, (folder, progress))
            except NothingThereError as error:
                passed.append(error)
        if tapes:
            return tapes
    if passed:
        raise passed[0]
    raise InputError(
        f"no market data (.dbn, .dbn.zst) in {source}; give files of the schema "
        f"{wishes.schema or ', '.join(SCHEMAS)}"
    )


def _of_file(
    file: DbnFile,
    schema: Schema,
    beside: list[DbnFile],
    wishes: _Wishes,
    target: tuple[Path, Progress | None],
) -> list[MarketTape]:
    """Tapes of a file: one for each id that the instrument had."""
    companions = tuple(f for f in beside if f.schema in ("definition", "status"))
    if file.schema is None:
        companions = (*companions, file)
    tapes: list[MarketTape] = []
    passed: list[NothingThereError] = []
    for choice in choices(file, wishes.instrument):
        try:
            tapes.append(_tape(_Order(file, schema, choice, companions, wishes), *target))
        except NothingThereError as error:  # mapped, but without records
            passed.append(error)
    if not tapes:
        raise passed[0]
    return tapes


def _tape(order: _Order, folder: Path, progress: Progress | None) -> MarketTape:
    """Open the tape of a file, or build it first."""
    file = order.file
    known = tuple(content_sha256(other.path, folder) for other in order.companions)
    digest = digest_before_reading(file.path, folder)
    wishes = repr((order.wishes, order.choice, order.schema.layout.schema, day_conditions(file)))
    target = _Target(folder, digest, known, wishes)
    if digest.running is None and (path := target.path(file.path)).is_file():
        with suppress(InputError):  # damaged: built again
            return MarketTape.open(path)
    require_folder(folder)
    try:
        return _built(order, target, progress)
    except OSError as error:
        raise InputError(
            f"cannot build the tape of {file.path} in {folder}: {error.strerror or error}; "
            "check the file, the folder and the free space"
        ) from error


def _built(order: _Order, target: _Target, progress: Progress | None) -> MarketTape:
    file, layout, running = order.file, order.schema.layout, target.digest.running
    listener = None if running is None else running.update
    chooser = Chooser(file, order.choice, layout.schema)
    writer: RowWriter | None = None
    with ColumnFiles(target.folder) as files:
        for everything, share in chunks_ahead(file, layout=layout, listener=listener):
            records = chooser.choose(everything)
            if len(records):
                if writer is None:
                    instrument, origin = instrument_facts(
                        file,
                        chooser.chosen,
                        order.told_by("definition"),
                        (order.schema.prices(records), int(records["ts_recv"][0])),
                        order.wishes.tick_size,
                        order.choice.symbol,
                    )
                    writer = _writer(order, instrument)
                writer.feed(records, files)
            if progress is not None:
                progress(file.path.name, share)
        chooser.check()
        assert writer is not None  # something was chosen, so something was resolved
        return _written(order, target, (files, writer), (instrument, origin))


def _writer(order: _Order, instrument: Instrument) -> RowWriter:
    """What turns the records of an instrument into rows."""
    file, name = order.file, str(order.file.path)
    hours = session_hours(order.wishes.session, instrument, file.metadata.end, name)
    return order.schema.writer(instrument.tick_size_e9, hours, name)


def _written(
    order: _Order,
    target: _Target,
    rows: tuple[ColumnFiles, RowWriter],
    facts: tuple[Instrument, str],
) -> MarketTape:
    """Give the rows their metadata and the tape its name."""
    files, writer = rows
    instrument, origin = facts
    session = writer.finish(files)
    changes = status_changes(order.told_by("status"), instrument.dataset, instrument.instrument_id)
    session = narrowed(session, changes)
    columns, descriptors = files.columns(), files.descriptors()
    flags = with_halts(columns["flags"], columns["ts_exchange_ns"], changes)
    if flags is not columns["flags"]:  # no longer what lies in the file
        columns["flags"] = flags
        del descriptors["flags"]
    for other in order.companions:
        require_unchanged(other.path, other.look)
    meta = TapeMeta(
        instrument=instrument,
        label=session.label,
        source=order.file.path.name,
        source_sha256=target.digest.value(),
        records=writer.actions,
        anomalies=writer.anomalies,
        observed=writer.observed,
        session_start_ns=session.start_ns,
        session_end_ns=session.end_ns,
        low_ticks=session.low_ticks,
        high_ticks=session.high_ticks,
        tick_size_from=origin,
        schema=order.schema.layout.schema,
        status=changes,
        trading_spans_ns=trading_spans(changes, session.start_ns, session.end_ns),
        condition=day_conditions(order.file),
    )
    return MarketTape.write(target.path(order.file.path), columns, meta, descriptors)
