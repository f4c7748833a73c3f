"""The picture shows what the trace holds."""

import dataclasses
import io

import numpy as np
import pytest
from PIL import Image

from hft_gym.errors import InputError
from hft_gym.evaluation.picture import draw, png, save_picture
from tests.evaluation.samples import ES, one_trace


def test_three_panels_on_one_time_axis():
    trace = one_trace()
    price, position, profit = draw(trace, ES).axes
    assert price.get_ylabel() == "price, points"
    assert position.get_ylabel() == "inventory, lots"
    assert profit.get_ylabel() == "PnL, USD"
    assert profit.get_xlabel() == "time of day, UTC (2023-12-25)"
    assert price.get_shared_x_axes().joined(price, profit)
    ends = [line.get_ydata()[-1] for line in profit.lines]
    assert 12.5 * trace.pnl_ticks[-1] in ends


def test_fills_and_quotes_are_where_they_were():
    trace = one_trace()
    price = draw(trace, ES).axes[0]
    named = {artist.get_label(): artist for artist in (*price.lines, *price.collections)}
    bought = trace.fills[trace.fills["side"] > 0]
    marks = named[f"bought ({bought['lots'].sum()} lots)"].get_offsets()
    assert np.asarray(marks[:, 1]).tolist() == (bought["px_ticks"] * 0.25).tolist()
    quoted = np.asarray(named["our bid"].get_ydata(), float)
    np.testing.assert_array_equal(quoted, trace.own_bid_ticks * 0.25)


def test_nothing_traded_and_no_touch_can_be_drawn():
    trace = one_trace()
    nothing = np.full(len(trace.t_ns), np.nan)
    empty = dataclasses.replace(
        trace, fills=trace.fills[:0], bid_ticks=nothing, ask_ticks=nothing,
        own_bid_ticks=nothing, own_ask_ticks=nothing, policy="two $ signs $",
    )  # fmt: skip
    assert png(empty, ES).startswith(b"\x89PNG")


def test_saved_whole(tmp_path):
    save_picture(one_trace(), ES, tmp_path / "run" / "window.png")
    content = (tmp_path / "run" / "window.png").read_bytes()
    with Image.open(io.BytesIO(content)) as image:
        assert image.size == (1430, 1040)
        assert len(image.getcolors(1_000_000) or []) > 50  # not a blank sheet
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(InputError, match="cannot write"):
        save_picture(one_trace(), ES, tmp_path / "file" / "window.png")
