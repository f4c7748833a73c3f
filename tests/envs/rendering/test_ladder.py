"""The ladder: prices as the instrument writes them, our orders in their colour."""

import dataclasses

import numpy as np
import pytest

from hft_gym.envs.rendering.canvas import OURS, Canvas
from hft_gym.envs.rendering.ladder import decimals_of, draw_ladder, draw_trades, price_text
from hft_gym.envs.rendering.scene import Resting, scene_of
from hft_gym.tape.instrument import Instrument

BOX = (0, 0, 376, 500)


def test_prices_have_the_digits_of_their_tick():
    ticks = {250_000_000: 2, 1_000_000_000: 0, 10_000_000: 2, 100_000: 4, 7_812_500: 7}
    for tick_size_e9, digits in ticks.items():
        instrument = Instrument("X", 1, "D", tick_size_e9)
        assert decimals_of(instrument) == digits
    assert price_text(Instrument("X", 1, "D", 250_000_000), 20_001) == "5,000.25"


def yellow(frame):
    return (frame == [int(OURS[k : k + 2], 16) for k in (1, 3, 5)]).all(axis=2)


@pytest.mark.slow
def test_our_order_stands_after_what_is_ahead_of_it(played):
    core, history = played
    scene = scene_of(core, 0, history)
    bid = int(scene.moments[-1]["bid_ticks"])
    seen = []
    for ahead in (0, 20, 40):
        canvas = Canvas(376, 500)
        order = Resting(1, bid, 1, ahead)
        draw_ladder(canvas, BOX, dataclasses.replace(scene, orders=(order,)))
        rows, columns = np.nonzero(yellow(canvas.frame()))
        row = np.flatnonzero(scene.px_ticks == bid)[0]
        height = (500 - 8 - 28) / scene.px_ticks.size
        assert (abs(rows - (28 + (row + 0.5) * height)) < height / 2).all()
        seen.append(columns.mean())
    assert seen[0] > seen[1] > seen[2]  # farther from the prices, which lie to the right of bids
    canvas = Canvas(376, 500)
    draw_ladder(canvas, BOX, dataclasses.replace(scene, orders=()))
    assert not yellow(canvas.frame()).any()


@pytest.mark.slow
def test_trades_and_none(played):
    core, history = played
    scene = scene_of(core, 0, history)
    frames = []
    for trades in (scene.trades, scene.trades[:0]):
        canvas = Canvas(376, 132)
        draw_trades(canvas, (0, 0, 376, 132), dataclasses.replace(scene, trades=trades))
        frames.append(canvas.frame())
    assert (frames[0] != frames[1]).any()
