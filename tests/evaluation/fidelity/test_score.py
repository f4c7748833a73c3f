"""Shares, errors and the confusion."""

import json
import math

import numpy as np
import pytest

from hft_gym.evaluation.fidelity.lives import LIFE_DTYPE, Fate
from hft_gym.evaluation.fidelity.score import Score
from hft_gym.evaluation.fidelity.shadows import SHADOW_DTYPE


def score(*rows):
    """Rows of (fate, real lots, real time, own lots, own time, first difference), times in ns.

    Where the venue took the real order away, a seventh number tells what ours had in the end.
    """
    lives, shadows = np.zeros(len(rows), LIFE_DTYPE), np.zeros(len(rows), SHADOW_DTYPE)
    for life, shadow, row in zip(lives, shadows, rows, strict=True):
        life["reason"], life["filled_lots"], life["first_fill_ns"] = row[:3]
        shadow["filled_lots"], shadow["first_fill_ns"], shadow["differs_ns"] = row[3:6]
        shadow["through_lots"] = row[6] if len(row) > 6 else row[3]
    return Score.of(lives, shadows, {"iceberg": 2})


def test_every_figure():
    found = score(
        (Fate.FILLED, 5, 1_000_000, 5, 1_000_000, 0),
        (Fate.FILLED, 5, 1_000_000, 4, 4_000_000, 9),
        (Fate.WITHDRAWN, 2, 1_000_000, 1, 1_000_000, 9),
        (Fate.FILLED, 1, 1_000_000, 0, 0, 9),
        (Fate.WITHDRAWN, 0, 0, 1, 1_000_000, 9),
        (Fate.WITHDRAWN, 0, 0, 0, 0, 0),
        (Fate.SELF_MATCH, 0, 0, 0, 0, 0, 1),
        (Fate.SELF_MATCH, 0, 0, 0, 0, 0, 0),
    )
    assert (found.both, found.only_real, found.only_ours, found.neither) == (3, 1, 1, 3)
    assert (found.orders, found.agreement) == (8, pytest.approx(6 / 8))
    assert found.precision == found.recall == pytest.approx(3 / 4)
    assert found.time_equal == pytest.approx(2 / 3)
    assert found.lots_equal == found.fills_equal == pytest.approx(1 / 3)
    assert (found.time_error_mean_ms, found.time_error_median_ms) == (1.0, 0.0)
    assert (found.lots_error_mean, found.lots_error_median) == (pytest.approx(2 / 3), 1.0)
    assert (found.self_match_orders, found.self_match_fills) == (2, 1)
    assert found.agreement_as_withdrawn == pytest.approx(5 / 8)
    assert found.precision_as_withdrawn == pytest.approx(3 / 5)
    assert found.recall_as_withdrawn == pytest.approx(3 / 4)
    assert found.disagreements == {"iceberg": 2}


def test_shares_of_nothing_are_unknown():
    found = score((Fate.WITHDRAWN, 0, 0, 0, 0, 0))
    assert (found.agreement, found.precision, found.recall) == (1.0, None, None)
    assert found.time_equal is found.lots_equal is found.time_error_median_ms is None
    text = json.dumps(found.as_json(), allow_nan=False)
    assert json.loads(text)["precision"] is None
    assert not math.isnan(json.loads(text)["agreement"])
