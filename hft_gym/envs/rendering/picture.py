"""One frame: who, when and how much above, the ladder on the left, the charts on the right."""

import numpy as np
from numpy.typing import NDArray

from hft_gym.envs.rendering.canvas import BUY, GREY, INK, PANEL, SELL, Canvas, text_width
from hft_gym.envs.rendering.charts import draw_charts
from hft_gym.envs.rendering.ladder import draw_ladder, draw_trades
from hft_gym.envs.rendering.scene import Scene

WIDTH, HEIGHT = 1024, 640  # multiples of 16, as video encoders like it
_HEADER, _GAP, _LADDER, _TRADES = 44, 8, 376, 132


def draw(scene: Scene) -> NDArray[np.uint8]:
    """`[HEIGHT, WIDTH, 3]` u1, red, green, blue."""
    canvas = Canvas(WIDTH, HEIGHT)
    _draw_header(canvas, scene)
    top, edge = _HEADER + _GAP, _GAP + _LADDER
    split = HEIGHT - _GAP - _TRADES
    draw_ladder(canvas, (_GAP, top, edge, split - _GAP), scene)
    draw_trades(canvas, (_GAP, split, edge, HEIGHT - _GAP), scene)
    draw_charts(canvas, (edge + _GAP, top, WIDTH - _GAP, HEIGHT - 2), scene)
    return canvas.frame()


def _draw_header(canvas: Canvas, scene: Scene) -> None:
    now, instrument = scene.moments[-1], scene.instrument
    canvas.box((0, 0, WIDTH, _HEADER), PANEL)
    moment = str(np.datetime64(int(now["ts_local_ns"]), "ns").astype("datetime64[ms]"))
    middle = _HEADER / 2
    canvas.text((14, middle), instrument.symbol, 16, INK, bold=True)
    day, clock = moment.split("T")
    after = 24 + text_width(instrument.symbol, 16, bold=True)
    canvas.text((after, middle), f"{day}  {clock} UTC", 12, GREY)
    left_s = max(int(now["time_left_ns"]), 0) / 1e9
    words = f"step {now['steps']:,}   {left_s:,.1f} s left"
    if scene.under_way:
        words += f"   {scene.under_way} under way"
    canvas.text((_GAP + _LADDER + 16, middle), words, 12, GREY)
    lots, money = int(now["position_lots"]), instrument.to_money(float(now["pnl_ticks"]))
    colour = BUY if lots > 0 else SELL if lots < 0 else INK
    canvas.text((WIDTH - 290, middle), "inventory", 12, GREY)
    canvas.text((WIDTH - 222, middle), f"{lots:+d}" if lots else "0", 16, colour, bold=True)
    canvas.text((WIDTH - 168, middle), "PnL", 12, GREY)
    words = f"{money:+,.2f} {instrument.currency}"
    canvas.text((WIDTH - 14, middle), words, 15, INK, "rm", bold=True)
