"""Delays as they have been measured: a table of quantiles, drawn from by interpolation."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from hft_gym.errors import ConfigError, InputError
from hft_gym.kernel.random import uniform
from hft_gym.market.interfaces import delay_ns
from hft_gym.tape.market_tape import MarketTape
from hft_gym.tape.rows import Flag

MOST_QUANTILES = 129


class _Table(NamedTuple):
    quantiles_ns: tuple[int, ...]


class Empirical(_Table):
    """A delay drawn from measured ones: the quantile at a uniform number, linear between.

    Attributes:
        quantiles_ns: 2 to 129 evenly spaced quantiles, the least and the greatest included.
    """

    __slots__ = ()

    def __new__(cls, quantiles_ns: Sequence[int] | NDArray[Any] | str | Path) -> "Empirical":
        """Make a table of measured delays.

        Args:
            quantiles_ns: delays in ns, in any order, or a text file with one in each line or
                separated by commas; of more than 129 the quantiles are kept.

        Raises:
            ConfigError: there are less than two, or one is negative or no number.
            InputError: the file cannot be read.
        """
        given: Any = quantiles_ns
        if isinstance(given, str | Path):
            given = _read(Path(given))
        try:
            delays = np.sort(np.asarray(list(given), np.float64))
        except (TypeError, ValueError) as error:
            raise ConfigError(f"Empirical: quantiles_ns must be numbers: {error}") from error
        if delays.size < 2 or not np.isfinite(delays).all() or delays[0] < 0:
            raise ConfigError(
                f"Empirical: needs two delays or more, none negative; got {delays.size}"
                + (f" from {delays[0]:g} on" if delays.size else "")
            )
        if delays.size > MOST_QUANTILES:
            delays = np.quantile(delays, np.linspace(0.0, 1.0, MOST_QUANTILES))
        return super().__new__(cls, tuple(int(d) for d in np.rint(delays)))

    @staticmethod
    def of_tape(tape: MarketTape) -> "Empirical":
        """How long the rows of a tape took from the exchange to the recorder.

        Raises:
            InputError: the tape has no two packets with both times.
        """
        ends = (tape.flags & (Flag.LAST | Flag.SNAPSHOT)) == Flag.LAST
        delays = (tape.ts_local_ns - tape.ts_exchange_ns)[ends]
        if delays.size < 2:
            raise InputError(f"{tape.meta.source}: no two live packets to measure delays of")
        return Empirical(np.maximum(delays, 0))


def _read(path: Path) -> list[float]:
    try:
        words = path.read_text().replace(",", " ").split()
        return [float(word) for word in words]
    except (OSError, UnicodeDecodeError, ValueError) as error:
        raise InputError(
            f"{path}: no table of delays ({error}); give nanoseconds, one in each line"
        ) from error


@delay_ns.implement(Empirical)
def _delay_ns(model: Empirical, tape: np.void, trader: np.void, ts_ns: int, lots: int) -> int:
    place = uniform(trader) * (len(model.quantiles_ns) - 1)
    k = int(place)
    low = model.quantiles_ns[k]
    return low + int((place - k) * (model.quantiles_ns[k + 1] - low))
