"""Choices for several quotes; one level is what `TouchQuotes` is, to the byte."""

import numpy as np
import pytest

from hft_gym.envs.actions.level_quotes import LevelQuotes
from hft_gym.envs.actions.touch_quotes import TouchQuotes
from hft_gym.envs.core import BatchCore
from hft_gym.envs.defaults import MODELS
from hft_gym.envs.interfaces import carry_out, record_of
from hft_gym.envs.records import SETTINGS_DTYPE
from hft_gym.errors import ConfigError
from tests.envs.samples import actions_of
from tests.envs.sent import MARKET, TAPE, env_of, sent

pytestmark = pytest.mark.kernel

SETTINGS = np.zeros(1, SETTINGS_DTYPE)[0]
SETTINGS["max_position_lots"] = 10


def act(model, action):
    env = env_of(record_of(MODELS._replace(action=model)))
    carry_out(model, MARKET, TAPE, env, np.array(action), SETTINGS)
    return sorted((side, px, lots) for _, _, side, px, lots in sent(env))


def test_choices_are_distances_then_sizes():
    model = LevelQuotes(levels=2, offsets=4, lots=2)
    assert act(model, [0, 1, 3, 4]) == [(-1, 104, 2), (1, 97, 2), (1, 100, 2)]
    sized = LevelQuotes(levels=2, offsets=4, lots=2, nearest_ticks=-1, sizes=3)
    assert act(sized, [0, 4, 1, 0, 2, 0, 0, 1]) == [(-1, 102, 4), (1, 100, 2), (1, 101, 6)]
    assert act(model, [4, 4, 4, 4]) == []
    assert act(model, [-1, 9, 4, 4]) == []


def test_spaces():
    assert LevelQuotes(2, 4).space().nvec.tolist() == [5] * 4
    assert LevelQuotes(1, 4, sizes=3).space() == TouchQuotes(4, sizes=3).space()


@pytest.mark.parametrize("numbers", [(0, 6), (17, 6), (2, 0)])
def test_numbers_out_of_range(numbers):
    with pytest.raises(ConfigError, match="action"):
        LevelQuotes(*numbers).space()


@pytest.mark.long
@pytest.mark.parametrize("post_only", [True, False])
def test_one_level_is_what_touch_quotes_is(tiny, post_only):
    shared = {"lots": 2, "post_only": post_only, "nearest_ticks": -1, "sizes": 2}
    runs = []
    for action in (TouchQuotes(6, **shared), LevelQuotes(1, 6, **shared)):
        core = BatchCore(tiny, MODELS._replace(action=action), 8, episode_decisions=30)
        core.reset(np.arange(8))
        actions = actions_of(core.action_space, 70, 8, seed=2)
        runs.append([(*core.step(a), core.view(), core.finished.copy()) for a in actions])
    for one, two in zip(*runs, strict=True):
        assert [a.tobytes() for a in one] == [b.tobytes() for b in two]
    assert runs[0][-1][-1]["lots_traded"].sum() > 10
