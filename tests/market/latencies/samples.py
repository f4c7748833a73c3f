"""What tests of delay models share: a tape, a trader and one draw after another."""

import functools

import numpy as np

from hft_gym.kernel.jit import kernel
from hft_gym.kernel.random import seed_states
from hft_gym.market.columns import COLUMNS_DTYPE, columns_record
from hft_gym.market.interfaces import delay_ns
from hft_gym.market.records import TRADER_DTYPE
from tests.naive.latencies import NaiveRandom, delay_of
from tests.random_tapes import START_NS, random_tape


@kernel
def draw(model, tapes, traders, ts_ns, lots, out):
    """Fill `out` with the delays of as many messages."""
    for k in range(out.size):
        out[k] = delay_ns(model, tapes[0], traders[0], ts_ns[k], lots[k])


@functools.cache
def small_tape():
    return random_tape(5, 400)


def delays(model, ts_ns, lots, seed=3, row=0):
    """`[n]` delays of messages sent at `ts_ns` about `lots`, and of their slow twin."""
    tape = small_tape()
    tapes = np.array([columns_record(tape)], COLUMNS_DTYPE)
    traders = np.zeros(1, TRADER_DTYPE)
    traders["random_state"] = seed_states(np.array([seed]))
    traders["row"] = row
    random = NaiveRandom(traders["random_state"][0])
    ts_ns, lots = np.asarray(ts_ns, np.int64), np.asarray(lots, np.int64)
    found = np.empty(ts_ns.size, np.int64)
    draw(model, tapes, traders, ts_ns, lots, found)
    ts = tape.ts_exchange_ns.tolist()
    pairs = zip(ts_ns.tolist(), lots.tolist(), strict=True)
    expected = [delay_of(model, random, ts, t, n) for t, n in pairs]
    assert int(traders["random_state"][0]) == random.state  # draws as many numbers
    return found, np.array(expected)


def moments(count, seed=0):
    """`[count]` times, a few of them before and after the tape, and sizes."""
    random = np.random.default_rng(seed)
    tape = small_tape()
    span = int(tape.ts_exchange_ns[-1]) - START_NS
    ts_ns = START_NS + random.integers(-span // 20, span + span // 20, count)
    exact = random.choice(tape.ts_exchange_ns, count // 4)
    ts_ns[: exact.size] = exact
    return ts_ns, random.integers(0, 40, count)
