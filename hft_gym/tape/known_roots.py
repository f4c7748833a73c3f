"""Tick sizes of instruments that people trade most, for files that come without a definition.

From the contract specifications that the venues publish: price step and money for one point of
price, as prices stand in DBN. A definition file beside the data always goes first.
"""

import re
from typing import NamedTuple


class Contract(NamedTuple):
    """Price step in units of 1e-9, and money for one point of price and one lot."""

    tick_size_e9: int
    multiplier: float
    currency: str = "USD"


_CME = {
    "ES": Contract(250_000_000, 50),
    "MES": Contract(250_000_000, 5),
    "NQ": Contract(250_000_000, 20),
    "MNQ": Contract(250_000_000, 2),
    "RTY": Contract(100_000_000, 50),
    "M2K": Contract(100_000_000, 5),
    "YM": Contract(1_000_000_000, 5),
    "MYM": Contract(1_000_000_000, 0.5),
    "CL": Contract(10_000_000, 1_000),
    "MCL": Contract(10_000_000, 100),
    "NG": Contract(1_000_000, 10_000),
    "HO": Contract(100_000, 42_000),
    "RB": Contract(100_000, 42_000),
    "GC": Contract(100_000_000, 100),
    "MGC": Contract(100_000_000, 10),
    "SI": Contract(5_000_000, 5_000),
    "HG": Contract(500_000, 25_000),
    "ZT": Contract(3_906_250, 2_000),
    "ZF": Contract(7_812_500, 1_000),
    "ZN": Contract(15_625_000, 1_000),
    "TN": Contract(15_625_000, 1_000),
    "ZB": Contract(31_250_000, 1_000),
    "UB": Contract(31_250_000, 1_000),
    "SR3": Contract(2_500_000, 2_500),  # the nearest contract's step; the others trade in halves
    "6A": Contract(50_000, 100_000),
    "6B": Contract(100_000, 62_500),
    "6C": Contract(50_000, 100_000),
    "6E": Contract(50_000, 125_000),
    "6J": Contract(500, 12_500_000),
    "6S": Contract(50_000, 125_000),
    "ZC": Contract(250_000_000, 50),
    "ZS": Contract(250_000_000, 50),
    "ZW": Contract(250_000_000, 50),
    "ZM": Contract(100_000_000, 100),
    "ZL": Contract(10_000_000, 600),
    "LE": Contract(25_000_000, 400),
    "HE": Contract(25_000_000, 400),
    "BTC": Contract(5_000_000_000, 5),
    "MBT": Contract(5_000_000_000, 0.1),
}
_ICE = {
    "BRN": Contract(10_000_000, 1_000),
    "WBS": Contract(10_000_000, 1_000),
    "G": Contract(250_000_000, 100),
}
_ENDEX = {"TFM": Contract(5_000_000, 1, "EUR")}
_ROOTS = {"GLBX.MDP3": _CME, "IFEU.IMPACT": _ICE, "NDEX.IMPACT": _ENDEX}
_US_EQUITY = re.compile(
    r"(XNAS|XNYS|XASE|XBOS|XPSX|XCIS|XCHI|ARCX|BATS|BATY|EDGA|EDGX|IEXG|EPRL|MEMX|DBEQ|EQUS)\."
)
_MONTH = re.compile(r"([A-Z0-9]{1,3})[FGHJKMNQUVXZ]\d{1,2}")


def known_root(dataset: str, symbol: str) -> Contract | None:
    """The contract that a raw, parent (`ES.FUT`) or continuous (`ES.c.0`) symbol stands for.

    Example:
        >>> known_root("GLBX.MDP3", "ESH4").multiplier
        50
    """
    return _ROOTS.get(dataset, {}).get(root_of(symbol) or "")


def root_of(symbol: str) -> str | None:
    """The root of a raw, parent or continuous symbol of a future; None if it is none.

    Example:
        >>> root_of("ESH4"), root_of("CL.c.0"), root_of("BRN FMJ0024!")
        ('ES', 'CL', 'BRN')
    """
    month = _MONTH.fullmatch(symbol)
    if month:
        return month[1]
    if "." in symbol:
        return symbol.split(".")[0]
    if " F" in symbol:  # as ICE names futures
        return symbol.split(" ")[0]
    return None


def is_us_equity(dataset: str) -> bool:
    """Whether prices of a dataset are in cents and a lot is a share."""
    return _US_EQUITY.match(dataset) is not None
