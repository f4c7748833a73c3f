from datetime import date

import pytest

from hft_gym.errors import ConfigError
from hft_gym.tape.generated import GeneratedMarket


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("days", 0),
        ("days", 1.5),
        ("session_s", 9),
        ("session_s", 100_000),
        ("seed", -1),
        ("seed", True),
        ("start_date", "2026-13-01"),
        ("start_date", "soon"),
        ("start_date", 20260105),
        ("symbol", ""),
        ("symbol", "A" * 21),
        ("start_px_ticks", 1_500),
        ("tick_size_e9", 0),
        ("start_px_ticks", 2**31),
        ("multiplier", 2**31),
        ("limits_per_s", 0.0),
        ("limits_per_s", -1.0),
        ("limits_per_s", float("nan")),
        ("noise_takers_per_s", -0.1),
        ("informed_owner_share", 1.2),
        ("self_excitation", 1.0),
        ("busy_ratio", 0.5),
        ("mean_order_lots", 0.5),
        ("split_tail", 0.1),
        ("learning_s", 0.0),
        ("volatility_ticks_per_sqrt_s", "wild"),
    ],
)
def test_nonsense_is_refused_by_name(name, value):
    with pytest.raises(ConfigError, match=name) as refused:
        GeneratedMarket(**{name: value})
    assert "\n" not in str(refused.value)


def test_days_are_business_days():
    market = GeneratedMarket(start_date="2026-01-09", days=3)
    assert market.dates == [date(2026, 1, 9), date(2026, 1, 12), date(2026, 1, 13)]
    assert GeneratedMarket(start_date="2026-01-10", days=1).dates == [date(2026, 1, 12)]


def test_whole_numbers_serve_as_rates():
    assert GeneratedMarket(limits_per_s=100).limits_per_s == 100


def test_instrument_is_an_index_future():
    instrument = GeneratedMarket().instrument
    assert instrument.symbol == "GENZ6"
    assert instrument.to_money(4) == 50.0
    assert instrument.to_price(20_000) == 5_000.0
