"""How often our shadow orders met the fate of the real ones."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hft_gym.evaluation.fidelity.lives import Fate

_MS = 1e6  # nanoseconds


@dataclass(frozen=True, slots=True)
class Score:
    """Shares in [0, 1], or None where there is nothing to take a share of.

    An order counts as filled if one lot or more of it traded while it rested. One that the venue
    cancelled lest it met its own owner is judged until the aggressor came, since ours has another
    owner; the figures `as_withdrawn` judge it until it was gone, as if its owner had cancelled it.

    Attributes:
        orders: real orders whose fate is known.
        agreement: share of them that ours agrees with: filled or not.
        precision: of our fills, the share of those that were real.
        recall: of the real fills, the share of those that we had.
        time_equal: of the agreed fills, the share whose first lot traded at the same exchange time.
        lots_equal: of the agreed fills, the share of which as many lots traded.
        fills_equal: of the agreed fills, the share of which every lot traded at its time.
        time_error_mean_ms: mean distance of the first lot's time from the real one, agreed fills.
        time_error_median_ms: its median.
        lots_error_mean: mean distance of the filled lots from the real ones, agreed fills.
        lots_error_median: its median.
        both: orders that were filled and ours too.
        only_real: orders that were filled and ours was not.
        only_ours: orders that were not filled and ours was.
        neither: orders that were not filled, nor was ours.
        self_match_orders: those of them that the venue cancelled lest they met their own owner.
        self_match_fills: how many of ours the aggressor then met in their place.
        agreement_as_withdrawn: agreement, had the owners of these cancelled them.
        precision_as_withdrawn: likewise; a fill in their place counts as wrong.
        recall_as_withdrawn: likewise.
        disagreements: orders whose fills are not all equal, by the cause found in the records.
    """

    orders: int
    agreement: float | None
    precision: float | None
    recall: float | None
    time_equal: float | None
    lots_equal: float | None
    fills_equal: float | None
    time_error_mean_ms: float | None
    time_error_median_ms: float | None
    lots_error_mean: float | None
    lots_error_median: float | None
    both: int
    only_real: int
    only_ours: int
    neither: int
    self_match_orders: int
    self_match_fills: int
    agreement_as_withdrawn: float | None
    precision_as_withdrawn: float | None
    recall_as_withdrawn: float | None
    disagreements: Mapping[str, int]

    @staticmethod
    def of(
        lives: NDArray[np.void], shadows: NDArray[np.void], disagreements: Mapping[str, int]
    ) -> "Score":
        """Compare fates.

        Args:
            lives: `[n]` of `lives.LIFE_DTYPE`.
            shadows: `[n]` of `shadows.SHADOW_DTYPE`.
            disagreements: by cause.
        """
        real, ours = lives["filled_lots"] > 0, shadows["filled_lots"] > 0
        through = shadows["through_lots"] > 0
        both = real & ours
        time_ms = np.abs(shadows["first_fill_ns"] - lives["first_fill_ns"])[both] / _MS
        lots = np.abs(shadows["filled_lots"] - lives["filled_lots"])[both]
        return Score(
            orders=len(lives),
            agreement=_mean(real == ours),
            precision=_mean(real[ours]),
            recall=_mean(ours[real]),
            time_equal=_mean(time_ms == 0.0),
            lots_equal=_mean(lots == 0),
            fills_equal=_mean(shadows["differs_ns"][both] == 0),
            time_error_mean_ms=_mean(time_ms),
            time_error_median_ms=_median(time_ms),
            lots_error_mean=_mean(lots),
            lots_error_median=_median(lots),
            both=int(both.sum()),
            only_real=int((real & ~ours).sum()),
            only_ours=int((ours & ~real).sum()),
            neither=int((~real & ~ours).sum()),
            self_match_orders=int((lives["reason"] == Fate.SELF_MATCH).sum()),
            self_match_fills=int((shadows["through_lots"] > shadows["filled_lots"]).sum()),
            agreement_as_withdrawn=_mean(real == through),
            precision_as_withdrawn=_mean(real[through]),
            recall_as_withdrawn=_mean(through[real]),
            disagreements=disagreements,
        )

    def as_json(self) -> dict[str, Any]:
        """For programs."""
        return asdict(self)


def _mean(values: NDArray[Any]) -> float | None:
    return float(values.mean()) if len(values) else None


def _median(values: NDArray[Any]) -> float | None:
    return float(np.median(values)) if len(values) else None
