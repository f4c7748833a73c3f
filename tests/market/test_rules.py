import pytest

from hft_gym.errors import ConfigError
from hft_gym.market.interfaces import VenueRules
from hft_gym.market.records import SelfTrade, WhenCrossed
from hft_gym.market.rules import venue_rules


def test_the_usual_rules():
    assert venue_rules() == VenueRules()


@pytest.mark.parametrize("policy", SelfTrade)
@pytest.mark.parametrize("crossed", WhenCrossed)
def test_every_policy_has_its_word(policy, crossed):
    rules = venue_rules(policy.name.lower(), crossed.name.lower(), 3)
    assert rules == VenueRules(int(policy), int(crossed), 3)


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"self_trade": "newest"}, "self_trade 'newest' is not one of cancel_newest, cancel_old"),
        ({"when_crossed": "wait"}, "when_crossed 'wait' is not one of reject, rest"),
        ({"collar_ticks": -1}, "collar_ticks must not be negative, but is -1"),
    ],
)
def test_what_makes_no_sense_is_refused(wrong, told):
    with pytest.raises(ConfigError, match=told):
        venue_rules(**wrong)
