"""The database: its schema to the letter, its values exact."""

import json
import re
import sqlite3
from datetime import datetime
from decimal import Decimal

import pytest

from hft_gym.errors import InputError
from hft_gym.market.journal.sqlite import iso, write_sqlite
from hft_gym.market.journal.tables import JournalTables
from hft_gym.market.money import Money
from tests.market.journal.stories import START_NS, Story, day_of_trading

MONEY = Money(Decimal("0.25"), Decimal("12.5"))
COLUMNS = {
    "trades": "id order_id symbol side price quantity fee fee_asset pnl timestamp created_at",
    "orders": "id symbol side order_type quantity price status filled_quantity avg_fill_price "
    "created_at updated_at",
    "positions": "symbol quantity entry_price unrealized_pnl realized_pnl updated_at",
    "account_snapshots": "id balance equity total_pnl win_rate total_trades positions_json "
    "timestamp",
    "daily_stats": "date starting_balance ending_balance pnl trades_count winning_trades "
    "losing_trades max_drawdown sharpe_ratio created_at",
}


@pytest.fixture(scope="module")
def database(tmp_path_factory):
    path = tmp_path_factory.mktemp("run") / "journal.sqlite"
    write_sqlite(JournalTables(day_of_trading().journal()), path, "ESH4", MONEY, Decimal(1000))
    connection = sqlite3.connect(path)
    connection.row_factory = sqlite3.Row
    yield connection
    connection.close()


def rows(database, query):
    return [dict(row) for row in database.execute(query)]


def test_the_schema(database):
    for table, columns in COLUMNS.items():
        found = [row["name"] for row in database.execute(f"PRAGMA table_info({table})")]
        assert found == columns.split()
    indexes = rows(database, "SELECT name FROM sqlite_master WHERE name LIKE 'idx_%' ORDER BY 1")
    assert [index["name"] for index in indexes] == [
        "idx_orders_status", "idx_orders_symbol", "idx_trades_symbol", "idx_trades_timestamp",
    ]  # fmt: skip


def test_trades(database):
    first, second, third = rows(database, "SELECT * FROM trades ORDER BY timestamp")
    assert (first["side"], first["price"], first["quantity"]) == ("buy", "25", "2")
    assert (first["fee"], first["fee_asset"], first["pnl"]) == ("0.625", "USD", None)
    assert (second["side"], second["price"], second["pnl"]) == ("sell", "25.75", "35")
    assert third["pnl"] == "23.75"  # 2 ticks of 12.5, less a fee of a tenth
    assert first["timestamp"] == "2023-11-14T22:13:22.500000"
    assert re.fullmatch(r"TRD-[0-9a-f]{12}", first["id"])
    orders = {row["id"] for row in rows(database, "SELECT id FROM orders")}
    assert {first["order_id"], second["order_id"], third["order_id"]} <= orders


def test_orders(database):
    found = rows(database, "SELECT * FROM orders ORDER BY created_at")
    assert [row["status"] for row in found] == [
        "cancelled", "filled", "filled", "rejected", "pending", "pending",
    ]  # fmt: skip
    first, second, third = found[:3]
    assert first["id"] == "ORD-20231114221320-1"
    assert (first["order_type"], first["price"]) == ("limit", "25")
    assert (second["order_type"], second["price"]) == ("market", None)
    assert (first["quantity"], first["filled_quantity"]) == ("3", "2")
    assert (third["price"], third["avg_fill_price"]) == ("25.5", "25.5")
    assert found[3]["avg_fill_price"] is None
    for row in found:
        datetime.fromisoformat(row["created_at"])
        assert row["created_at"] <= row["updated_at"]


def test_position_snapshots_and_day(database):
    (position,) = rows(database, "SELECT * FROM positions")
    assert (position["symbol"], position["quantity"]) == ("ESH4", "-1")
    assert (position["entry_price"], position["unrealized_pnl"]) == ("25.5", "0")
    assert position["realized_pnl"] == "58.125"
    last = rows(database, "SELECT * FROM account_snapshots ORDER BY id")[-1]
    assert (last["balance"], last["equity"], last["total_pnl"]) == (
        "1058.125",
        "1058.125",
        "58.125",
    )
    assert (last["win_rate"], last["total_trades"]) == (1.0, 2)
    (held,) = json.loads(last["positions_json"])
    assert held["quantity"] == "-1"
    (day,) = rows(database, "SELECT * FROM daily_stats")
    assert (day["date"], day["trades_count"]) == ("2023-11-14", 3)
    assert (day["starting_balance"], day["ending_balance"]) == ("1000", "1058.125")
    assert (day["pnl"], day["winning_trades"], day["losing_trades"]) == ("58.125", 2, 0)


def test_every_amount_is_text_that_parses_again(database):
    for table, fields in {
        "trades": ("price", "quantity", "fee"),
        "orders": ("quantity", "filled_quantity"),
        "positions": ("quantity", "entry_price", "unrealized_pnl", "realized_pnl"),
        "daily_stats": ("pnl", "max_drawdown"),
    }.items():
        for field in fields:
            for row in database.execute(f"SELECT {field}, typeof({field}) FROM {table}"):
                assert row[1] == "text"
                assert "e" not in row[0].lower()
                Decimal(row[0])


def test_the_queries_of_the_schema_work(database):
    query = "SELECT COUNT(*) AS n FROM trades WHERE DATE(timestamp) = '2023-11-14'"
    assert rows(database, query) == [{"n": 3}]
    query = (
        "SELECT * FROM trades WHERE 1=1 AND symbol = 'ESH4' AND timestamp >= '2023-11-14T22:13:24' "
        "ORDER BY timestamp DESC LIMIT 1"
    )
    (latest,) = rows(database, query)
    assert latest["price"] == "25.5"


def test_times_are_cut_to_the_microsecond():
    assert iso(START_NS + 999) == "2023-11-14T22:13:20.000000"
    assert iso(START_NS + 123_456_789) == "2023-11-14T22:13:20.123456"


def test_an_older_file_is_replaced_and_nothing_else_left(tmp_path):
    path = tmp_path / "journal.sqlite"
    tables = JournalTables(day_of_trading().journal())
    write_sqlite(tables, path, "ESH4", MONEY)
    write_sqlite(JournalTables(Story().journal()), path, "ESH4", MONEY)
    assert [p.name for p in tmp_path.iterdir()] == [path.name]
    with sqlite3.connect(path) as connection:
        assert connection.execute("SELECT COUNT(*) FROM trades").fetchone() == (0,)
    connection.close()


def test_a_path_that_cannot_be_written_is_said(tmp_path):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(InputError, match="choose a folder"):
        write_sqlite(JournalTables(Story().journal()), tmp_path / "file" / "x.sqlite", "X", MONEY)
