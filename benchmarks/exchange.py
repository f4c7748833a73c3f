"""How fast our orders meet a tape: python -m benchmarks.exchange [--json] [--records N].

The same generated records and the same two-sided market maker go through this exchange and through
hftbacktest 2.4.4 with its level 3 FIFO queue: once with about 20 orders a level, once with about
180. Before anything is timed the results are checked: the market maker must trade the same lots to
the fill whether it hears of every packet and answer or of its timer alone, and the two exchanges
must agree roughly, since they differ in some rules.

hftbacktest wants another NumPy than this project pins. Install it in an environment of its own
(`python -m venv peer && peer/bin/pip install hftbacktest==2.4.4`) and name its interpreter with
--peer-python; it runs as a process beside this one, fed with the same records from a file.
"""

import gc
import importlib.util
import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from time import perf_counter
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from benchmarks.machine import arguments, machine, show
from benchmarks.peer_events import write_events
from hft_gym.backtest.context import Context
from hft_gym.backtest.ground import Ground
from hft_gym.backtest.interfaces import on_event, on_fill, on_order, on_timer
from hft_gym.backtest.result import Result
from hft_gym.backtest.run import MODELS, backtest
from hft_gym.backtest.samples.imbalance import ImbalanceTaker
from hft_gym.backtest.samples.two_sided import TwoSidedMaker
from hft_gym.kernel.jit import cache_root, enable_cache
from hft_gym.tape.build import build_tapes
from hft_gym.tape.dbn import open_dbn
from hft_gym.tape.decoding import chunks_ahead
from hft_gym.tape.generated import GeneratedMarket, dbn_files
from hft_gym.tape.generated.day import day_records
from hft_gym.tape.generated.world import new_world

ROUNDS = 5  # the best one counts: the others were disturbed
LEVELS = 10  # a side, over which orders are counted
ENTRY_NS, RESPONSE_NS, FEED_NS = 250_000, 250_000, 50_000  # as in MODELS
ORDERS = 4
MARKETS = {
    "shallow": GeneratedMarket(days=1, session_s=34_200),
    "deep": GeneratedMarket(
        days=1, session_s=34_200, cancels_per_order_s=0.01, modifies_per_order_s=0.005
    ),
}
MAKER = TwoSidedMaker()


class Listener(NamedTuple):
    """The market maker, who also hears of every packet and every answer."""

    maker: TwoSidedMaker = MAKER
    timer_ns: int = MAKER.timer_ns


@on_timer.implement(Listener)
def _on_timer(strategy: Listener, context: Context, now_ns: int) -> None:
    on_timer(strategy.maker, context, now_ns)


@on_event.implement(Listener)
def _on_event(strategy: Listener, context: Context, row: int) -> None:
    return


@on_fill.implement(Listener)
def _on_fill(strategy: Listener, context: Context, answer: np.void) -> None:
    return


@on_order.implement(Listener)
def _on_order(strategy: Listener, context: Context, answer: np.void) -> None:
    return


def orders_a_level(world: np.void) -> float:
    """Mean number of orders on the best levels of both sides."""
    state, orders = world["state"], world["levels"]["orders"]
    bid, ask = int(state["best_bid_level"]), int(state["best_ask_level"])
    return float(np.mean([*orders[bid - LEVELS + 1 : bid + 1], *orders[ask : ask + LEVELS]]))


def flow(market: GeneratedMarket, records: int, depths: list[float]) -> Iterator[NDArray[np.void]]:
    """The first so many records of a generated day; notes how deep the book is on the way."""
    world = new_world(market, 0, dbn_files.start_ns(market.dates[0]), float(market.start_px_ticks))
    left = records
    for chunk in day_records(world, market.session_s):
        depths.append(orders_a_level(world))
        yield chunk[:left]
        left -= len(chunk[:left])
        if left == 0:
            return


def source_file(name: str, records: int) -> tuple[Path, float]:
    """A generated file in the cache folder, written if it is not there; its orders a level."""
    market = MARKETS[name]
    folder = cache_root() / "benchmarks" / f"exchange-{name}-{records}"
    path, facts = folder / "exchange.mbo.dbn.zst", folder / "facts.json"
    if not facts.is_file():
        print(f"generating {records:,} records", file=sys.stderr)
        folder.mkdir(parents=True, exist_ok=True)
        depths: list[float] = []
        head, what = dbn_files.definition_metadata(market), dbn_files.definition_record(market)
        dbn_files.write_dbn(folder / "definition.dbn.zst", head, [what])
        head = dbn_files.day_metadata(market, market.dates[0])
        dbn_files.write_dbn(path, head, flow(market, records, depths))
        facts.write_text(json.dumps({"orders_a_level": float(np.mean(depths))}))
    return path, json.loads(facts.read_text())["orders_a_level"]


def best_s(ground: Ground, strategy: Any) -> tuple[float, Result]:
    """Seconds of the least disturbed backtest, and what came of it."""
    times = []
    for _ in range(ROUNDS):
        gc.collect()
        start = perf_counter()
        result = backtest(ground, strategy, orders=ORDERS, journal=False)
        times.append(perf_counter() - start)
    return min(times), result


def check_modes(ground: Ground) -> None:
    """Stop unless the market maker trades the same whatever it hears of.

    Raises:
        AssertionError: it does not.
    """
    meta = ground.tape.meta
    end_ns = meta.session_start_ns + (meta.session_end_ns - meta.session_start_ns) // 20
    alone, told = (
        backtest(ground, strategy, end_ns=end_ns, orders=ORDERS, journal=False).fills
        for strategy in (MAKER, Listener())
    )
    if len(alone) < 10 or not np.array_equal(alone, told):
        raise AssertionError(f"{len(alone)} fills by the timer, {len(told)} or others by packets")


def peer_figures(path: Path, python: str) -> dict[str, Any]:
    """What hftbacktest makes of the same records: the faster of its two books.

    Raises:
        AssertionError: it did not come to the end of the data.
    """
    with tempfile.TemporaryDirectory(dir=cache_root()) as folder:
        events = Path(folder) / "events.npy"
        write_events(events, (chunk.copy() for chunk, _ in chunks_ahead(open_dbn(path))), FEED_NS)
        command = [
            python, str(Path(__file__).with_name("peer.py")), str(events),
            "--tick-size", str(MARKETS["shallow"].instrument.tick_size),
            "--entry-ns", str(ENTRY_NS), "--response-ns", str(RESPONSE_NS),
            "--timer-ns", str(MAKER.timer_ns), "--lots", str(MAKER.lots),
            "--most-lots", str(MAKER.max_position_lots),
        ]  # fmt: skip
        done = subprocess.run(command, check=True, capture_output=True, text=True)
    figures = json.loads(done.stdout.splitlines()[-1])
    if figures["code"] != 1:
        raise AssertionError(f"hftbacktest stopped with code {figures['code']}")
    return figures


def measure_book(name: str, records: int, python: str | None) -> dict[str, Any]:
    """The figures of one stream.

    Raises:
        AssertionError: results are not what they must be.
    """
    path, depth = source_file(name, records)
    tape = build_tapes(path)[0]
    if sum(tape.meta.records.values()) != records:
        raise AssertionError(f"records lost: {tape.meta.records}")
    Ground.of(tape, MODELS.latency.feed)
    start = perf_counter()
    ground = Ground.of(tape, MODELS.latency.feed)
    prepare_s = perf_counter() - start
    check_modes(ground)
    maker_s, result = best_s(ground, MAKER)
    figures: dict[str, Any] = {
        "orders_a_level": round(depth, 1),
        "ours_ns_per_event": round(1e9 * maker_s / records, 2),
        "prepare_ns_per_event": round(1e9 * prepare_s / records, 2),
        "our_lots": result.counts["lots"],
        "our_messages": result.counts["messages"],
        "listening_ns_per_event": round(1e9 * best_s(ground, Listener())[0] / records, 2),
        "taking_ns_per_event": round(1e9 * best_s(ground, ImbalanceTaker())[0] / records, 2),
    }
    if python is not None:
        peer = peer_figures(path, python)
        if not 0.5 < result.counts["lots"] / peer["lots"] < 2.0:
            raise AssertionError(f"we trade {result.counts['lots']} lots, they {peer['lots']}")
        figures["hftbacktest_ns_per_event"] = round(1e9 * peer["took_s"] / records, 2)
        figures["hftbacktest_lots"] = int(peer["lots"])
        figures["speedup"] = round(peer["took_s"] / maker_s, 1)
    return figures


def measure(records: int, python: str | None) -> dict[str, Any]:
    """The figures, by name."""
    enable_cache()
    shallow, deep = (measure_book(name, records, python) for name in MARKETS)
    return {
        "records": records,
        "ours_ns_per_event": shallow["ours_ns_per_event"],
        "hftbacktest_ns_per_event": shallow.get("hftbacktest_ns_per_event"),
        "speedup": shallow.get("speedup"),
        "deep_book_speedup": deep.get("speedup"),
        "full_backtest_events_per_s": round(1e9 / shallow["taking_ns_per_event"]),
        **{f"shallow_{name}": value for name, value in shallow.items()},
        **{f"deep_{name}": value for name, value in deep.items()},
        "machine": machine(),
    }


def main() -> int:
    """Command line."""
    parser = arguments(__file__, __doc__)
    parser.add_argument("--records", type=int, default=5_000_000, help="of each generated stream")
    parser.add_argument(
        "--peer-python",
        help="interpreter of an environment with hftbacktest 2.4.4; without it, and without "
        "hftbacktest in this one, only our own figures are measured",
    )
    options = parser.parse_args()
    here = sys.executable if importlib.util.find_spec("hftbacktest") else None
    figures = measure(options.records, options.peer_python or here)
    show(figures, options.json)
    return 0


if __name__ == "__main__":
    sys.exit(main())
