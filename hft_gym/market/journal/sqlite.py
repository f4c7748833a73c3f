"""The journal as a SQLite file: trades, orders, positions, snapshots of the account, days.

Money, prices and sizes are decimals as text, times ISO 8601 in UTC without a zone, by our own clock
(when we sent a message, when we learned of a fill), and codes are words.
"""

import json
import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from hft_gym.errors import InputError
from hft_gym.market.journal.ledger import Day, Ledger, Snapshot
from hft_gym.market.journal.tables import JournalTables, OrderStatus
from hft_gym.market.money import Money, text_of
from hft_gym.market.records import OrderType
from hft_gym.tape.whole_file import whole_file

SCHEMA = """
CREATE TABLE trades (
    id TEXT PRIMARY KEY,
    order_id TEXT NOT NULL,
    symbol TEXT NOT NULL,
    side TEXT NOT NULL,
    price TEXT NOT NULL,
    quantity TEXT NOT NULL,
    fee TEXT NOT NULL,
    fee_asset TEXT NOT NULL,
    pnl TEXT,
    timestamp DATETIME NOT NULL,
    created_at DATETIME DEFAULT CURRENT_TIMESTAMP
);

CREATE INDEX idx_trades_symbol ON trades(symbol);
CREATE INDEX idx_trades_timestamp ON trades(timestamp);

CREATE TABLE orders (
    id TEXT PRIMARY KEY,
    symbol TEXT NOT NULL,
    side TEXT NOT NULL,
    order_type TEXT NOT NULL,
    quantity TEXT NOT NULL,
    price TEXT,
    status TEXT NOT NULL,
    filled_quantity TEXT NOT NULL,
    avg_fill_price TEXT,
    created_at DATETIME NOT NULL,
    updated_at DATETIME NOT NULL
);

CREATE INDEX idx_orders_symbol ON orders(symbol);
CREATE INDEX idx_orders_status ON orders(status);

CREATE TABLE positions (
    symbol TEXT PRIMARY KEY,
    quantity TEXT NOT NULL,
    entry_price TEXT NOT NULL,
    unrealized_pnl TEXT NOT NULL,
    realized_pnl TEXT NOT NULL,
    updated_at DATETIME NOT NULL
);

CREATE TABLE account_snapshots (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    balance TEXT NOT NULL,
    equity TEXT NOT NULL,
    total_pnl TEXT NOT NULL,
    win_rate REAL NOT NULL,
    total_trades INTEGER NOT NULL,
    positions_json TEXT NOT NULL,
    timestamp DATETIME DEFAULT CURRENT_TIMESTAMP
);

CREATE TABLE daily_stats (
    date DATE PRIMARY KEY,
    starting_balance TEXT NOT NULL,
    ending_balance TEXT NOT NULL,
    pnl TEXT NOT NULL,
    trades_count INTEGER NOT NULL,
    winning_trades INTEGER NOT NULL,
    losing_trades INTEGER NOT NULL,
    max_drawdown TEXT NOT NULL,
    sharpe_ratio REAL,
    created_at DATETIME DEFAULT CURRENT_TIMESTAMP
);
"""
_SIDES = {1: "buy", -1: "sell"}


def write_sqlite(
    tables: JournalTables,
    path: Path,
    symbol: str,
    money: Money,
    balance: Decimal = Decimal(0),
    marks: NDArray[np.void] | None = None,
) -> None:
    """Write a run's journal to a database, whole or not at all; an older file is replaced.

    Args:
        tables: of the run.
        path: of the database.
        symbol: of what was traded.
        money: what its ticks are worth.
        balance: money of the account at the start.
        marks: `[n]` of `ledger.MARK_DTYPE`, later ones last: when to value the account, and at
            which price; without them, at each fill and at its price.

    Raises:
        InputError: the file cannot be written.
    """
    ledger = Ledger(tables.fills, money, balance, marks)
    with sqlite3.connect(":memory:") as database:
        database.executescript(SCHEMA)
        _insert(database, "trades", _trades(tables, symbol, money))
        _insert(database, "orders", _orders(tables, symbol, money))
        _insert(database, "positions", _positions(ledger, symbol, money))
        _insert(database, "account_snapshots", (_snapshot(s, symbol) for s in ledger.snapshots()))
        _insert(database, "daily_stats", (_day(day) for day in ledger.days()))
    try:
        with whole_file(path) as file:
            file.write(database.serialize())
    except OSError as error:
        raise InputError(
            f"cannot write {path}: {error.strerror}; choose a folder you can write to"
        ) from error
    finally:
        database.close()


def iso(ts_ns: int) -> str:
    """ISO 8601 of a time in UTC: `YYYY-MM-DDTHH:MM:SS.ffffff`; parts of a microsecond are cut."""
    seconds, rest = divmod(int(ts_ns), 1_000_000_000)
    whole = datetime.fromtimestamp(seconds, UTC).replace(tzinfo=None)
    return whole.replace(microsecond=rest // 1000).isoformat(timespec="microseconds")


def order_name(order_id: int, sent_ns: int) -> str:
    """Name of an order: `ORD-`, second in which it was sent, number."""
    return f"ORD-{datetime.fromtimestamp(sent_ns // 1_000_000_000, UTC):%Y%m%d%H%M%S}-{order_id}"


def _insert(database: sqlite3.Connection, table: str, rows: Iterator[dict[str, object]]) -> None:
    for row in rows:
        names = ", ".join(row)
        places = ", ".join(f":{name}" for name in row)
        database.execute(f"INSERT INTO {table} ({names}) VALUES ({places})", row)


def _trades(tables: JournalTables, symbol: str, money: Money) -> Iterator[dict[str, object]]:
    sent = dict(
        zip(
            tables.orders["order_id"].tolist(), tables.orders["sent_local_ns"].tolist(), strict=True
        )
    )
    for number, fill in enumerate(tables.fills, 1):
        fee = money.of_microticks(fill["fees_microticks"])
        order_id = int(fill["order_id"])
        yield {
            "id": f"TRD-{number:012x}",
            "order_id": order_name(order_id, sent[order_id]),
            "symbol": symbol,
            "side": _SIDES[int(fill["side"])],
            "price": text_of(money.price(fill["px_ticks"])),
            "quantity": str(fill["lots"]),
            "fee": text_of(fee),
            "fee_asset": money.currency,
            "pnl": text_of(money.of_microticks(fill["realised_microticks"]) - fee)
            if fill["closed_lots"] > 0
            else None,
            "timestamp": iso(fill["ts_local_ns"]),
        }


def _orders(tables: JournalTables, symbol: str, money: Money) -> Iterator[dict[str, object]]:
    for order in tables.orders:
        is_market = order["order_type"] == OrderType.MARKET
        filled = int(order["filled_lots"])
        paid = int(order["paid_ticks"]) * 1_000_000
        yield {
            "id": order_name(int(order["order_id"]), int(order["sent_local_ns"])),
            "symbol": symbol,
            "side": _SIDES[int(order["side"])],
            "order_type": "market" if is_market else "limit",
            "quantity": str(order["lots"]),
            "price": None if is_market else text_of(money.price(order["last_px_ticks"])),
            "status": OrderStatus(int(order["status_index"])).name.lower(),
            "filled_quantity": str(filled),
            "avg_fill_price": text_of(money.average_price(paid, filled)) if filled else None,
            "created_at": iso(order["sent_local_ns"]),
            "updated_at": iso(order["last_local_ns"]),
        }


def _positions(ledger: Ledger, symbol: str, money: Money) -> Iterator[dict[str, object]]:
    last = ledger.last()
    if last is None:
        return
    yield {
        "symbol": symbol,
        "quantity": str(last.position_lots),
        "entry_price": text_of(last.entry_price),
        "unrealized_pnl": text_of(last.unrealised),
        "realized_pnl": text_of(last.realised),
        "updated_at": iso(last.ts_local_ns),
    }


def _snapshot(at: Snapshot, symbol: str) -> dict[str, object]:
    position = {
        "symbol": symbol,
        "quantity": str(at.position_lots),
        "entry_price": text_of(at.entry_price),
        "unrealized_pnl": text_of(at.unrealised),
        "realized_pnl": text_of(at.realised),
    }
    return {
        "balance": text_of(at.balance),
        "equity": text_of(at.balance + at.unrealised),
        "total_pnl": text_of(at.realised + at.unrealised),
        "win_rate": at.wins / at.closing_trades if at.closing_trades else 0.0,
        "total_trades": at.closing_trades,
        "positions_json": json.dumps([position] if at.position_lots else []),
        "timestamp": iso(at.ts_local_ns),
    }


def _day(day: Day) -> dict[str, object]:
    return {
        "date": day.date.isoformat(),
        "starting_balance": text_of(day.starting),
        "ending_balance": text_of(day.ending),
        "pnl": text_of(day.ending - day.starting),
        "trades_count": day.trades,
        "winning_trades": day.wins,
        "losing_trades": day.losses,
        "max_drawdown": text_of(day.drawdown),
        "sharpe_ratio": day.sharpe,
    }
