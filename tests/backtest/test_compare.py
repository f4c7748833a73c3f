"""One strategy under optimistic and believable fills; and what the page on backtests shows."""

import re
from pathlib import Path

import numpy as np
import pytest

from hft_gym.backtest.compare import OPTIMISTIC_AND_BELIEVABLE, PAPER, compare
from hft_gym.backtest.ground import Ground
from hft_gym.backtest.run import MODELS, backtest
from hft_gym.backtest.samples.two_sided import PythonTwoSidedMaker, TwoSidedMaker
from hft_gym.market.fees.per_lot import PerLot
from hft_gym.market.queues.pro_rata import ProRata
from tests.backtest.cases import SMALL, Market, Script, random_ground
from tests.market.compiling import uncompiled

pytestmark = [pytest.mark.kernel, pytest.mark.long]
PAGE = Path(__file__).resolve().parents[2] / "docs" / "backtest.md"


@uncompiled
def test_paper_money_fills_what_a_queue_does_not():
    market = Market()
    market.trade(20, 100, 1)  # five lots stand before ours
    script = Script({10: lambda desk: desk.place(1, 100, 1)})
    found = compare(market.tape(30), script, **SMALL).results
    assert list(found) == ["paper", "exchange"]
    assert found["paper"].position_lots == 1
    assert found["exchange"].position_lots == 0
    # 0.1 % of what changed hands
    assert found["paper"].fees_ticks == pytest.approx(0.001 * 100)


@uncompiled
def test_each_run_is_the_one_that_one_would_have_alone():
    tape = random_ground().tape
    maker = PythonTwoSidedMaker(1_000_000)
    comparison = compare(tape, maker, **SMALL)
    for name, models in OPTIMISTIC_AND_BELIEVABLE.items():
        alone = backtest(tape, PythonTwoSidedMaker(1_000_000), models=models, **SMALL)
        assert np.array_equal(comparison.results[name].fills, alone.fills)
    lots = {name: result.counts["lots"] for name, result in comparison.results.items()}
    assert lots["paper"] > lots["exchange"] > 10
    table = comparison.as_text().splitlines()
    assert [line.split()[0] for line in table] == ["fills", "paper", "exchange", "Money"]
    assert table[1].split()[-1] == f"{comparison.results['paper'].money.pnl:,.2f}"


@uncompiled
def test_a_strategy_in_plain_python_starts_afresh_in_each_run():
    class Once(Script):
        """Acts the first time it is asked, ever."""

        def on_timer(self, desk, now_ns):
            if self.acts:
                self.acts.clear()
                desk.place(1, 101, 1)

    market = Market()
    market.trade(20, 100, 2)
    found = compare(market.tape(30), Once({0: None}), **SMALL).results
    assert [result.counts["messages"] for result in found.values()] == [1, 1]


# fills, position, cash: the same with the compiler and without it
OTHERS = {
    "paper": (PAPER, (47, 3, -185)),
    "pro rata": (MODELS._replace(queue=ProRata(), fees=PerLot(0.0, 0.0)), (30, 2, -132)),
}


@pytest.mark.parametrize(("models", "expected"), OTHERS.values(), ids=OTHERS.keys())
def test_exchanges_of_other_kinds_as_a_whole(models, expected):
    ground = Ground.of(random_ground().tape, models.latency.feed)
    compiled = backtest(ground, TwoSidedMaker(1_000_000, 2, 4), models=models, **SMALL)
    plain = backtest(ground, PythonTwoSidedMaker(1_000_000, 2, 4), models=models, **SMALL)
    assert np.array_equal(compiled.fills, plain.fills)
    assert (len(plain.fills), plain.position_lots, plain.cash_ticks) == expected


def test_what_the_page_shows_is_run(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    blocks = re.findall(r"^```python\n(.*?)^```", PAGE.read_text(), re.MULTILINE | re.DOTALL)
    known = {"build_tapes": lambda path: [random_ground().tape]}
    assert len(blocks) >= 3
    for block in blocks:
        text = block.replace("from hft_gym.tape.build import build_tapes\n", "")
        exec(compile(text, str(PAGE), "exec"), known)
    assert set(known["comparison"].results) == {"paper", "exchange"}
    assert {path.suffix for path in tmp_path.iterdir()} == {".parquet", ".db"}
