"""The whole test of a tape, and how it is shown."""

import json

import pytest

from hft_gym.evaluation.fidelity.models import chosen_models
from hft_gym.evaluation.fidelity.report import as_markdown, as_text, judge
from hft_gym.tape.build import build_tapes
from tests.envs.samples import generated_folder
from tests.evaluation.fidelity.cases import filled_in_turn, implied, self_match

EXACT = chosen_models(["fifo"])
ES = "esh4-glbx-mdp3-20231225.mbo.dbn.zst"


def test_a_table_for_a_terminal():
    lines = as_text(judge(filled_in_turn().writer.tape(), EXACT)).splitlines()
    assert lines[0].split("  ")[0] == "queue model"
    assert lines[2].split() == [
        "fifo", *["100.00", "%"] * 5, "0.00", "0.000", "0", "0", *["100.00", "%"] * 2,
    ]  # fmt: skip
    assert len({len(line) for line in lines[:4]}) == 1
    assert lines[4].startswith("1 orders of TEST, 2023-11-14 (test)")
    assert lines[4].endswith("1 of them were filled.")
    assert lines[5] == "Not judged: 2 of a snapshot."
    assert lines[6].startswith("0 of the orders were cancelled by the venue")


def test_a_table_for_a_page():
    lines = as_markdown(judge(implied().writer.tape(), EXACT)).splitlines()
    assert lines[0].startswith("| queue model | agreement |")
    assert set(lines[1]) <= set("|-: ")
    assert lines[2] == "| fifo | 0.00 % | – | 0.00 % | – | – | – | – | 1 | 0 | 0.00 % | – |"
    assert lines[-1] == "- Fills that differ, fifo: 1 implied or hidden."


def test_for_programs():
    found = json.loads(json.dumps(judge(self_match().writer.tape(), EXACT).as_json()))
    assert (found["source"], found["instrument"]) == ("test", "TEST")
    fifo = found["models"]["fifo"]
    assert (fifo["orders"], fifo["agreement"], fifo["recall"]) == (2, 1.0, 1.0)
    assert (fifo["self_match_orders"], fifo["self_match_fills"]) == (1, 1)
    assert (fifo["agreement_as_withdrawn"], fifo["precision_as_withdrawn"]) == (0.5, 0.5)
    assert found["left_out"]["of a snapshot"] == 2


def test_progress_and_a_sample():
    told = []
    judge(filled_in_turn().writer.tape(), EXACT, progress=told.append, sample=5)
    assert told == ["fifo"]


@pytest.fixture(scope="module")
def es_tape(real_data, tmp_path_factory):
    return build_tapes(real_data / "databento" / ES, cache=tmp_path_factory.mktemp("tapes"))[0]


def test_a_real_session(es_tape):
    fidelity = judge(es_tape, EXACT)
    fifo = fidelity.scores["fifo"]
    assert fifo.orders == 26_554
    assert (fifo.both, fifo.only_real, fifo.only_ours) == (5_254, 0, 0)
    shares = (fifo.agreement, fifo.precision, fifo.recall, fifo.time_equal, fifo.fills_equal)
    assert shares == (1.0,) * 5
    assert fifo.disagreements == {}
    # had their owners cancelled the orders that the venue took away, it would still be
    assert (fifo.self_match_orders, fifo.self_match_fills) == (152, 136)
    assert fifo.agreement_as_withdrawn > 0.995
    assert fifo.precision_as_withdrawn > 0.976
    assert fifo.recall_as_withdrawn == 1.0


def test_short_lives_may_be_left_out(es_tape):
    fidelity = judge(es_tape, EXACT, latency_ns=1_000_000_000)
    fifo = fidelity.scores["fifo"]
    assert 0 < fidelity.left_out["too short"] < 26_402
    assert fifo.orders + fidelity.left_out["too short"] == 26_554
    assert fifo.agreement > 0.99


def test_a_generated_day_is_exact():
    """Its exchange knows no owners' privileges: first come, first served, and nothing hidden."""
    (tape, *_) = build_tapes(generated_folder())
    fifo = judge(tape, EXACT).scores["fifo"]
    assert fifo.orders > 1_000
    assert fifo.both > 100
    shares = (fifo.agreement, fifo.precision, fifo.recall, fifo.time_equal, fifo.fills_equal)
    assert shares == (1.0,) * 5
    assert fifo.disagreements == {}
