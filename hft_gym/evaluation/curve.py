"""The picture of a training: reward against steps."""

import io
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

_BLUE, _GREY, _INK = "#0072b2", "#9aa3ad", "#22272e"
_SMOOTHED_SHARE = 0.05  # of the training, under one mean


@dataclass(frozen=True)
class TrainingCurve:
    """Mean reward an episode, `[p]`, against environment steps so far, `[p]`."""

    steps: ArrayLike
    reward: ArrayLike


def curve_png(curve: TrainingCurve) -> bytes:
    """The curve, with a running mean, as a PNG file's bytes."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure
    from matplotlib.ticker import EngFormatter

    steps = np.asarray(curve.steps, np.float64)
    reward = np.asarray(curve.reward, np.float64)
    known = np.isfinite(reward)
    steps, reward = steps[known], reward[known]
    width = max(1, round(_SMOOTHED_SHARE * len(steps)))
    figure = Figure(figsize=(11.0, 3.6), layout="constrained", facecolor="white")
    FigureCanvasAgg(figure)
    axes = figure.add_subplot()
    axes.plot(steps, reward, color=_GREY, lw=0.8, label="mean of a rollout's episodes")
    if width > 1:
        smooth = np.convolve(reward, np.full(width, 1.0 / width), mode="valid")
        label = f"running mean of {width}"
        axes.plot(steps[width - 1 :], smooth, color=_BLUE, lw=1.8, label=label)
    axes.xaxis.set_major_formatter(EngFormatter())
    axes.set_xlabel("environment steps", color=_INK)
    axes.set_ylabel("reward per episode", color=_INK)
    axes.grid(True, color=_GREY, alpha=0.25, lw=0.6)
    axes.spines[["top", "right"]].set_visible(False)
    axes.legend(frameon=False, fontsize=9)
    out = io.BytesIO()
    figure.savefig(out, format="png", dpi=130)
    return out.getvalue()
