"""What a file is about, as data and as text."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, TextIO

from hft_gym.commands.support.activity import SECOND_NS, Activity
from hft_gym.commands.support.spread import SpreadOverTime
from hft_gym.commands.support.text import bars, counted, utc
from hft_gym.tape.instrument import PRICE_UNITS

BINS = 60
_LISTED = 10
_WORDS = {
    "A": "add", "C": "cancel", "M": "modify", "T": "trade", "F": "fill", "R": "clear", "N": "none",
    # of LOBSTER's messages
    "1": "new order", "2": "decrease", "3": "deletion", "4": "execution", "5": "hidden execution",
    "6": "cross", "7": "halt",
}  # fmt: skip


@dataclass(slots=True)
class BookFacts:
    """What is known of one instrument's book.

    Attributes:
        symbol: whose.
        spread: over the time in which the book could be traded, in the session if there is one.
        tick_size: in points; None where nothing tells it.
        tick_size_from: `user`, `definition`, `known roots`, `dataset` or `prices`.
        session_ns: start and end; None where only quotes or only trades are known.
        touch_e9: lowest bid and highest ask of the session, else of the whole file.
        anomalies: how often each kind was met; None where no tape was made.
        observed: the same of what may be the nature of the source.
    """

    symbol: str
    spread: SpreadOverTime
    tick_size: float | None = None
    tick_size_from: str = ""
    session_ns: tuple[int, int] | None = None
    touch_e9: tuple[int, int] | None = None
    anomalies: dict[str, int] | None = None
    observed: dict[str, int] | None = None


@dataclass(slots=True)
class Facts:
    """What a file is about.

    Attributes:
        path: the file; of a LOBSTER pair the one of messages.
        form: `DBN`, `LOBSTER` or `tape`.
        version: of that format; None where it has none.
        schema: of the file, or of that which a tape was made of; None for a mixed capture.
        dataset: Databento dataset code.
        instruments: symbol, id and records of each that occurs; records None where not counted.
        records: how many of each type.
        actions: how many of each action letter, or type of LOBSTER's messages.
        snapshot_records: how many of them are pictures of the book; not part of `activity`.
        activity: when the others came.
        book: of the only or chosen instrument.
        no_book: why `book` is missing or told by quotes alone.
        orderbook_path: of a LOBSTER pair.
    """

    path: str
    form: str
    version: int | None
    schema: str | None
    dataset: str
    instruments: list[dict[str, Any]] = field(default_factory=list)
    records: dict[str, int] = field(default_factory=dict)
    actions: dict[str, int] = field(default_factory=dict)
    snapshot_records: int = 0
    activity: Activity = field(default_factory=Activity)
    book: BookFacts | None = None
    no_book: str = ""
    orderbook_path: str = ""


def as_json(facts: Facts) -> dict[str, Any]:
    """Plain values; times in ns since the epoch and as text, prices in points."""
    activity = facts.activity
    return {
        "path": facts.path,
        "orderbook_path": facts.orderbook_path or None,
        "format": facts.form,
        "version": facts.version,
        "schema": facts.schema,
        "dataset": facts.dataset,
        "instruments": facts.instruments,
        "records": facts.records,
        "actions": facts.actions,
        "snapshot_records": facts.snapshot_records,
        "span": _span(activity.first_ns, activity.last_ns) if activity.records else None,
        "rate": {"mean_per_s": activity.mean_per_s, "peak_per_s": activity.peak_per_s},
        "activity": activity.histogram(BINS),
        "book": _book_json(facts.book) if facts.book else None,
        "no_book": facts.no_book or None,
    }


def _span(first_ns: int, last_ns: int) -> dict[str, Any]:
    return {
        "first_ns": first_ns, "last_ns": last_ns, "first": utc(first_ns), "last": utc(last_ns),
    }  # fmt: skip


def _book_json(book: BookFacts) -> dict[str, Any]:
    spread = book.spread
    mean_e9 = spread.mean_e9
    return {
        "symbol": book.symbol,
        "tick_size": book.tick_size,
        "tick_size_from": book.tick_size_from or None,
        "session": _span(*book.session_ns) if book.session_ns else None,
        "touch": [price / PRICE_UNITS for price in book.touch_e9] if book.touch_e9 else None,
        "spread": {
            "mean": None if mean_e9 is None else mean_e9 / PRICE_UNITS,
            "mean_ticks": _ticks(mean_e9, book.tick_size),
            "one_tick_share": spread.one_tick_share,
            "tradable_s": spread.tradable_ns / SECOND_NS,
        },
        "anomalies": book.anomalies,
        "observed": book.observed,
    }


def _ticks(price_e9: float | None, tick_size: float | None) -> float | None:
    if price_e9 is None or not tick_size:
        return None
    return price_e9 / PRICE_UNITS / tick_size


def as_lines(facts: Facts, output: TextIO) -> list[str]:
    """The same for people; `output` tells which characters can be shown."""
    what = "records" if facts.form == "DBN" else "rows"  # of its tape
    version = "" if facts.version is None else f" version {facts.version}"
    schema = facts.schema or "mixed schemas"
    rows = [
        ("file", facts.path),
        *([("order book", facts.orderbook_path)] if facts.orderbook_path else []),
        ("format", f"{facts.form}{version}, {schema}, {facts.dataset}"),
        ("instruments", _instruments(facts.instruments)),
        (what, counted(facts.records)),
    ]
    if facts.actions:
        words = {_WORDS.get(action, repr(action)): n for action, n in facts.actions.items()}
        rows.append(("actions", counted(words)))
    if facts.snapshot_records:
        rows.append(("snapshot", f"{facts.snapshot_records:,} {what}, not in span and rate"))
    rows += _activity_rows(facts.activity, what, output)
    rows += _book_rows(facts.book) if facts.book else []
    if facts.no_book:
        rows.append(("book", facts.no_book))
    width = max(len(name) for name, _ in rows)
    return [f"{name:<{width}}  {text}" for name, text in rows]


def _instruments(instruments: list[Mapping[str, Any]] | list[dict[str, Any]]) -> str:
    named = [f"{found['symbol']} ({found['id']})" for found in instruments[:_LISTED]]
    more = len(instruments) - _LISTED
    return (", ".join(named) or "none") + (f" and {more:,} more" if more > 0 else "")


def _activity_rows(activity: Activity, what: str, output: TextIO) -> list[tuple[str, str]]:
    if not activity.records:
        return [("span", "nothing with a time")]
    span_s = (activity.last_ns - activity.first_ns) / SECOND_NS
    counts = activity.histogram(BINS)
    return [
        ("span", f"{utc(activity.first_ns)} to {utc(activity.last_ns)} ({span_s:,.1f} s)"),
        ("rate", f"{_rate(activity.mean_per_s)} {what}/s, busiest second {activity.peak_per_s:,}"),
        ("activity", f"|{bars(counts, output)}| up to {max(counts):,} a column"),
    ]


def _rate(per_s: float) -> str:
    return f"{per_s:,.1f}" if per_s >= 1 else f"{per_s:.2g}"


def _book_rows(book: BookFacts) -> list[tuple[str, str]]:
    tick = f"{book.tick_size:.9g} (from {book.tick_size_from})" if book.tick_size else "not known"
    rows = [("tick size", tick)]
    for name, counts in (("anomalies", book.anomalies), ("observed", book.observed)):
        if counts is not None:
            rows.append((name, counted(counts)))
    if book.session_ns:
        rows.append(("session", " to ".join(utc(time_ns) for time_ns in book.session_ns)))
    if book.touch_e9:
        low, high = (price / PRICE_UNITS for price in book.touch_e9)
        rows.append(("touch", f"{low:.9g} to {high:.9g}"))
    mean_e9, share = book.spread.mean_e9, book.spread.one_tick_share
    if mean_e9 is None:
        return [*rows, ("spread", "no time with a two-sided book that is not crossed")]
    text = f"mean {mean_e9 / PRICE_UNITS:.6g}"
    mean_ticks = _ticks(mean_e9, book.tick_size)
    if mean_ticks is not None and share is not None:
        text += f" ({mean_ticks:.3f} ticks), one tick {share:.1%} of the time"
    return [*rows, ("spread", f"{text}, over {book.spread.tradable_ns / SECOND_NS:,.1f} s")]
