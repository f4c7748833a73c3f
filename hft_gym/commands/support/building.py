"""One file after another into tapes: which files there are, and how each one fared."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from hft_gym.commands.support.text import counted, utc_span
from hft_gym.errors import HftGymError, InputError
from hft_gym.tape.build import build_tapes
from hft_gym.tape.chooser import NothingThereError
from hft_gym.tape.dbn import open_dbn
from hft_gym.tape.lobster import is_lobster
from hft_gym.tape.market_tape import MarketTape
from hft_gym.tape.schemas import SCHEMAS, schema_of
from hft_gym.tape.session import SessionBounds

_ENDINGS = (".dbn", ".dbn.zst")


@dataclass(frozen=True, slots=True)
class Source:
    """A file to build a tape of.

    Attributes:
        path: the file.
        in_folder: found in a folder, where other schemas and instruments are passed over.
        size_bytes: its share of the whole work.
    """

    path: Path
    in_folder: bool
    size_bytes: int


@dataclass(frozen=True, slots=True)
class Wishes:
    """What `build_tapes` is told beside the source."""

    instrument: str | None = None
    tick_size: float | None = None
    session: SessionBounds | str | None = None
    cache: Path | None = None


@dataclass(frozen=True, slots=True)
class Built:
    """How a file fared: one of three.

    Attributes:
        line: about its tape, or a line for each of its tapes.
        passed: why it was passed over.
        failure: why no tape can be made of it.
    """

    line: str = ""
    passed: str = ""
    failure: str = ""


def sources_of(path: Path) -> list[Source]:
    """The file itself, or the Databento files of a folder in the order of their names.

    A folder of LOBSTER files is one source: they belong together in pairs.

    Raises:
        InputError: the folder holds none, or cannot be read.
    """
    if not path.is_dir() or is_lobster(path):
        return [Source(path, False, path.stat().st_size if path.is_file() else 0)]
    try:
        entries = sorted(path.iterdir())
    except OSError as error:
        raise InputError(f"cannot read {path}: {error.strerror}; check its permissions") from error
    found = [entry for entry in entries if entry.name.endswith(_ENDINGS) and entry.is_file()]
    if not found:
        needed = ", ".join(SCHEMAS)
        raise InputError(f"no market data (.dbn, .dbn.zst) in {path}; give files of {needed}")
    return [Source(entry, True, entry.stat().st_size) for entry in found]


def built(source: Source, wishes: Wishes, progress: Callable[[float], None]) -> Built:
    """Build the tape of one file, or say why not.

    Args:
        source: the file.
        wishes: what is wanted of it.
        progress: told the share done, a number in [0, 1].
    """
    try:
        if source.in_folder and schema_of(file := open_dbn(source.path)) is None:
            needed = ", ".join(SCHEMAS)
            return Built(passed=f"{source.path} holds {file.schema}, a tape needs {needed}")
        tapes = build_tapes(
            source.path,
            instrument=wishes.instrument,
            tick_size=wishes.tick_size,
            session=wishes.session,
            cache=wishes.cache,
            progress=lambda _, share: progress(share),
        )
    except NothingThereError as error:
        return Built(passed=str(error)) if source.in_folder else Built(failure=str(error))
    except HftGymError as error:
        return Built(failure=str(error))
    return Built(line="\n".join(tape_line(tape) for tape in tapes))


def tape_line(tape: MarketTape) -> str:
    """Path, instrument, rows, span and anomalies of a tape."""
    meta = tape.meta
    span = "no rows"
    if len(tape):
        span = (
            f"{len(tape):,} rows, {utc_span(int(tape.ts_local_ns[0]), int(tape.ts_local_ns[-1]))}"
        )
    return f"{tape.path}: {meta.instrument.symbol}, {span}, anomalies: {counted(meta.anomalies)}"
