"""Datasets: what they hold, how they are split, what does not fit."""

import os
from dataclasses import replace

import numpy as np
import pytest

from hft_gym.envs import dataset
from hft_gym.envs.dataset import (
    MARGIN_TICKS,
    Dataset,
    feature_names,
    split,
    too_short,
)
from hft_gym.envs.defaults import MARKET_FEATURES
from hft_gym.envs.grid import ByEvents, ByTime
from hft_gym.errors import ConfigError, InputError
from hft_gym.features.book import Imbalance, Spread
from hft_gym.tape.build import build_tapes
from hft_gym.tape.market_tape import MarketTape
from hft_gym.tape.rows import COLUMNS
from tests.dbn_files import write
from tests.level_files import random_levels
from tests.naive.mbp import NaiveLevels
from tests.random_tapes import START_NS, TapeWriter, random_tape


def decisions_of(dataset):
    """Every (tape, decision) in which an episode of the part may lie."""
    return {
        (int(span["tape"]), k)
        for span in dataset.spans
        for k in range(span["first_decision"], span["stop_decision"])
    }


@pytest.fixture(scope="module")
def datasets():
    """By number of tapes; without features, which nobody asks for here."""
    tapes = [random_tape(60 + k, 300) for k in range(5)]
    return {n: Dataset.of(tapes[:n], ByTime(0.5), ()) for n in (1, 2, 3, 5)}


@pytest.mark.parametrize("count", [1, 2, 3, 5])
@pytest.mark.parametrize("shares", [(0.15, 0.3), (0.3, 0.5), (0.05, 0.9), (0.9, 0.05)])
def test_parts_share_no_decision(datasets, count, shares):
    whole = datasets[count]
    parts = split(whole, *shares)
    found = [decisions_of(part) for part in (parts.train, parts.validation, parts.test)]
    assert all(found)
    assert sum(len(f) for f in found) == len(set.union(*found))
    assert set.union(*found) == decisions_of(whole)
    assert all(p.markets is whole.markets for p in (parts.train, parts.validation, parts.test))


@pytest.mark.parametrize("count", [1, 3])
def test_the_later_part_is_held_out(datasets, count):
    parts = split(datasets[count])
    assert max(decisions_of(parts.train)) < min(decisions_of(parts.validation))
    assert max(decisions_of(parts.validation)) < min(decisions_of(parts.test))


@pytest.mark.parametrize("shares", [(0.5, 0.5), (0.0, 1.0), (0.0, 0.0), (-0.1, 0.3), (0.8, 0.4)])
def test_something_must_be_left_to_train_on(datasets, shares):
    with pytest.raises(ConfigError, match="leave a part to train on"):
        split(datasets[1], *shares)


@pytest.mark.parametrize("length", [1, 7, 20])
def test_windows_are_whole_and_do_not_overlap(datasets, length):
    part = split(datasets[2]).test
    windows = part.windows(length)
    inside = decisions_of(part)
    steps = set()
    for tape, first, last in windows.tolist():
        assert last - first == length
        assert {(tape, first), (tape, last)} <= inside
        steps |= {(tape, k) for k in range(first, last)}
    assert len(steps) == length * len(windows)
    left = sum(s["stop_decision"] - s["first_decision"] for s in part.spans) - len(steps)
    assert left <= (length + 1) * len(part.spans)  # nothing is wasted


def test_an_episode_that_does_not_fit_is_told(datasets):
    with pytest.raises(ConfigError, match="episode of 9999 decisions does not fit") as told:
        datasets[2].windows(9999)
    assert "\n" not in str(told.value)
    assert "has 0;" in too_short(datasets[2].spans[:0], 5)


def test_no_tape_and_no_session():
    with pytest.raises(InputError, match="no tape"):
        Dataset.of([], ByTime(), ())
    tape = random_tape(1, 20)
    for step in (ByTime(1e6), ByEvents(10**6)):  # one decision is none
        with pytest.raises(InputError, match="no trading session found in") as told:
            Dataset.of([tape], step, ())
        assert "data.session" in str(told.value)


def test_a_tape_without_a_session_is_passed_over():
    good, bad = random_tape(1, 40), random_tape(2, 40)
    meta = replace(bad.meta, session_end_ns=bad.meta.session_start_ns)
    bad = MarketTape(bad.path, {name: getattr(bad, name) for name in COLUMNS}, meta)
    assert [m.tape for m in Dataset.of([bad, good], ByTime(0.5), ()).markets] == [good]
    with pytest.raises(InputError, match="no trading session"):
        Dataset.of([bad], ByTime(0.5), ())


def test_ladders_reach_beyond_the_touch_on_every_tape():
    low, high = TapeWriter(), TapeWriter()
    for writer, px in ((low, 100), (high, 500)):
        writer.add(1, px, 1)
        writer.add(-1, px + 10, 1)
        writer.send(START_NS)
        writer.add(1, px + 1, 1)
        writer.send(START_NS + 10_000_000)
    dataset = Dataset.of([low.tape(), high.tape()], ByTime(1.0), ())
    for market in dataset.markets:
        assert market.index.base_ticks == market.tape.meta.low_ticks - MARGIN_TICKS
        top = market.index.base_ticks + dataset.places // 2 - 1
        assert top >= market.tape.meta.high_ticks + MARGIN_TICKS
        assert market.index.places == dataset.places


def test_the_table_leads_to_the_arrays(datasets):
    dataset = datasets[3]
    for market, row in zip(dataset.markets, dataset.table, strict=True):
        assert row["decisions"] == market.decisions.size
        assert row["decisions_address"] == market.decisions.ctypes.data
        assert row["columns"]["index"]["blocks_address"] == market.index.blocks.ctypes.data
        assert row["columns"]["rows"] == len(market.tape)
        assert row["columns"]["index"]["base_ticks"] == market.index.base_ticks


def test_parts_by_share_and_by_tape(datasets):
    whole = datasets[3]
    first, second = whole.between(0.0, 0.4), whole.between(0.4, 1.0)
    assert decisions_of(first) | decisions_of(second) == decisions_of(whole)
    assert not decisions_of(first) & decisions_of(second)
    assert {tape for tape, _ in decisions_of(whole.on_tapes([0, 2]))} == {0, 2}
    assert whole.on_tapes([]).spans.size == 0


def test_names_for_people():
    assert feature_names(()) == ()
    names = feature_names((Spread(), Imbalance(1), Imbalance(3)))
    assert names == ("Spread", "Imbalance(levels=1)", "Imbalance(levels=3)")
    assert len(set(feature_names(MARKET_FEATURES))) == len(MARKET_FEATURES)


def test_features_stand_in_the_order_of_their_names(dataset):
    for market in dataset.markets:
        assert market.features.shape == (market.decisions.size, len(MARKET_FEATURES))
        assert np.isfinite(market.features).all()
        d = market.decisions
        spread = (d["ask_ticks"] - d["bid_ticks"] - 1) / Spread().scale_ticks
        live = d["is_tradable"].astype(bool)
        assert np.array_equal(market.features[live, 0], spread[live].astype(np.float32))
    assert dataset.feature_names[0] == "Spread"


def test_a_halt_parts_a_tape(datasets):
    whole = datasets[1].markets[0].tape
    start, end = whole.meta.session_start_ns, whole.meta.session_end_ns
    halt, again = start + (end - start) // 3, start + (end - start) // 2
    halts = {"trading_spans_ns": ((start, halt), (again, end))}
    columns = {name: getattr(whole, name) for name in COLUMNS}
    tape = MarketTape(whole.path, columns, replace(whole.meta, **halts))
    for step in (ByTime(0.5), ByEvents(20)):
        dataset = Dataset.of([tape], step, ())
        times = dataset.markets[0].decisions["ts_local_ns"]
        inside = {(0, k) for k, ns in enumerate(times.tolist()) if not halt <= ns < again}
        assert decisions_of(dataset) == inside
        assert len(dataset.spans) == 2
        assert 0 < len(inside) < times.size


def test_the_touch_of_a_tape_of_levels_is_the_markets(tmp_path):
    records = random_levels(5, 400, depth=1)
    path = write(tmp_path / "a.dbn", records, schema="mbp-1")
    (tape,) = build_tapes(path, session=("09:00", "09:01"), cache=tmp_path)
    dataset = Dataset.of([tape], ByEvents(3), MARKET_FEATURES)
    (market,) = dataset.markets
    assert np.all(np.isfinite(market.features))
    assert np.ptp(market.features, axis=0).max() > 0
    naive, shown = NaiveLevels(250_000_000), {}
    for rows, crossed, _, ts_local_ns in naive.packets(records):
        assert rows
        bids, asks = ([px for s, px in naive.shown if s == side] for side in (1, -1))
        if bids and asks and not crossed:
            shown[ts_local_ns] = max(bids), min(asks)
    seen = [d for d in market.decisions if d["is_tradable"] and int(d["ts_local_ns"]) in shown]
    assert len(seen) > 30
    for decision in seen:
        touch = (int(decision["bid_ticks"]), int(decision["ask_ticks"]))
        assert touch == shown[int(decision["ts_local_ns"])]


def test_a_real_tape_of_levels(real_data, tmp_path):
    name = "futures_mbp-1_2024-07-01T23-58_2024-07-02T00-02.dbn.zst"
    (tape,) = build_tapes(real_data / "databento" / name, cache=tmp_path)
    dataset = Dataset.of([tape], ByTime(100.0), MARKET_FEATURES)
    (market,) = dataset.markets
    assert market.decisions.size > 1_000
    assert np.all(np.isfinite(market.features))
    assert market.decisions["is_tradable"].all()
    assert np.all(market.decisions["bid_ticks"] < market.decisions["ask_ticks"])
    assert np.all(market.decisions["bid_lots"] > 0)


def test_warming_up_leaves_out_the_beginning_of_every_stretch(dataset):
    warm = dataset.warmed_up(40)
    assert (warm.spans["first_decision"] == dataset.spans["first_decision"] + 40).all()
    assert (warm.spans["stop_decision"] == dataset.spans["stop_decision"]).all()
    assert warm.windows(100)[0].tolist() == [0, 40, 140]
    assert np.array_equal(dataset.warmed_up(0).spans, dataset.spans)
    for decisions in (-1, 600):
        with pytest.raises(ConfigError, match="warm_up_decisions"):
            dataset.warmed_up(decisions)


def test_tapes_are_made_ready_by_no_more_threads_than_may_run(monkeypatch):
    widths = []

    class Pool(dataset.ThreadPoolExecutor):
        def __init__(self, threads):
            widths.append(threads)
            super().__init__(threads)

    monkeypatch.setattr(dataset, "ThreadPoolExecutor", Pool)
    monkeypatch.setattr(os, "cpu_count", lambda: 64)
    monkeypatch.setattr(os, "sched_getaffinity", lambda pid: {0, 1}, raising=False)
    Dataset.of([random_tape(60 + k, 300) for k in range(3)], ByTime(2.0), ())
    assert widths == [2]
