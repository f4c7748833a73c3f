"""Beginnings that the options of a reset ask for."""

import datetime as dt

import numpy as np
import pytest

from hft_gym.envs.core import BatchCore
from hft_gym.envs.dataset import split
from hft_gym.envs.defaults import MODELS
from hft_gym.envs.interfaces import OpenEnded
from hft_gym.envs.starts import check_windows, read_starts, window_seeds
from hft_gym.errors import ConfigError
from tests.envs.samples import random_actions

pytestmark = pytest.mark.slow

EPISODE = 20


def core_of(dataset, num_envs=4):
    core = BatchCore(dataset, MODELS, num_envs, episode_decisions=EPISODE)
    core.reset(np.arange(num_envs))
    return core


def days_of(dataset):
    return [market.tape.meta.label for market in dataset.markets]


def starts(dataset, options, num_envs=4):
    return read_starts(options, dataset, num_envs, EPISODE, 10)


def test_a_day_draws_a_place_of_that_day(dataset):
    core, days = core_of(dataset, 40), days_of(dataset)
    core.reset(np.arange(40), options={"day": days[1]})
    view = core.view()
    assert (view["tape"] == 1).all()
    assert len(np.unique(view["decision"])) > 20
    again = BatchCore(dataset, MODELS, 1, episode_decisions=EPISODE)
    again.reset(np.array([7]), options={"day": dt.date.fromisoformat(days[1])})
    assert again.view()[0] == view[7]  # the same seed, the same place, however many there are


def test_each_environment_its_own_day_or_none(dataset):
    core, days = core_of(dataset), days_of(dataset)
    core.reset(np.arange(4), options={"day": [days[2], None, days[0], days[2]]})
    assert core.view()["tape"][[0, 2, 3]].tolist() == [2, 0, 2]


def test_a_time_of_day(dataset):
    core = core_of(dataset)
    ts_ns = dataset.markets[1].decisions["ts_local_ns"]
    wanted = [int(ts_ns[0]), int(ts_ns[5]) + 1, np.int64(ts_ns[100]), int(ts_ns[599 - EPISODE])]
    seen = core.reset(options={"start_ns": wanted})
    view = core.view()
    assert view["tape"].tolist() == [1] * 4
    assert view["decision"].tolist() == [0, 6, 100, 599 - EPISODE]
    assert (view["ts_local_ns"] >= wanted).all()
    assert (view["time_left_ns"] == EPISODE * 100_000_000).all()
    assert np.array_equal(seen, core.observe())


def test_an_inventory_earns_nothing_before_the_market_moves(dataset):
    core = core_of(dataset)
    lots = [5, -4, 0, 10]
    seen = core.reset(options={"inventory": lots, "tape": 0, "decision": 50})
    view, trader = core.view(), core.envs["trader"]
    assert view["position_lots"].tolist() == trader["position_lots"].tolist() == lots
    half_spread = 0.5 * (view["ask_ticks"] - view["bid_ticks"])
    assert view["pnl_ticks"] == pytest.approx(np.abs(lots) * half_spread)
    assert seen[:, core.feature_names.index("Inventory")].tolist() == pytest.approx(
        [0.5, -0.4, 0.0, 1.0]
    )
    twin = core_of(dataset)
    twin.reset(options={"tape": 0, "decision": 50})
    pnl_before = view["pnl_ticks"]
    idle = np.full((4, 2), 6)
    for _ in range(EPISODE - 1):
        core.step(idle)
        twin.step(idle)
    mids = [0.5 * (v["bid_ticks"].astype(float) + v["ask_ticks"]) for v in (view, core.view())]
    moved = np.array(lots) * (mids[1] - mids[0])
    assert core.view()["pnl_ticks"] - pnl_before == pytest.approx(moved)
    assert (twin.view()["pnl_ticks"] == 0).all()
    core.step(idle)
    assert core.finished["final_position_lots"].tolist() == lots
    assert core.finished["reward"].sum() != 0
    bid, ask = (core.finished["pnl_ticks"], core.finished["max_position_lots"])
    assert bid[2] == 0
    assert ask.tolist() == np.abs(lots).tolist()


def test_an_inventory_of_nothing_is_told_too(dataset):
    models = MODELS._replace(task=OpenEnded(start_lots=9))
    core = BatchCore(dataset, models, 30, episode_decisions=EPISODE)
    place = {"tape": 0, "decision": 50}
    core.reset(np.arange(30), options=place)
    drawn = core.view()["position_lots"]
    assert (drawn != 0).sum() > 20
    core.reset(np.arange(30), options={**place, "inventory": [0, None, 3] * 10})
    view = core.view()
    assert (view["position_lots"][0::3] == 0).all()
    assert (view["pnl_ticks"][0::3] == 0).all()
    assert view["position_lots"][1::3].tolist() == drawn[1::3].tolist()
    assert (view["position_lots"][2::3] == 3).all()
    core.reset(np.arange(30), options={**place, "inventory": 0})
    assert (core.view()["position_lots"] == 0).all()
    for _ in range(EPISODE):
        core.step(np.full((30, 2), 6))
    assert (core.finished["pnl_ticks"] == 0).all()


def test_an_inventory_lasts_one_episode(dataset):
    core = core_of(dataset, 2)
    core.reset(options={"inventory": 3})
    for action in random_actions(EPISODE, 2):
        core.step(action)
    assert (core.view()["position_lots"] == 0).all()


def test_a_mask_leaves_the_others_alone(dataset):
    core = core_of(dataset)
    before = core.get_state()["_envs"]
    mask = np.array([False, True, False, True])
    core.reset(mask=mask, options={"tape": 2, "decision": 7, "inventory": 2})
    after = core.get_state()["_envs"]
    assert (before[~mask] == after[~mask]).all()
    assert after["decision"][mask].tolist() == [7, 7]
    assert core.view()["position_lots"][mask].tolist() == [2, 2]


BAD = [
    ({"dya": "x"}, "no option 'dya'; choose of day, start_ns"),
    ({"day": "1999-01-01"}, r"no data of 1999-01-01 here; there are 2026-01-05, 2026-01-06"),
    ({"start_ns": 1_700_000_000}, r"no decisions at 1700000000 \(1970-01-01T.*they lie between"),
    ({"start_ns": 1.5}, "'start_ns'.*whole number of ns, not 1.5"),
    ({"inventory": 11}, r"'inventory'.* is 11, beyond max_position_lots \(10\)"),
    ({"inventory": -11}, "is -11"),
    ({"inventory": 1.5}, "whole number of lots"),
    ({"inventory": True}, "whole number of lots"),
    ({"inventory": [1, 2, 3]}, "3 values for 4 environments"),
    ({"tape": 1, "start_ns": 5}, "either tape and decision or day and start_ns"),
    ({"tape": 9}, "no window from decision 0 to 20 on tape 9"),
    ({"decision": 599}, "no window from decision 599"),
]


@pytest.mark.parametrize(("options", "message"), BAD)
def test_what_cannot_be_followed_changes_nothing(dataset, options, message):
    core = core_of(dataset)
    before = core.get_state()
    with pytest.raises(ConfigError, match=message) as told:
        core.reset(np.arange(4) + 9, options=options)
    assert "\n" not in str(told.value)
    for name, array in core.get_state().items():
        assert array.tobytes() == before[name].tobytes()


def test_too_late_for_a_whole_episode(dataset):
    ts_ns = dataset.markets[0].decisions["ts_local_ns"]
    with pytest.raises(ConfigError, match=f"the latest start is {ts_ns[599 - EPISODE]}"):
        starts(dataset, {"start_ns": int(ts_ns[600 - EPISODE])})
    with pytest.raises(ConfigError, match="no decisions at"):
        starts(dataset, {"start_ns": int(ts_ns[0]), "day": days_of(dataset)[1]})


def test_only_the_part_at_hand_is_offered(dataset):
    part = split(dataset).train
    with pytest.raises(ConfigError, match=f"no data of {days_of(dataset)[2]} here"):
        starts(part, {"day": days_of(dataset)[2]})


def test_nothing_asked_is_a_draw_for_all(dataset):
    found = starts(dataset, {"inventory": None, "day": None})
    assert len(found.draws) == 1
    assert found.draws[0].wanted.all()
    assert (found.windows == -1).all()
    assert not found.holds.any()


def test_windows_are_checked(dataset):
    check_windows(np.array([[0, 0, 599]]), dataset)
    check_windows(np.zeros((0, 3), np.int64), dataset)
    with pytest.raises(ConfigError, match="no window from decision 0 to 600 on tape 0"):
        check_windows(np.array([[1, 0, 5], [0, 0, 600]]), dataset)


def test_a_window_has_random_numbers_of_its_own(dataset):
    core = BatchCore(dataset, MODELS, 3, episode_decisions=20)
    windows = np.array([[0, 5, 25], [1, 5, 25], [0, 6, 26]])
    core.reset_at(windows)
    first = core.envs["trader"]["random_state"].copy()
    assert len(set(first)) == 3
    core.reset(np.arange(3))
    core.reset_at(windows[[2, 0, 1]])
    assert core.envs["trader"]["random_state"].tolist() == first[[2, 0, 1]].tolist()
    core.reset(np.arange(3))
    others = core.envs["trader"]["random_state"].copy()
    core.reset_at(windows, mask=np.array([False, True, False]))
    assert core.envs["trader"]["random_state"].tolist() == [others[0], first[1], others[2]]
    assert len(set(window_seeds(windows))) == 3


def test_no_two_windows_share_a_seed():
    tapes, firsts = np.meshgrid([0, 1, 2, 500], [0, 1, 2, 7, 10**9, 2**40 - 1])
    windows = np.stack([tapes.ravel(), firsts.ravel(), firsts.ravel() + 5], 1)
    seeds = window_seeds(windows)
    assert len(set(seeds.tolist())) == len(windows)
    assert seeds[0] == 0
    assert window_seeds(np.array([[1, 5, 25]])).tolist() == [2**40 + 5]
