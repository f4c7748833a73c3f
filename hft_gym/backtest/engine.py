"""What happens next: market, answers and timers in the order in which we come to know of them.

The exchange lives on its own clock and is let go on no further than to where the next thing that we
learn could make us act; a message decided at t arrives there at t plus the latency of its way in.
At one moment of our clock answers come first, then packets, then the timer.
"""

import numpy as np

from hft_gym.backtest.feed import know_until, next_packet_ns
from hft_gym.backtest.log import log_fills
from hft_gym.backtest.records import FOREVER_NS, Turn
from hft_gym.book.index import BLOCK_ROWS, block_address
from hft_gym.kernel.far import call_at
from hft_gym.kernel.jit import inlined_kernel, kernel
from hft_gym.kernel.lanes import bits_from, first_bits, lanes_beyond, lowest_bit
from hft_gym.market.account import learn
from hft_gym.market.columns import ts_exchange_of
from hft_gym.market.exchange import live_until, meeting
from hft_gym.market.interfaces import MarketModels, must_drain
from hft_gym.market.priority import FAR

OVER, PACKET, TIMER = int(Turn.OVER), int(Turn.PACKET), int(Turn.TIMER)
ANSWER, LOG_FULL = int(Turn.ANSWER), int(Turn.LOG_FULL)


@kernel
def _scan(desk: np.void, until_ns: int) -> None:
    """Look for the first row that may trade with us, no further than to a time at the exchange."""
    clock, tape = desk["clock"], desk["columns"]
    ts, rows = ts_exchange_of(tape), tape["rows"]
    below, above = meeting(desk["book"], desk["trader"])
    row = clock["quiet_row"]
    while row < rows and ts[row] <= until_ns:
        first = row - row % BLOCK_ROWS
        found = lanes_beyond(block_address(tape["index"], row), below, above)
        found = bits_from(first_bits(found, min(rows - first, BLOCK_ROWS)), row - first)
        if found:
            row = first + lowest_bit(found)
            clock["is_met"] = 1
            break
        row = first + BLOCK_ROWS
    clock["quiet_row"] = min(row, rows)


@kernel
def _wake_ns(desk: np.void, until_ns: int) -> int:
    """When the exchange next does something that we shall hear of; after `until_ns`: not yet."""
    clock, trader = desk["clock"], desk["trader"]
    wake_ns = FOREVER_NS
    if trader["message_count"] > 0:
        wake_ns = trader["messages"][trader["message_head"]]["arrival_ns"]
    if trader["bid_high_ticks"] == -FAR and trader["ask_low_ticks"] == FAR:
        return wake_ns
    ts = ts_exchange_of(desk["columns"])
    if not clock["is_met"]:
        _scan(desk, until_ns)
    if clock["is_met"]:
        wake_ns = min(wake_ns, ts[clock["quiet_row"]])
    if trader["row"] < trader["uncross_row"] <= ts.size:
        wake_ns = min(wake_ns, ts[trader["uncross_row"] - 1])
    if trader["day_count"] > 0:
        wake_ns = min(wake_ns, desk["columns"]["session_end_ns"])
    return wake_ns


@kernel
def live(models: MarketModels, desk: np.void, until_ns: int) -> None:
    """Let the exchange go on to a time on its clock, our messages that arrive by then included."""
    clock, trader = desk["clock"], desk["trader"]
    # by its address: an exchange is compiled once, not again with every strategy
    exchange = (models, desk["columns"], desk["book"], trader, np.int64(until_ns))
    call_at(clock["live_address"], live_until, exchange)
    clock["quiet_row"] = trader["row"]
    clock["is_met"] = 0


@kernel
def _next_local_ns(desk: np.void) -> int:
    clock, trader = desk["clock"], desk["trader"]
    at_ns = min(clock["end_ns"], clock["next_timer_ns"])
    if clock["has_packets"]:
        at_ns = min(at_ns, next_packet_ns(desk))
    if clock["has_answers"] and trader["response_count"] > 0:
        at_ns = min(at_ns, trader["responses"][trader["response_head"]]["known_ns"])
    return at_ns


@kernel
def _live_until_news(models: MarketModels, desk: np.void) -> int:
    """Let the exchange go on until the next thing that we learn; returns when that is."""
    clock = desk["clock"]
    local_ns = _next_local_ns(desk)
    is_asked_by_timer = not clock["has_answers"] and not clock["has_packets"]
    while True:
        # who acts by the timer alone need not know when what happened
        wake_ns = local_ns if is_asked_by_timer else _wake_ns(desk, local_ns)
        if wake_ns > local_ns:
            return local_ns
        # who does not hear of answers cannot act on one: no need to stop on the way
        live(models, desk, wake_ns if clock["has_answers"] else local_ns)
        if is_asked_by_timer:
            return local_ns
        if clock["has_answers"]:
            local_ns = _next_local_ns(desk)


@kernel
def _note_calm(desk: np.void) -> None:
    """Note until when nothing but packets can come, if we send nothing."""
    clock, trader, tape = desk["clock"], desk["trader"], desk["columns"]
    clock["calm_sent"] = trader["messages_sent"]
    calm_ns = min(clock["end_ns"], clock["next_timer_ns"])
    if trader["response_count"] > 0:
        calm_ns = min(calm_ns, trader["responses"][trader["response_head"]]["known_ns"])
    if trader["message_count"] > 0:
        calm_ns = min(calm_ns, trader["messages"][trader["message_head"]]["arrival_ns"])
    if trader["bid_high_ticks"] > -FAR or trader["ask_low_ticks"] < FAR:
        ts = ts_exchange_of(tape)
        if clock["quiet_row"] < ts.size:
            calm_ns = min(calm_ns, ts[clock["quiet_row"]])
        if trader["row"] < trader["uncross_row"] <= ts.size:
            calm_ns = min(calm_ns, ts[trader["uncross_row"] - 1])
        if trader["day_count"] > 0:
            calm_ns = min(calm_ns, tape["session_end_ns"])
    clock["calm_ns"] = calm_ns


@inlined_kernel
def _next_packet(desk: np.void) -> int:
    clock = desk["clock"]
    clock["now_ns"] = next_packet_ns(desk)
    clock["packet_index"] += 1
    return PACKET


@kernel
def _next_answer(desk: np.void) -> int:
    clock = desk["clock"]
    clock["answer_place"] = clock["answer_head"]
    clock["answer_head"] = (clock["answer_head"] + 1) % len(desk["trader"]["responses"])
    clock["answers_left"] -= 1
    clock["calm_ns"] = 0  # more answers may follow
    clock["answer_count"] += 1
    return ANSWER


@kernel
def take_in(desk: np.void, ts_ns: int) -> int:
    """Learn every answer that is back by a time, log its fills; returns how many there were."""
    trader = desk["trader"]
    before = trader["response_count"]
    if before == 0:
        return 0
    desk["clock"]["answer_head"] = trader["response_head"]
    log_fills(desk, ts_ns)
    learn(trader, ts_ns)
    return int(before - trader["response_count"])


@kernel
def _needs_room(models: MarketModels, desk: np.void) -> bool:
    """Whether the next answers might not fit in the log of fills or in the journal."""
    clock, trader = desk["clock"], desk["trader"]
    if clock["fills"] + len(trader["responses"]) > clock["fill_places"]:
        return True
    return must_drain(models.journal, trader)


@inlined_kernel
def next_turn(models: MarketModels, desk: np.void) -> int:
    """Go on to the next thing that the strategy hears of; returns a `records.Turn`."""
    clock = desk["clock"]
    is_calm = next_packet_ns(desk) < clock["calm_ns"]
    if is_calm and clock["calm_sent"] == desk["trader"]["messages_sent"]:
        return _next_packet(desk)
    return _any_turn(models, desk)


@kernel
def _any_turn(models: MarketModels, desk: np.void) -> int:
    """`next_turn` where more than the next packet may come."""
    clock = desk["clock"]
    if clock["answers_left"] > 0:
        return _next_answer(desk)
    if _needs_room(models, desk):
        return LOG_FULL
    local_ns = _live_until_news(models, desk)
    clock["now_ns"] = local_ns
    if local_ns >= clock["end_ns"]:
        # what has happened at the exchange by now counts, whether we have heard of it or not
        take_in(desk, FOREVER_NS)
        return OVER
    known = take_in(desk, local_ns)
    if clock["has_answers"] and known > 0:
        clock["answers_left"] = known
        if not clock["has_packets"]:
            know_until(desk, local_ns - 1)
        return _next_answer(desk)
    if clock["has_packets"]:
        if next_packet_ns(desk) <= local_ns:
            _note_calm(desk)
            return _next_packet(desk)
    else:
        know_until(desk, local_ns)
    clock["next_timer_ns"] += clock["timer_ns"]
    clock["timer_count"] += 1
    return TIMER
