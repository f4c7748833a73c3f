"""The account in money, at marks and by the day."""

from decimal import Decimal

import numpy as np
import pytest

from hft_gym.market.journal.ledger import MARK_DTYPE, Ledger
from hft_gym.market.journal.tables import JournalTables
from hft_gym.market.money import Money
from tests.market.journal.stories import START_NS, S, Story, day_of_trading

MONEY = Money(Decimal("0.25"), Decimal("12.5"))
DAY_S = 86_400


def marks(*pairs):
    table = np.zeros(len(pairs), MARK_DTYPE)
    for row, (at_s, ticks) in zip(table, pairs, strict=True):
        row["ts_local_ns"], row["mark_microticks"] = START_NS + int(at_s * S), int(ticks * 1e6)
    return table


@pytest.fixture(scope="module")
def fills():
    return JournalTables(day_of_trading().journal()).fills


def test_the_account_at_each_mark(fills):
    at = marks((0, 100), (3, 101.5), (11, 90))
    flat, long_two, short_one = Ledger(fills, MONEY, Decimal(1000), at).snapshots()
    assert (flat.balance, flat.unrealised, flat.position_lots) == (1000, 0, 0)
    assert long_two.position_lots == 2
    assert long_two.entry_price == 25
    assert long_two.unrealised == 3 * Decimal("12.5")
    assert long_two.realised == Decimal("-0.05") * Decimal("12.5")
    assert short_one.unrealised == 12 * Decimal("12.5")
    assert short_one.realised == Decimal("4.65") * Decimal("12.5")
    assert short_one.balance == 1000 + short_one.realised
    assert (short_one.wins, short_one.closing_trades) == (2, 2)


def test_without_marks_every_fill_is_one(fills):
    ledger = Ledger(fills, MONEY)
    assert [s.position_lots for s in ledger.snapshots()] == [2, 1, -1]
    assert ledger.last().unrealised == 0


def test_fills_after_the_last_mark_count(fills):
    last = Ledger(fills, MONEY, marks=marks((3, 100))).last()
    assert (last.position_lots, last.unrealised) == (-1, 0)


def test_no_fills_no_account():
    none = JournalTables(Story().journal()).fills
    assert Ledger(none, MONEY).last() is None
    last = Ledger(none, MONEY, Decimal(5), marks((0, 100))).last()
    assert (last.balance, last.unrealised) == (5, 0)


def test_days_add_up():
    story = Story()
    story.sent(0, 1, 1, 100, 2)
    story.accepted(1, 1, ahead=0)
    story.filled(2, 1, 2, 100)
    story.sent(DAY_S, 2, -1, 95, 1)
    story.accepted(DAY_S + 1, 2, ahead=0)
    story.filled(DAY_S + 2, 2, 1, 95, fee=1_000_000)
    fills = JournalTables(story.journal()).fills
    at = marks((3, 104), (4, 101), (5, 103), (DAY_S + 3, 96))
    first, second = Ledger(fills, MONEY, Decimal(100), at).days()
    tick = Decimal("12.5")
    assert (first.date.isoformat(), second.date.isoformat()) == ("2023-11-14", "2023-11-15")
    assert (first.starting, first.ending) == (100, 100)
    assert first.drawdown == 6 * tick  # 2 lots from 104 to 101
    changes = np.diff([0, 8, 2, 6])
    assert first.sharpe == pytest.approx(changes.mean() / changes.std(ddof=1) * 3**0.5)
    assert second.starting == first.ending
    assert second.ending == 100 - 6 * tick
    assert second.drawdown == (6 + 5 + 4 + 1) * tick  # 6 open; 5 lost, 4 open, 1 fee
    assert (second.trades, second.wins, second.losses) == (1, 0, 1)
    assert second.sharpe is None  # one change has no deviation
