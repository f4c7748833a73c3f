"""The trading session of a tape: its longest stretch with a two-sided book that is not crossed.

Or what the user says: bounds, or the hours of a calendar (`hft_gym.tape.calendar`). Times are local
ones (`ts_local_ns`): the session is when somebody outside can decide. A clock of 0 is none yet:
rows before the first time that a file tells are in no stretch.
"""

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from hft_gym.errors import ConfigError
from hft_gym.kernel.jit import kernel
from hft_gym.tape.calendar import CalendarSession, CalendarWish, utc
from hft_gym.tape.chooser import NothingThereError
from hft_gym.tape.instrument import Instrument
from hft_gym.tape.levels import NO_ASK, NO_BID, SHIFT
from hft_gym.tape.orders import FOREVER_NS

DAY_NS = 86_400_000_000_000
_SECOND_NS = 1_000_000_000
_CLOCK = re.compile(r"(\d{1,2}):(\d{2})(?::(\d{2})(?:\.(\d{1,9}))?)?")
_ISO = re.compile(
    r"(\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(?::\d{2})?)(?:\.(\d{1,9}))?(Z|[+-]\d{2}:\d{2})?"
)

SessionBounds = tuple[str | int | None, str | int | None]
SessionHours = SessionBounds | CalendarSession


@dataclass(frozen=True, slots=True)
class Session:
    """When a tape can be traded, and where its touch went meanwhile.

    Attributes:
        start_ns: local time.
        end_ns: local time of the last row inside.
        low_ticks: lowest best bid.
        high_ticks: highest best ask.
    """

    start_ns: int
    end_ns: int
    low_ticks: int
    high_ticks: int

    @property
    def label(self) -> str:
        """UTC date of the start."""
        seconds = self.start_ns // _SECOND_NS
        return dt.datetime.fromtimestamp(seconds, dt.UTC).date().isoformat()


@kernel
def watch(book: np.void) -> None:
    """A live packet has ended: go on with the run of tradable packets, or end it."""
    levels = book["levels_state"]
    now_ns = book["ts_local_ns"]
    bid, ask = levels["best_bid_level"], levels["best_ask_level"]
    tradable = bid != NO_BID and ask != NO_ASK and bid < ask
    inside = book["from_ns"] <= now_ns <= book["until_ns"]
    if inside and book["touch_bid_level"] != NO_BID:  # in force until now
        book["low_level"] = min(book["low_level"], book["touch_bid_level"])
        book["high_level"] = max(book["high_level"], book["touch_ask_level"])
    if not tradable or not inside:
        end_run(book)
        bid, ask = (bid, ask) if tradable else (NO_BID, NO_ASK)
        book["touch_bid_level"], book["touch_ask_level"] = bid, ask
        return
    book["touch_bid_level"], book["touch_ask_level"] = bid, ask
    book["low_level"], book["high_level"] = (
        min(book["low_level"], bid),
        max(book["high_level"], ask),
    )
    if book["run_start_ns"] == 0:
        book["run_start_ns"], book["run_low_level"], book["run_high_level"] = now_ns, bid, ask
    book["run_end_ns"] = now_ns
    book["run_low_level"] = min(book["run_low_level"], bid)
    book["run_high_level"] = max(book["run_high_level"], ask)


@kernel
def end_run(book: np.void) -> None:
    """Keep the run if it is the longest."""
    longest = book["best_end_ns"] - book["best_start_ns"]
    if book["run_start_ns"] > 0 and (
        book["best_start_ns"] == 0 or book["run_end_ns"] - book["run_start_ns"] > longest
    ):
        book["best_start_ns"], book["best_end_ns"] = book["run_start_ns"], book["run_end_ns"]
        book["best_low_level"], book["best_high_level"] = (
            book["run_low_level"],
            book["run_high_level"],
        )
    book["run_start_ns"] = 0


def session_wish(session: Sequence[str | int | None] | str | None) -> SessionBounds | CalendarWish:
    """What the user wants the session to be: [start, end], a calendar, or nothing in particular.

    Raises:
        ConfigError: it is none of them.
    """
    if session is None:
        return None, None
    if isinstance(session, str):
        return CalendarWish.parse(session)
    if len(session) != 2:
        raise ConfigError(f"session {list(session)} needs two entries: [start, end]")
    return session[0], session[1]


def session_hours(
    wish: SessionBounds | CalendarWish, instrument: Instrument, end_ns: int | None, source: str
) -> SessionHours:
    """What is wanted of one source's session.

    Args:
        wish: of `session_wish`.
        instrument: chooses the calendar where the wish does not name one.
        end_ns: local time at which the source ends; None where it does not say.
        source: for messages.

    Raises:
        ConfigError: no calendar is known for the instrument.
    """
    return wish.of(instrument, end_ns, source) if isinstance(wish, CalendarWish) else wish


def limit_session(book: Any, hours: SessionHours, first_live_ns: int) -> None:
    """Tell the book, before its first live packet, what the user wants the session to be.

    Args:
        book: changed in place.
        hours: a calendar's, or start and end; None leaves the choice to the data.
        first_live_ns: time of the first live record: `HH:MM` means its day (UTC).

    Raises:
        ConfigError: a bound is no time, or the end is not after the start.
        NothingThereError: the calendar has no session.
    """
    if isinstance(hours, CalendarSession):
        opening_ns, close_ns = hours.span(first_live_ns)
        book["from_ns"], book["until_ns"] = max(opening_ns, first_live_ns), close_ns
        return
    start, end = hours
    from_ns = 0 if start is None else parse_time(start, first_live_ns)
    until_ns = FOREVER_NS if end is None else parse_time(end, first_live_ns)
    first_ns = max(from_ns, first_live_ns)
    if until_ns <= first_ns and isinstance(end, str) and _CLOCK.fullmatch(end):
        until_ns += DAY_NS  # a session over midnight
    if end is not None and until_ns <= from_ns:
        raise ConfigError(f"session ends at {end!r}, not after its start {start!r}; swap them")
    # no session reaches beyond its tape, whose end is not known yet
    book["from_ns"] = min(first_ns, FOREVER_NS)
    book["until_ns"] = min(max(until_ns, 0), FOREVER_NS)


def found_session(book: Any, hours: SessionHours, source: str) -> Session:
    """The session of a source that has been read to its end, of a book that is finished.

    A source without any tradable packet, such as a snapshot alone, has a session of no length.
    What is wanted begins with the first live record at the earliest, and ends with the last.

    Raises:
        NothingThereError: what the user wants holds no tradable packet.
    """
    start, end = (0, 0) if isinstance(hours, CalendarSession) else hours  # neither is left open
    wanted = start is not None or end is not None
    if book["best_start_ns"] == 0:
        if wanted:
            raise NothingThereError(_nothing_in_hours(book, hours, source))
        return _no_session(book)
    low, high = ("low_level", "high_level") if wanted else ("best_low_level", "best_high_level")
    last_ns = min(int(book["until_ns"]), int(book["ts_local_ns"]))
    return Session(
        int(book["from_ns"] if start is not None else book["best_start_ns"]),
        last_ns if end is not None else int(book["best_end_ns"]),
        int(book[low]) - SHIFT,
        int(book[high]) - SHIFT,
    )


def _nothing_in_hours(book: Any, hours: SessionHours, source: str) -> str:
    if not isinstance(hours, CalendarSession):
        return (
            f"{source}: no two-sided book between {hours[0]} and {hours[1]}; "
            "give other session times or none"
        )
    if book["until_ns"] == FOREVER_NS:
        return f"{source}: no live records, so no session; give a file with trading"
    start, end = utc(int(book["from_ns"])), utc(int(book["until_ns"]))
    return (
        f"{source}: no two-sided book in the session of {hours.venue.calendar}, {start} to {end}; "
        "give session=[start, end] or another file"
    )


def _no_session(book: Any) -> Session:
    levels = book["levels_state"]
    now_ns = int(book["ts_local_ns"])
    if levels["best_bid_level"] == NO_BID or levels["best_ask_level"] == NO_ASK:
        return Session(now_ns, now_ns, 0, 0)
    low, high = sorted(
        (int(levels["best_bid_level"]) - SHIFT, int(levels["best_ask_level"]) - SHIFT)
    )
    return Session(now_ns, now_ns, low, high)


def parse_time(time: str | int, day_ns: int) -> int:
    """Nanoseconds since the epoch of `HH:MM[:SS]` (UTC, on the day of `day_ns`), ISO time or ns.

    Raises:
        ConfigError: it is none of them.

    Example:
        >>> parse_time("00:00:01", 86_400_000_000_000 + 5)
        86401000000000
    """
    if not isinstance(time, str):
        if isinstance(time, bool | float) or time < 0:
            raise ConfigError(_not_a_time(time))
        return int(time)
    text = time.strip()
    if text.isdecimal():
        return int(text)
    clock = _CLOCK.fullmatch(text)
    try:
        if clock:
            hour, minute, second = (int(part or 0) for part in clock.groups()[:3])
            of_day = dt.time(hour, minute, second)
            seconds = of_day.hour * 3600 + of_day.minute * 60 + of_day.second
            return day_ns - day_ns % DAY_NS + seconds * _SECOND_NS + _fraction_ns(clock[4])
        return _iso_ns(text)
    except ValueError:
        raise ConfigError(_not_a_time(time)) from None


def _iso_ns(text: str) -> int:
    parts = _ISO.fullmatch(text)
    if not parts:
        raise ValueError(text)
    moment = dt.datetime.fromisoformat(parts[1] + (parts[3] or "Z"))
    return int(moment.timestamp()) * _SECOND_NS + _fraction_ns(parts[2])


def _fraction_ns(digits: str | None) -> int:
    return int((digits or "").ljust(9, "0"))


def _not_a_time(time: object) -> str:
    return f"session time {time!r} is not a time; use HH:MM, HH:MM:SS, an ISO time or ns"
