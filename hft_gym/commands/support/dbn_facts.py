"""What a DBN file of any schema is about: its records, and the book of one instrument."""

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hft_gym.commands.support.facts import BookFacts, Facts
from hft_gym.commands.support.spread import SpreadOverTime
from hft_gym.commands.support.survey import Quotes, Survey
from hft_gym.commands.support.tape_facts import book_facts
from hft_gym.errors import InputError
from hft_gym.kernel.jit import enable_cache
from hft_gym.tape.build import build_tapes
from hft_gym.tape.dbn import DbnFile, open_dbn
from hft_gym.tape.definitions import definition_files, instrument_facts
from hft_gym.tape.records import MBO, MBP_1, MBP_10, TRADES, UNDEF_TIME

_CHUNK_BYTES = 1 << 24
_WITH_BOOK = {MBO.rtype, MBP_10.rtype, MBP_1.rtype}  # and a tape


def dbn_facts(path: Path, instrument: str | None = None, cache: Path | None = None) -> Facts:
    """Everything about a DBN file; its tape is built, or opened, where its schema has one.

    Args:
        path: the file.
        instrument: raw symbol or id of the one whose book is described, where there are several.
        cache: folder of the tapes.

    Raises:
        InputError: the file cannot be read, or does not hold the instrument.
    """
    enable_cache()
    file = open_dbn(path)
    survey, quoted = Survey(), _QuotedBook(file, _wanted_ids(file, instrument))
    try:
        for data, _ in file.record_bytes(_CHUNK_BYTES):
            for quotes in survey.add(data):
                quoted.add(quotes)
    except OSError as error:
        raise InputError(f"cannot read {path}: {error.strerror}; check the disk") from error
    facts = _facts(file, survey)
    chosen = [number for number in survey.ids if instrument is None or number in quoted.wanted]
    if instrument is not None and not chosen:
        raise InputError(f"no instrument {instrument} in {path}; see hft-gym info {path}")
    has_tape = bool(_WITH_BOOK & set(survey.types))
    has_tape |= TRADES.rtype in survey.types and not quoted.has_quotes
    if (has_tape or quoted.has_quotes) and len(chosen) > 1:
        facts.no_book = "several instruments: choose one with --instrument"
    elif has_tape and not quoted.is_mixed:
        wish = chosen[0] if instrument is None else instrument
        facts.book, facts.no_book = _of_tape(path, wish, cache, quoted)
    elif quoted.has_quotes:
        facts.book, facts.no_book = quoted.finished()
    return facts


def _of_tape(
    path: Path, instrument: str | int, cache: Path | None, quoted: "_QuotedBook"
) -> tuple[BookFacts | None, str]:
    """The book of an instrument's tape, or of its quotes, or none, and why there is no tape."""
    try:
        tapes = build_tapes(path, instrument=instrument, cache=cache)
    except InputError as error:
        return quoted.finished()[0], str(error)
    if len(tapes) > 1:  # an id that was not always the same instrument's
        symbols = ", ".join(tape.meta.instrument.symbol for tape in tapes)
        return None, f"several instruments: {symbols}; choose one with --instrument"
    return book_facts(tapes[0]), ""


def _wanted_ids(file: DbnFile, instrument: str | None) -> set[int]:
    if instrument is None:
        return set()
    ids = {mapping.instrument_id for mapping in file.mappings() if mapping.symbol == instrument}
    return ids | ({int(instrument)} if instrument.isdigit() else set())


def _facts(file: DbnFile, survey: Survey) -> Facts:
    symbols = file.symbols()
    facts = Facts(str(file.path), "DBN", file.version, file.schema, file.metadata.dataset)
    facts.instruments = [
        {"symbol": symbols.get(number, str(number)), "id": number, "records": count}
        for number, count in survey.ids.most_common()
    ]
    facts.records = survey.type_names()
    facts.actions = {chr(code): count for code, count in survey.actions.items()}
    facts.snapshot_records = survey.snapshot_records
    facts.activity = survey.activity
    return facts


class _QuotedBook:
    """The spread of quotes of one instrument and one publisher.

    Args:
        file: tells symbols and, with definitions beside it, tick sizes.
        wanted: ids of the instrument that was asked for; empty where it is the only one.

    Attributes:
        has_quotes: whether there are any, of whatever instrument.
        is_mixed: whether those of the instrument are of several publishers.
    """

    def __init__(self, file: DbnFile, wanted: set[int]) -> None:
        self.wanted = wanted
        self._file = file
        self._chosen: tuple[int, int] | None = None  # instrument and publisher
        self._book: BookFacts | None = None
        self.has_quotes = self.is_mixed = False

    def add(self, quotes: Quotes) -> None:
        """Take quotes of any instruments, in their order."""
        self.has_quotes = self.has_quotes or len(quotes.instrument_id) > 0
        if self.wanted:
            of_wanted = np.isin(quotes.instrument_id, list(self.wanted))
            columns: list[NDArray[Any]] = [column[of_wanted] for column in quotes]
            quotes = Quotes(*columns)
        if len(quotes.instrument_id) == 0:
            return
        if self._chosen is None or self._book is None:
            self._chosen = int(quotes.instrument_id[0]), int(quotes.publisher_id[0])
            self._book = self._new_book(self._chosen[0])
        instrument_id, publisher_id = self._chosen
        of_chosen = quotes.instrument_id == instrument_id
        of_publisher = quotes.publisher_id[of_chosen] == publisher_id
        self.is_mixed = self.is_mixed or not of_publisher.all()
        dated = of_chosen & (quotes.ts_local_ns < UNDEF_TIME)
        self._book.spread.add(
            quotes.ts_local_ns[dated].astype(np.int64), quotes.bid_e9[dated], quotes.ask_e9[dated]
        )

    def finished(self) -> tuple[BookFacts | None, str]:
        """The book, or why there is none."""
        if self._book is None:
            return None, "no quotes of this instrument"
        if self.is_mixed:
            return None, "quotes of several venues, which make no one book"
        spread = self._book.spread
        self._book.touch_e9 = (spread.low_e9, spread.high_e9) if spread.has_touch else None
        return self._book, ""

    def _new_book(self, instrument_id: int) -> BookFacts:
        symbol = self._file.symbols().get(instrument_id, str(instrument_id))
        nothing = np.empty(0, np.int64), int(self._file.metadata.start)
        try:
            definitions = definition_files(self._file.path.parent)
            found, origin = instrument_facts(self._file, instrument_id, definitions, nothing)
        except InputError:  # then the spread is told in points only
            return BookFacts(symbol, SpreadOverTime(None))
        return BookFacts(symbol, SpreadOverTime(found.tick_size_e9), found.tick_size, origin)
