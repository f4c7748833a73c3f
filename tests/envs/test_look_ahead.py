"""What lies ahead changes nothing before it: rewrite the future, and the past stays to the bit."""

import numpy as np
import pytest

from hft_gym.envs.core import BatchCore
from hft_gym.envs.dataset import Dataset
from hft_gym.envs.defaults import MARKET_FEATURES
from hft_gym.envs.grid import ByTime
from hft_gym.market.interfaces import Latency
from hft_gym.market.latencies.by_load import ByLoad
from hft_gym.market.latencies.constant import Constant
from hft_gym.market.latencies.uniform import Uniform
from hft_gym.tape.market_tape import MarketTape
from hft_gym.tape.rows import COLUMNS, Kind
from tests.envs.samples import PNL_MODELS, random_actions
from tests.random_tapes import random_tape

pytestmark = pytest.mark.slow

FEED_NS = 150_000
STEP = ByTime(1.5)
# delays that vary, with chance and with how busy the exchange is
DELAYS = Latency(
    Uniform(100_000, 300_000),
    Constant(200_000),
    ByLoad(Uniform(20_000, 120_000), 2_000, 1_000_000),
    Constant(FEED_NS),
)
# answers are quicker than the feed: what an answer tells is ahead of the rows that are known
MODELS = PNL_MODELS._replace(
    market=PNL_MODELS.market._replace(latency=DELAYS),
    action=PNL_MODELS.action._replace(lots=2, post_only=False, nearest_ticks=-2),
)


def rewritten(tape, rows, random, way):
    """The tape with its `rows` (the last ones) changed; the same session."""
    columns = {name: getattr(tape, name).copy() for name in COLUMNS}
    first = len(tape) - rows
    if way == "scaled":
        columns["lots"][first:] *= 5
    elif way == "shuffled":  # what happens, not when
        order = first + random.permutation(rows)
        for name in ("kind", "side", "px_ticks", "lots", "queue_key"):
            columns[name][first:] = columns[name][order]
    elif way == "flipped":
        columns["side"][first:] *= -1
        columns["px_ticks"][first:] += 3
    elif way == "emptied":
        columns["kind"][first:] = Kind.CLEAR
    elif way == "deleted":
        columns = {name: array[:first] for name, array in columns.items()}
    else:
        gone = first + random.choice(rows, rows // 2, replace=False)
        columns = {name: np.delete(array, gone) for name, array in columns.items()}
    return MarketTape(tape.path, columns, tape.meta)


def run(tape, actions, until):
    """Bytes of all that an agent and a rule may see up to decision `until`."""
    dataset = Dataset.of([tape], STEP, MARKET_FEATURES, Constant(FEED_NS))
    core = BatchCore(dataset, MODELS, 1, episode_decisions=actions.shape[0], max_position_lots=6)
    last = dataset.markets[0].decisions.size - 1
    core.reset(np.array([9]))
    # the delays are drawn from a seed that is the window's
    seen = [core.reset_at(np.array([[0, 2, last]])).tobytes(), core.view().tobytes()]
    for action in actions[: until - 2]:
        seen += [array.tobytes() for array in core.step(action)]
        seen.append(core.view().tobytes())
    return seen, core.envs["trader"]["lots_traded"][0]


@pytest.fixture(scope="module")
def market():
    tape = random_tape(77, 1200)
    decisions = STEP.decisions(tape, tape.ts_local_ns + FEED_NS)
    return tape, decisions, random_actions(decisions.size - 4, 1, seed=8)


def moments(decisions, count=20):
    random = np.random.default_rng(1)
    return random.choice(np.arange(5, decisions.size - 3), count, replace=False)


def test_the_future_is_not_seen(market):
    """Everything later than the decision, on both clocks, may be otherwise."""
    tape, decisions, actions = market
    random = np.random.default_rng(2)
    ways = ["scaled", "shuffled", "flipped", "emptied", "deleted", "thinned"]
    traded = 0
    for number, k in enumerate(moments(decisions)):
        now = int(decisions["ts_local_ns"][k])
        rows = int(len(tape) - np.searchsorted(tape.ts_exchange_ns, now, side="right"))
        assert rows > 0
        assert (tape.ts_local_ns[len(tape) - rows :] + FEED_NS > now).all()
        expected, lots = run(tape, actions, k)
        traded += lots
        for way in (ways[number % 6], ways[(number + 3) % 6]):
            found, _ = run(rewritten(tape, rows, random, way), actions, k)
            assert found == expected, (k, way)
    assert traded > 100


def test_rows_on_their_way_to_us_are_not_seen(market):
    """What has happened but is not yet on the feed may be another thing, at the same time."""
    tape, decisions, actions = market
    random = np.random.default_rng(3)
    under_way = 0
    for number, k in enumerate(moments(decisions)):
        now = int(decisions["ts_local_ns"][k])
        rows = len(tape) - int(decisions["row"][k])
        assert (tape.ts_local_ns[len(tape) - rows :] + FEED_NS > now).all()
        under_way += int((tape.ts_exchange_ns[len(tape) - rows :] <= now).sum())
        expected, _ = run(tape, actions, k)
        way = ["scaled", "shuffled", "flipped", "emptied"][number % 4]
        assert run(rewritten(tape, rows, random, way), actions, k)[0] == expected, (k, way)
    assert under_way > 20


def test_the_past_is_seen(market):
    """The test itself can fail: a change that is known by then is noticed."""
    tape, decisions, actions = market
    k = decisions.size // 2
    rows = len(tape) - int(decisions["row"][k - 10])
    random = np.random.default_rng(4)
    assert run(rewritten(tape, rows, random, "scaled"), actions, k)[0] != run(tape, actions, k)[0]
