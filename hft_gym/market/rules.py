"""The venue's rules by the words that a user gives them."""

from enum import IntEnum

from hft_gym.errors import ConfigError
from hft_gym.market.interfaces import VenueRules
from hft_gym.market.records import SelfTrade, WhenCrossed


def venue_rules(
    self_trade: str = "cancel_newest", when_crossed: str = "reject", collar_ticks: int = 20
) -> VenueRules:
    """What the venue decides.

    Args:
        self_trade: of an order of ours that would meet another one of ours: `cancel_newest`,
            `cancel_oldest`, `cancel_both` or `allow`.
        when_crossed: of an order that arrives while the book is crossed or halted: `reject` it, or
            let it `rest`.
        collar_ticks: how far from the touch at its arrival a market order may trade.

    Raises:
        ConfigError: a word is none of these, or the collar is below 0.
    """
    if collar_ticks < 0:
        raise ConfigError(f"collar_ticks must not be negative, but is {collar_ticks}")
    return VenueRules(
        _meant(SelfTrade, "self_trade", self_trade),
        _meant(WhenCrossed, "when_crossed", when_crossed),
        collar_ticks,
    )


def _meant(policy: type[IntEnum], name: str, word: str) -> int:
    known = {each.name.lower(): int(each) for each in policy}
    if word not in known:
        raise ConfigError(f"{name} {word!r} is not one of {', '.join(known)}")
    return known[word]
