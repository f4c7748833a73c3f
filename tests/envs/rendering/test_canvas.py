"""Paper: what is drawn is there, in its colour."""

import numpy as np

from hft_gym.envs.rendering.canvas import BUY, INK, PAPER, SELL, Canvas, text_width


def rgb(colour):
    return [int(colour[k : k + 2], 16) for k in (1, 3, 5)]


def test_an_empty_sheet():
    frame = Canvas(64, 32).frame()
    assert frame.shape == (32, 64, 3)
    assert frame.dtype == np.uint8
    assert (frame == rgb(PAPER)).all()


def test_shapes_are_where_they_belong():
    canvas = Canvas(100, 60)
    canvas.box((10, 10, 30, 50), BUY)
    canvas.box((10, 30, 5, 20), SELL)  # of no width: nothing
    canvas.dot(50, 30, 6, SELL)
    canvas.line([(70, 5), (70, 55)], INK, 2)
    canvas.area([(80, 10), (95, 10), (95, 50), (80, 50)], SELL)
    frame = canvas.frame()
    assert frame[30, 20].tolist() == rgb(BUY)
    assert frame[30, 50].tolist() == rgb(SELL)
    assert frame[30, 88].tolist() == rgb(SELL)
    assert frame[30, 70].tolist() == rgb(INK)
    assert frame[30, 40].tolist() == rgb(PAPER)
    assert not (frame[20:30, 2:9] != rgb(PAPER)).any()


def test_words_lie_on_top_and_beside_their_anchor():
    for anchor, ink_columns in (("lm", slice(50, 100)), ("rm", slice(0, 50))):
        canvas = Canvas(100, 30)
        canvas.text((50, 15), "mid", 12, INK, anchor)
        canvas.box((0, 0, 100, 30), "#ffffff")
        dark = (canvas.frame().sum(axis=2) < 300).any(axis=0)
        assert dark[ink_columns].any()
        assert dark.sum() == dark[ink_columns].sum()


def test_width_of_words():
    assert text_width("wider", 12) > text_width("wide", 12) > 10
    assert text_width("wide", 12, bold=True) > text_width("wide", 12)
