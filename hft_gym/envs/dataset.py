"""Tapes made ready for environments: index, decisions and features, computed once and shared."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hft_gym.book.index import BookIndex
from hft_gym.envs.days import Days, parts_by_days
from hft_gym.envs.grid import Step
from hft_gym.envs.records import MARKET_DTYPE, SPAN_DTYPE
from hft_gym.errors import ConfigError, InputError
from hft_gym.features.engine import market_features
from hft_gym.kernel.address import address_of
from hft_gym.kernel.cores import usable_cores
from hft_gym.kernel.jit import enable_cache
from hft_gym.market.checks import has_orders
from hft_gym.market.columns import columns_record
from hft_gym.market.feed import known_ns_of
from hft_gym.market.latencies.constant import Constant
from hft_gym.tape.market_tape import MarketTape

AT_ONCE = Constant(0)
MARGIN_TICKS = 64  # how far beyond the session's touch our orders may rest


@dataclass(frozen=True, eq=False)
class Market:
    """One tape with what environments need of it.

    Attributes:
        tape: the rows.
        decisions: `[decisions]` of `DECISION_DTYPE`.
        features: `[decisions, market features]` f4.
        index: what the book is at any row.
        known_ns: `[rows]` when we see each row.
        shows_orders: whether the tape has single orders, not only levels.
    """

    tape: MarketTape
    decisions: NDArray[Any]
    features: NDArray[np.float32]
    index: BookIndex
    known_ns: NDArray[np.int64]
    shows_orders: bool

    def record(self) -> tuple[Any, ...]:
        """The market's row in a table of `MARKET_DTYPE`."""
        return (
            columns_record(self.tape, self.index),
            self.decisions.size,
            address_of(self.decisions),
            address_of(self.features),
            0,
        )


@dataclass(frozen=True, eq=False)
class Dataset:
    """Markets and the stretches of them in which episodes may lie.

    Attributes:
        markets: one for each tape, shared by all parts of a split.
        spans: `[spans]` of `SPAN_DTYPE`.
        feature_names: of the market features, in the order of the columns.
        feed: delay model of the feed, whose delays are in `known_ns`.
    """

    markets: tuple[Market, ...]
    spans: NDArray[Any]
    feature_names: tuple[str, ...]
    feed: Any

    @staticmethod
    def of(
        tapes: Sequence[MarketTape],
        step: Step,
        features: Sequence[Any],
        feed: Any = AT_ONCE,
        seed: int = 0,
    ) -> "Dataset":
        """Compute decisions, features and the book's index of every tape.

        Args:
            tapes: of one instrument, in order of time; those without a session are passed over.
            step: how far apart decisions are.
            features: market features, NamedTuples.
            feed: delay model of the feed, from a row's local time until we see it.
            seed: of a random feed.

        Raises:
            InputError: there is no tape, or none has a session to trade in.
        """
        enable_cache()
        if not tapes:
            raise InputError("no tape to make a dataset of; check data.path")
        tapes = [tape for tape in tapes if has_session(tape)] or tapes
        levels = max(t.meta.high_ticks - t.meta.low_ticks for t in tapes) + 1 + 2 * MARGIN_TICKS

        def prepared(tape: MarketTape) -> Market:
            return _market(tape, step, tuple(features), known_ns_of(tape, feed, seed), levels)

        first = prepared(tapes[0])  # compiles what the others need
        with ThreadPoolExecutor(min(len(tapes), usable_cores())) as pool:
            markets = (first, *pool.map(prepared, tapes[1:]))
        spans = np.array(
            [(k, *span) for k, market in enumerate(markets) for span in tradable(market)],
            SPAN_DTYPE,
        )
        return Dataset(markets, spans, feature_names(features), feed)

    def __deepcopy__(self, memo: dict[int, Any]) -> "Dataset":
        """Itself: nobody changes it, and environments share it."""
        return self

    @property
    def table(self) -> NDArray[Any]:
        """`[tapes]` of `MARKET_DTYPE`: addresses for the kernels; valid while the dataset lives."""
        return np.array([market.record() for market in self.markets], MARKET_DTYPE)

    @property
    def places(self) -> int:
        """Length of a ladder."""
        return self.markets[0].index.places

    def on_tapes(self, numbers: Sequence[int]) -> "Dataset":
        """The part of the dataset that lies on some of its tapes."""
        chosen = np.isin(self.spans["tape"], np.asarray(numbers, np.int64))
        return replace(self, spans=self.spans[chosen])

    def between(self, start: float, stop: float) -> "Dataset":
        """The part between two shares, 0 to 1, of every span."""
        spans = self.spans.copy()
        length = spans["stop_decision"] - spans["first_decision"]
        spans["stop_decision"] = spans["first_decision"] + (length * stop).astype(np.int64)
        spans["first_decision"] += (length * start).astype(np.int64)
        return replace(self, spans=spans)

    def warmed_up(self, decisions: int) -> "Dataset":
        """The part that leaves out so many decisions at the beginning of every stretch.

        What features remember has begun to mean something by then.

        Raises:
            ConfigError: nothing would be left, or the number is negative.
        """
        spans = self.spans.copy()
        spans["first_decision"] += decisions
        spans = spans[spans["first_decision"] < spans["stop_decision"]]
        if decisions < 0 or not spans.size:
            raise ConfigError(
                f"warm_up_decisions must be at least 0 and leave some data, not {decisions}"
            )
        return replace(self, spans=spans)

    def windows(self, episode_decisions: int) -> NDArray[np.int64]:
        """`[windows, 3]` (tape, first, last decision): consecutive whole episodes, none overlaps.

        Raises:
            ConfigError: not one whole episode fits.
        """
        found = [
            (span["tape"], first, first + episode_decisions)
            for span in self.spans
            for first in range(
                span["first_decision"],
                span["stop_decision"] - episode_decisions,
                episode_decisions,
            )
        ]
        if not found:
            raise ConfigError(too_short(self.spans, episode_decisions))
        return np.array(found, np.int64)


def too_short(spans: NDArray[Any], episode_decisions: int) -> str:
    """What to tell a user whose episodes do not fit."""
    longest = int((spans["stop_decision"] - spans["first_decision"]).max(initial=0))
    return (
        f"an episode of {episode_decisions} decisions does not fit: the longest stretch of data "
        f"has {longest}; choose fewer episode_decisions, a shorter step or more data"
    )


@dataclass(frozen=True, slots=True)
class Split:
    """Parts of a dataset that no decision shares."""

    train: Dataset
    validation: Dataset
    test: Dataset


def split(
    dataset: Dataset,
    validation: float | Days = 0.15,
    test: float | Days = 0.3,
    train: Days | None = None,
) -> Split:
    """Split by whole tapes where there are three or more, else every tape by time.

    The later part is always the one held out, unless the user names days: see
    `hft_gym.envs.days.parts_by_days`.

    Raises:
        ConfigError: nothing would be left to train on, or a day is not there.
    """
    if (
        train is not None
        or not isinstance(validation, float | int)
        or not isinstance(test, float | int)
    ):
        labels = [market.tape.meta.label for market in dataset.markets]
        parts = parts_by_days(labels, train, validation, test)
        return Split(*(dataset.on_tapes(numbers) for numbers in parts))
    if not (0 < test < 1 and 0 <= validation < 1 and validation + test < 1):
        raise ConfigError(
            f"split.validation ({validation}) and split.test ({test}) must leave a part to train on"
        )
    count = len(dataset.markets)
    if count >= 3:
        n_validation = min(max(validation > 0, round(count * validation)), count - 2)
        n_test = min(max(1, round(count * test)), count - n_validation - 1)
        first_test, first_validation = count - n_test, count - n_test - n_validation
        return Split(
            dataset.on_tapes(range(first_validation)),
            dataset.on_tapes(range(first_validation, first_test)),
            dataset.on_tapes(range(first_test, count)),
        )
    return Split(
        dataset.between(0.0, 1.0 - validation - test),
        dataset.between(1.0 - validation - test, 1.0 - test),
        dataset.between(1.0 - test, 1.0),
    )


def feature_names(features: Sequence[Any]) -> tuple[str, ...]:
    """Names for people: the class, with the parameters where a class comes more than once."""
    classes = [type(feature).__name__ for feature in features]
    names = []
    for feature, name in zip(features, classes, strict=True):
        fields = ", ".join(f"{key}={value:g}" for key, value in feature._asdict().items())
        names.append(f"{name}({fields})" if classes.count(name) > 1 else name)
    return tuple(names)


def has_session(tape: MarketTape) -> bool:
    """Whether there is a stretch of the tape in which one can trade."""
    return tape.meta.session_start_ns < tape.meta.session_end_ns


def tradable(market: Market) -> list[tuple[int, int]]:
    """First decision of each stretch in which the venue let trade, and the one after its last."""
    ts_ns, told = market.decisions["ts_local_ns"], market.tape.meta.trading_spans_ns
    firsts = [0, *np.searchsorted(ts_ns, [start for start, _ in told[1:]])]
    stops = [*np.searchsorted(ts_ns, [end for _, end in told[:-1]]), ts_ns.size]
    return [(int(a), int(b)) for a, b in zip(firsts, stops, strict=True) if a < b]


def _market(
    tape: MarketTape,
    step: Step,
    features: tuple[Any, ...],
    known_ns: NDArray[np.int64],
    levels: int,
) -> Market:
    decisions = step.decisions(tape, known_ns)
    if decisions.size < 2:
        raise tape.no_session("set data.session to its start and end")
    base_ticks = tape.meta.low_ticks - MARGIN_TICKS
    values = market_features(tape, features, decisions, known_ns)
    index = BookIndex.of(tape, base_ticks, levels)
    return Market(tape, decisions, values, index, known_ns, has_orders(tape))
