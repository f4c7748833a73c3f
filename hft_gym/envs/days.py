"""Days in words: which tapes of a dataset train, validate and test.

A day is the label of a tape, the UTC date of its session's start: `2023-12-20`, or a range
`2023-12-20..2023-12-29` that holds both its ends.
"""

import re
from collections.abc import Sequence

from hft_gym.errors import ConfigError

Days = Sequence[object]  # texts, or dates as YAML readers make them
_LISTED = 20
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


def tapes_of(labels: Sequence[str], days: Days, part: str) -> list[int]:
    """Numbers of the tapes, in their order, whose label is among the days.

    Args:
        labels: of all tapes.
        days: single days and ranges.
        part: name of the part, for messages.

    Raises:
        ConfigError: an entry is no day, or no tape is of it.

    Example:
        >>> tapes_of(["2024-01-02", "2024-01-03", "2024-01-05"], ["2024-01-03..2024-01-31"], "test")
        [1, 2]
    """
    chosen: set[int] = set()
    for entry in [days] if isinstance(days, str) else days:
        first, is_range, last = str(entry).strip().partition("..")
        last = last if is_range else first
        if not (_DAY.fullmatch(first) and _DAY.fullmatch(last) and first <= last):
            raise ConfigError(
                f"split.{part}: {entry!r} is no day; give 2023-12-20 or 2023-12-20..2023-12-29"
            )
        found = [number for number, label in enumerate(labels) if first <= label <= last]
        if not found:
            there = ", ".join(labels[:_LISTED]) + (" and more" if len(labels) > _LISTED else "")
            raise ConfigError(f"split.{part}: no data of {entry}; there are: {there}")
        chosen.update(found)
    return sorted(chosen)


def parts_by_days(
    labels: Sequence[str], train: Days | None, validation: Days | float, test: Days | float
) -> tuple[list[int], list[int], list[int]]:
    """Numbers of the tapes that train, validate and test.

    Args:
        labels: of all tapes, in order of time.
        train: None: every tape before the first that is held out by its day.
        validation: a share takes the last of the tapes that would train.
        test: days; a share makes no sense where other parts are days.

    Raises:
        ConfigError: `test` is no list of days, a tape is in two parts, or none is left to train on.
    """
    if isinstance(test, float | int):
        raise ConfigError(f"split.test is {test}; give days, as the other parts have them")
    tested = tapes_of(labels, test, "test")
    validated: list[int] = []
    if not isinstance(validation, float | int):
        validated = tapes_of(labels, validation, "validation")
    trained = list(range(min([*tested, *validated], default=len(labels))))
    if train is not None:
        trained = tapes_of(labels, train, "train")
    if isinstance(validation, float | int) and validation > 0:
        count = max(1, round(len(trained) * validation))
        trained, validated = trained[:-count], trained[-count:]
    _check_apart(labels, trained, validated, tested)
    return trained, validated, tested


def _check_apart(
    labels: Sequence[str], trained: list[int], validated: list[int], tested: list[int]
) -> None:
    every = [*trained, *validated, *tested]
    twice = sorted({labels[number] for number in every if every.count(number) > 1})
    if twice:
        raise ConfigError(f"split: {', '.join(twice)} would be in two parts; give each day once")
    if not trained or not tested:
        empty = "test" if trained else "train"
        raise ConfigError(f"split.{empty} has no days; give it some, or give shares instead")
