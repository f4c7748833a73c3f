"""One pass over a tape equals its slow twin at every decision."""

from dataclasses import replace

import numpy as np
import pytest

from hft_gym.envs.defaults import MARKET_FEATURES
from hft_gym.envs.grid import ByEvents, ByTime
from hft_gym.features.engine import DECISION_DTYPE, market_features
from hft_gym.features.interfaces import CLIP
from hft_gym.kernel.jit import enable_cache
from hft_gym.tape.market_tape import MarketTape
from hft_gym.tape.rows import COLUMNS, Kind
from tests.naive import features as naive
from tests.random_tapes import START_NS, TapeWriter, random_tape

TOUCH = ("bid_ticks", "bid_lots", "ask_ticks", "ask_lots")


@pytest.fixture(autouse=True, scope="module")
def _cache():
    enable_cache()


def stretched(tape, factor):
    """The same tape, its time going by more slowly: half-lives are long for a test."""
    columns = {name: getattr(tape, name) for name in COLUMNS}
    for name in ("ts_exchange_ns", "ts_local_ns"):
        columns[name] = START_NS + factor * (columns[name] - START_NS)
    end_ns = int(columns["ts_local_ns"][-1]) + 1
    return MarketTape(tape.path, columns, replace(tape.meta, session_end_ns=end_ns))


@pytest.mark.kernel
@pytest.mark.parametrize("step", [ByTime(120), ByEvents(35)])
@pytest.mark.parametrize("seed", [1, 2])
def test_it_equals_its_slow_twin(seed, step):
    tape = stretched(random_tape(seed, 800), 20)
    decisions = step.decisions(tape, tape.ts_local_ns + 20_000)[:120]
    values = market_features(tape, MARKET_FEATURES, decisions)
    expected, touches = naive.market_features(tape, MARKET_FEATURES, decisions)
    assert values.dtype == np.float32
    assert values == pytest.approx(np.clip(expected, -CLIP, CLIP), rel=3e-6, abs=1e-5)
    assert [bool(d["is_tradable"]) for d in decisions] == [t is not None for t in touches]
    for decision, touch in zip(decisions, touches, strict=True):
        if touch is not None:
            assert tuple(decision[name] for name in TOUCH) == touch
    assert np.all(values.std(0)[[1, 6, 7, 9, 11, 12]] > 0)  # there was something to see


def test_a_touch_that_is_gone_stays_in_view_but_is_not_tradable():
    writer = TapeWriter()
    bid = writer.add(1, 100, 5)
    writer.add(-1, 102, 4)
    writer.send(START_NS)
    writer.row(Kind.REDUCE, 1, 100, 5, bid)
    writer.send(START_NS + 1_000)
    writer.row(Kind.ADD, 1, 102, 2, 3)  # locked
    writer.send(START_NS + 2_000)
    tape = writer.tape()
    decisions = np.zeros(4, DECISION_DTYPE)
    decisions["row"] = [0, 2, 3, 4]
    decisions["ts_local_ns"] = START_NS + 3_000
    market_features(tape, MARKET_FEATURES, decisions)
    assert decisions["is_tradable"].tolist() == [0, 1, 0, 0]
    assert decisions["bid_ticks"].tolist() == [0, 100, 100, 100]
    assert decisions["ask_lots"].tolist() == [0, 4, 4, 4]


def test_no_features_and_no_decisions():
    tape = random_tape(3, 50)
    decisions = ByTime(1).decisions(tape, tape.ts_local_ns)
    assert market_features(tape, (), decisions).shape == (decisions.size, 0)
    assert decisions["is_tradable"].any()
    assert market_features(tape, MARKET_FEATURES, decisions[:0]).shape == (0, len(MARKET_FEATURES))
