"""One picture of one window: price with our quotes and fills, inventory, profit."""

import io
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from hft_gym.evaluation.files import write_whole
from hft_gym.evaluation.trace import Trace
from hft_gym.tape.instrument import Instrument

if TYPE_CHECKING:  # matplotlib takes a second to import: only those who draw wait for it
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

BUY, SELL, MARKET, INK = "#0072b2", "#d55e00", "#9aa3ad", "#22272e"  # told apart by all eyes
_WIDTH_IN, _HEIGHT_IN, _DOTS_PER_IN = 11.0, 8.0, 130
_HEIGHTS = (3.2, 1.0, 1.4)


def draw(trace: Trace, instrument: Instrument) -> "Figure":
    """Three panels over one time axis (UTC): price, inventory in lots, profit in money."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(_WIDTH_IN, _HEIGHT_IN), layout="constrained", facecolor="white")
    FigureCanvasAgg(figure)
    grid = figure.add_gridspec(3, 1, height_ratios=_HEIGHTS)
    price = figure.add_subplot(grid[0])
    position = figure.add_subplot(grid[1], sharex=price)
    profit = figure.add_subplot(grid[2], sharex=price)
    t = trace.t_ns.astype("datetime64[ns]")
    _draw_price(price, t, trace, instrument)
    _draw_position(position, t, trace)
    _draw_profit(profit, t, trace, instrument)
    for axes in (price, position, profit):
        _style(axes)
    for axes in (price, position):
        axes.tick_params(labelbottom=False)
    _label_time(profit, t)
    pnl = instrument.to_money(float(trace.episode["pnl_ticks"]))
    figure.suptitle(
        f"{trace.policy} on {instrument.symbol}: {pnl:+,.2f} {instrument.currency} after fees, "
        f"{len(trace.fills)} fills",
        color=INK,
        fontsize=13,
        fontweight="bold",
        parse_math=False,  # a name with two dollar signs is no formula
    )
    return figure


def png(trace: Trace, instrument: Instrument) -> bytes:
    """The picture as a PNG file's bytes."""
    out = io.BytesIO()
    draw(trace, instrument).savefig(out, format="png", dpi=_DOTS_PER_IN)
    return out.getvalue()


def save_picture(trace: Trace, instrument: Instrument, path: Path) -> None:
    """Write the picture as PNG, whole or not at all.

    Raises:
        InputError: the file cannot be written.
    """
    write_whole(path, png(trace, instrument))


def _draw_price(
    axes: "Axes", t: NDArray[np.datetime64], trace: Trace, instrument: Instrument
) -> None:
    to_price = instrument.tick_size
    bid, ask = trace.bid_ticks * to_price, trace.ask_ticks * to_price
    axes.fill_between(t, bid, ask, step="post", color=MARKET, alpha=0.35, lw=0, label="bid–ask")
    for quote, colour, label in (
        (trace.own_bid_ticks, BUY, "our bid"),
        (trace.own_ask_ticks, SELL, "our ask"),
    ):
        axes.step(t, quote * to_price, where="post", color=colour, lw=0.9, alpha=0.8, label=label)
    for side, marker, colour, label in ((1, "^", BUY, "bought"), (-1, "v", SELL, "sold")):
        fills = trace.fills[trace.fills["side"] == side]
        axes.scatter(
            fills["t_ns"].astype("datetime64[ns]"),
            fills["px_ticks"] * to_price,
            s=38,
            marker=marker,
            color=colour,
            edgecolors="white",
            linewidths=0.7,
            zorder=3,
            label=f"{label} ({int(fills['lots'].sum())} lots)",
        )
    axes.set_ylabel("price, points")
    axes.ticklabel_format(axis="y", useOffset=False, style="plain")
    axes.legend(
        ncols=5, loc="lower left", bbox_to_anchor=(0, 1), frameon=False, fontsize=9, borderpad=0.2
    )


def _draw_position(axes: "Axes", t: NDArray[np.datetime64], trace: Trace) -> None:
    from matplotlib.ticker import MaxNLocator

    lots = trace.position_lots
    axes.axhline(0.0, color=INK, lw=0.6)
    for part, colour in ((np.maximum(lots, 0), BUY), (np.minimum(lots, 0), SELL)):
        axes.fill_between(t, part, step="post", color=colour, alpha=0.35, lw=0)
    axes.step(t, lots, where="post", color=INK, lw=0.9)
    axes.yaxis.set_major_locator(MaxNLocator(nbins=5, integer=True))
    axes.set_ylabel("inventory, lots")
    _show_at_least_one(axes)


def _draw_profit(
    axes: "Axes", t: NDArray[np.datetime64], trace: Trace, instrument: Instrument
) -> None:
    pnl = trace.pnl_ticks * instrument.to_money(1.0)
    high = np.maximum.accumulate(np.maximum(pnl, 0.0))
    axes.axhline(0.0, color=INK, lw=0.6)
    axes.fill_between(t, pnl, high, step="post", color=SELL, alpha=0.12, lw=0, label="drawdown")
    axes.step(t, pnl, where="post", color=INK, lw=1.1, label="PnL after fees")
    axes.set_ylabel(f"PnL, {instrument.currency}")
    _show_at_least_one(axes)
    axes.legend(ncols=2, loc="best", frameon=False, fontsize=9)


def _show_at_least_one(axes: "Axes") -> None:
    """Where nothing happened, show a flat line and not a magnified zero."""
    low, high = axes.get_ylim()
    axes.set_ylim(min(low, -1.0), max(high, 1.0))


def _label_time(axes: "Axes", t: NDArray[np.datetime64]) -> None:
    from matplotlib.dates import AutoDateLocator, DateFormatter

    span_s = float((t[-1] - t[0]) / np.timedelta64(1, "s"))
    axes.xaxis.set_major_locator(AutoDateLocator(minticks=5, maxticks=10))
    axes.xaxis.set_major_formatter(DateFormatter("%H:%M" if span_s > 1200 else "%H:%M:%S"))
    axes.set_xlabel(f"time of day, UTC ({np.datetime_as_string(t[0], unit='D')})")
    if span_s > 0:
        axes.set_xlim(t[0], t[-1])


def _style(axes: "Axes") -> None:
    axes.grid(True, color=MARKET, alpha=0.25, lw=0.6)
    axes.set_axisbelow(True)
    axes.spines[["top", "right"]].set_visible(False)
    for spine in ("left", "bottom"):
        axes.spines[spine].set_color(MARKET)
    axes.tick_params(colors=INK, labelsize=9, length=3)
    axes.yaxis.label.set_color(INK)
    axes.xaxis.label.set_color(INK)
