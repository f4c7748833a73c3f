from pathlib import Path

import pytest

from agents.trust import check_references, check_targets, targets
from hft_gym.errors import ConfigError

CONF = Path(__file__).resolve().parents[2] / "conf"


@pytest.mark.parametrize(
    "target",
    [
        "agents.ppo.BatchedPPO",
        "stable_baselines3.A2C",
        "torch.nn.Tanh",
        "hft_gym.market.fees.per_lot.PerLot",
        "hft_gym.tape.generated.GeneratedMarket",
        "hft_gym.envs.rewards.sum.weighted_sum",
        "hft_gym.market.rules.venue_rules",
        "hft_gym.strategies.twap.Twap",
        "hft_gym.envs.grid.ByEvents",
        "stable_baselines3.common.noise.NormalActionNoise",
        "torch.optim.AdamW",
    ],
)
def test_our_own_classes_pass(target):
    check_targets({"a": [{"_target_": target}]})


@pytest.mark.parametrize(
    "target",
    [
        "os.system",
        "subprocess.Popen",
        "agents.run_folder.subprocess.Popen",  # begins well
        "hft_gym.kernel.interface.unrolled",  # a function that compiles text
        "hft_gym.tape.generated.dbn_files.write_dbn",  # empties the file it is given
        "hft_gym.tape.cache.TapeCache",
        "stable_baselines3.common.logger.HumanOutputFormat",  # so does this class
        "stable_baselines3.common.monitor.Monitor",
        "torch.load",
        "torch.hub.load",
        "stable_baselines3.common.save_util.load_from_pkl",
        "stable_baselines3.common.vec_env.VecNormalize.load",
        "agents.run_folder.RunFolder.open",
        "hft_gym.no_such_module.Thing",
        "builtins.eval",
    ],
)
def test_everything_else_needs_trust(target):
    config = {"agent": {"policy_kwargs": {"x": [{"_target_": target}]}}}
    with pytest.raises(ConfigError, match="trust=true"):
        check_targets(config)
    check_targets(config, trust=True)


def test_targets_are_found_at_every_depth():
    config = {"a": {"_target_": "x", "b": [{"_target_": "y"}]}, "c": 1}
    assert [node["_target_"] for node in targets(config)] == ["x", "y"]


def test_what_conf_names_needs_no_trust():
    named = [line.split("_target_:")[1].split("#")[0].strip()
             for path in CONF.rglob("*.yaml")
             for line in path.read_text().splitlines()
             if "_target_:" in line]  # fmt: skip
    assert len(named) > 100
    check_targets([{"_target_": target} for target in named])


@pytest.mark.parametrize(
    "node",
    [
        {"_target_": "hft_gym.tape.build.build_tapes", "cache": "/elsewhere"},
        {"_target_": "agents.ppo.BatchedPPO", "tensorboard_log": "/elsewhere"},
    ],
)
def test_a_run_does_not_say_where_to_write(node):
    with pytest.raises(ConfigError, match="/elsewhere"):
        check_targets(node)
    check_targets(node, trust=True)
    check_targets({name: value for name, value in node.items() if value != "/elsewhere"})


@pytest.mark.parametrize(
    "text",
    [
        "${oc.env:PASSWORD}",
        "a ${oc.select:seed,${oc.env:PASSWORD}}",
        "${oc.${half}:PASSWORD}",
        "${${resolver}:PASSWORD}",
        "${hydra:runtime.cwd}",
    ],
)
def test_references_to_more_than_settings_need_trust(text):
    for config in ({"a": [text]}, {text: 1}):
        with pytest.raises(ConfigError, match="trust=true"):
            check_references(config)
        check_references(config, trust=True)


@pytest.mark.parametrize(
    "text", ["${seed}", "${oc.select:a.b,${oc.select:c,1}}", "10:30", "{a: 1}"]
)
def test_references_to_settings_pass(text):
    check_references({"a": [text]})
