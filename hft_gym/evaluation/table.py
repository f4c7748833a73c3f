"""The table of policies: for a terminal, for a page, and as rows for machines."""

import csv
import io
import json
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields
from typing import Any, NamedTuple

from hft_gym.evaluation.intervals import Interval
from hft_gym.evaluation.summary import DAYS_PER_YEAR, Basis, Summary

_FIGURES = 4  # significant figures of a column's largest number
_MOST_DECIMALS = 3
_UNKNOWN = "–"


class Column(NamedTuple):
    """A column of the table: what stands above it and what it shows of a policy."""

    title: str
    unit: str
    value: Callable[[Summary], Interval | float]


class Cells(NamedTuple):
    """The table as text: heads, units and `[policies][columns]` cells; the first is the name."""

    titles: list[str]
    units: list[str]
    rows: list[list[str]]


def columns(basis: Basis) -> list[Column]:
    """The columns after the policy's name."""
    money = basis.instrument.currency
    return [
        Column("reward", "mean ± 95 %", lambda s: s.reward),
        Column("PnL, ticks", "mean ± 95 %", lambda s: s.pnl_ticks),
        Column(f"PnL, {money}", "mean ± 95 %", lambda s: s.pnl_money),
        Column("Sharpe", "window", lambda s: s.sharpe_window),
        Column("Sharpe", "year", lambda s: s.sharpe_year),
        Column("drawdown", "mean ticks", lambda s: s.drawdown_mean_ticks),
        Column("drawdown", "max ticks", lambda s: s.drawdown_worst_ticks),
        Column("|position|", "lots", lambda s: s.mean_abs_position_lots),
        Column("fills", "number", lambda s: s.fills),
        Column("spread", "ticks", lambda s: s.spread_captured_ticks),
        Column("fees", "ticks", lambda s: s.fees_ticks),
    ]


def cells(summaries: Sequence[Summary], basis: Basis) -> Cells:
    """Every number written out, with the same decimals down a column."""
    shown = columns(basis)
    down = [_column_cells([column.value(summary) for summary in summaries]) for column in shown]
    rows = [
        [summary.policy, *(cell[row] for cell in down)] for row, summary in enumerate(summaries)
    ]
    titles = ["policy", *(column.title for column in shown)]
    return Cells(titles, ["", *(column.unit for column in shown)], rows)


def notes(basis: Basis) -> list[str]:
    """What the numbers are made of, a sentence a line."""
    tick = basis.instrument.to_money(1.0)
    return [
        f"Means over {basis.windows} {_plural(basis.windows, 'episode')} (windows, each judged "
        f"once) on {basis.days} held-out {_plural(basis.days, 'day')} (or parts) of "
        f"{basis.instrument.symbol}; 1 tick x 1 lot = {tick:g} {basis.instrument.currency}.",
        "PnL is additive money, not compounded, after fees and closing at the touch; "
        "95 % intervals by Student's t over windows.",
        f"Sharpe: mean/std (ddof 1) of PnL per window; year: x sqrt({DAYS_PER_YEAR} days x "
        f"{basis.windows_per_day:g} windows a day).",
        "Drawdown: deepest fall within a window. Spread: sum of side x (mid - price) x lots at "
        "our fills.",
    ]


def leads(policy: str, over: Mapping[str, Interval]) -> list[str]:
    """One sentence on how far a policy is ahead of others; none where there are no others.

    Args:
        policy: who is ahead, or behind.
        over: by the others' names, mean rewards of `policy` less theirs, paired by window.
    """
    if not over:
        return []
    written = _column_cells(list(over.values()))
    # a sentence needs none of a column's blanks
    compact = (" ".join(lead.split()) for lead in written)
    each = ", ".join(f"{name} {lead}" for name, lead in zip(over, compact, strict=True))
    return [f"Reward of {policy} less that of a rule, window by window, mean ± 95 %: {each}."]


def as_text(summaries: Sequence[Summary], basis: Basis) -> str:
    """Aligned columns for a terminal, with the notes below."""
    table = cells(summaries, basis)
    lines = [table.titles, table.units, *table.rows]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    written = [
        "  ".join(
            cell.rjust(width) if index else cell.ljust(width)
            for index, (cell, width) in enumerate(zip(line, widths, strict=True))
        ).rstrip()
        for line in lines
    ]
    rule = "-" * (sum(widths) + 2 * (len(widths) - 1))
    return "\n".join([*written[:2], rule, *written[2:], rule, *notes(basis)]) + "\n"


def as_markdown(summaries: Sequence[Summary], basis: Basis) -> str:
    """A Markdown table with units in its heads, and the notes below."""
    table = cells(summaries, basis)
    heads = [
        f"{title}, {unit}" if unit else title
        for title, unit in zip(table.titles, table.units, strict=True)
    ]
    lines = [heads, ["---", *["---:"] * (len(heads) - 1)], *table.rows]
    # a bar would end the cell
    written = [
        "| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines
    ]
    return "\n".join([*written, "", *(f"- {note}" for note in notes(basis))]) + "\n"


def as_rows(summaries: Sequence[Summary], basis: Basis) -> list[dict[str, Any]]:
    """A flat row for each policy; an interval `x` becomes x_mean, x_low, x_high."""
    return [_row(summary, basis) for summary in summaries]


def as_json(summaries: Sequence[Summary], basis: Basis) -> str:
    """`as_rows` as a JSON list; what is not known is null."""
    rows = [
        {key: None if _unknown(value) else value for key, value in row.items()}
        for row in as_rows(summaries, basis)
    ]
    return json.dumps(rows, indent=2, allow_nan=False) + "\n"


def as_csv(summaries: Sequence[Summary], basis: Basis) -> str:
    """`as_rows` as CSV with a head; what is not known is empty."""
    rows = as_rows(summaries, basis)
    out = io.StringIO()
    writer = csv.DictWriter(out, list(rows[0]) if rows else [], lineterminator="\n")
    writer.writeheader()
    for row in rows:
        writer.writerow({key: "" if _unknown(value) else value for key, value in row.items()})
    return out.getvalue()


def _row(summary: Summary, basis: Basis) -> dict[str, Any]:
    row: dict[str, Any] = {}
    for field in fields(summary):
        value = getattr(summary, field.name)
        if isinstance(value, Interval):
            ends = {"mean": value.mean, "low": value.low, "high": value.high}
            row.update({f"{field.name}_{end}": number for end, number in ends.items()})
        else:
            row[field.name] = value
    return row | {
        "currency": basis.instrument.currency,
        "windows": basis.windows,
        "days": basis.days,
        "windows_per_day": basis.windows_per_day,
    }


def _column_cells(values: Sequence[Interval | float]) -> list[str]:
    numbers = [number for value in values for number in _numbers(value) if math.isfinite(number)]
    largest = max(map(abs, numbers), default=0.0)
    digits = math.floor(math.log10(largest)) + 1 if largest > 0.0 else 1
    decimals = min(max(_FIGURES - max(digits, 1), 0), _MOST_DECIMALS)
    parts = [[_written(number, decimals) for number in _numbers(value)] for value in values]
    width = max((len(part[1]) for part in parts if len(part) > 1), default=0)
    return [" ± ".join([part[0], *(half.rjust(width) for half in part[1:])]) for part in parts]


def _numbers(value: Interval | float) -> tuple[float, ...]:
    return tuple(value) if isinstance(value, Interval) else (value,)


def _written(number: float, decimals: int) -> str:
    if not math.isfinite(number):
        return _UNKNOWN
    text = f"{number:,.{decimals}f}"
    return text.removeprefix("-") if float(text.replace(",", "")) == 0.0 else text  # no "-0.0"


def _unknown(value: Any) -> bool:
    return isinstance(value, float) and not math.isfinite(value)


def _plural(count: int, word: str) -> str:
    return word if count == 1 else f"{word}s"
