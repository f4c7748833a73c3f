"""One strategy under several exchanges: what believable fills cost it, side by side."""

import copy
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from hft_gym.backtest.ground import Ground
from hft_gym.backtest.result import Result
from hft_gym.backtest.run import MODELS, backtest
from hft_gym.market.brokers.paper import Paper
from hft_gym.market.fees.basis_points import BasisPoints
from hft_gym.market.interfaces import MarketModels
from hft_gym.market.latencies.constant import constant_latency
from hft_gym.tape.market_tape import MarketTape

# What a simple broker's simulator does: no way to go, no queue, 5 bps of slippage, a fee of 0.1 %.
PAPER = MarketModels(
    latency=constant_latency(entry_ns=0, response_ns=0, feed_ns=0),
    queue=Paper(slippage_bps=5.0),
    fees=BasisPoints(maker_bps=10.0, taker_bps=10.0),
)
OPTIMISTIC_AND_BELIEVABLE: Mapping[str, MarketModels] = {"paper": PAPER, "exchange": MODELS}
_HEADS = ("", "fills", "lots", "taken", "position", "before fees", "fees", "PnL")


@dataclass(frozen=True)
class Comparison:
    """Results of one strategy, by the name of the exchange."""

    results: Mapping[str, Result]

    def as_text(self) -> str:
        """Aligned columns for a terminal; money in the instrument's currency."""
        currency = next(iter(self.results.values())).money.currency
        lines = [_HEADS, *(_cells(name, result) for name, result in self.results.items())]
        widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
        written = [
            "  ".join(
                cell.rjust(width) if place else cell.ljust(width)
                for place, (cell, width) in enumerate(zip(line, widths, strict=True))
            )
            for line in lines
        ]
        return "\n".join([*written, f"Money in {currency}; the position is valued at the mark."])


def compare(
    tape: MarketTape,
    strategy: Any,
    models: Mapping[str, MarketModels] = OPTIMISTIC_AND_BELIEVABLE,
    **options: Any,
) -> Comparison:
    """Run a strategy once under each exchange, from the same start to the same end.

    Args:
        tape: the market.
        strategy: as for `run.backtest`; one in plain Python is copied for each run.
        models: exchanges by name; by default a simple broker's simulator and a believable one.
        options: of `run.backtest`, such as `start_ns` or `seed`.

    Raises:
        InputError: see `run.backtest`.
        ConfigError: see `run.backtest`.
    """
    results: dict[str, Result] = {}
    ground: Ground | None = None
    seed = options.get("seed", 0)
    for name, chosen in models.items():
        feed = chosen.latency.feed
        # what the market is depends on no feed: it is looked at once
        ground = ground.seen_by(feed, seed=seed) if ground else Ground.of(tape, feed, seed=seed)
        results[name] = backtest(ground, copy.deepcopy(strategy), models=chosen, **options)
    return Comparison(results)


def _cells(name: str, result: Result) -> tuple[str, ...]:
    money = result.money
    amounts = (money.pnl + money.fees, money.fees, money.pnl)
    return (
        name,
        f"{len(result.fills):,}",
        f"{result.counts['lots']:,}",
        f"{result.counts['taker_lots']:,}",
        f"{result.position_lots:,}",
        *(f"{amount:,.2f}" for amount in amounts),
    )
