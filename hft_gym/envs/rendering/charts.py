"""The charts of a picture: prices with our quotes and fills, inventory, profit."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hft_gym.envs.rendering.canvas import (
    BUY,
    GREY,
    GRID,
    INK,
    PALE_BUY,
    PALE_SELL,
    PANEL,
    SELL,
    Box,
    Canvas,
)
from hft_gym.envs.rendering.ladder import price_text
from hft_gym.envs.rendering.scene import MOMENTS, Scene

_LEFT, _RIGHT, _TOP, _BOTTOM = 78.0, 12.0, 26.0, 10.0  # of a panel's plot
_BAND = "#dde2e7"
_FAR_TICKS = 8  # quotes farther off than this do not stretch the axis


@dataclass(frozen=True, slots=True)
class Axes:
    """Where a number and a time lie on the paper."""

    box: Box  # of the plot
    from_ns: int
    until_ns: int
    low: float
    high: float

    def x(self, ts_ns: NDArray[np.int64] | int) -> NDArray[np.float64]:
        """Pixels from the left."""
        left, _, right, _ = self.box
        return left + (np.asarray(ts_ns) - self.from_ns) / (self.until_ns - self.from_ns) * (
            right - left
        )

    def y(self, value: NDArray[np.float64] | float) -> NDArray[np.float64]:
        """Pixels from the top."""
        _, top, _, bottom = self.box
        return bottom - (np.asarray(value) - self.low) / (self.high - self.low) * (bottom - top)

    def steps(self, ts_ns: NDArray[np.int64], values: NDArray[np.float64]) -> NDArray[np.float64]:
        """`[2n - 1, 2]` points of a line that keeps each value until the next."""
        x, y = np.repeat(self.x(ts_ns), 2)[1:], np.repeat(self.y(values), 2)[:-1]
        return np.stack([x, y], axis=1)


def span_ns(moments: NDArray[np.void]) -> tuple[int, int]:
    """From when until when the charts go: the episode, or its latest part."""
    ts_ns = moments["ts_local_ns"]
    first, now = int(ts_ns[0]), int(ts_ns[-1])
    end = now + max(int(moments["time_left_ns"][-1]), 0)
    steps = max(len(moments) - 1, 1)
    whole = first + (now - first) // steps * MOMENTS if len(moments) > 1 else end
    return first, max(now + 1, min(end, whole))


def ticks_between(low: float, high: float, most: int) -> NDArray[np.float64]:
    """Round numbers from low to high, at most so many and a few more."""
    raw = max((high - low) / most, 1e-12)
    size = 10.0 ** np.floor(np.log10(raw))
    step = next(size * f for f in (1, 2, 5, 10) if size * f >= raw)
    return np.round(np.arange(np.ceil(low / step), np.floor(high / step) + 1) * step, 10)


def draw_charts(canvas: Canvas, box: Box, scene: Scene) -> None:
    """Three panels under each other over one axis of time."""
    left, top, right, bottom = box
    gap, clock = 8.0, 20.0
    rest = bottom - clock - top - 2 * gap
    edges = [top, top + 0.56 * rest, top + 0.75 * rest + gap, bottom - clock]
    _draw_prices(canvas, (left, edges[0], right, edges[1]), scene)
    _draw_inventory(canvas, (left, edges[1] + gap, right, edges[2]), scene)
    axes = _draw_profit(canvas, (left, edges[2] + gap, right, edges[3]), scene)
    span_s = (axes.until_ns - axes.from_ns) / 1e9
    for share in (0.0, 0.25, 0.5, 0.75, 1.0):
        at_ns = round(axes.from_ns + share * (axes.until_ns - axes.from_ns))
        words = str(np.datetime64(at_ns, "ns").astype("datetime64[ms]"))[11:]
        words = words[:-4] if span_s > 20 else words if span_s < 2 else words[:-2]
        anchor = {0.0: "lm", 1.0: "rm"}.get(share, "mm")
        canvas.text((float(axes.x(at_ns)), bottom - clock / 2), words, 10, GREY, anchor)


def _panel(canvas: Canvas, box: Box, scene: Scene, title: str, bounds: tuple[float, float]) -> Axes:
    left, top, right, bottom = box
    canvas.box(box, PANEL, radius=6)
    canvas.text((left + 10, top + 14), title, 11, GREY)
    plot = (left + _LEFT, top + _TOP, right - _RIGHT, bottom - _BOTTOM)
    return Axes(plot, *span_ns(scene.moments), *bounds)


def _grid(canvas: Canvas, axes: Axes, values: NDArray[np.float64], labels: list[str]) -> None:
    left, _, right, _ = axes.box
    for value, label in zip(values, labels, strict=True):
        y = float(axes.y(value))
        canvas.line([(left, y), (right, y)], GRID, 0.75)
        canvas.text((left - 8, y), label, 10, GREY, "rm")


def _draw_prices(canvas: Canvas, box: Box, scene: Scene) -> None:
    moments, trades, fills = scene.moments, scene.trades, scene.fills
    ts_ns = moments["ts_local_ns"]
    shown = [moments["bid_ticks"][moments["bid_lots"] > 0]]
    shown.append(moments["ask_ticks"][moments["ask_lots"] > 0])
    everything = np.concatenate(shown).astype(np.float64)
    low, high = (everything.min(), everything.max()) if everything.size else (0.0, 1.0)
    far = _FAR_TICKS + 0.5 * (high - low)
    for name in ("own_bid", "own_ask"):
        px_ticks = moments[f"{name}_ticks"][moments[f"{name}_lots"] > 0]
        px_ticks = np.clip(px_ticks, low - far, high + far)
        low, high = min([low, *px_ticks]), max([high, *px_ticks])
    margin = max(1.5, 0.08 * (high - low))
    axes = _panel(canvas, box, scene, "Price", (low - margin, high + margin))
    marks = np.unique(np.round(ticks_between(axes.low, axes.high, 5)))
    _grid(canvas, axes, marks, [price_text(scene.instrument, mark) for mark in marks])
    both = (moments["bid_lots"] > 0) & (moments["ask_lots"] > 0)
    if both.all() and len(moments) > 1:
        under = axes.steps(ts_ns, moments["bid_ticks"])
        over = axes.steps(ts_ns, moments["ask_ticks"])
        canvas.area(np.concatenate([over, under[::-1]]), _BAND)
    for side in (1, -1):
        some = trades[(trades["side"] == side) & (trades["ts_local_ns"] >= axes.from_ns)]
        colour = PALE_BUY if side > 0 else PALE_SELL
        x, y = axes.x(some["ts_local_ns"]), axes.y(some["px_ticks"])
        for at in range(some.size):
            if axes.low < some["px_ticks"][at] < axes.high:
                radius = min(1.2 + 0.35 * float(some["lots"][at]) ** 0.5, 4.0)
                canvas.dot(float(x[at]), float(y[at]), radius, colour)
    for name, colour in (("own_bid", BUY), ("own_ask", SELL)):
        _draw_quotes(canvas, axes, moments, name, colour)
    for fill in fills:
        _draw_fill(canvas, axes, fill)
    _legend(canvas, box)


def _draw_quotes(
    canvas: Canvas, axes: Axes, moments: NDArray[np.void], name: str, colour: str
) -> None:
    """Our quote as we know it, with gaps where there is none."""
    px_ticks = np.clip(moments[f"{name}_ticks"], axes.low, axes.high)
    there = np.flatnonzero(moments[f"{name}_lots"] > 0)
    for run in np.split(there, np.flatnonzero(np.diff(there) > 1) + 1):
        if run.size:
            last = min(int(run[-1]) + 1, len(moments) - 1)
            ts_ns = np.append(moments["ts_local_ns"][run], moments["ts_local_ns"][last])
            canvas.line(axes.steps(ts_ns, np.append(px_ticks[run], px_ticks[run[-1]])), colour, 1.2)


def _draw_fill(canvas: Canvas, axes: Axes, fill: np.void) -> None:
    side = int(fill["side"])
    x = float(axes.x(fill["ts_local_ns"]))
    y = float(axes.y(min(max(fill["px_ticks"], axes.low), axes.high)))
    for size, colour in ((7.0, "white"), (5.2, BUY if side > 0 else SELL)):
        tip = y - side * size
        canvas.area([(x, tip), (x - size, y + side * size), (x + size, y + side * size)], colour)


def _legend(canvas: Canvas, box: Box) -> None:
    _, top, right, _ = box
    x, y = right - 332, top + 14
    for words, colour, width in (("our bid", BUY, 66), ("our ask", SELL, 66)):
        canvas.line([(x, y), (x + 14, y)], colour, 2)
        canvas.text((x + 19, y), words, 10, GREY)
        x += width + 8
    for words, side, width in (("bought", 1, 60), ("sold", -1, 48)):
        tip = y - side * 5
        colour = BUY if side > 0 else SELL
        canvas.area([(x + 5, tip), (x, y + side * 5), (x + 10, y + side * 5)], colour)
        canvas.text((x + 15, y), words, 10, GREY)
        x += width + 8
    canvas.dot(x + 2, y, 3, PALE_BUY)
    canvas.dot(x + 10, y, 3, PALE_SELL)
    canvas.text((x + 17, y), "trades", 10, GREY)


def _draw_inventory(canvas: Canvas, box: Box, scene: Scene) -> None:
    lots = scene.moments["position_lots"].astype(np.float64)
    most = max(1.0, float(np.abs(lots).max()))
    axes = _panel(canvas, box, scene, "Inventory, lots", (-1.15 * most, 1.15 * most))
    marks = np.array([-most, 0.0, most])
    _grid(canvas, axes, marks, [f"{mark:+.0f}" if mark else "0" for mark in marks])
    zero = float(axes.y(0.0))
    points = axes.steps(scene.moments["ts_local_ns"], lots)
    for part, colour in ((np.minimum, PALE_BUY), (np.maximum, PALE_SELL)):
        edge = np.stack([points[:, 0], part(points[:, 1], zero)], axis=1)
        if len(edge) > 1:
            canvas.area([(edge[0, 0], zero), *edge.tolist(), (edge[-1, 0], zero)], colour)
    if len(points) > 1:
        canvas.line(points, INK, 1.2)


def _draw_profit(canvas: Canvas, box: Box, scene: Scene) -> Axes:
    instrument = scene.instrument
    money = scene.moments["pnl_ticks"] * instrument.to_money(1.0)
    least = instrument.to_money(1.0)
    low, high = min(float(money.min()), -least), max(float(money.max()), least)
    pad = 0.1 * (high - low)
    title = f"PnL after fees, {instrument.currency}"
    axes = _panel(canvas, box, scene, title, (low - pad, high + pad))
    marks = ticks_between(axes.low, axes.high, 4)
    _grid(canvas, axes, marks, [f"{mark or 0.0:,.10g}" for mark in marks])
    points = axes.steps(scene.moments["ts_local_ns"], money)
    if len(points) > 1:
        zero = float(axes.y(0.0))
        shape = [(points[0, 0], zero), *points.tolist(), (points[-1, 0], zero)]
        canvas.area(shape, _BAND)
        canvas.line(points, INK, 1.4)
    return axes
