"""The table's three forms say the same."""

import csv
import dataclasses
import io
import json
import math

import pytest

from hft_gym.evaluation import table
from hft_gym.evaluation.intervals import Interval
from hft_gym.evaluation.summary import Basis, Summary, basis_of, summarise
from tests.evaluation.samples import ES, tables

NAN = math.nan
BASIS = Basis(ES, windows=6, days=2, windows_per_day=3.0)
QUIET = Summary(
    "do_nothing", Interval(0.0, 0.0), Interval(-0.0, 0.0), Interval(0.0, 0.0),
    NAN, NAN, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, NAN,
)  # fmt: skip
BUSY = Summary(
    "a|b", Interval(12.346, 1.2), Interval(-123.456, 10.0), Interval(-1543.2, 125.0),
    -0.5, -13.747, 20.25, 61.0, 1.5, 40.0, 33.3, 8.0, 0.25,
)  # fmt: skip


def test_text():
    lines = table.as_text([QUIET, BUSY], BASIS).splitlines()
    assert lines[0].split() == [
        "policy", "reward", "PnL,", "ticks", "PnL,", "USD", "Sharpe", "Sharpe", "drawdown",
        "drawdown", "|position|", "fills", "spread", "fees",
    ]  # fmt: skip
    assert len({len(line) for line in (lines[0], lines[1], lines[3], lines[4])}) == 1  # aligned
    assert lines[3].split()[:9] == [
        "do_nothing",
        *(["0.00", "±", "0.00", "0.0", "±", "0.0"]),
        "0",
        "±",
    ]
    assert "12.35 ± 1.20" in lines[4]
    assert "-123.5 ± 10.0" in lines[4]
    assert "-1,543 ± 125" in lines[4]
    assert lines[3].count("–") == 2  # no Sharpe
    assert "-0.0 " not in lines[3]
    below = "\n".join(lines[6:])
    assert "6 episodes" in below
    assert "2 held-out days (or parts) of ESH4" in below
    assert "1 tick x 1 lot = 12.5 USD" in below
    assert "not compounded" in below
    assert "252 days x 3 windows a day" in below


def test_one_window_one_day_is_singular_and_without_interval():
    alone = dataclasses.replace(BUSY, reward=Interval(1.0, NAN))
    text = table.as_text([alone], Basis(ES, 1, 1, 1.0))
    assert "1 episode (" in text
    assert "1 held-out day (or parts) of" in text
    assert "1.000 ± –" in text


def test_leads_are_one_sentence():
    over = {"flat": Interval(12.3456, 1.5), "random": Interval(-3.0, NAN)}
    (said,) = table.leads("ppo", over)
    assert said.startswith("Reward of ppo less that of a rule, window by window")
    assert said.endswith(": flat 12.35 ± 1.50, random -3.00 ± –.")
    assert table.leads("ppo", {}) == []


def test_markdown():
    lines = table.as_markdown([QUIET, BUSY], BASIS).splitlines()
    cells = [line.count("|") - 2 * line.count("\\|") + line.count("\\|") for line in lines[:4]]
    assert len(set(cells)) == 1
    assert lines[0].startswith("| policy | reward, mean ± 95 % | PnL, ticks, mean ± 95 % |")
    assert lines[1].startswith("| --- | ---: |")
    assert lines[3].startswith("| a\\|b | 12.35 ± 1.20 |")
    assert lines[5].startswith("- Means over 6 episodes")


def test_json_has_no_nan():
    quiet, busy = json.loads(table.as_json([QUIET, BUSY], BASIS))
    assert quiet["sharpe_year"] is None
    assert quiet["hit_rate"] is None
    assert busy["policy"] == "a|b"
    assert busy["pnl_ticks_mean"] == -123.456
    assert busy["pnl_ticks_low"] == pytest.approx(-133.456)
    assert busy["pnl_money_high"] == pytest.approx(-1418.2)
    assert (busy["currency"], busy["windows"], busy["days"]) == ("USD", 6, 2)


def test_csv_holds_what_json_holds():
    rows = list(csv.DictReader(io.StringIO(table.as_csv([QUIET, BUSY], BASIS))))
    listed = json.loads(table.as_json([QUIET, BUSY], BASIS))
    assert [list(row) for row in rows] == [list(row) for row in listed]
    assert rows[0]["sharpe_year"] == ""
    assert float(rows[1]["sharpe_year"]) == -13.747
    assert table.as_csv([], BASIS).strip() == ""


def test_a_judged_market_makes_a_table():
    judged = tables()
    basis = basis_of(judged, ES)
    text = table.as_text([summarise(one, basis) for one in judged], basis)
    assert "fixed_spread_1" in text
    assert "nan" not in text
