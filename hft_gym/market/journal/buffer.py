"""The table that a kernel writes its journal into, and what empties it between calls."""

import weakref

import numpy as np
from numpy.typing import NDArray

from hft_gym.errors import ConfigError
from hft_gym.kernel.address import address_of
from hft_gym.market.journal.journal import Journal
from hft_gym.market.journal.records import JOURNAL_DTYPE, JOURNAL_HEAD_DTYPE


class JournalBuffer:
    """The journal of one trader for one run of orders; keep it for as long as the trader's record.

    Args:
        capacity: entries that fit between two drains; half of them is kept as a reserve, so that
            `must_drain` asks in time. A busy buffer doubles when it is drained.

    Raises:
        ConfigError: fewer than 2 entries.

    Example:
        >>> buffer = JournalBuffer()
        >>> buffer.attach(trader)
        >>> models = models._replace(journal=buffer.model())
        >>> while kernel(models, trader):  # returns when `must_drain` says so
        ...     buffer.drain()
        >>> tables = JournalTables.of(buffer.entries())
    """

    def __init__(self, capacity: int = 1 << 16) -> None:
        if capacity < 2:
            raise ConfigError(f"a journal of {capacity} entries holds nothing: give it 2 or more")
        self._parts: list[NDArray[np.void]] = []
        self._head = np.zeros(1, JOURNAL_HEAD_DTYPE)
        self._grow(capacity)

    @property
    def capacity(self) -> int:
        """Entries that fit between two drains."""
        return int(self._table.size)

    def model(self) -> Journal:
        """What stands as `journal` among the models of the market."""
        return Journal()

    def attach(self, trader: np.void) -> None:
        """Let this trader's events come here; other traders need buffers of their own.

        The trader lets go of a buffer that nobody holds any more; a copy of its record cannot.
        """
        trader["journal_address"] = address_of(self._head)
        weakref.finalize(self, _detach, trader, address_of(self._head))

    def drain(self) -> NDArray[np.void]:
        """Move what has been written since the last drain out of the kernel's way.

        Returns:
            These entries, `[n]` of `JOURNAL_DTYPE`; `entries` gives all.

        Raises:
            ConfigError: entries came that found no room.
        """
        head = self._head[0]
        if head["lost_rows"] > 0:
            raise ConfigError(
                f"the journal ran full and lost {head['lost_rows']} entries: drain it more often "
                f"or give it a capacity above {self.capacity}"
            )
        part = self._table[: int(head["rows"])].copy()
        self._parts.append(part)
        head["rows"] = 0
        if 2 * part.size > self.capacity:
            self._grow(2 * self.capacity)
        return part

    def entries(self) -> NDArray[np.void]:
        """Everything that has happened, `[n]` of `JOURNAL_DTYPE`; drains."""
        self.drain()
        self._parts = [np.concatenate(self._parts)]
        return self._parts[0]

    def _grow(self, capacity: int) -> None:
        self._table = np.zeros(capacity, JOURNAL_DTYPE)
        head = self._head[0]
        head["entries_address"] = address_of(self._table)
        head["capacity_rows"] = capacity
        head["reserve_rows"] = capacity // 2


def _detach(trader: np.void, address: int) -> None:
    if trader["journal_address"] == address:
        trader["journal_address"] = 0
