"""What a rule may learn from TRAINING tapes: volatility of the mid and reach of the trades."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from hft_gym.envs.dataset import Dataset
from hft_gym.errors import InputError
from hft_gym.tape.rows import Kind

_DEPTH_STEP_TICKS = 0.5  # the mid lies on half ticks, so depths do too
_FEWEST_TRADES = 10  # a rarer depth says little, and its logarithm says it loudly
_OLDEST_MID_NS = 60_000_000_000  # an older mid is of another day or of a halt


class MarketSample(NamedTuple):
    """Touch and trades of training tapes, one after the other; times grow within a tape.

    Attributes:
        decision_t_ns: `[m]` i8 local time of each decision.
        mid_ticks: `[m]` f8 mid known then; NaN while a side of the book is empty.
        trade_t_ns: `[j]` i8 local time of each trade, on the same clock.
        trade_px_ticks: `[j]` i4 price of each trade.
    """

    decision_t_ns: NDArray[np.int64]
    mid_ticks: NDArray[np.float64]
    trade_t_ns: NDArray[np.int64]
    trade_px_ticks: NDArray[np.int32]


def sample_of(dataset: Dataset) -> MarketSample:
    """Decisions and trades of a (training) dataset, none outside its spans.

    Prints without an aggressor, such as those of auctions, are left out.
    """
    parts = []
    for span in dataset.spans:
        market = dataset.markets[span["tape"]]
        decisions = market.decisions[span["first_decision"] : span["stop_decision"]]
        mid_ticks = (decisions["bid_ticks"].astype(np.int64) + decisions["ask_ticks"]) / 2.0
        mid_ticks[decisions["is_tradable"] == 0] = np.nan
        t_ns = decisions["ts_local_ns"].copy()
        tape = market.tape
        trade = np.flatnonzero((tape.kind == Kind.TRADE) & (tape.side != 0))
        trade_t_ns = market.known_ns[trade]
        inside = (trade_t_ns > t_ns[0]) & (trade_t_ns <= t_ns[-1])
        parts.append((t_ns, mid_ticks, trade_t_ns[inside], tape.px_ticks[trade][inside]))
    return MarketSample(*(np.concatenate(column) for column in zip(*parts, strict=True)))


def sigma_ticks_per_sqrt_s(sample: MarketSample, lag_ns: int = 1_000_000_000) -> float:
    """Volatility of the mid in ticks per square root of a second, from its changes over 1 s.

    The root of (sum of squared changes / sum of the times they took). Changes that take more than
    twice the lag, such as from one day to the next, are left out. Where decisions lie further
    apart than the lag, their own distance is the lag.

    Raises:
        InputError: no two decisions lie a lag apart.
    """
    t_ns, mid_ticks = sample.decision_t_ns, sample.mid_ticks
    steps_ns = np.diff(t_ns)
    if len(steps_ns):
        lag_ns = max(lag_ns, int(np.median(steps_ns)))
    first = np.arange(len(t_ns))
    later = np.searchsorted(t_ns, t_ns + lag_ns)
    inside = later < len(t_ns)
    first, later = first[inside], later[inside]
    took_ns = t_ns[later] - t_ns[first]
    change_ticks = mid_ticks[later] - mid_ticks[first]
    usable = (took_ns <= 2 * lag_ns) & np.isfinite(change_ticks)
    if not usable.any():
        raise InputError(
            "the training data are too short to estimate volatility; "
            "use more data, or set strategy.sigma_ticks"
        )
    took_s = float(np.sum(took_ns[usable])) * 1e-9
    return float(np.sqrt(np.sum(change_ticks[usable] ** 2) / took_s))


def decay_per_tick(sample: MarketSample) -> float:
    """Decay k, per tick, of how often a trade reaches a depth: intensity A exp(-k depth).

    Depth is the distance of a trade from the mid known at the last decision before it. Prints of
    one moment are one aggressor, counted at the deepest price. Least squares on the logarithm of
    the number of aggressors that reach each depth, over the depths that enough of them reach.

    Raises:
        InputError: too few trades.
    """
    depth_ticks = _aggressor_depth_ticks(sample)
    if len(depth_ticks) < _FEWEST_TRADES:
        raise InputError(
            f"the training data hold {len(depth_ticks)} trades, too few to estimate how far they "
            "reach; use more data, or set strategy.k_per_tick"
        )
    step = np.floor(depth_ticks / _DEPTH_STEP_TICKS + 1e-9).astype(np.int64)
    at_depth = np.bincount(step)
    reaching = np.cumsum(at_depth[::-1])[::-1]  # [depth step] aggressors that get there
    # nearer than the usual touch nearly all get there: a plateau of stale mids, not a decay
    nearest = int(np.argmax(at_depth))
    traded = np.flatnonzero((at_depth > 0) & (reaching >= _FEWEST_TRADES))
    traded = traded[traded >= nearest]
    if len(traded) < 2:
        # all at one depth: k is at least what one lone trade half a tick further would tell
        return float(np.log(len(depth_ticks)) / _DEPTH_STEP_TICKS)
    slope = np.polyfit(traded * _DEPTH_STEP_TICKS, np.log(reaching[traded]), 1)[0]
    return -float(slope)


def _aggressor_depth_ticks(sample: MarketSample) -> NDArray[np.float64]:
    order = np.argsort(sample.trade_t_ns, kind="stable")
    t_ns, px_ticks = sample.trade_t_ns[order], sample.trade_px_ticks[order]
    before = np.searchsorted(sample.decision_t_ns, t_ns, side="left") - 1
    depth_ticks = np.abs(px_ticks - sample.mid_ticks[np.maximum(before, 0)])
    # the first trades of a day have no mid yet: yesterday's close is none
    fresh = t_ns - sample.decision_t_ns[np.maximum(before, 0)] <= _OLDEST_MID_NS
    usable = (before >= 0) & fresh & np.isfinite(depth_ticks)
    t_ns, depth_ticks = t_ns[usable], depth_ticks[usable]
    if not len(t_ns):
        return depth_ticks
    starts = np.flatnonzero(np.concatenate([[True], np.diff(t_ns) > 0]))
    return np.maximum.reduceat(depth_ticks, starts)
