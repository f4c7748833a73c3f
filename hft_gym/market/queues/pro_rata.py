"""Matching by size: CME Globex's pro-rata algorithms, as far as levels tell.

The steps, in the venue's order (CME Group Client Systems Wiki, "CME Globex Matching Algorithm
Steps" and "Supported Matching Algorithms"; CME Globex advisory notice 020705-1 of 2005): the TOP
order, lead market makers (LMM), the FIFO part of a split, pro rata rounded down with shares below a
minimum lost, and the rest FIFO. A print that takes all that rests fills everybody.

    A  allocation            top_max_lots > 0
    C  pro rata              as it stands
    K  split FIFO, pro rata  fifo_share, and top and lead as the product has them
    O  threshold pro rata    top_min_lots, top_max_lots, min_allocation_lots
    Q  the same with LMM     and lead_share
    S  FIFO, TOP and LMM     fifo_share 1, top_max_lots, lead_share
    T  FIFO, LMM             fifo_share 1, lead_share

Exact, given the print and the level: our part of a TOP, of a split's FIFO part and of pro rata.
Estimated, since a level's total does not tell single orders: that the lead market makers have lots
enough for their share; that no other order is TOP (then we get a little too much); that an order of
ours stays TOP until it has traded or changed (a better order that came and went is not noticed);
and what rounding leaves to the last FIFO step, of which we count only what our own share lost. The
venue's "leveling" step of K and the limits that products set on it are left out.
"""

from typing import NamedTuple

import numpy as np

from hft_gym.errors import ConfigError
from hft_gym.market.interfaces import (
    lots_ahead_gone,
    needs_level_lots,
    needs_top,
    share_of_print,
)


class ProRata(NamedTuple):
    """Fills in proportion to size, with the venue's other steps before and after.

    Attributes:
        min_allocation_lots: pro-rata shares below this are lost to the last step.
        fifo_share: part of a print, after top and lead, that goes first come, first served.
        lead_share: part of a print, after the top order, that goes to lead market makers.
        top_min_lots: a TOP order needs so many lots to count.
        top_max_lots: it trades before all others up to so many lots of a print; 0: there is none.
    """

    min_allocation_lots: int = 2
    fifo_share: float = 0.0
    lead_share: float = 0.0
    top_min_lots: int = 1
    top_max_lots: int = 0

    def check(self) -> None:
        """Raise ConfigError where a number is out of range."""
        if not (0.0 <= self.fifo_share <= 1.0 and 0.0 <= self.lead_share <= 1.0):
            raise ConfigError(f"{self}: fifo_share and lead_share are parts from 0 to 1")
        if min(self.min_allocation_lots, self.top_min_lots, self.top_max_lots) < 0:
            raise ConfigError(f"{self}: no number of lots may be negative")


@needs_level_lots.implement(ProRata)
def _needs_level_lots(model: ProRata) -> bool:
    return True


@needs_top.implement(ProRata)
def _needs_top(model: ProRata) -> bool:
    return True


@lots_ahead_gone.implement(ProRata)
def _lots_ahead_gone(
    model: ProRata, order: np.void, queue_key: int, lots: int, level_lots: int
) -> int:
    if queue_key >= 0:
        return lots if queue_key < order["arrival_row"] else 0
    # no single orders: as many leave before us as stand before us
    return lots * int(order["ahead_lots"]) // max(1, level_lots + lots)


@share_of_print.implement(ProRata)
def _share_of_print(
    model: ProRata, order: np.void, remaining_lots: int, ahead_lots: int, level_lots: int
) -> int:
    leaves, left, others = int(order["leaves_lots"]), remaining_lots, level_lots
    if left >= others + leaves:
        return leaves
    ours = 0
    if order["is_top"] and leaves >= model.top_min_lots:
        ours = min(leaves, left, model.top_max_lots)
        left -= ours
    lead = min(int(left * model.lead_share), others)
    left, others = left - lead, others - lead
    by_time = int(left * model.fifo_share)
    ahead = min(ahead_lots, others)
    in_time = max(0, min(by_time - ahead, leaves - ours))
    ours += in_time
    left -= by_time
    ahead = max(0, ahead - by_time)
    others = max(0, others - (by_time - in_time))
    total = others + leaves - ours
    if left <= 0 or total <= 0 or leaves == ours:
        return ours
    due = left * (leaves - ours) / total
    share = int(due)
    if share < model.min_allocation_lots:
        share = 0
    lost = int(due - share + 1e-9)  # what rounding took of ours goes to the front of the queue
    ahead_left = ahead - int(left * ahead / total)
    return ours + share + max(0, min(lost - ahead_left, leaves - ours - share))
