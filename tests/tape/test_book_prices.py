"""Prices below zero, at zero, off the grid, and far from one another."""

import numpy as np
import pytest

from hft_gym.errors import InputError
from hft_gym.tape.rows import Flag
from tests.dbn_files import LAST, mbo
from tests.tape.resolving import agrees_with_the_naive_book, queues_after, resolved

pytestmark = pytest.mark.kernel
CENT_E9 = 10_000_000


def test_oil_below_zero(tmp_path):
    rows = [
        ("A", "B", 1, 30, 5, LAST, 0),
        ("A", "A", 2, 31, 5, LAST, 1),
        ("M", "B", 1, 0, 5, LAST, 2),  # for nothing
        ("M", "A", 2, 1, 5, LAST, 3),
        ("A", "B", 3, -3_763, 2, LAST, 4),  # -37.63
        ("C", "B", 1, 0, 5, LAST, 5),
        ("M", "A", 2, -3_760, 4, LAST, 6),
        ("T", "A", 0, -3_763, 1, 0, 7),
        ("F", "B", 3, -3_763, 1, 0, 7),
        ("C", "B", 3, -3_763, 1, LAST, 7),
    ]
    records = mbo(*rows, tick_e9=CENT_E9)
    columns, anomalies = agrees_with_the_naive_book(records, tmp_path, CENT_E9)
    assert anomalies == {}
    assert columns["px_ticks"][-3:].tolist() == [-3_763] * 3
    assert queues_after(records, tmp_path, CENT_E9) == {(1, -3_763): [1], (-1, -3_760): [4]}
    _, _, session = resolved(records, tmp_path, tick_e9=CENT_E9)
    assert (session.low_ticks, session.high_ticks) == (-3_763, 31)
    assert not np.any(columns["flags"] & Flag.CROSSED)


def test_a_calendar_spread_about_zero(tmp_path):
    rng = np.random.default_rng(2)
    rows = []
    for _ in range(300):
        side = "BA"[rng.integers(2)]
        away = int(rng.integers(0, 4))
        px = -1 - away if side == "B" else 1 + away  # -0.20 to 0.20 in steps of 0.05
        rows.append((str(rng.choice(list("AAACM"))), side, int(rng.integers(1, 40)), px, 2, LAST))
    columns, _ = agrees_with_the_naive_book(mbo(*rows, tick_e9=50_000_000), tmp_path, 50_000_000)
    assert columns["px_ticks"].min() < 0 < columns["px_ticks"].max()


def test_a_price_off_the_grid_names_its_record(tmp_path):
    records = mbo(*[("A", "B", 1 + k, -3 - k, 1, LAST) for k in range(9)], tick_e9=CENT_E9)
    records["price"][7] -= 5_000_000
    with pytest.raises(
        InputError, match=r"record 7 .*: price -0.105 is off the grid of tick size 0.01; "
    ):
        resolved(records, tmp_path, chunk=3, tick_e9=CENT_E9)
    records["action"][7] = ord("T")  # a trade may print between ticks: nearest, half up
    columns, resolver, _ = resolved(records, tmp_path, tick_e9=CENT_E9)
    assert columns["px_ticks"][7] == -10
    assert resolver.anomalies == {"trade_off_grid": 1}


def test_prices_far_from_one_another_are_exact(tmp_path):
    rng = np.random.default_rng(3)
    bids = [-(2**31) + 1, -70_000_000, -9_000, -4_097, -4_096, -4_095, -1, 0]
    asks = [1, 2, 4_095, 4_096, 4_097, 8_191, 8_192, 1_000_000, 2**31 - 1]
    rows = []
    for number in range(400):
        side = "BA"[rng.integers(2)]
        px = int(rng.choice(bids if side == "B" else asks))
        action = "A" if number < 30 else str(rng.choice(list("AACMM")))
        rows.append((action, side, int(rng.integers(1, 60)), px, int(rng.integers(1, 4)), LAST))
    columns, _ = agrees_with_the_naive_book(mbo(*rows, tick_e9=1), tmp_path, 1)
    assert columns["px_ticks"].min() == -(2**31) + 1
    assert columns["px_ticks"].max() == 2**31 - 1
    _, _, session = resolved(mbo(*rows[:60], tick_e9=1), tmp_path, tick_e9=1)
    assert session.low_ticks <= 0 < session.high_ticks


@pytest.mark.parametrize("action", "AMTF")
@pytest.mark.parametrize("price", [-(2**63), 2**63 - 2, -(2**31), 2**31])
def test_a_price_that_does_not_fit_is_an_error(action, price, tmp_path):
    records = mbo(("A", "B", 1, 10, 1, LAST), (action, "B", 1, 10, 1, LAST), tick_e9=1)
    records["price"][1] = price
    with pytest.raises(
        InputError, match=r"record 1 .*: price .* is too far away for tick size 0.000000001"
    ):
        resolved(records, tmp_path, tick_e9=1)
