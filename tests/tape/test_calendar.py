"""Hours of venues on days that are known: switches of the clock, holidays, early closes."""

import datetime as dt
import importlib.metadata
import re
from itertools import pairwise

import pytest

from hft_gym.errors import ConfigError
from hft_gym.tape.build import build_tapes
from hft_gym.tape.calendar import CalendarSession, CalendarWish, Venue, open_hours
from hft_gym.tape.chooser import NothingThereError
from hft_gym.tape.instrument import Instrument
from tests.dbn_files import LAST, SNAPSHOT, START_NS, mbo, write

HOUR_NS = 3_600_000_000_000
DAY_NS = 24 * HOUR_NS


def ns(text):
    return int(dt.datetime.fromisoformat(text + "Z").timestamp()) * 10**9


def text_of(span):
    return [f"{dt.datetime.fromtimestamp(t // 10**9, dt.UTC):%m-%d %H:%M}" for t in span]


def instrument(symbol, dataset="GLBX.MDP3"):
    return Instrument(symbol, 1, dataset, 1)


def session(day, symbol="ESH4", hours="", dataset="GLBX.MDP3"):
    """Opening and close of the session that a file of a whole UTC day holds most of."""
    wish = CalendarWish.parse(f"calendar{hours}")
    start_ns = ns(f"{day} 00:00")
    return text_of(wish.of(instrument(symbol, dataset), start_ns + DAY_NS, day).span(start_ns))


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        ("2023-12-20", ["12-19 23:00", "12-20 22:00"]),
        ("2024-03-08", ["03-07 23:00", "03-08 22:00"]),  # the clock goes on two days later
        ("2024-03-10", ["03-10 22:00", "03-11 21:00"]),  # a Sunday evening
        ("2024-03-11", ["03-10 22:00", "03-11 21:00"]),
        ("2023-11-03", ["11-02 22:00", "11-03 21:00"]),  # and back
        ("2023-11-06", ["11-05 23:00", "11-06 22:00"]),
        ("2023-11-23", ["11-22 23:00", "11-23 18:00"]),  # Thanksgiving
        ("2023-11-24", ["11-23 23:00", "11-24 18:15"]),
        ("2023-12-25", ["12-25 23:00", "12-26 22:00"]),  # Christmas: its evening is the next day's
        ("2024-07-03", ["07-02 22:00", "07-03 17:15"]),
        ("2023-04-07", ["04-06 22:00", "04-07 13:15"]),  # Good Friday with a report to trade
    ],
)
def test_equity_futures(day, expected):
    assert session(day) == session(day, "MNQ.c.0") == expected


@pytest.mark.parametrize(
    ("symbol", "day", "expected"),
    [
        ("CLG4", "2023-11-24", ["11-23 23:00", "11-24 18:45"]),
        ("CLF4-CLG4", "2023-11-24", ["11-23 23:00", "11-24 18:45"]),  # a spread
        ("ZNH4", "2023-11-24", ["11-23 23:00", "11-24 18:15"]),
        ("6EH4", "2023-12-20", ["12-19 23:00", "12-20 22:00"]),
        ("ZCH4", "2023-12-20", ["12-20 01:00", "12-20 19:20"]),
        ("LEG4", "2023-12-20", ["12-20 14:30", "12-20 19:05"]),
    ],
)
def test_other_futures(symbol, day, expected):
    assert session(day, symbol) == expected


def test_shares():
    of_shares = {"symbol": "NVDA", "dataset": "XNAS.ITCH"}
    assert session("2024-03-08", **of_shares) == ["03-08 14:30", "03-08 21:00"]
    assert session("2024-03-11", **of_shares) == ["03-11 13:30", "03-11 20:00"]
    assert session("2023-11-24", **of_shares) == ["11-24 14:30", "11-24 18:00"]
    assert session("2024-03-11", hours=":all", **of_shares) == ["03-11 08:00", "03-12 00:00"]
    assert session("2023-11-24", hours=":all", **of_shares) == ["11-24 09:00", "11-24 22:00"]


def test_regular_hours():
    assert session("2023-12-20", hours=":regular") == ["12-20 14:30", "12-20 21:00"]
    assert session("2023-11-24", hours=":regular") == ["11-24 14:30", "11-24 18:00"]
    assert session("2024-03-11", "CLJ4", ":regular") == ["03-11 13:00", "03-11 18:30"]
    assert session("2023-11-24", "CLF4", ":regular") == ["11-24 14:00", "11-24 18:45"]
    named = ":CME Globex Equity:regular"
    assert session("2023-12-20", "CLG4", named) == ["12-20 14:30", "12-20 21:00"]
    assert session("2023-12-20", hours=":all") == session("2023-12-20")  # nothing before or after


@pytest.mark.parametrize(
    ("symbol", "day", "hours"),
    [
        ("ESH4", "2023-12-23", ""),  # Saturday
        ("CLK3", "2023-04-07", ""),  # Good Friday
        ("ESH4", "2023-01-16", ":regular"),  # shares rest, futures do not
    ],
)
def test_closed(symbol, day, hours):
    with pytest.raises(NothingThereError, match=rf"has no .*between {day} 00:00Z and .*a holiday"):
        session(day, symbol, hours)


def test_the_session_of_which_there_is_most():
    venue = Venue("CME Globex Equity")
    evening = ns("2023-12-20 20:00")  # two hours of this day and one of the next
    known = CalendarSession(venue, "", evening + 4 * HOUR_NS, "a")
    assert text_of(known.span(evening)) == ["12-19 23:00", "12-20 22:00"]
    longer = CalendarSession(venue, "", evening + 30 * HOUR_NS, "a")  # counts for a day
    assert text_of(longer.span(evening)) == ["12-20 23:00", "12-21 22:00"]
    endless = CalendarSession(venue, "", None, "a")  # to the end of the day
    assert text_of(endless.span(evening)) == ["12-19 23:00", "12-20 22:00"]


def test_hours_of_many_days_never_overlap():
    spans = open_hours(Venue("CME Globex Equity"), "", dt.date(2023, 1, 1), dt.date(2024, 12, 31))
    assert len(spans) > 500
    assert all(close <= opening for (_, close), (opening, _) in pairwise(spans))
    assert max(close - opening for opening, close in spans) == 23 * HOUR_NS


def test_no_calendar():
    for bad in ("14:30", "calendar:a:b:c", "calendar:a:late", "Calendar"):
        with pytest.raises(ConfigError, match=r"neither \[start, end\] nor calendar"):
            CalendarWish.parse(bad)
    wish = CalendarWish.parse("calendar")
    with pytest.raises(ConfigError, match=r"no calendar is known for TFMH4 of NDEX.IMPACT"):
        wish.of(instrument("TFMH4", "NDEX.IMPACT"), None, "a")
    with pytest.raises(ConfigError, match=r"has no calendar 'CME Globex Equit'; did you mean CME "):
        session("2023-12-20", hours=":CME Globex Equit")


def test_without_the_library(monkeypatch):
    def missing(name):
        raise importlib.metadata.PackageNotFoundError(name)

    monkeypatch.setattr(importlib.metadata, "version", missing)
    with pytest.raises(ConfigError, match=re.escape("pip install 'hft_gym[calendars]'")):
        build_tapes("any.dbn", session="calendar")


def day_of(start):
    start_ns = ns(start)
    rows = [("A", "B", 1, 10, 1, SNAPSHOT, 0), ("A", "A", 2, 14, 1, SNAPSHOT, 0)]
    rows += [("A", "B", 10 + k, 11 - k % 2, 1, LAST, k * HOUR_NS) for k in range(24)]
    return mbo(*rows, start_ns=start_ns)


def test_tapes(tmp_path):
    cache = tmp_path / "cache"
    for day in ("2024-01-02", "2024-01-06"):  # the second is a Saturday
        write(tmp_path / f"{day}.dbn", day_of(f"{day} 00:30"))
    (tape,) = build_tapes(tmp_path, session="calendar", cache=cache)
    meta = tape.meta
    assert (
        meta.session_start_ns == ns("2024-01-02 00:30") + 500
    )  # the file begins after the opening
    assert meta.session_end_ns == ns("2024-01-02 22:00")
    assert (meta.low_ticks, meta.high_ticks) == (11, 14)
    regular = build_tapes(tmp_path / "2024-01-02.dbn", session="calendar:regular", cache=cache)[0]
    assert regular.meta.session_start_ns == ns("2024-01-02 14:30")
    with pytest.raises(
        NothingThereError, match=r"2024-01-06.dbn: CME Globex Equity has no session"
    ):
        build_tapes(tmp_path / "2024-01-06.dbn", session="calendar", cache=cache)
    with pytest.raises(ConfigError, match="needs two entries"):
        build_tapes(tmp_path, session=["10:00"], cache=cache)


def test_nothing_to_trade_in_the_hours(tmp_path):
    assert ns("2024-01-02 09:00") == START_NS
    one_sided = write(
        tmp_path / "a.dbn", mbo(("A", "B", 1, 10, 1, LAST), ("N", "N", 0, 0, 0, LAST))
    )
    with pytest.raises(NothingThereError, match=r"no two-sided book in .* to 2024-01-02 22:00Z"):
        build_tapes(one_sided, session="calendar", cache=tmp_path)
    snapshot = write(
        tmp_path / "b.dbn", mbo(("A", "B", 1, 10, 1, SNAPSHOT), ("A", "A", 2, 12, 1, 32))
    )
    with pytest.raises(NothingThereError, match="no live records"):
        build_tapes(snapshot, session="calendar", cache=tmp_path)


def test_christmas_evening_of_a_real_file(real_data, tmp_path):
    path = real_data / "databento" / "esh4-glbx-mdp3-20231225.mbo.dbn.zst"
    meta = build_tapes(path, session="calendar", cache=tmp_path)[0].meta
    assert meta.session_start_ns == ns("2023-12-25 23:00")
    assert 0 < ns("2023-12-26 00:00") - meta.session_end_ns < 10**9
    assert (meta.low_ticks, meta.high_ticks) == (19_200, 19_247)
