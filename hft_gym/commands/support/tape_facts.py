"""What a tape is about."""

import numpy as np

from hft_gym.book.touch import NO_TICKS, touches
from hft_gym.commands.support.facts import BookFacts, Facts
from hft_gym.commands.support.spread import SpreadOverTime
from hft_gym.tape.market_tape import MarketTape
from hft_gym.tape.records import TRADES, UNDEF_PRICE
from hft_gym.tape.rows import Flag, Kind

_CHUNK_ROWS = 1 << 20


def tape_facts(tape: MarketTape) -> Facts:
    """Everything about a tape; goes through all its rows."""
    meta = tape.meta
    instrument = meta.instrument
    facts = Facts(str(tape.path), "tape", meta.format_version, meta.schema, instrument.dataset)
    facts.instruments = [
        {"symbol": instrument.symbol, "id": instrument.instrument_id, "records": len(tape)}
    ]
    kinds = np.bincount(tape.kind, minlength=len(Kind))
    facts.records = {kind.name.lower(): int(kinds[kind]) for kind in Kind if kinds[kind]}
    facts.actions = dict(meta.records)
    for first in range(0, len(tape), _CHUNK_ROWS):
        rows = slice(first, first + _CHUNK_ROWS)
        live = tape.flags[rows] & Flag.SNAPSHOT == 0
        facts.snapshot_records += int(np.count_nonzero(~live))
        facts.activity.add(tape.ts_local_ns[rows][live])
    facts.book = book_facts(tape)
    return facts


def book_facts(tape: MarketTape) -> BookFacts:
    """Session of a tape, range of the touch and spread inside it, and what was odd."""
    meta = tape.meta
    tick_e9 = meta.instrument.tick_size_e9
    spread = SpreadOverTime(tick_e9)
    for rows, bids, asks in touches(tape):
        # what was in force before the session counts from its start on, and nothing after its end
        times_ns = np.clip(tape.ts_local_ns[rows], meta.session_start_ns, meta.session_end_ns)
        over = times_ns >= meta.session_end_ns
        bids_e9, asks_e9 = (
            np.where(over | (px == NO_TICKS), UNDEF_PRICE, px * tick_e9) for px in (bids, asks)
        )
        spread.add(times_ns, bids_e9, asks_e9)
    has_book = meta.schema != TRADES.schema
    return BookFacts(
        symbol=meta.instrument.symbol,
        spread=spread,
        tick_size=meta.instrument.tick_size,
        tick_size_from=meta.tick_size_from,
        session_ns=(meta.session_start_ns, meta.session_end_ns) if has_book else None,
        touch_e9=(meta.low_ticks * tick_e9, meta.high_ticks * tick_e9) if has_book else None,
        anomalies=dict(meta.anomalies),
        observed=dict(meta.observed),
    )
