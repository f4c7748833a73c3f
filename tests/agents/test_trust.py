import pytest

from agents.trust import check_targets, targets
from hft_gym.errors import ConfigError


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
    assert targets(config) == ["x", "y"]
