"""`task=NAME` composes the parts that `gym.make` gives, whatever else is asked for."""

import numpy as np
import pytest

from agents import build, judging, settings, training
from agents.run_folder import RunFolder
from hft_gym.envs import defaults, execution, order_entry, trading
from hft_gym.envs.actions.target_position import TargetBox, TargetPosition
from hft_gym.envs.observations.flat import Flat
from hft_gym.envs.observations.stacked import Stacked
from hft_gym.envs.placements.cross import Cross
from hft_gym.envs.placements.improve import Improve
from hft_gym.envs.tasks.flat_at_end import FlatAtEnd
from tests.agents.small import SMALL
from tests.agents.test_schema import composed


def parts_of(*overrides):
    return build.models(settings.of_new_run(composed(*overrides)))


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("market_making", defaults.MODELS),
        ("flat_at_end", defaults.MODELS._replace(task=FlatAtEnd())),
        ("execution", execution.MODELS),
        ("trading", trading.MODELS),
        ("order_entry", order_entry.MODELS),
    ],
)
def test_a_name_chooses_all_parts(name, expected):
    assert repr(parts_of(f"task={name}")) == repr(expected)  # in this order: one set of kernels


def test_several_levels_are_two_options():
    parts = parts_of("action=level_quotes", "features=levels")
    assert parts.action == defaults.LEVEL_MODELS.action
    assert set(map(repr, parts.own_features)) == set(map(repr, defaults.LEVEL_FEATURES))
    assert build.rule_models(parts).action == defaults.MODELS.action


def test_the_users_wish_comes_before_the_tasks():
    parts = parts_of("task=execution", "reward=pnl", "task.lots=5", "action.shares=10")
    assert (type(parts.reward).__name__, parts.task.lots, parts.action.shares) == ("Pnl", 5, 10)
    config = settings.of_new_run(composed("task=execution", "action.shares=10"))
    assert {rule.shares for rule in config.strategy.values()} == {10}


def test_a_placement_is_an_option_of_its_own():
    assert parts_of("task=trading", "placement=improve").action.placement == Improve(1)
    boxed = parts_of("task=trading", "action=target_box", "action.lots=3", "placement=cross")
    assert boxed.action == TargetBox(3, Cross(2))
    config = settings.of_new_run(composed("task=trading", "action=target_box", "action.lots=3"))
    assert config.strategy.flat.positions == 3
    assert build.rule_models(boxed).action == TargetPosition(3, 1, Cross(2))


def test_an_agents_own_action_gives_way_to_the_one_of_the_user():
    assert parts_of("task=trading", "agent=sac", "action=target_box").action.lots == 5


def test_rules_act_as_the_task_wants():
    chosen = execution.MODELS._replace(observation=Stacked(3))
    assert build.rule_models(chosen) == chosen._replace(observation=Flat())


def test_runs_of_before_there_were_tasks_can_be_built():
    config = settings.of_new_run(composed())
    del config["task"]
    assert build.models(config) == defaults.MODELS


@pytest.mark.long
@pytest.mark.parametrize(
    ("overrides", "rules"),
    [
        (["task=execution"], ["immediate", "twap", "almgren_chriss", "passive_then_aggressive"]),
        (["task=trading"], ["flat", "follow_imbalance"]),
        (["task=order_entry"], ["no_requests", "random_requests"]),
        (["action=level_quotes", "features=levels"], ["do_nothing", "random"]),
    ],
    ids=lambda value: "_".join(value[:1]),
)
def test_an_agent_learns_it_and_is_judged_beside_rules(overrides, rules, tmp_path):
    config = settings.of_new_run(composed(*SMALL, *overrides))
    data = build.datasets(config, build.tapes(config, lambda _: None))
    model = training.fresh(config, data.train)
    folder = RunFolder(tmp_path)
    assert training.train(config, model, folder)
    found = judging.judgement(config, data, model, "ppo")
    assert [s.policy for s in found.summaries][: len(rules) + 1] == ["ppo", *rules]
    assert all(np.isfinite(s.reward.mean) for s in found.summaries)
    judging.write(folder, config, found, None)
    assert (tmp_path / "picture.png").stat().st_size > 1000
