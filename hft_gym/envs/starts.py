"""Where episodes shall begin, as the options of a reset say it."""

from bisect import bisect_left
from collections.abc import Mapping
from numbers import Integral
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from hft_gym.envs.dataset import Dataset, too_short
from hft_gym.errors import ConfigError

OPTIONS = ("day", "start_ns", "inventory", "tape", "decision")
MOST_NAMES = 5
DECISION_BITS = 40  # of a seed: more decisions than any tape has, so no two windows share one


class Draw(NamedTuple):
    """Environments that begin at a random place of some stretches of the data."""

    spans: NDArray[Any]  # SPAN_DTYPE
    wanted: NDArray[np.bool_]  # [envs]


class Starts(NamedTuple):
    """Where each environment begins and what it holds then.

    Attributes:
        draws: those that begin at random places.
        windows: `[envs, 3]` tape, first and last decision of the others; tape -1: a draw.
        inventory_lots: `[envs]` position at the beginning, where one is told.
        holds: `[envs]` whether one is told; the others hold what their task lets them begin with.
    """

    draws: list[Draw]
    windows: NDArray[np.int64]
    inventory_lots: NDArray[np.int64]
    holds: NDArray[np.bool_]


def read_starts(
    options: Mapping[str, Any],
    dataset: Dataset,
    num_envs: int,
    episode_decisions: int,
    max_position_lots: int,
) -> Starts:
    """Understand the options of a reset; each is one value for all or a sequence, one for each.

    Args:
        options: `day` (ISO date: a random place of that day), `start_ns` (local time; the first
            decision at or after it), `inventory` (lots held at the beginning), `tape` and
            `decision` (numbers within the dataset); None leaves an option out.
        dataset: its spans are where episodes may lie.
        num_envs: how many environments there are.
        episode_decisions: length of an episode.
        max_position_lots: no inventory may be larger.

    Raises:
        ConfigError: an option is unknown, of the wrong kind, or names a place without data.
    """
    for name in options:
        if name not in OPTIONS:
            raise ConfigError(f"reset knows no option {name!r}; choose of {', '.join(OPTIONS)}")
    columns = {name: _for_each(name, value, num_envs) for name, value in options.items()}
    lots = np.zeros(num_envs, np.int64)
    holds = np.zeros(num_envs, np.bool_)
    for k, value in enumerate(columns.pop("inventory", ())):
        if value is not None:
            lots[k], holds[k] = _inventory(value, max_position_lots), True
    chosen = [{n: c[k] for n, c in columns.items() if c[k] is not None} for k in range(num_envs)]
    windows = np.full((num_envs, 3), -1, np.int64)
    places: dict[tuple[Any, ...], Draw | tuple[int, int, int]] = {}
    for k, place in enumerate(chosen):
        key = tuple(place.items())
        if key not in places:
            found = _place(place, dataset, episode_decisions)
            is_window = isinstance(found, tuple)
            places[key] = found if is_window else Draw(found, np.zeros(num_envs, np.bool_))
        there = places[key]
        if isinstance(there, Draw):
            there.wanted[k] = True
        else:
            windows[k] = there
    draws = [there for there in places.values() if isinstance(there, Draw)]
    return Starts(draws, windows, lots, holds)


def check_windows(windows: NDArray[np.int64], dataset: Dataset) -> None:
    """Refuse windows `[n, 3]` that do not lie within their tapes.

    Raises:
        ConfigError: there is no such stretch of decisions.
    """
    sizes = np.array([market.decisions.size for market in dataset.markets])
    tape, first, last = windows.T
    bad = (tape < 0) | (tape >= sizes.size) | (first < 0) | (first >= last)
    bad |= last >= sizes[np.clip(tape, 0, sizes.size - 1)]
    if bad.any():
        raise _no_window(*windows[np.argmax(bad)])


def check_place(envs: NDArray[Any], dataset: Dataset) -> None:
    """Refuse environments whose place is not one of these data: kernels trust it.

    Raises:
        ConfigError: it is not.
    """
    for k, market in enumerate(dataset.markets):
        here = envs[envs["tape"] == k]
        last = np.clip(here["decision"], 0, market.decisions.size - 1)
        good = (here["decision"] == last) & (here["end_decision"] < market.decisions.size)
        good &= market.decisions["ts_local_ns"][last] == here["ts_local_ns"]
        if not good.all():
            raise ConfigError("not a state of this batch: its episodes lie on other data")
    if not np.isin(envs["tape"], np.arange(len(dataset.markets))).all():
        raise ConfigError("not a state of this batch: it has other tapes")


def window_seeds(windows: NDArray[np.int64]) -> NDArray[np.int64]:
    """`[n]` seeds that depend on the tape and the first decision of windows `[n, 3]` alone."""
    return (windows[:, 0] << DECISION_BITS) | windows[:, 1]


def _no_window(tape: int, first: int, last: int) -> ConfigError:
    return ConfigError(f"no window from decision {first} to {last} on tape {tape}")


def _for_each(name: str, value: Any, num_envs: int) -> list[Any]:
    if not isinstance(value, list | tuple | np.ndarray) or np.shape(value) == ():
        return [value] * num_envs
    if len(value) != num_envs:
        raise ConfigError(f"options[{name!r}] has {len(value)} values for {num_envs} environments")
    return list(value)


def _whole(name: str, value: Any, unit: str) -> int:
    if not isinstance(value, Integral) or isinstance(value, bool):
        raise ConfigError(f"options[{name!r}] must be a whole number of {unit}, not {value!r}")
    return int(value)


def _inventory(value: Any, most: int) -> int:
    lots = _whole("inventory", value, "lots")
    if abs(lots) > most:
        raise ConfigError(f"options['inventory'] is {lots}, beyond max_position_lots ({most})")
    return lots


def _place(place: dict[str, Any], dataset: Dataset, length: int) -> Any:
    """A window (tape, first, last), or the spans to draw from."""
    if {"tape", "decision"} & set(place):
        if {"day", "start_ns"} & set(place):
            raise ConfigError("give either tape and decision or day and start_ns, not both")
        first = _whole("decision", place.get("decision", 0), "decisions")
        tape, last = _whole("tape", place.get("tape", 0), "tapes"), first + length
        inside = 0 <= tape < len(dataset.markets) and first >= 0
        if not inside or last >= dataset.markets[tape].decisions.size:
            raise _no_window(tape, first, last)
        return tape, first, last
    spans = dataset.spans
    if "day" in place:
        spans = _spans_of_day(dataset, str(place["day"]))
    if "start_ns" in place:
        return _window_at(_whole("start_ns", place["start_ns"], "ns"), dataset, spans, length)
    long_enough = spans[spans["stop_decision"] - spans["first_decision"] > length]
    if not long_enough.size:
        raise ConfigError(too_short(spans, length))
    return long_enough


def _spans_of_day(dataset: Dataset, day: str) -> NDArray[Any]:
    labels = [dataset.markets[span["tape"]].tape.meta.label for span in dataset.spans]
    chosen = dataset.spans[np.array([label == day for label in labels], np.bool_)]
    if not chosen.size:
        days = sorted(set(labels))
        more = " and more" if len(days) > MOST_NAMES else ""
        raise ConfigError(
            f"options['day']: no data of {day} here; there are {', '.join(days[:MOST_NAMES])}{more}"
        )
    return chosen


def _window_at(
    start_ns: int, dataset: Dataset, spans: NDArray[Any], length: int
) -> tuple[int, int, int]:
    """The window whose first decision is the first one at or after a local time."""
    for span in spans:
        ts_ns = dataset.markets[span["tape"]].decisions["ts_local_ns"]
        first, stop = int(span["first_decision"]), int(span["stop_decision"])
        if not ts_ns[first] <= start_ns <= ts_ns[stop - 1]:
            continue
        decision = bisect_left(ts_ns, start_ns, first, stop)
        latest = stop - 1 - length
        if decision > latest:
            until = (
                f"the latest start is {ts_ns[latest]}"
                if latest >= first
                else "this stretch is shorter"
            )
            raise ConfigError(
                f"no episode of {length} decisions fits from {_utc(start_ns)} on; {until}"
            )
        return int(span["tape"]), decision, decision + length
    edges_ns = [
        dataset.markets[span["tape"]].decisions["ts_local_ns"][edge]
        for span in spans
        for edge in (span["first_decision"], span["stop_decision"] - 1)
    ]
    low_ns, high_ns = min(edges_ns), max(edges_ns)
    raise ConfigError(
        f"options['start_ns']: no decisions at {start_ns} ({_utc(start_ns)}); "
        f"they lie between {low_ns} and {high_ns} ({_utc(low_ns)} to {_utc(high_ns)})"
    )


def _utc(ts_ns: int) -> str:
    return f"{np.datetime64(int(ts_ns), 'ns').astype('datetime64[ms]')}Z"
