"""Charts: numbers and times lie where the axes say."""

import dataclasses

import numpy as np
import pytest

from hft_gym.envs.rendering.canvas import BUY, Canvas
from hft_gym.envs.rendering.charts import Axes, draw_charts, span_ns, ticks_between
from hft_gym.envs.rendering.scene import MOMENTS, scene_of


def test_axes():
    axes = Axes((100, 50, 300, 150), 0, 1000, -1.0, 1.0)
    assert axes.x(500) == 200
    assert axes.y(1.0) == 50
    assert axes.y(0.0) == 100
    points = axes.steps(np.array([0, 500, 1000]), np.array([0.0, 1.0, -1.0]))
    assert points.tolist() == [[100, 100], [200, 100], [200, 50], [300, 50], [300, 150]]


def test_marks_are_round_and_few():
    assert ticks_between(-0.3, 10.2, 5).tolist() == [0, 5, 10]
    assert ticks_between(0.1, 0.43, 4).tolist() == [0.1, 0.2, 0.3, 0.4]
    for low, high in ((0, 1e-6), (-7, 1e6), (4999.3, 5003.1)):
        marks = ticks_between(low, high, 5)
        assert 2 <= marks.size <= 7
        assert low <= marks[0] <= marks[-1] <= high


@pytest.mark.slow
def test_the_axis_of_time_is_the_episodes(played):
    core, history = played
    moments = scene_of(core, 0, history).moments
    first, until = span_ns(moments)
    assert first == moments["ts_local_ns"][0]
    assert until - first == 100 * 100_000_000  # the whole episode is shorter than the charts
    long = moments.copy()
    long["time_left_ns"][-1] = 3600 * 10**9
    assert span_ns(long)[1] - first == MOMENTS * 100_000_000
    assert span_ns(moments[:1])[1] > first
    alone = moments[-1:].copy()
    alone["time_left_ns"] = 0
    assert span_ns(alone)[1] > span_ns(alone)[0]


@pytest.mark.slow
def test_a_fill_is_marked(played):
    core, history = played
    scene = dataclasses.replace(scene_of(core, 0, history), fills=np.zeros(0, "i8"))
    fill = np.zeros(1, [("ts_local_ns", "i8"), ("side", "i1"), ("px_ticks", "f8"), ("lots", "i8")])
    fill["ts_local_ns"] = scene.moments["ts_local_ns"][30]
    fill["side"], fill["px_ticks"], fill["lots"] = 1, scene.moments["bid_ticks"][30], 1
    counts = []
    for fills in (scene.fills, fill):
        canvas = Canvas(640, 600)
        draw_charts(canvas, (0, 0, 640, 600), dataclasses.replace(scene, fills=fills))
        blue = [int(BUY[k : k + 2], 16) for k in (1, 3, 5)]
        counts.append((canvas.frame() == blue).all(axis=2).sum())
    assert counts[1] > counts[0] + 20
