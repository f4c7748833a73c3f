"""Symbols and the contracts they stand for."""

import pytest

from hft_gym.tape.known_roots import is_us_equity, known_root, root_of


@pytest.mark.parametrize(
    ("dataset", "symbol", "tick_e9", "multiplier"),
    [
        ("GLBX.MDP3", "ESH4", 250_000_000, 50),
        ("GLBX.MDP3", "MESZ24", 250_000_000, 5),
        ("GLBX.MDP3", "6EM4", 50_000, 125_000),
        ("GLBX.MDP3", "6JM4", 500, 12_500_000),
        ("GLBX.MDP3", "ES.FUT", 250_000_000, 50),
        ("GLBX.MDP3", "CL.c.0", 10_000_000, 1_000),
        ("IFEU.IMPACT", "BRN FMJ0024!", 10_000_000, 1_000),
        ("NDEX.IMPACT", "TFM FMH0024!", 5_000_000, 1),
    ],
)
def test_known(dataset, symbol, tick_e9, multiplier):
    assert known_root(dataset, symbol)[:2] == (tick_e9, multiplier)


@pytest.mark.parametrize("symbol", ["ESH4-ESM4", "ESH4 C4800", "XXXH4", "17077", "ES"])
def test_unknown(symbol):
    assert known_root("GLBX.MDP3", symbol) is None
    assert known_root("XNAS.ITCH", "ESH4") is None


def test_roots():
    assert [root_of(s) for s in ("ESH4", "ES.FUT", "CL.c.0", "TFM FMH0024!")] == [
        "ES", "ES", "CL", "TFM",
    ]  # fmt: skip
    assert root_of("NVDA") is root_of("17077") is None


def test_us_equities():
    assert is_us_equity("XNAS.ITCH")
    assert is_us_equity("EQUS.MINI")
    assert not is_us_equity("GLBX.MDP3")
    assert not is_us_equity("OPRA.PILLAR")
