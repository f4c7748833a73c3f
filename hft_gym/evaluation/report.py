"""The page of a run: one HTML file that needs nothing else, to keep or to send."""

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from html import escape
from pathlib import Path

from hft_gym.evaluation.curve import TrainingCurve, curve_png
from hft_gym.evaluation.files import write_whole
from hft_gym.evaluation.summary import Basis, Summary
from hft_gym.evaluation.table import Cells, cells, notes

_STYLE = """
:root { color-scheme: light dark; --ink: #22272e; --soft: #59636e; --line: #d1d9e0;
  --page: #ffffff; --box: #f6f8fa; --mark: #ddf4ff; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6edf3; --soft: #9198a1; --line: #3d444d;
  --page: #0d1117; --box: #151b23; --mark: #12324f; } }
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 1.2rem; max-width: 78rem; background: var(--page);
  color: var(--ink); font: 16px/1.5 system-ui, sans-serif; overflow-wrap: anywhere; }
h1 { font-size: 1.5rem; margin: 0 0 .2rem; } h2 { font-size: 1.15rem; margin: 2rem 0 .6rem; }
p, li, summary { color: var(--soft); } ul { padding-left: 1.2rem; font-size: .9rem; }
.wide { overflow-x: auto; border: 1px solid var(--line); border-radius: 6px; }
table { border-collapse: collapse; width: 100%; font-size: .85rem; white-space: nowrap;
  font-variant-numeric: tabular-nums; overflow-wrap: normal; }
th, td { padding: .35rem .7rem; text-align: right; border-bottom: 1px solid var(--line); }
tr:last-child > td, tr:last-child > th[scope=row] { border-bottom: 0; }
thead th { background: var(--box); } th small { display: block; font-weight: 400;
  color: var(--soft); }
th:first-child { text-align: left; position: sticky; left: 0; background: var(--page); }
thead th:first-child { background: var(--box); }
tbody th { font-weight: 400; }
tr.mark > * { background: var(--mark); font-weight: 600; }
figure { margin: 0; } figcaption { color: var(--soft); font-size: .9rem; }
img { display: block; width: 100%; height: auto; background: #fff; border-radius: 6px; }
details { margin-top: 1rem; } summary { cursor: pointer; }
pre { overflow-x: auto; padding: .8rem; background: var(--box); border-radius: 6px;
  font-size: .8rem; overflow-wrap: normal; }
"""


@dataclass(frozen=True)
class Picture:
    """A PNG file's bytes, and what they show."""

    caption: str
    png: bytes = field(repr=False)


@dataclass(frozen=True)
class Report:
    """Everything on the page.

    Attributes:
        title: what was run.
        lead: one sentence below it.
        summaries: the table's rows.
        basis: what the table's figures are per.
        remarks: said below the table, after what its figures are per.
        pictures: shown below the table.
        curve: the training's, if there was one.
        config_yaml: the resolved configuration.
        versions: of packages, of the project, of the data.
        marked: the policy whose row stands out.
    """

    title: str
    lead: str
    summaries: Sequence[Summary]
    basis: Basis
    remarks: Sequence[str] = ()
    pictures: Sequence[Picture] = ()
    curve: TrainingCurve | None = None
    config_yaml: str = ""
    versions: Mapping[str, str] = field(default_factory=dict)
    marked: str | None = None


def as_html(report: Report) -> str:
    """The page; all text is escaped, pictures are data URIs, nothing is fetched."""
    pictures = list(report.pictures)
    training = []
    if report.curve is not None:
        shown = Picture("Reward in training.", curve_png(report.curve))
        training = ["<h2>Training</h2>", _figure(shown)]
    remarks = "".join(
        f"<li>{escape(note)}</li>" for note in [*notes(report.basis), *report.remarks]
    )
    body = [
        f"<h1>{escape(report.title)}</h1>",
        f"<p>{escape(report.lead)}</p>",
        "<h2>Held-out results</h2>",
        _table(cells(report.summaries, report.basis), report.marked),
        f"<ul>{remarks}</ul>",
        *(["<h2>What it did</h2>"] if pictures else []),
        *map(_figure, pictures),
        *training,
        _details("Configuration", report.config_yaml),
        _details("Versions", "\n".join(f"{k}: {v}" for k, v in report.versions.items())),
    ]
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(report.title)}</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n"
        + "\n".join(part for part in body if part)
        + "\n</body>\n</html>\n"
    )


def save_report(report: Report, path: Path) -> None:
    """Write the page, whole or not at all.

    Raises:
        InputError: the file cannot be written.
    """
    write_whole(path, as_html(report))


def _table(table: Cells, marked: str | None) -> str:
    heads = "".join(
        f'<th scope="col">{escape(title)}<small>{escape(unit)}</small></th>'
        for title, unit in zip(table.titles, table.units, strict=True)
    )
    rows = "".join(_row(row, row[0] == marked) for row in table.rows)
    head = f"<thead><tr>{heads}</tr></thead>"
    return f'<div class="wide"><table>{head}<tbody>{rows}</tbody></table></div>'


def _row(row: list[str], is_marked: bool) -> str:
    numbers = "".join(f"<td>{escape(cell)}</td>" for cell in row[1:])
    kind = ' class="mark"' if is_marked else ""
    return f'<tr{kind}><th scope="row">{escape(row[0])}</th>{numbers}</tr>'


def _figure(picture: Picture) -> str:
    data = base64.b64encode(picture.png).decode()
    caption = escape(picture.caption)
    return (
        f'<figure><img alt="{caption}" src="data:image/png;base64,{data}">'
        f"<figcaption>{caption}</figcaption></figure>"
    )


def _details(title: str, text: str) -> str:
    if not text:
        return ""
    return f"<details><summary>{escape(title)}</summary><pre>{escape(text)}</pre></details>"
