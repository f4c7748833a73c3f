"""Times, counts and small pictures as text."""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import TextIO

_SECOND_NS = 1_000_000_000
_BLOCKS = " ▁▂▃▄▅▆▇█"
_ASCII = " .:-=+*%#"


def utc(time_ns: int) -> str:
    """A time since the epoch as ISO text to the microsecond, UTC.

    Example:
        >>> utc(1_703_545_200_000_001_999)
        '2023-12-25T23:00:00.000001Z'
    """
    moment = dt.datetime.fromtimestamp(time_ns // _SECOND_NS, dt.UTC)
    fraction_us = time_ns % _SECOND_NS // 1000
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{fraction_us:06d}Z"


def utc_span(first_ns: int, last_ns: int) -> str:
    """Two times; the date is not said twice.

    Example:
        >>> utc_span(0, 3_600_000_000_000)
        '1970-01-01 00:00:00 to 01:00:00 UTC'
    """
    first, last = (
        dt.datetime.fromtimestamp(time_ns // _SECOND_NS, dt.UTC) for time_ns in (first_ns, last_ns)
    )
    until = f"{last:%H:%M:%S}" if first.date() == last.date() else f"{last:%Y-%m-%d %H:%M:%S}"
    return f"{first:%Y-%m-%d %H:%M:%S} to {until} UTC"


def counted(counts: Mapping[str, int]) -> str:
    """Names and how often each was met, the most frequent first; `none` where there are none."""
    ordered = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    return ", ".join(f"{name} {count:,}" for name, count in ordered) or "none"


def bars(heights: Sequence[float], output: TextIO) -> str:
    """One character for each height, in proportion to the highest; ASCII where `output` needs it.

    A height above nothing is always seen.
    """
    steps = _BLOCKS if _can_say(_BLOCKS, output) else _ASCII
    most = max(heights, default=0)
    places = (-(-height * (len(steps) - 1) // most) if height > 0 else 0 for height in heights)
    return "".join(steps[int(place)] for place in places)


def _can_say(text: str, output: TextIO) -> bool:
    try:
        text.encode(output.encoding or "ascii")
    except (UnicodeEncodeError, LookupError):
        return False
    return True
