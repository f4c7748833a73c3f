import json

import numpy as np
import pytest

from agents import build, judging, settings, training
from agents.run_folder import RunFolder
from tests.agents.small import SMALL
from tests.agents.test_schema import composed


@pytest.fixture(scope="module")
def made():
    config = settings.of_new_run(composed(*SMALL))
    data = build.datasets(config, build.tapes(config, lambda _: None))
    return config, data, training.fresh(config, data.train)


def test_the_agent_stands_first_among_the_rules(made):
    config, data, model = made
    found = judging.judgement(config, data, model, "ppo")
    names = [summary.policy for summary in found.summaries]
    assert names[0] == "ppo"
    assert {"do_nothing", "random", "fixed_spread_0", "avellaneda_stoikov"} <= set(names)
    assert found.basis.windows == 6
    idle = found.summaries[names.index("do_nothing")]
    assert idle.pnl_ticks.mean == idle.fills == 0.0


def test_leads_over_the_rules_are_paired(made):
    config, data, model = made
    found = judging.judgement(config, data, model, "ppo")
    agent, *rules = found.summaries
    assert list(found.leads) == [rule.policy for rule in rules]
    for rule in rules:
        lead = found.leads[rule.policy]
        assert lead.mean == pytest.approx(agent.reward.mean - rule.reward.mean, abs=1e-4)
    # what earns nothing in every window takes nothing from the agent's own interval
    assert found.leads["do_nothing"] == pytest.approx(agent.reward, abs=1e-6)
    assert "Reward of ppo less that of a rule" in found.text
    assert max(len(line) for line in found.text.splitlines()) < 145
    assert not [line for line in found.text.splitlines() if line.endswith("±")]


def test_judging_twice_gives_the_same(made):
    config, data, model = made
    assert (
        judging.judgement(config, data, model, "ppo").text
        == judging.judgement(config, data, model, "ppo").text
    )


def test_everything_is_written(made, tmp_path):
    config, data, model = made
    folder = RunFolder(tmp_path)
    found = judging.judgement(config, data, model, "ppo")
    judging.write(folder, config, found, json.dumps({"steps": [1, 2], "reward": [0.0, 1.0]}))
    assert folder.read("table.txt") == found.text
    assert json.loads(folder.read("table.json"))[0]["policy"] == "ppo"
    assert (tmp_path / "picture.png").read_bytes().startswith(b"\x89PNG")
    page = folder.read("report.html")
    assert "data:image/png" in page
    assert "Reward of ppo less that of a rule" in page
    assert "http" not in page.split("<pre>")[0]


def test_a_memory_goes_on_until_windows_begin():
    class Model:
        """Adds up what it has been shown."""

        def get_vec_normalize_env(self):
            return None

        def predict(self, observations, state=None, deterministic=False):
            state = observations if state is None else state + observations
            return state.copy(), state

    predict = judging.Predictor(Model(), deterministic=True)
    for _ in range(2):
        predict.begin()
        assert [predict(np.ones(1))[0] for _ in range(3)] == [1.0, 2.0, 3.0]
