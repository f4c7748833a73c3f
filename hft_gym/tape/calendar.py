"""When a venue is open, by its calendar: daylight saving, holidays and early closes.

Calendars are those of `pandas_market_calendars` (the extra `calendars`), which knows the product
groups of CME Globex apart; `exchange_calendars` has one for all of them, an hour too long. What
it says of a holiday is a rule of that library, and the venue may decide otherwise: a session never
reaches beyond the tape.
"""

import datetime as dt
import difflib
import functools
import importlib
import importlib.metadata
from dataclasses import dataclass
from typing import Any, NamedTuple

from hft_gym.errors import ConfigError
from hft_gym.tape.chooser import NothingThereError
from hft_gym.tape.instrument import Instrument
from hft_gym.tape.known_roots import is_us_equity, root_of

REGULAR, ALL = "regular", "all"
_LIBRARY = "pandas_market_calendars"
_DAY = dt.timedelta(days=1)
_DAY_NS = 86_400_000_000_000
_SECOND_NS = 1_000_000_000

Span = tuple[int, int]


class Venue(NamedTuple):
    """The calendar of a group of instruments, and when most of the trading is done.

    `calendar` and `cash` are names of pandas_market_calendars; `regular` are local times of the
    calendar's zone. Regular hours are what the session shares with both; without either they are
    the calendar's own.
    """

    calendar: str
    regular: tuple[str, str] | None = None
    cash: str | None = None


# Hours of the former pits, which settlement and liquidity still follow (contract specifications).
_GLOBEX = {
    "ES MES NQ MNQ RTY M2K YM MYM": Venue("CME Globex Equity", cash="NYSE"),
    "CL MCL NG HO RB": Venue("CMEGlobex_Energy", ("08:00", "13:30")),
    "GC MGC": Venue("CMEGlobex_Gold", ("07:20", "12:30")),
    "SI": Venue("CMEGlobex_Silver", ("07:25", "12:25")),
    "HG": Venue("CMEGlobex_Copper", ("07:10", "12:00")),
    "ZT ZF ZN TN ZB UB SR3": Venue("CME Globex Interest Rate Products", ("07:20", "14:00")),
    "6A 6B 6C 6E 6J 6S": Venue("CMEGlobex_FX", ("07:20", "14:00")),
    "ZC ZS ZW ZM ZL": Venue("CMEGlobex_Grains", ("08:30", "13:20")),
    "LE HE": Venue("CMEGlobex_Livestock"),
    "BTC MBT": Venue("CME Globex Cryptocurrencies"),
}
_VENUES = {("GLBX.MDP3", root): venue for roots, venue in _GLOBEX.items() for root in roots.split()}


@dataclass(frozen=True, slots=True)
class CalendarWish:
    """What `session="calendar[:NAME][:regular|all]"` says.

    Attributes:
        name: of a calendar; empty for the instrument's own.
        hours: `regular`, `all` (from the first to the last order of the day, where the calendar
            knows them), or empty: from the calendar's opening to its close.
        library: version of the calendars: another one may know other holidays.
    """

    name: str
    hours: str
    library: str

    @staticmethod
    def parse(text: str) -> "CalendarWish":
        """The wish that a text stands for.

        Raises:
            ConfigError: it is no such text, or the calendars are not installed.
        """
        kind, *rest = text.strip().split(":")
        hours = rest.pop() if rest and rest[-1] in (REGULAR, ALL) else ""
        name = rest.pop() if rest else ""
        if kind != "calendar" or rest:
            raise ConfigError(
                f"session {text!r} is neither [start, end] nor calendar[:NAME][:regular|:all]"
            )
        try:
            return CalendarWish(name, hours, importlib.metadata.version(_LIBRARY))
        except importlib.metadata.PackageNotFoundError:
            raise ConfigError(
                "sessions by calendar need pandas_market_calendars: pip install "
                "'hft_gym[calendars]', or give session=[start, end]"
            ) from None

    def of(self, instrument: Instrument, end_ns: int | None, source: str) -> "CalendarSession":
        """The calendar of an instrument.

        Args:
            instrument: its dataset and symbol choose where the wish has no name.
            end_ns: local time at which the source ends; None where it does not say.
            source: for messages.

        Raises:
            ConfigError: no calendar is known for the instrument.
        """
        return CalendarSession(self._venue(instrument), self.hours, end_ns, source)

    def _venue(self, instrument: Instrument) -> Venue:
        if self.name:
            known = (venue for venue in _VENUES.values() if venue.calendar == self.name)
            return next(known, Venue(self.name))
        root = root_of(instrument.symbol.partition("-")[0])  # of a spread, its first leg's
        venue = _VENUES.get((instrument.dataset, root or ""))
        if venue is None and is_us_equity(instrument.dataset):
            venue = Venue("NYSE")
        if venue is None:
            raise ConfigError(
                f"no calendar is known for {instrument.symbol} of {instrument.dataset}; "
                "name one, such as session=calendar:CMEGlobex_Energy, or give [start, end]"
            )
        return venue


@dataclass(frozen=True, slots=True)
class CalendarSession:
    """The session of one source by its calendar.

    Attributes:
        venue: which calendar.
        hours: as in `CalendarWish`.
        end_ns: local time at which the source ends; None where it does not say.
        source: for messages.
    """

    venue: Venue
    hours: str
    end_ns: int | None
    source: str

    def span(self, first_live_ns: int) -> Span:
        """Opening and close in ns of the session that the source holds most of.

        A pause in the middle, as grains have, is part of the session.

        Args:
            first_live_ns: local time of the first live record; the source counts for a day from
                there at most, and to the end of the day (UTC) where it has no end.

        Raises:
            NothingThereError: the venue is closed all the while.
            ConfigError: there is no such calendar.
        """
        end_ns = self.end_ns
        if end_ns is None or end_ns <= first_live_ns:
            end_ns = first_live_ns - first_live_ns % _DAY_NS + _DAY_NS
        end_ns = min(end_ns, first_live_ns + _DAY_NS)
        # an evening is of the next trading day
        days = (_date(first_live_ns) - _DAY, _date(end_ns) + _DAY)
        spans = [
            (opening, close)
            for opening, close in open_hours(self.venue, self.hours, *days)
            if opening < end_ns and close > first_live_ns
        ]
        if not spans:
            kind = f"{self.hours} session" if self.hours else "session"
            raise NothingThereError(
                f"{self.source}: {self.venue.calendar} has no {kind} between {utc(first_live_ns)} "
                f"and {utc(end_ns)}: a holiday, a weekend or other hours; give session=[start, end]"
            )
        return max(spans, key=lambda span: min(span[1], end_ns) - max(span[0], first_live_ns))


@functools.lru_cache(maxsize=64)  # the library takes its time
def open_hours(venue: Venue, hours: str, first: dt.date, last: dt.date) -> tuple[Span, ...]:
    """Opening and close in ns of the trading days from `first` to `last`, in order."""
    days = (first, last)
    calendar = _calendar(venue.calendar)
    spans = _schedule(calendar, days, hours == ALL)
    if hours == REGULAR and venue.cash is not None:
        cash = _schedule(_calendar(venue.cash), days, False)
        spans = {day: _common(spans[day], cash[day]) for day in spans.keys() & cash.keys()}
    if hours == REGULAR and venue.regular is not None:
        spans = {
            day: _common(span, _of_day(day, venue.regular, calendar.tz))
            for day, span in spans.items()
        }
    return tuple(spans[day] for day in sorted(spans) if spans[day][0] < spans[day][1])


def utc(ts_ns: int) -> str:
    """Date and minute of a time, for people."""
    return f"{dt.datetime.fromtimestamp(ts_ns // _SECOND_NS, dt.UTC):%Y-%m-%d %H:%M}Z"


@functools.cache
def _calendar(name: str) -> Any:
    calendars = importlib.import_module(_LIBRARY)
    try:
        return calendars.get_calendar(name)
    except RuntimeError:  # what the library says lists hundreds of names
        close = difflib.get_close_matches(name, calendars.get_calendar_names())
        hint = f"did you mean {' or '.join(close)}?" if close else "see its get_calendar_names()"
        raise ConfigError(f"{_LIBRARY} has no calendar {name!r}; {hint}") from None


def _schedule(
    calendar: Any, days: tuple[dt.date, dt.date], is_extended: bool
) -> dict[dt.date, Span]:
    first, last = "market_open", "market_close"
    if is_extended and {"pre", "post"} <= set(calendar.regular_market_times):
        first, last = "pre", "post"
    table = calendar.schedule(*days, start=first, end=last)
    spans = zip(table.index, table[first], table[last], strict=True)
    return {day.date(): (_ns(opening), _ns(close)) for day, opening, close in spans}


def _of_day(day: dt.date, clock: tuple[str, str], zone: dt.tzinfo) -> Span:
    opening, close = (
        _ns(dt.datetime.combine(day, dt.time.fromisoformat(text), zone)) for text in clock
    )
    return opening, close


def _common(one: Span, other: Span) -> Span:
    return max(one[0], other[0]), min(one[1], other[1])


def _ns(moment: dt.datetime) -> int:
    return round(moment.timestamp()) * _SECOND_NS


def _date(ts_ns: int) -> dt.date:
    return dt.datetime.fromtimestamp(ts_ns // _SECOND_NS, dt.UTC).date()
