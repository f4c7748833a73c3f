import pytest

from agents.checks import check_values
from hft_gym.errors import ConfigError

PER_LOT = "hft_gym.market.fees.per_lot.PerLot"
LATENCY = "hft_gym.market.latencies.constant.Constant"
A_S = "hft_gym.strategies.avellaneda_stoikov.AvellanedaStoikov"


@pytest.mark.parametrize(
    "node",
    [
        {"_target_": PER_LOT, "maker_ticks": 1},
        {"_target_": PER_LOT, "maker_ticks": -0.5},
        {"_target_": A_S, "sigma_ticks": None},
        {"_target_": "stable_baselines3.PPO", "learning_rate": 1e-3, "seed": None},
        {"_target_": "no.such.Thing", "x": "y"},
    ],
)
def test_what_fits_passes(node):
    check_values({"a": [{"b": node}]})


@pytest.mark.parametrize(
    ("node", "message"),
    [
        (
            {"_target_": PER_LOT, "maker_ticks": "xx"},
            r"fees.maker_ticks must be a number, not 'xx'",
        ),
        ({"_target_": PER_LOT, "maker_ticks": True}, "must be a number"),
        ({"_target_": PER_LOT, "maker_ticks": None}, "must be a number"),
        ({"_target_": LATENCY, "ns": 1.5}, "must be a whole number"),
        ({"_target_": LATENCY, "ns": -5}, "must not be negative"),
        ({"_target_": A_S, "sigma_ticks": "high"}, "must be a number"),
        ({"_target_": "stable_baselines3.A2C", "gamma": "foo"}, "must be a number"),
    ],
)
def test_what_does_not_is_named(node, message):
    with pytest.raises(ConfigError, match=message):
        check_values({"fees": node})
