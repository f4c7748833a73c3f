"""Prices and the grid of ticks that they must lie on."""

import datetime as dt
from decimal import Decimal
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from hft_gym.errors import ConfigError, InputError
from hft_gym.tape.instrument import PRICE_UNITS
from hft_gym.tape.levels import MAX_TICKS
from hft_gym.tape.records import UNDEF_PRICE


def ticks_e9(tick_size: float) -> int:
    """Tick size in units of 1e-9.

    Raises:
        ConfigError: it is not positive.
    """
    in_units = round(float(tick_size) * PRICE_UNITS) if np.isfinite(tick_size) else 0
    if in_units <= 0:
        raise ConfigError(f"tick_size {tick_size!r} is not a price step; give one like 0.25")
    return in_units


def step_of_prices(path: Path, prices_e9: NDArray[np.int64]) -> int:
    """Greatest common divisor of `[n]` prices, in units of 1e-9.

    Raises:
        InputError: there are fewer than two prices to tell it from.
    """
    prices = np.unique(prices_e9[prices_e9 != UNDEF_PRICE])
    if len(prices) < 2:
        raise InputError(f"{path}: nothing tells the tick size; give tick_size")
    return int(np.gcd.reduce(np.abs(prices)))


def off_grid(prices_e9: NDArray[np.int64], tick_size_e9: int) -> NDArray[np.bool_]:
    """`[n]` whether each price is defined and no multiple of the tick size, or too far away."""
    px_ticks, rest = np.divmod(prices_e9, tick_size_e9)
    return (prices_e9 != UNDEF_PRICE) & ((rest != 0) | (np.abs(px_ticks) > MAX_TICKS))


def bad_price(
    source: str, number: int, record: np.void, price_e9: int, tick_size_e9: int
) -> InputError:
    """What to tell a user whose record does not fit the tick size.

    Args:
        source: name of the file.
        number: of the record among those of its instrument, from 0.
        record: tells its time.
        price_e9: the price that does not fit.
        tick_size_e9: what it does not fit.
    """
    ts_event_ns = int(record["ts_event"])
    far = abs(price_e9 // tick_size_e9) > MAX_TICKS
    what = "is too far away for" if far else "is off the grid of"
    return InputError(
        f"{source}: record {number} (ts_event {_clock(ts_event_ns)}): price "
        f"{_points(price_e9)} {what} tick size {_points(tick_size_e9)}; "
        "give the instrument's tick_size"
    )


def _points(price_e9: int) -> str:
    """A price with all of its digits: the last one may be what is wrong."""
    return f"{Decimal(price_e9).scaleb(-9).normalize():f}"


def _clock(ts_ns: int) -> str:
    """ISO time with nanoseconds, or the number where it is no time."""
    if ts_ns >= UNDEF_PRICE:
        return str(ts_ns)
    seconds, rest_ns = divmod(ts_ns, 1_000_000_000)
    return f"{dt.datetime.fromtimestamp(seconds, dt.UTC):%Y-%m-%dT%H:%M:%S}.{rest_ns:09d}Z"
