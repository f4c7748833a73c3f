"""Times, counts and small pictures."""

import io

from hft_gym.commands.support.text import bars, counted, utc, utc_span

DAY_NS = 86_400_000_000_000


def output(encoding):
    return io.TextIOWrapper(io.BytesIO(), encoding=encoding)


def test_times():
    assert utc(1_703_545_200_000_001_999) == "2023-12-25T23:00:00.000001Z"
    assert utc_span(0, 1_000_000_000) == "1970-01-01 00:00:00 to 00:00:01 UTC"
    assert utc_span(0, DAY_NS) == "1970-01-01 00:00:00 to 1970-01-02 00:00:00 UTC"


def test_counts_in_order():
    assert counted({"b": 2, "a": 2, "c": 1_000}) == "c 1,000, a 2, b 2"
    assert counted({}) == "none"


def test_bars():
    assert bars([0, 1, 50, 100], output("utf-8")) == " ▁▄█"
    assert bars([0, 1, 50, 100], output("ascii")) == " .=#"
    assert bars([0, 0], output("ascii")) == "  "
    assert bars([3], io.StringIO()) == "#"  # it does not say what it takes
