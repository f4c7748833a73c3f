"""One instrument out of a file that may hold several, on several days."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hft_gym.errors import InputError
from hft_gym.tape.dbn import DbnFile
from hft_gym.tape.symbols import Mapping

_LISTED = 20


class NothingThereError(InputError):
    """The file has no records of what was asked for; another file of the folder may."""


@dataclass(frozen=True, slots=True)
class Choice:
    """Records to take out of a file.

    Attributes:
        wanted: what the user asked for; None: the one instrument that the file holds.
        instrument_id: of the records; -1 where only the records tell.
        symbol: of the instrument; None where nothing tells.
        spans_ns: capture times from and until (not included) which the id means this symbol; None
            where it always does.
    """

    wanted: str | int | None
    instrument_id: int = -1
    symbol: str | None = None
    spans_ns: tuple[tuple[int, int], ...] | None = None


def choices(file: DbnFile, wanted: str | int | None) -> list[Choice]:
    """What a wish means in a file: one choice for each id that its symbol had.

    Args:
        file: its metadata map symbols to ids, day by day.
        wanted: raw symbol, continuous symbol (`ES.c.0`) or instrument id; None where the file holds
            one instrument only.

    Raises:
        NothingThereError: the file's metadata do not know the symbol.
    """
    mappings = sorted(file.mappings(), key=lambda mapping: mapping.start_ns)
    symbols = {mapping.symbol for mapping in mappings}
    if wanted is None:
        if len(symbols) != 1:  # the records tell, if they are of one instrument
            return [Choice(None)]
        ours = mappings
    elif isinstance(wanted, int) or wanted.isdigit():
        ours = [mapping for mapping in mappings if mapping.instrument_id == int(wanted)]
        if not ours:  # not every record has a symbol
            return [Choice(wanted, int(wanted))]
    else:
        ours = [mapping for mapping in mappings if mapping.symbol == wanted]
    if not ours:
        names = {mapping.instrument_id: mapping.symbol for mapping in mappings}
        there = listed(names, names) if names else "ids without symbols; give the instrument's id"
        raise NothingThereError(f"no instrument {wanted} in {file.path}; there are: {there}")
    pairs = dict.fromkeys((mapping.instrument_id, mapping.symbol) for mapping in ours)
    is_clear = (
        len(pairs) == 1
        and len({m.symbol for m in mappings if m.instrument_id == ours[0].instrument_id}) == 1
    )
    return [
        Choice(wanted if wanted is not None else symbol, number, symbol,
               None if is_clear else _days(ours, number, symbol))
        for number, symbol in pairs
    ]  # fmt: skip


def _days(mappings: list[Mapping], number: int, symbol: str) -> tuple[tuple[int, int], ...]:
    return tuple(
        (m.start_ns, m.end_ns) for m in mappings if (m.instrument_id, m.symbol) == (number, symbol)
    )


class Chooser:
    """Picks the records of one instrument, chunk by chunk.

    Args:
        file: tells which symbol has which id.
        choice: what to take.
        schema: of the records, for messages.

    Attributes:
        chosen: instrument id; -1 until its first record has come.
    """

    def __init__(self, file: DbnFile, choice: Choice, schema: str = "mbo") -> None:
        self.chosen = -1
        self._path = file.path
        self._names = file.symbols()
        self._choice = choice
        self._schema = schema
        self._seen: set[int] = set()

    def choose(self, records: NDArray[np.void]) -> NDArray[np.void]:
        """`[m]` records of the chosen instrument among `[n]` records.

        Raises:
            InputError: there are several instruments and the wish does not tell which.
        """
        ids = records["instrument_id"]
        if len(ids) and np.all(ids == ids[0]):
            present = [int(ids[0])]
        else:
            present = [int(i) for i in np.unique(ids)]
        self._seen.update(present)
        if self._choice.wanted is None:
            fitting = self._seen
            if len(fitting) > 1:
                raise InputError(
                    f"{self._path} holds several instruments: {listed(fitting, self._names)}; "
                    "choose one with instrument="
                )
        else:
            fitting = self._seen & {self._choice.instrument_id}
        if not fitting:
            return records[:0]
        (number,) = fitting
        if present != [number]:
            records = records[ids == number]
        records = self._in_time(records)
        if len(records):
            self.chosen = number
        return records

    def _in_time(self, records: NDArray[np.void]) -> NDArray[np.void]:
        spans = self._choice.spans_ns
        if spans is None:
            return records
        ts_ns = records["ts_recv"]
        inside = np.zeros(len(records), np.bool_)
        for start_ns, end_ns in spans:
            inside |= (ts_ns >= np.uint64(start_ns)) & (ts_ns < np.uint64(end_ns))
        return records[inside]

    def check(self) -> None:
        """After the last record: there was something.

        Raises:
            NothingThereError: nothing, or nothing of what was asked for.
        """
        if not self._seen:
            raise NothingThereError(
                f"{self._path} holds no {self._schema} records; download a time with trading"
            )
        if self.chosen < 0:
            raise NothingThereError(
                f"no instrument {self._choice.wanted} in {self._path}; there are: "
                f"{listed(self._seen, self._names)}"
            )


def listed(ids: Iterable[int], names: dict[int, str]) -> str:
    """Instruments for people: symbols with their ids, the first few."""
    ordered = sorted(ids)
    texts = [f"{names[i]} ({i})" if i in names else str(i) for i in ordered]
    more = len(texts) - _LISTED
    return ", ".join(texts[:_LISTED]) + (f" and {more} more" if more > 0 else "")
