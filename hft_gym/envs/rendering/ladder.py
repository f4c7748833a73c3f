"""The ladder of a picture: depth at each price, our orders and their places, the last trades."""

from hft_gym.envs.rendering.canvas import (
    BUY,
    GREY,
    GRID,
    INK,
    OURS,
    PALE_BUY,
    PALE_SELL,
    PANEL,
    SELL,
    Box,
    Canvas,
    text_width,
)
from hft_gym.envs.rendering.scene import TRADES_LISTED, Resting, Scene
from hft_gym.tape.instrument import Instrument

_PRICE_WIDTH = 78.0
_MARGIN = 10.0
_ROOM = 40.0  # pixels of a bar that holds its number
_OURS_SIZE = 10


def decimals_of(instrument: Instrument) -> int:
    """Digits after the point that a price of this tick size needs."""
    text = f"{instrument.tick_size_e9 / 1e9:.9f}".rstrip("0")
    return len(text.partition(".")[2])


def price_text(instrument: Instrument, px_ticks: float) -> str:
    """A price in points."""
    return f"{instrument.to_price(px_ticks):,.{decimals_of(instrument)}f}"


def draw_ladder(canvas: Canvas, box: Box, scene: Scene) -> None:
    """Bids to the left of the prices, asks to the right, ours in yellow where they queue."""
    left, top, right, bottom = box
    canvas.box(box, PANEL, radius=6)
    middle = (left + right) / 2
    canvas.text((left + _MARGIN, top + 14), "Bids", 11, BUY, bold=True)
    canvas.text((right - _MARGIN, top + 14), "Asks", 11, SELL, "rm", bold=True)
    canvas.text((middle, top + 14), "Price", 11, GREY, "mm")
    first = top + 28
    height = (bottom - 8 - first) / scene.px_ticks.size
    most = max(1, int(scene.bid_lots.max()), int(scene.ask_lots.max()))
    most = max([most, *(o.ahead_lots + o.leaves_lots for o in scene.orders)])
    width = (right - left - _PRICE_WIDTH) / 2 - _MARGIN
    bid, ask = int(scene.moments[-1]["bid_ticks"]), int(scene.moments[-1]["ask_ticks"])
    for k, px_ticks in enumerate(scene.px_ticks.tolist()):
        y = first + k * height
        touch = px_ticks in (bid, ask)
        if k:
            canvas.line([(left + _MARGIN, y), (right - _MARGIN, y)], GRID, 0.5)
        for side, lots in ((1, int(scene.bid_lots[k])), (-1, int(scene.ask_lots[k]))):
            ours = [o for o in scene.orders if o.side == side and o.px_ticks == px_ticks]
            edge = middle - side * _PRICE_WIDTH / 2
            row = (y + 2, y + height - 2)
            _draw_level(canvas, (edge, side, width / most), row, lots, ours)
        colour = (BUY if px_ticks == bid else SELL) if touch else INK
        place = (middle, y + height / 2)
        canvas.text(place, price_text(scene.instrument, px_ticks), 12, colour, "mm", touch)


def _draw_level(
    canvas: Canvas,
    where: tuple[float, int, float],
    row: tuple[float, float],
    lots: int,
    ours: list[Resting],
) -> None:
    """One side of one price: its bar grows away from the prices, the front of the queue first."""
    edge, side, per_lot = where
    top, bottom = row
    middle = (top + bottom) / 2

    def bar(start: float, stop: float, colour: str) -> None:
        ends = sorted((edge - side * start * per_lot, edge - side * stop * per_lot))
        canvas.box((ends[0], top, ends[1], bottom), colour)

    strong, pale = (BUY, PALE_BUY) if side > 0 else (SELL, PALE_SELL)
    if lots > 0:
        bar(0, lots, pale)
    for order in ours:
        ahead = order.ahead_lots
        if ahead > 0:
            bar(0, ahead, strong)
        bar(ahead, ahead + max(order.leaves_lots, 4 / per_lot), OURS)  # never too thin to be seen
    _label_level(canvas, where, middle, lots, ours)


def _label_level(
    canvas: Canvas, where: tuple[float, int, float], y: float, lots: int, ours: list[Resting]
) -> None:
    """The lots of others, or how many of ours wait behind how many of theirs."""
    edge, side, per_lot = where
    anchor = "rm" if side > 0 else "lm"
    if not ours:
        inside = lots * per_lot > _ROOM
        place = edge - side * (6 if inside else lots * per_lot + 6)
        if lots > 0:
            canvas.text((place, y), f"{lots}", 11, INK if inside else GREY, anchor)
        return
    leaves, ahead = sum(o.leaves_lots for o in ours), min(o.ahead_lots for o in ours)
    words = f"{leaves} after {ahead}" if ahead else f"{leaves} first"
    if ahead * per_lot > text_width(words, _OURS_SIZE, bold=True) + 8:
        canvas.text((edge - side * 6, y), words, _OURS_SIZE, "white", anchor, bold=True)
    else:
        place = edge - side * ((ahead + max(leaves, 4 / per_lot)) * per_lot + 5)
        canvas.text((place, y), words, _OURS_SIZE, INK, anchor, bold=True)


def draw_trades(canvas: Canvas, box: Box, scene: Scene) -> None:
    """The latest trades of the market, newest first."""
    left, top, right, bottom = box
    canvas.box(box, PANEL, radius=6)
    canvas.text((left + _MARGIN, top + 14), "Last trades", 11, GREY)
    height = (bottom - 6 - top - 26) / TRADES_LISTED
    now_ns = int(scene.moments[-1]["ts_local_ns"])
    for k, trade in enumerate(scene.trades[::-1][:TRADES_LISTED]):
        y = top + 26 + (k + 0.5) * height
        side = int(trade["side"])
        colour = BUY if side > 0 else SELL if side < 0 else GREY
        ago_s = (now_ns - int(trade["ts_local_ns"])) / 1e9
        words = f"{ago_s:,.2f} s ago" if ago_s >= 1 else f"{1e3 * ago_s:.1f} ms ago"
        canvas.text((left + _MARGIN, y), words, 11, GREY)
        middle = (left + right) / 2
        canvas.text((middle, y), price_text(scene.instrument, trade["px_ticks"]), 11, colour, "mm")
        words = {1: "bought", -1: "sold"}.get(side, "")
        canvas.text((right - _MARGIN, y), f"{trade['lots']} {words}", 11, colour, "rm")
