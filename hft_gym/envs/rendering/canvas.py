"""Paper to draw on: lines and text in pixels, drawn twice as large and made smaller at the end."""

import functools
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

Colour = str | tuple[int, int, int]
Box = tuple[float, float, float, float]  # left, top, right, bottom

BUY, SELL, INK, GREY = "#0072b2", "#d55e00", "#22272e", "#7d8791"  # told apart by all eyes
PALE_BUY, PALE_SELL = "#b5d6ea", "#f6cdb0"
PAPER, PANEL, GRID, OURS = "#f4f6f8", "#ffffff", "#e3e7eb", "#f2c200"
_SCALE = 2  # edges become smooth


class Canvas:
    """A picture of `width` x `height` pixels under the pencil."""

    def __init__(self, width: int, height: int) -> None:
        from PIL import Image, ImageDraw

        self.width, self.height = width, height
        self._image = Image.new("RGB", (width * _SCALE, height * _SCALE), PAPER)
        self._draw = ImageDraw.Draw(self._image)
        self._texts: list[tuple[tuple[float, float], Colour, tuple[Any, ...]]] = []

    def box(
        self, box: Box, fill: Colour | None = None, outline: Colour | None = None, radius: float = 0
    ) -> None:
        """A rectangle."""
        left, top, right, bottom = (v * _SCALE for v in box)
        if right < left or bottom < top:
            return
        corners = (left, top, right, bottom)
        if radius:
            self._draw.rounded_rectangle(corners, radius * _SCALE, fill, outline, _SCALE)
        else:
            self._draw.rectangle(corners, fill, outline, _SCALE)

    def line(self, points: Any, colour: Colour, width: float = 1.0) -> None:
        """A line through `[n, 2]` points."""
        places = (np.asarray(points, np.float64) * _SCALE).ravel().tolist()
        self._draw.line(places, colour, max(1, round(width * _SCALE)), joint="curve")

    def area(self, points: Any, colour: Colour) -> None:
        """A filled polygon of `[n, 2]` points."""
        self._draw.polygon((np.asarray(points, np.float64) * _SCALE).ravel().tolist(), colour)

    def dot(self, x: float, y: float, radius: float, colour: Colour) -> None:
        """A filled circle."""
        box = [(v * _SCALE) for v in (x - radius, y - radius, x + radius, y + radius)]
        self._draw.ellipse(box, colour)

    def text(
        self,
        place: tuple[float, float],
        words: str,
        size: float = 12,
        colour: Colour = INK,
        anchor: str = "lm",
        bold: bool = False,
    ) -> None:
        """Words at a place, above all else; `anchor` as Pillow names it: l, m, r and t, m, b."""
        self._texts.append((place, colour, _written(words, size, anchor, bold)))

    def frame(self) -> NDArray[np.uint8]:
        """The picture as `[height, width, 3]` u1."""
        small = self._image.reduce(_SCALE)
        for (x, y), colour, (stencil, left, top) in self._texts:  # sharper than made smaller
            small.paste(colour, (round(x + left), round(y + top)), stencil)
        return np.array(small)


def text_width(words: str, size: float, bold: bool = False) -> float:
    """Pixels that words need."""
    return float(_font(size, bold).getlength(words))


@functools.lru_cache(maxsize=4096)
def _written(words: str, size: float, anchor: str, bold: bool) -> tuple[Any, float, float]:
    """A stencil of some words and where it lies from its anchor; most come again and again."""
    from PIL import Image, ImageDraw

    font = _font(size, bold)
    left, top, right, bottom = font.getbbox(words, anchor=anchor)
    stencil = Image.new("L", (max(1, int(right - left)), max(1, int(bottom - top))))
    ImageDraw.Draw(stencil).text((-left, -top), words, 255, font, anchor)
    return stencil, left, top


@functools.cache
def _font(size: float, bold: bool) -> Any:
    """The typeface that comes with matplotlib."""
    import matplotlib
    from PIL import ImageFont

    name = "DejaVuSans-Bold.ttf" if bold else "DejaVuSans.ttf"
    path = Path(matplotlib.get_data_path()) / "fonts" / "ttf" / name
    return ImageFont.truetype(str(path), size, layout_engine=ImageFont.Layout.BASIC)
