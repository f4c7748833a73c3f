"""Parts of the data by days that the user names."""

import datetime as dt

import pytest

from hft_gym.envs.dataset import Dataset, split
from hft_gym.envs.days import parts_by_days, tapes_of
from hft_gym.envs.grid import ByTime
from hft_gym.errors import ConfigError
from tests.random_tapes import random_tape

LABELS = ["2023-12-20", "2023-12-21", "2023-12-22", "2023-12-26", "2023-12-26", "2024-01-02"]


@pytest.mark.parametrize(
    ("days", "expected"),
    [
        (["2023-12-21"], [1]),
        (["2023-12-26"], [3, 4]),  # two files of a day
        (["2024-01-02", "2023-12-20"], [0, 5]),
        (["2023-12-22..2023-12-31"], [2, 3, 4]),
        ([dt.date(2023, 12, 20), "2023-12-20..2023-12-21"], [0, 1]),
        ("2023-12-21", [1]),
        ([], []),
    ],
)
def test_days_and_ranges(days, expected):
    assert tapes_of(LABELS, days, "test") == expected


@pytest.mark.parametrize("bad", ["20.12.2023", "2023-12-22..2023-12-20", "2023-12-20..", 5])
def test_what_is_no_day(bad):
    with pytest.raises(ConfigError, match=r"split.train: .* is no day"):
        tapes_of(LABELS, [bad], "train")


def test_a_day_without_data_is_told():
    with pytest.raises(ConfigError, match=r"no data of 2023-12-25; there are: 2023-12-20, "):
        tapes_of(LABELS, ["2023-12-25"], "test")
    with pytest.raises(ConfigError, match=r"and more$"):
        tapes_of(LABELS * 5, ["2023-12-25"], "test")


def test_what_is_not_said():
    days = ["2023-12-26"]
    assert parts_by_days(LABELS, None, 0.0, days) == ([0, 1, 2], [], [3, 4])  # nothing later
    assert parts_by_days(LABELS, None, 0.3, days) == ([0, 1], [2], [3, 4])
    assert parts_by_days(LABELS, None, ["2023-12-21"], days) == ([0], [1], [3, 4])
    assert parts_by_days(LABELS, ["2024-01-02"], [], days) == ([5], [], [3, 4])


@pytest.mark.parametrize(
    ("parts", "message"),
    [
        ((["2023-12-26"], [], ["2023-12-20..2023-12-26"]), "2023-12-26 would be in two parts"),
        ((None, 0.5, ["2023-12-20"]), "split.train has no days"),
        ((["2023-12-20"], 0.15, ["2023-12-26"]), "split.train has no days"),  # validation took it
        ((["2023-12-20"], [], []), "split.test has no days"),
        ((["2023-12-20"], 0.15, 0.3), r"split.test is 0.3; give days"),
    ],
)
def test_parts_that_make_no_sense(parts, message):
    with pytest.raises(ConfigError, match=message):
        parts_by_days(LABELS, *parts)


def test_a_dataset_by_days():
    tapes = [random_tape(60 + k, 60) for k in range(3)]  # all of one day
    whole = Dataset.of(tapes, ByTime(0.5), ())
    with pytest.raises(ConfigError, match="2023-11-14 would be in two parts"):
        split(whole, [], ["2023-11-14"], ["2023-11-14"])
    for number, market in enumerate(whole.markets):
        object.__setattr__(market.tape.meta, "label", f"2023-11-1{4 + number}")
    parts = split(whole, ["2023-11-14"], ["2023-11-15"], ["2023-11-16"])
    tapes_in = [part.spans["tape"].tolist() for part in (parts.train, parts.validation, parts.test)]
    assert tapes_in == [[2], [0], [1]]
