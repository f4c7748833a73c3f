"""The face where whole tick-lots become money: exact decimals, one instrument, one currency."""

from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Context, Decimal
from fractions import Fraction
from typing import Self

from hft_gym.errors import InputError
from hft_gym.market.account import MICROTICKS
from hft_gym.tape.instrument import PRICE_UNITS, Instrument

_EXACT = Context(prec=60)  # a 64-bit number times a tick value loses nothing


@dataclass(frozen=True, slots=True)
class Money:
    """What ticks and lots of an instrument are worth.

    Attributes:
        tick_size: points of price in a tick.
        tick_value: money that one lot gains when the price rises a tick.
        currency: ISO code of that money.
        digits: decimals of its smallest coin, for `rounded`.
    """

    tick_size: Decimal
    tick_value: Decimal
    currency: str = "USD"
    digits: int = 2

    def __post_init__(self) -> None:
        if not all(each.is_finite() and each > 0 for each in (self.tick_size, self.tick_value)):
            raise InputError(
                f"a tick of {self.tick_size} points worth {self.tick_value} {self.currency}: "
                "both must be above 0; give the instrument's tick size and multiplier"
            )

    @classmethod
    def of(cls, instrument: Instrument, digits: int = 2) -> Self:
        """The money of an instrument.

        Raises:
            InputError: its tick size or multiplier is not above 0.
        """
        tick_size = _EXACT.divide(Decimal(instrument.tick_size_e9), Decimal(PRICE_UNITS))
        # the shortest decimal that means the same float: 0.1 is 0.1
        multiplier = Decimal(repr(float(instrument.multiplier)))
        return cls(tick_size, _EXACT.multiply(tick_size, multiplier), instrument.currency, digits)

    def of_ticks(self, tick_lots: int) -> Decimal:
        """Money of so many ticks on one lot, exact."""
        return _EXACT.multiply(Decimal(int(tick_lots)), self.tick_value)

    def of_microticks(self, microticks: int) -> Decimal:
        """Money of so many millionths of a tick on one lot, exact."""
        return _EXACT.divide(self.of_ticks(microticks), Decimal(MICROTICKS))

    def price(self, px_ticks: int) -> Decimal:
        """Points of a price in ticks, exact."""
        return _EXACT.multiply(Decimal(int(px_ticks)), self.tick_size)

    def average_price(self, cost_microticks: int, lots: int) -> Decimal:
        """Points of the average price of signed `lots` that cost so much; 0 for no lots.

        An average may have no end; it is given to a millionth of a tick.
        """
        if lots == 0:
            return Decimal(0)
        each = Decimal(round(Fraction(int(cost_microticks), int(lots))))
        return _EXACT.divide(_EXACT.multiply(each, self.tick_size), Decimal(MICROTICKS))

    def rounded(self, amount: Decimal) -> Decimal:
        """An amount in whole coins; halves go to the even coin, as banks round."""
        return amount.quantize(Decimal(1).scaleb(-self.digits), ROUND_HALF_EVEN)


def text_of(amount: Decimal) -> str:
    """An amount as plain digits, without exponent or closing zeros: exactly what it is."""
    plain = format(amount, "f")
    if "." in plain:
        plain = plain.rstrip("0").rstrip(".")
    return "0" if plain in ("-0", "") else plain
