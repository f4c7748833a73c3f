"""Our queue models beside hftbacktest's: python -m benchmarks.queues [--json] [--peer PYTHON].

Both live through the same random sequences of a level's sizes and of trades at its price. The front
is told by how much a last large trade leaves for us; fills are counted over whole sequences. The
peer wants another NumPy than we do, so it lives in an environment of its own:

    python -m venv peer && peer/bin/pip install hftbacktest==2.4.4
    python -m benchmarks.queues --peer peer/bin/python

Without it nothing is compared, and the answer says so.
"""

import importlib.util
import json
import os
import subprocess
import sys
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.machine import arguments, machine, show
from hft_gym.book.index import BookIndex
from hft_gym.kernel.jit import enable_cache
from hft_gym.market.account import clear_trader
from hft_gym.market.columns import COLUMNS_DTYPE, book_records, columns_record
from hft_gym.market.exchange import advance
from hft_gym.market.fees.per_lot import PerLot
from hft_gym.market.interfaces import MarketModels
from hft_gym.market.latencies.constant import constant_latency
from hft_gym.market.queues.log import Log
from hft_gym.market.queues.log2 import Log2
from hft_gym.market.queues.power import Power
from hft_gym.market.queues.power2 import Power2
from hft_gym.market.queues.power3 import Power3
from hft_gym.market.queues.risk_averse import RiskAverse
from hft_gym.market.records import TRADER_DTYPE, Action, Request
from hft_gym.market.sending import send
from hft_gym.tape.instrument import Instrument
from hft_gym.tape.market_tape import MarketTape, TapeMeta
from hft_gym.tape.rows import COLUMNS, Flag, Kind

QUEUES: dict[str, tuple] = {
    "risk_averse": RiskAverse(),
    "power": Power(2.0),
    "power2": Power2(2.0),
    "power3": Power3(3.0),
    "log": Log(),
    "log2": Log2(),
}
PROBE_LOTS = 1_000
ORDER_LOTS = 100_000
FINE = 1e-7  # the peer's lot size where fronts are asked for
MS = 1_000_000
Case = dict[str, Any]


def make_cases(count: int, *, trades: bool, seed: int) -> list[Case]:
    """Random sequences `{"level", "sequence": [[kind, lots], ...]}`.

    Without `trades` only few lots trade, so that our order is not reached before the probe.
    """
    random = np.random.default_rng(seed)
    cases = []
    for _ in range(count):
        start = level = int(random.integers(60, 200) if not trades else random.integers(3, 30))
        sequence: list[list[Any]] = []
        for _ in range(int(random.integers(3, 15))):
            if random.random() < (0.5 if trades else 0.2):
                lots = int(random.integers(1, 12 if trades else 2))
                sequence.append(["trade", lots])
                if random.random() < 0.7 and level > lots:
                    level -= lots
                    sequence.append(["depth", level])
                continue
            moved = max(1, level + int(random.integers(-level // 3, 12)))
            if moved != level:
                level = moved
                sequence.append(["depth", level])
        cases.append({"level": start, "sequence": sequence})
    return cases


def tape_of(case: Case) -> MarketTape:
    """The sequence as a tape of levels, a packet each."""
    rows = [(Kind.LEVEL, 1, 100, case["level"]), (Kind.LEVEL, -1, 103, 5)]
    rows += [
        (Kind.LEVEL, 1, 100, lots) if kind == "depth" else (Kind.TRADE, -1, 100, lots)
        for kind, lots in case["sequence"]
    ]
    kind, side, px, lots = zip(*rows, strict=True)
    ts_ns = (np.arange(len(rows)) + np.where(np.arange(len(rows)) < 2, 0, 10)) * MS
    values = {"ts_exchange_ns": ts_ns, "ts_local_ns": ts_ns, "kind": kind, "side": side}
    values |= {"px_ticks": px, "lots": lots, "queue_key": [-1] * len(rows)}
    values |= {"flags": [int(Flag.LAST)] * len(rows)}
    columns = {name: np.array(values[name], dtype) for name, dtype in COLUMNS.items()}
    about = Instrument("TEST", 1, "TEST.SET", 250_000_000, 50.0)
    meta = TapeMeta(about, "1970-01-01", "sequence", "", {}, {}, 0, int(ts_ns[-1]) + 1, 100, 103)
    return MarketTape(Path("in memory"), columns, meta)


def live_through(queue: tuple, case: Case) -> NDArray[Any]:
    """Our order after the sequence, a record of `ORDER_DTYPE`."""
    tape = tape_of(case)
    index = BookIndex.of(tape, 60, 100)
    tapes = np.array([columns_record(tape, index)], COLUMNS_DTYPE)
    consumed, ladders = np.zeros((2, 1, 200), np.int32)
    books, traders = book_records(consumed, ladders, 60), np.zeros(1, TRADER_DTYPE)
    models = MarketModels(constant_latency(0, 0), queue, PerLot(0.0, 0.0))
    clear_trader(traders[0], 2, 203)
    request = Request(int(Action.NEW), 1, 100, ORDER_LOTS, 0, 0, 1)
    send(models, tapes[0], traders[0], 5 * MS, 0, request)
    advance(models, tapes[0], books[0], traders[0], len(tape), 10**12)
    return traders[0]["orders"][0]


def ask_peer(python: str, requests: list[list[Any]]) -> list[list[float]]:
    """What the peer fills, for each request."""
    script = Path(__file__).with_name("peer_queues.py")
    own = {k: v for k, v in os.environ.items() if not k.startswith("NUMBA_")}  # not our settings
    done = subprocess.run(
        [python, str(script)],
        input=json.dumps(requests),
        capture_output=True,
        text=True,
        check=True,
        env=own,
    )
    answers: list[list[float]] = json.loads(done.stdout)
    return answers


def compare(python: str, count: int) -> dict[str, Any]:
    """Figures of each model: how far fronts are apart, how many sequences fill alike."""
    fronts = make_cases(count, trades=False, seed=1)
    whole = make_cases(count, trades=True, seed=2)
    probed = [c | {"sequence": [*c["sequence"], ["trade", PROBE_LOTS]]} for c in fronts]
    numbers = {name: getattr(queue, "n", None) for name, queue in QUEUES.items()}
    requests = [[name, numbers[name], FINE, probed] for name in QUEUES]
    requests += [[name, numbers[name], 1.0, whole] for name in QUEUES]
    answers = ask_peer(python, requests)
    figures: dict[str, Any] = {}
    for k, (name, queue) in enumerate(QUEUES.items()):
        ours = [float(live_through(queue, case)["front_lots"]) for case in fronts]
        apart = np.abs(np.array(ours) - (PROBE_LOTS - np.array(answers[k])))
        filled = np.array([int(live_through(queue, case)["filled_lots"]) for case in whole])
        theirs = np.rint(answers[len(QUEUES) + k]).astype(int)
        figures[name] = {
            "front_apart_lots": float(f"{apart.max():.3g}"),
            "fills_equal": round(float((filled == theirs).mean()), 4),
            "peer_fills_more": int((theirs > filled).sum()),
            "peer_fills_less": int((theirs < filled).sum()),
            "lots_filled": int(filled.sum()),
            "lots_filled_by_peer": int(theirs.sum()),
        }
    return figures


def find_peer(chosen: str | None) -> str | None:
    """An interpreter that has hftbacktest: the chosen one, or this one; None: there is none."""
    if chosen is None:
        return sys.executable if importlib.util.find_spec("hftbacktest") else None
    there = subprocess.run([chosen, "-c", "import hftbacktest"], capture_output=True, check=False)
    return chosen if there.returncode == 0 else None


def measure(peer: str | None, count: int) -> dict[str, Any]:
    """The figures, by name."""
    begun = perf_counter()
    enable_cache()
    python = find_peer(peer)
    figures: dict[str, Any] = {"peer": "hftbacktest" if python else None, "sequences": count}
    if python is None:
        figures["why"] = (
            "hftbacktest is missing: install the extra hft_gym[peer], or make an environment of "
            "its own (pip install hftbacktest==2.4.4) and name its interpreter with --peer"
        )
    else:
        figures |= compare(python, count)
    return figures | {"took_s": round(perf_counter() - begun, 1), "machine": machine()}


def main() -> int:
    """Command line."""
    parser = arguments(__file__, __doc__)
    parser.add_argument("--peer", help="interpreter that has hftbacktest")
    parser.add_argument("--sequences", type=int, default=300)
    options = parser.parse_args()
    show(measure(options.peer, options.sequences), options.json)
    return 0


if __name__ == "__main__":
    sys.exit(main())
