"""The shadow-order test of a whole tape: run it, and show what came of it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from hft_gym.evaluation.fidelity.causes import causes
from hft_gym.evaluation.fidelity.lives import Lives, find_lives
from hft_gym.evaluation.fidelity.score import Score
from hft_gym.evaluation.fidelity.shadows import ShadowExchange
from hft_gym.market.interfaces import follows_levels
from hft_gym.tape.market_tape import MarketTape

_UNKNOWN = "–"
_HEADS = (
    "queue model", "agreement", "precision", "recall", "time equal", "lots equal",
    "time error, ms", "lots error", "missed", "invented", "agreement*", "precision*",
)  # fmt: skip


@dataclass(frozen=True)
class Fidelity:
    """Scores of queue models on one tape.

    Attributes:
        tape: the market.
        left_out: arrivals that are not judged, by the reason why not.
        scores: by the name of the model.
    """

    tape: MarketTape
    left_out: Mapping[str, int]
    scores: Mapping[str, Score]

    def as_json(self) -> dict[str, Any]:
        """For programs."""
        meta = self.tape.meta
        return {
            "source": meta.source,
            "instrument": meta.instrument.symbol,
            "session_start_ns": meta.session_start_ns,
            "session_end_ns": meta.session_end_ns,
            "left_out": dict(self.left_out),
            "models": {name: score.as_json() for name, score in self.scores.items()},
        }


def judge(
    tape: MarketTape,
    models: Mapping[str, tuple],
    *,
    latency_ns: int = 0,
    sample: int | None = None,
    seed: int = 0,
    progress: Callable[[str], None] | None = None,
) -> Fidelity:
    """Put ours in the place of the real orders of a tape, once for each queue model.

    Args:
        tape: of a source that shows every order.
        models: by name.
        latency_ns: orders that lived shorter are not judged.
        sample: of so many orders at most; None: all of them.
        seed: of the draw.
        progress: told the name of each model before it is judged.

    Raises:
        InputError: the tape does not show orders, or none that came and went.
    """
    lives: Lives = find_lives(tape, least_life_ns=latency_ns, sample=sample, seed=seed)
    exchange = ShadowExchange(tape, lives)
    scores = {}
    for name, queue in models.items():
        if progress is not None:
            progress(name)
        shadows = exchange.shadows(queue)
        found = causes(tape, lives, shadows, sees_orders=not follows_levels(queue))
        scores[name] = Score.of(lives.table, shadows, found)
    return Fidelity(tape, lives.left_out, scores)


def table(scores: Mapping[str, Score]) -> list[list[str]]:
    """Heads and a row of cells for each model."""
    return [list(_HEADS), *([name, *_cells(score)] for name, score in scores.items())]


def as_markdown(fidelity: Fidelity) -> str:
    """The table of one tape for a page, with what it was measured on below."""
    heads, *rows = table(fidelity.scores)
    ruler = ["---", *["---:"] * (len(heads) - 1)]
    lines = ["| " + " | ".join(line) + " |" for line in (heads, ruler, *rows)]
    return "\n".join([*lines, "", *(f"- {note}" for note in notes(fidelity))])


def as_text(fidelity: Fidelity) -> str:
    """Aligned columns for a terminal, with notes below."""
    lines = table(fidelity.scores)
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    written = [
        "  ".join(
            cell.rjust(width) if place else cell.ljust(width)
            for place, (cell, width) in enumerate(zip(line, widths, strict=True))
        )
        for line in lines
    ]
    rule = "-" * len(written[0])
    return "\n".join([written[0], rule, *written[1:], rule, *notes(fidelity)])


def notes(fidelity: Fidelity) -> list[str]:
    """What was judged, what was not, and why models and venue differ; a sentence or two a line."""
    score = next(iter(fidelity.scores.values()))
    meta = fidelity.tape.meta
    left_out = [f"{count:,} {why}" for why, count in fidelity.left_out.items() if count]
    lines = [
        f"{score.orders:,} orders of {meta.instrument.symbol}, {meta.label} ({meta.source}), each "
        "replaced by one of ours of the same side, price, size and place in time; "
        f"{score.both + score.only_real:,} of them were filled.",
        f"Not judged: {', '.join(left_out) or 'none'}.",
        f"{score.self_match_orders:,} of the orders were cancelled by the venue lest they met "
        "their own owner: judged until the aggressor came. *: had their owners cancelled them.",
        "Missed: filled, ours was not. Invented: not filled, ours was. Errors are means over "
        "fills of both.",
    ]
    lines += [
        f"Fills that differ, {name}: {_counted(found.disagreements)}."
        for name, found in fidelity.scores.items()
        if found.disagreements
    ]
    return lines


def _cells(score: Score) -> list[str]:
    shares: Sequence[float | None] = (
        score.agreement, score.precision, score.recall, score.time_equal, score.lots_equal,
    )  # fmt: skip
    return [
        *map(_percent, shares),
        _UNKNOWN if score.time_error_mean_ms is None else f"{score.time_error_mean_ms:,.2f}",
        _UNKNOWN if score.lots_error_mean is None else f"{score.lots_error_mean:.3f}",
        f"{score.only_real:,}",
        f"{score.only_ours:,}",
        _percent(score.agreement_as_withdrawn),
        _percent(score.precision_as_withdrawn),
    ]


def _percent(share: float | None) -> str:
    return _UNKNOWN if share is None else f"{100 * share:.2f} %"


def _counted(counts: Mapping[str, int]) -> str:
    ordered = sorted(counts.items(), key=lambda item: -item[1])
    return ", ".join(f"{count:,} {name}" for name, count in ordered)
