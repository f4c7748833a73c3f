"""What must hold whatever an agent does: python -m benchmarks.invariants --steps N [--json].

A random agent and a greedy one send orders of every type through every self-trade policy, on
generated days and on files of one's own, and after every step of theirs everything is checked that
`benchmarks.audit.Rule` names. Ends with 1 where a rule was broken.
"""

import sys
from collections.abc import Iterable
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.agents import ARMS, act_at_random, act_greedily
from benchmarks.audit import ACCOUNT_NUMBERS, EVENTS_AT, Audit, Rule, WorstCase, account_of, check
from benchmarks.machine import arguments, machine, show
from hft_gym.envs.dataset import Dataset, Market
from hft_gym.envs.grid import ByEvents
from hft_gym.features.engine import DECISION_DTYPE
from hft_gym.kernel.address import address_of
from hft_gym.kernel.jit import enable_cache, kernel
from hft_gym.kernel.random import seed_states
from hft_gym.market.account import clear_trader, known_equity_ticks, learn
from hft_gym.market.columns import COLUMNS_DTYPE, book_records, columns_record, consumed_of
from hft_gym.market.exchange import advance
from hft_gym.market.fees.per_lot import PerLot
from hft_gym.market.interfaces import MarketModels, VenueRules
from hft_gym.market.latencies.constant import constant_latency
from hft_gym.market.queues.fifo import Fifo
from hft_gym.market.records import Event, SelfTrade, WhenCrossed, trader_dtype
from hft_gym.tape.build import build_tapes
from hft_gym.tape.generated import GeneratedMarket, default_folder, generate

LIMIT_LOTS = 60
TRADER = trader_dtype(64, 96, 320)
EVENTS = 11  # rows of the tape for a step
AFTERWARDS_NS = 10_000_000_000  # after the session, until which all answers are back


@kernel
def live(
    models: Any,
    tables: Any,
    traders: NDArray[Any],
    decisions: NDArray[Any],
    gains: NDArray[np.float64],
    greedy: bool,
) -> None:
    """One agent through all decisions of a tape; `tables`: the tape's record and the book's."""
    tape, book, trader = tables[0][0], tables[1][0], traders[0]
    consumed_of(book)[:] = 0
    account_of(models.journal.address)[EVENTS_AT + 15 :] = 0
    clear_trader(trader, decisions[0]["row"], 0)
    gains[2 * ARMS + 1] = 0.0
    for k in range(decisions.size - 1):
        now_ns = decisions[k]["ts_local_ns"]
        touch = (int(decisions[k]["bid_ticks"]), int(decisions[k]["ask_ticks"]))
        trader["mid2_ticks"] = touch[0] + touch[1]
        if not decisions[k]["is_tradable"]:
            pass
        elif greedy:
            act_greedily(models, tape, trader, now_ns, touch, gains)
        else:
            act_at_random(models, tape, trader, now_ns, touch)
        first_row = int(trader["row"])
        now_ns = decisions[k + 1]["ts_local_ns"]
        advance(models, tape, book, trader, decisions[k + 1]["row"], now_ns)
        learn(trader, now_ns)
        check(models, tape, book, trader, first_row)
    first_row, now_ns = int(trader["row"]), tape["session_end_ns"] + AFTERWARDS_NS
    advance(models, tape, book, trader, tape["rows"], now_ns)  # orders for the day expire
    learn(trader, now_ns)
    check(models, tape, book, trader, first_row)


class Run:
    """Agents on one market, again and again, with other seeds and rules each time."""

    def __init__(self, market: Market) -> None:
        self.market = market
        self.decisions = np.ascontiguousarray(market.decisions, DECISION_DTYPE)
        self.tapes = np.array([columns_record(market.tape, market.index)], COLUMNS_DTYPE)
        self.consumed, self.ladder = np.zeros((2, 1, market.index.places), np.int32)
        self.books = book_records(self.consumed, self.ladder, market.index.base_ticks)
        self.account = np.zeros(ACCOUNT_NUMBERS, np.int64)
        self.traders = np.zeros(1, TRADER)
        self.steps = 0

    def once(self, seed: int, *, greedy: bool) -> float:
        """Through the tape once; returns what the agent earned, in ticks after fees."""
        policies, crossed = list(SelfTrade), list(WhenCrossed)
        rules = VenueRules(
            int(policies[seed % len(policies)]), int(crossed[seed // 4 % 2]), seed % 7
        )
        delay_ns = (0, 50_000, 3_000_000, 120_000_000)[seed // 8 % 4]
        models = MarketModels(
            constant_latency(delay_ns, delay_ns),
            Fifo(),
            PerLot(0.05, 0.1),
            WorstCase(LIMIT_LOTS),
            Audit(address_of(self.account)),
            rules,
        )
        self.traders["random_state"] = seed_states(np.array([seed]))
        gains = np.zeros(2 * ARMS + 2)
        live(models, (self.tapes, self.books), self.traders, self.decisions, gains, greedy)
        self.steps += self.decisions.size - 1
        return known_equity_ticks(self.traders[0], int(self.traders[0]["mid2_ticks"]))


def markets(files: Iterable[Path]) -> list[Market]:
    """A generated day, and the tapes of some files, with a decision every few rows."""
    generated = GeneratedMarket(days=1)
    folder = default_folder(generated)
    generate(generated, folder)
    found: list[Market] = []
    for path in (folder, *files):
        found += Dataset.of(build_tapes(path), ByEvents(EVENTS), ()).markets
    return found


def measure(steps: int, files: Iterable[Path]) -> dict[str, Any]:
    """The figures, by name."""
    enable_cache()
    runs = [Run(market) for market in markets(files)]
    start, seed = perf_counter(), 0
    earned: dict[str, list[float]] = {"random": [], "greedy": []}
    while sum(run.steps for run in runs) < steps:
        for run in runs:
            for name, gains in earned.items():
                gains.append(run.once(seed, greedy=name == "greedy"))
        seed += 1
    accounts = np.sum([run.account for run in runs], axis=0)
    traded = int(accounts[EVENTS_AT + int(Event.FILLED)])
    return {
        "steps": sum(run.steps for run in runs),
        "broken": {rule.name.lower(): int(accounts[rule]) for rule in Rule},
        "events": {event.name.lower(): int(accounts[EVENTS_AT + event]) for event in Event},
        "fills": traded,
        "greedy_mean_ticks": float(np.mean(earned["greedy"])),
        "random_mean_ticks": float(np.mean(earned["random"])),
        "tapes": [run.market.tape.meta.source for run in runs],
        "seconds": round(perf_counter() - start, 1),
        "machine": machine(),
    }


def main() -> int:
    """Command line."""
    parser = arguments(__file__, __doc__)
    parser.add_argument("--steps", type=int, default=10_000_000, help="decisions of the agents")
    parser.add_argument("files", type=Path, nargs="*", help="market data to use as well")
    options = parser.parse_args()
    figures = measure(options.steps, options.files)
    show(figures, options.json)
    return int(any(figures["broken"].values()))


if __name__ == "__main__":
    sys.exit(main())
