"""Ticks and money."""

from hft_gym.tape.instrument import Instrument


def test_ticks_become_points_and_money():
    es = Instrument("ESH4", 17077, "GLBX.MDP3", 250_000_000, 50.0)
    assert es.tick_size == 0.25
    assert es.to_price(19_196) == 4799.0
    assert es.to_money(4) == 50.0
