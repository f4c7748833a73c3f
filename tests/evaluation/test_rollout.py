"""Every window once, whatever the batch, and the same windows for everybody."""

from types import SimpleNamespace

import numpy as np
import pytest

from hft_gym.envs.dataset import Dataset
from hft_gym.envs.records import SPAN_DTYPE
from hft_gym.errors import ConfigError
from hft_gym.evaluation.rollout import LearnedPolicy, RulePolicy, held_out_windows, judge
from hft_gym.strategies.do_nothing import DoNothing
from hft_gym.strategies.fixed_spread import FixedSpread
from hft_gym.strategies.random import Random
from tests.evaluation.fake_core import FakeCore
from tests.evaluation.samples import STEPS, windows


def dataset(*spans):
    return Dataset((), np.array(list(spans), SPAN_DTYPE), (), 0)


def test_windows_tile_the_spans_and_leave_the_rest():
    got = held_out_windows(dataset((0, 0, 250), (2, 40, 301)), 100)
    assert got.tolist() == [[0, 0, 100], [0, 100, 200], [2, 40, 140], [2, 140, 240]]


def test_fewer_windows_are_spread_over_all():
    spans = dataset((0, 0, 501), (1, 0, 501))
    got = held_out_windows(spans, 100, max_windows=4)
    assert got.tolist() == [[0, 0, 100], [0, 300, 400], [1, 100, 200], [1, 400, 500]]
    assert len(held_out_windows(spans, 100, max_windows=99)) == 10


def test_no_window_is_an_error():
    with pytest.raises(ConfigError, match="at least 1"):
        held_out_windows(dataset((0, 0, 501)), 100, max_windows=0)
    with pytest.raises(ConfigError, match="does not fit"):
        held_out_windows(dataset((0, 0, 50)), 100)


@pytest.mark.parametrize("rule", [DoNothing(), FixedSpread(0), FixedSpread(2), Random(seed=4)])
def test_the_batch_size_does_not_change_the_episodes(rule):
    wanted = windows()
    alone = judge(FakeCore(1), RulePolicy(rule), wanted)
    for num_envs in (5, len(wanted), 30):
        assert np.array_equal(judge(FakeCore(num_envs), RulePolicy(rule), wanted).episodes,
                              alone.episodes)  # fmt: skip


def test_each_window_once_in_order():
    table = judge(FakeCore(5), RulePolicy(FixedSpread(1)), windows())
    assert table.policy == "fixed_spread_1"
    assert table.episodes["tape"].tolist() == windows()[:, 0].tolist()
    assert table.episodes["start_decision"].tolist() == windows()[:, 1].tolist()
    assert (table.episodes["steps"] == STEPS).all()


def test_only_the_first_end_counts_where_windows_differ_in_length():
    wanted = np.array([(0, 0, 10), (0, 0, 60), (1, 5, 12)])
    table = judge(FakeCore(3), RulePolicy(FixedSpread(1)), wanted)
    assert table.episodes["steps"].tolist() == [10, 60, 7]


def test_stops_as_soon_as_all_have_ended():
    core = FakeCore(4)
    judge(core, RulePolicy(DoNothing()), windows()[:6])
    assert core.stepped == 2 * STEPS


def test_a_learned_policy_sees_the_observations_of_the_moment():
    seen = []

    def predict(observations):
        seen.append(observations.copy())
        return np.where(observations[:, 1:] > 0, [6, 0], [0, 6]).astype(np.int32)

    table = judge(FakeCore(3), LearnedPolicy("ppo", predict), windows()[:3])
    rule = SimpleNamespace(
        name="same", act=lambda view: np.where(view["position_lots"][:, None] > 0, [6, 0], [0, 6])
    )
    assert table.policy == "ppo"
    assert seen[0].shape == (3, 2)
    same = judge(FakeCore(3), RulePolicy(rule), windows()[:3])
    assert np.array_equal(table.episodes, same.episodes)


def test_what_remembers_begins_anew_with_every_lot_of_windows():
    class Counting:
        """Quotes nothing; counts the decisions since it last began."""

        def __init__(self):
            self.begun, self.since, self.longest = 0, 0, 0

        def begin(self):
            self.begun, self.since = self.begun + 1, 0

        def __call__(self, observations):
            self.since += 1
            self.longest = max(self.longest, self.since)
            return np.full((len(observations), 2), 6)

    counting = Counting()
    judge(FakeCore(2), LearnedPolicy("counting", counting), windows())
    assert counting.begun == -(-len(windows()) // 2)
    assert counting.longest == STEPS
    LearnedPolicy("forgetful", lambda observations: observations).begin()  # nothing to forget
