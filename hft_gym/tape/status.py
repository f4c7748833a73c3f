"""Trading states of an instrument, as the venue announces them: open, halted, closed.

Databento, schema "Status": a record for each change, with an action and, where the venue tells, a
plain yes or no to whether the instrument trades.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from hft_gym.tape.dbn import DbnFile
from hft_gym.tape.records import STATUS, UNDEF_TIME
from hft_gym.tape.rows import Flag
from hft_gym.tape.session import Session

_STATES = {
    1: "pre_open",
    2: "pre_cross",
    3: "quoting",
    4: "cross",
    5: "rotation",
    6: "new_price_indication",
    7: "trading",
    8: "halt",
    9: "pause",
    10: "suspend",
    11: "pre_close",
    12: "close",
    13: "post_close",
    15: "not_available",
}
_NO_CHANGE = (0, 14)  # none, and news of short selling alone
_NEWS, _SILENCE, _UNKNOWN = "news", "silence", "unknown"
_TRADES = 7
_YES, _NO = ord("Y"), ord("N")


@dataclass(frozen=True, slots=True)
class StatusChange:
    """From when on an instrument was in a trading state.

    Attributes:
        ts_exchange_ns: when it began.
        ts_local_ns: when it could be known.
        state: such as `trading`, `halt`, `pre_open`, `close`.
        is_trading: whether orders match continuously.
    """

    ts_exchange_ns: int
    ts_local_ns: int
    state: str
    is_trading: bool


def status_changes(
    files: Iterable[DbnFile], dataset: str, instrument_id: int
) -> tuple[StatusChange, ...]:
    """Changes of an instrument's state in order of time, out of status files or mixed captures.

    Args:
        files: those of another dataset are passed over.
        dataset: of the instrument; empty where nothing tells.
        instrument_id: which instrument.

    Raises:
        InputError: a file is damaged.
    """
    changes: list[StatusChange] = []
    ranges: list[tuple[int, int]] = []
    for file in files:
        if dataset and file.dataset not in (dataset, ""):
            continue
        for records, _ in file.chunks(layout=STATUS):
            ours = records[records["instrument_id"] == instrument_id]
            changes += [_of_record(record) for record in ours]
        ranges.append((int(file.metadata.start), int(file.metadata.end or UNDEF_TIME)))
    ends = {end_ns for _, end_ns in ranges if end_ns < UNDEF_TIME}
    for end_ns in ends:  # what a file ends with must not last for days that it does not tell of
        if not any(start <= end_ns < end for start, end in ranges):
            changes.append(StatusChange(end_ns, end_ns, _UNKNOWN, True))
    return _without_repeats(sorted(changes, key=lambda change: change.ts_local_ns))


def _of_record(record: np.void) -> StatusChange:
    """A record on its own; whether it trades is told by the venue, or else by the action."""
    action = int(record["action"])
    ts_local_ns, ts_exchange_ns = int(record["ts_recv"]), int(record["ts_event"])
    if not 0 < ts_exchange_ns < UNDEF_TIME:
        ts_exchange_ns = ts_local_ns
    is_told = record["is_trading"] in (_YES, _NO)
    is_trading = record["is_trading"] == _YES if is_told else action == _TRADES
    state = _STATES.get(action, str(action))
    if action in _NO_CHANGE:
        state = _NEWS if is_told else _SILENCE
    return StatusChange(ts_exchange_ns, ts_local_ns, state, bool(is_trading))


def _without_repeats(told: list[StatusChange]) -> tuple[StatusChange, ...]:
    """Changes alone; news of something else leave the state as it was."""
    changes: list[StatusChange] = []
    for change in told:
        now = changes[-1] if changes else replace(change, state=_UNKNOWN, is_trading=True)
        if change.state == _SILENCE:
            continue
        if change.state == _NEWS:
            change = replace(change, state=now.state)
        if not changes or (now.state, now.is_trading) != (change.state, change.is_trading):
            changes.append(change)
    return tuple(changes)


def trading_spans(
    changes: Sequence[StatusChange], start_ns: int, end_ns: int
) -> tuple[tuple[int, int], ...]:
    """Stretches of local time between `start_ns` and `end_ns` in which the instrument trades.

    What nothing is told of, as before the first change, is taken to trade.
    """
    spans = _spans(changes, [change.ts_local_ns for change in changes], (start_ns, end_ns))
    return tuple((a, b) for a, b, is_trading in spans if is_trading)


def narrowed(session: Session, changes: Sequence[StatusChange]) -> Session:
    """The session from its first moment of trading to its last; of no length if there is none."""
    spans = trading_spans(changes, session.start_ns, session.end_ns)
    if session.start_ns >= session.end_ns:
        return session
    if not spans:
        return replace(session, end_ns=session.start_ns)
    return replace(session, start_ns=spans[0][0], end_ns=spans[-1][1])


def with_halts(
    flags: NDArray[np.uint8], ts_exchange_ns: NDArray[np.int64], changes: Sequence[StatusChange]
) -> NDArray[np.uint8]:
    """`[rows]` flags, those of rows at which the instrument did not trade marked as HALTED."""
    if not len(flags) or all(change.is_trading for change in changes):
        return flags
    marked = np.array(flags)
    starts = np.maximum.accumulate([change.ts_exchange_ns for change in changes])
    rows = (int(ts_exchange_ns[0]), int(ts_exchange_ns[-1]) + 1)
    for start_ns, end_ns, is_trading in _spans(changes, starts.tolist(), rows):
        if not is_trading:
            first, after = np.searchsorted(ts_exchange_ns, (start_ns, end_ns))
            marked[first:after] |= np.uint8(Flag.HALTED)
    return marked


def _spans(
    changes: Sequence[StatusChange], starts_ns: list[int], within_ns: tuple[int, int]
) -> list[tuple[int, int, bool]]:
    """Stretches of one answer to whether the instrument trades, none of them empty."""
    first_ns, after_ns = within_ns
    spans: list[tuple[int, int, bool]] = []
    begins = [first_ns, *starts_ns]
    ends = [*starts_ns, after_ns]
    answers = [True, *(change.is_trading for change in changes)]
    for begin_ns, end_ns, is_trading in zip(begins, ends, answers, strict=True):
        begin_ns, end_ns = max(begin_ns, first_ns), min(end_ns, after_ns)
        if begin_ns >= end_ns:
            continue
        if spans and spans[-1][2] == is_trading:
            spans[-1] = (spans[-1][0], end_ns, is_trading)
        else:
            spans.append((begin_ns, end_ns, is_trading))
    return spans
