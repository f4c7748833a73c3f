"""Every market feature there is: equal to its slow twin at every decision, and blind to the future.

One pass compiles them all; the tests of this file share it.
"""

from dataclasses import replace

import numba
import numpy as np
import pytest

from hft_gym.envs.grid import ByEvents, ByTime
from hft_gym.features.engine import market_features
from hft_gym.features.interfaces import CLIP, market_value
from hft_gym.kernel.jit import enable_cache
from hft_gym.tape.build import build_tapes
from hft_gym.tape.market_tape import MarketTape
from hft_gym.tape.rows import COLUMNS, Flag, Kind
from tests.features.sets import FAMILIES, of_all, of_family
from tests.naive import features as naive
from tests.random_tapes import START_NS, random_tape

pytestmark = [pytest.mark.kernel, pytest.mark.long]

ALL = of_all()
NAMES = [repr(feature) for feature in ALL]
FEED_NS = 20_000
UP_TICKS = 19_900  # prices near 20000 ticks, where a tick is half a basis point
FAST, SLOW = 20, 20_000  # how much longer a random tape lasts: seconds, or most of an hour

compiled_only = pytest.mark.skipif(
    bool(numba.config.DISABLE_JIT), reason="takes minutes with the compiler off"
)


@pytest.fixture(autouse=True, scope="module")
def _cache():
    enable_cache()


def lasting(tape, factor):
    """The same events at higher prices and `factor` times as slow; a session inside."""
    columns = {name: getattr(tape, name).copy() for name in COLUMNS}
    columns["px_ticks"][columns["kind"] != Kind.CLEAR] += UP_TICKS
    for name in ("ts_exchange_ns", "ts_local_ns"):
        columns[name] = START_NS + factor * (columns[name] - START_NS)
    length_ns = int(columns["ts_local_ns"][-1]) - START_NS
    meta = replace(
        tape.meta,
        session_start_ns=START_NS + length_ns // 10,
        session_end_ns=START_NS + length_ns * 9 // 10,
        low_ticks=tape.meta.low_ticks + UP_TICKS,
        high_ticks=tape.meta.high_ticks + UP_TICKS,
    )
    return MarketTape(tape.path, columns, meta)


def every(tape, decisions):
    """A step that makes about so many decisions."""
    return ByTime((tape.meta.session_end_ns - tape.meta.session_start_ns) / decisions * 1e-6)


def late(tape, feed_ns=FEED_NS):
    """When the rows are seen through a feed of one delay."""
    return tape.ts_local_ns + feed_ns


def both(tape, decisions, feed_ns=FEED_NS):
    """Values of the engine and of the slow twin, clipped alike."""
    values = market_features(tape, ALL, decisions, late(tape, feed_ns))
    expected, _ = naive.market_features(tape, ALL, decisions, feed_ns)
    return values, np.clip(np.array(expected, float), -CLIP, CLIP)


def assert_equal(values, expected):
    assert np.isfinite(values).all()
    apart = np.abs(values - expected).max(0)
    assert {n: a for n, a in zip(NAMES, apart, strict=True) if not a < 2e-5} == {}


def test_the_sets_hold_every_feature_once():
    assert len(set(NAMES)) == len(NAMES) > 90
    assert {type(f).__name__ for f in ALL} == set(naive.TWINS)
    assert all(market_value.implemented_by(type(f)) for f in ALL)
    assert sum(len(of_family(family)) for family in FAMILIES) == len(ALL)


@pytest.mark.parametrize("factor", [FAST, pytest.param(SLOW, marks=compiled_only)])
def test_they_equal_their_slow_twins(factor):
    tape = lasting(random_tape(1, 800), factor)
    assert_equal(*both(tape, every(tape, 40).decisions(tape, late(tape))))


@compiled_only
def test_by_events_and_with_a_feed_that_is_late():
    tape = lasting(random_tape(2, 700), 2_000)
    late_ns = 700_000_000
    decisions = ByEvents(60).decisions(tape, late(tape, late_ns))
    assert_equal(*both(tape, decisions, late_ns))


@compiled_only
def test_there_was_something_to_see():
    varied, clipped = np.zeros(len(ALL)), np.zeros(len(ALL))
    for factor in (FAST, SLOW):
        tape = lasting(random_tape(1, 800), factor)
        values = market_features(
            tape, ALL, every(tape, 200).decisions(tape, late(tape)), late(tape)
        )
        varied += values.std(0)
        clipped += (np.abs(values) == CLIP).mean(0) / 2
    assert [n for n, v in zip(NAMES, varied, strict=True) if v == 0] == []
    assert [n for n, c in zip(NAMES, clipped, strict=True) if c > 0.5] == []


def rewritten(tape, first, way, random):
    """The tape with the rows from `first` on changed."""
    columns = {name: getattr(tape, name).copy() for name in COLUMNS}
    if way == "deleted":
        columns = {name: array[:first] for name, array in columns.items()}
    elif way == "shuffled":
        order = first + random.permutation(len(tape) - first)
        for name in ("kind", "side", "px_ticks", "lots"):
            columns[name][first:] = columns[name][order]
        columns["queue_key"][first:] = -1
    elif way == "scaled":
        columns["lots"][first:] *= 5
    else:
        columns["kind"][first:] = Kind.TRADE
        columns["flags"][first:] |= np.uint8(Flag.LAST)
    return MarketTape(tape.path, columns, tape.meta)


@compiled_only
def test_what_comes_later_changes_nothing():
    """Fifty times: rows that are not known yet are deleted or rewritten; not a bit moves."""
    random = np.random.default_rng(5)
    tapes = [lasting(random_tape(seed, 500), f) for seed, f in ((3, FAST), (4, SLOW))]
    for number in range(50):
        tape = tapes[number % 2]
        decisions = every(tape, 120).decisions(tape, late(tape))
        k = int(random.integers(5, decisions.size))
        way = ("deleted", "shuffled", "scaled", "traded")[number // 2 % 4]
        # grids of the changed tape would differ after k only, so the old one is cut there
        seen = market_features(tape, ALL, decisions[: k + 1].copy(), late(tape))
        other = rewritten(tape, int(decisions["row"][k]), way, random)
        found = market_features(other, ALL, decisions[: k + 1].copy(), late(other))
        assert found.tobytes() == seen.tobytes(), (number, k, way)


def test_what_comes_earlier_changes_something():
    tape = lasting(random_tape(3, 500), FAST)
    decisions = every(tape, 120).decisions(tape, late(tape))[:60]
    seen = market_features(tape, ALL, decisions, late(tape))
    other = rewritten(tape, int(decisions["row"][40]), "scaled", np.random.default_rng(6))
    found = market_features(other, ALL, decisions, late(other))
    changed = (found != seen).any(1)
    assert not changed[:41].any()
    assert changed[45:].all()


@compiled_only
def test_they_equal_their_slow_twins_on_a_real_tape(real_data, tmp_path):
    name = "esh4-glbx-mdp3-20231225.mbo.dbn.zst"
    tape = build_tapes(real_data / "databento" / name, cache=tmp_path)[0]
    meta = replace(tape.meta, session_end_ns=tape.meta.session_start_ns + 660 * 10**9)
    columns = {column: getattr(tape, column) for column in COLUMNS}
    tape = MarketTape(tape.path, columns, meta)
    decisions = ByTime(210_000).decisions(tape, late(tape, 50_000))[1:]
    assert len(decisions) == 3  # after 3.5, 7 and 10.5 minutes
    assert_equal(*both(tape, decisions, 50_000))
