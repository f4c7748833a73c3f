"""One instrument out of a file that may hold several."""

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from hft_gym.errors import InputError
from hft_gym.tape.dbn import DbnFile

_LISTED = 20


class NothingThereError(InputError):
    """The file has no MBO records of what was asked for; another file of the folder may."""


class Chooser:
    """Picks the records of one instrument, chunk by chunk.

    Args:
        file: tells which symbol has which id.
        wanted: raw symbol or instrument id; None where the file holds one instrument only.

    Attributes:
        chosen: instrument id; -1 until its first record has come.

    Raises:
        NothingThereError: the file's metadata do not know the symbol.
    """

    def __init__(self, file: DbnFile, wanted: str | int | None) -> None:
        self.chosen = -1
        self._path = file.path
        self._names = file.symbols()
        self._wanted = wanted
        self._seen: set[int] = set()
        self._candidates: list[int] = []
        if isinstance(wanted, str) and not wanted.isdigit():
            self._candidates = [i for i, name in self._names.items() if name == wanted]
            if self._names and not self._candidates:
                raise self._missing(self._names)
        elif wanted is not None:
            self._candidates = [int(wanted)]

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
        fitting = self._seen if self._wanted is None else self._seen.intersection(self._candidates)
        if len(fitting) > 1:
            raise InputError(
                f"{self._path} holds several instruments: {self._listed(fitting)}; "
                "choose one with instrument="
            )
        if not fitting:
            return records[:0]
        self.chosen = next(iter(fitting))
        return records if present == [self.chosen] else records[ids == self.chosen]

    def check(self) -> None:
        """After the last record: there was something.

        Raises:
            NothingThereError: nothing, or nothing of what was asked for.
        """
        if not self._seen:
            raise NothingThereError(
                f"{self._path} holds no MBO records; download a time with trading"
            )
        if self.chosen < 0:
            raise self._missing(self._seen)

    def _missing(self, there: Iterable[int]) -> NothingThereError:
        return NothingThereError(
            f"no instrument {self._wanted} in {self._path}; there are: {self._listed(there)}"
        )

    def _listed(self, ids: Iterable[int]) -> str:
        ordered = sorted(ids)
        names = [f"{self._names[i]} ({i})" if i in self._names else str(i) for i in ordered]
        more = len(names) - _LISTED
        return ", ".join(names[:_LISTED]) + (f" and {more} more" if more > 0 else "")
