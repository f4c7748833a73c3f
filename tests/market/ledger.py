"""A journal for tests: every entry as a row of whole numbers, in an array of one's own."""

from typing import NamedTuple

import numpy as np

from hft_gym.kernel.address import address_of, column
from hft_gym.kernel.jit import kernel
from hft_gym.market.interfaces import note

WIDTH = 9  # numbers in an entry
ROOM = 1 << 14


class Ledger(NamedTuple):
    """Writes entries to memory at `address`: their number, then one after the other."""

    address: int


@kernel
def _cells(address):
    return column(address, 1 + ROOM * WIDTH, np.int64)


@note.implement(Ledger)
def _note(model, trader, entry):
    cells = _cells(model.address)
    first = 1 + WIDTH * cells[0]
    cells[first] = entry.event
    cells[first + 1] = entry.reason
    cells[first + 2] = entry.slot
    cells[first + 3] = entry.order_id
    cells[first + 4] = entry.side
    cells[first + 5] = entry.px_ticks
    cells[first + 6] = entry.lots
    cells[first + 7] = entry.ts_exchange_ns
    cells[first + 8] = entry.ts_local_ns
    cells[0] += 1


class Paper:
    """The memory behind a ledger."""

    def __init__(self):
        self.cells = np.zeros(1 + ROOM * WIDTH, np.int64)
        self.model = Ledger(address_of(self.cells))

    def entries(self, first=0):
        """Tuples like `interfaces.Entry`, from the one with number `first` on."""
        count = int(self.cells[0])
        table = self.cells[1 : 1 + WIDTH * count].reshape(count, WIDTH)
        return [tuple(row) for row in table[first:].tolist()]
