"""Models for tests, of one kind for all of them: kernels are compiled anew for each combination.

Delays that follow from the time alone, a limit of lots, and a journal whose entries are rows of
whole numbers in an array of one's own.
"""

import functools
from typing import NamedTuple

import numpy as np

from hft_gym.kernel.address import address_of, column
from hft_gym.kernel.jit import enable_cache, kernel
from hft_gym.market.fees.per_lot import PerLot
from hft_gym.market.interfaces import (
    Latency,
    MarketModels,
    VenueRules,
    delay_ns,
    lots_allowed,
    note,
)
from hft_gym.market.queues.fifo import Fifo
from hft_gym.market.records import Reason, trader_dtype

WIDTH = 9  # numbers in an entry
ROOM = 1 << 14


OUTSIDE_BAND = int(Reason.OUTSIDE_BAND)
SIZES = (64, 96, 320)
TRADER = trader_dtype(*SIZES)


class Scattered(NamedTuple):
    """`least_ns` and a part below `span_ns` that looks random."""

    least_ns: int
    span_ns: int = 1
    salt: int = 0


def scattered_ns(ts_ns, least_ns, span_ns, salt):
    """The same for the slow twin."""
    return least_ns + (ts_ns % 1_000_003 * 7_919 + salt) % span_ns


@delay_ns.implement(Scattered)
def _delay_ns(model, tape, trader, ts_ns, lots):
    return model.least_ns + (ts_ns % 1_000_003 * 7_919 + model.salt) % model.span_ns


class AtMost(NamedTuple):
    """So many lots a message; none at all at a forbidden price."""

    lots: int = 2**31
    forbidden_ticks: int = -(2**31)


@lots_allowed.implement(AtMost)
def _lots_allowed(model, tape, trader, now_ns, message):
    if message["px_ticks"] == model.forbidden_ticks:
        return -OUTSIDE_BAND
    return min(model.lots, int(message["lots"]))


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


@functools.cache
def _keep_compiled():
    enable_cache()


def market(paper, ways, fees=PerLot(0.0, 0.0), risk=AtMost(), rules=VenueRules()):  # noqa: B008
    """Models of the exchange; `ways`: delays of entry, cancel and response."""
    _keep_compiled()
    latency = Latency(*ways, Scattered(0))
    return MarketModels(latency, Fifo(), fees, risk, paper.model, rules)
