"""What an environment has when nobody chooses: every part there, the same as conf/ names."""

from hft_gym.envs.defaults import MARKET_FEATURES, MODELS, OWN_FEATURES
from hft_gym.envs.interfaces import set_targets, step_reward
from hft_gym.features.interfaces import market_value, own_value
from hft_gym.market.interfaces import delay_ns, fee_microticks, lots_ahead_gone


def test_every_part_does_what_its_place_asks():
    assert all(market_value.implemented_by(type(f)) for f in MARKET_FEATURES)
    assert all(own_value.implemented_by(type(f)) for f in OWN_FEATURES)
    assert set_targets.implemented_by(type(MODELS.action))
    assert step_reward.implemented_by(type(MODELS.reward))
    assert all(delay_ns.implemented_by(type(way)) for way in MODELS.market.latency)
    assert lots_ahead_gone.implemented_by(type(MODELS.market.queue))
    assert fee_microticks.implemented_by(type(MODELS.market.fees))
    assert MODELS.own_features is OWN_FEATURES


def test_nothing_is_there_twice():
    for features in (MARKET_FEATURES, OWN_FEATURES):  # by name: models of two kinds may be equal
        assert len(set(map(repr, features))) == len(features)
    sides = [f.side for f in OWN_FEATURES if hasattr(f, "side")]
    assert sides.count(1) == sides.count(-1)


def test_trading_takes_time_and_money():
    assert min(way.ns for way in MODELS.market.latency) > 0
    assert MODELS.market.fees.taker_ticks > 0


def test_conf_names_the_same():
    from agents import build
    from tests.agents.test_schema import composed

    config = composed()
    assert repr(build.models(config)) == repr(MODELS)
    assert repr(build._instances(config.features.market)) == repr(MARKET_FEATURES)
