"""Run an event-driven strategy on a tape: the one call for compiled and for Python strategies."""

import functools
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hft_gym.backtest.context import Context
from hft_gym.backtest.desk import Desk, PythonStrategy, drive
from hft_gym.backtest.engine import next_turn
from hft_gym.backtest.feed import known_packet
from hft_gym.backtest.ground import Ground
from hft_gym.backtest.guard import stopped_now
from hft_gym.backtest.interfaces import on_event, on_fill, on_order, on_timer
from hft_gym.backtest.known_book import mark2_ticks_of
from hft_gym.backtest.memory import Memory
from hft_gym.backtest.records import Turn
from hft_gym.backtest.result import Result
from hft_gym.errors import ConfigError, InputError
from hft_gym.kernel.jit import enable_cache, kernel
from hft_gym.market.checks import check_models, trader_fields_of
from hft_gym.market.fees.per_lot import PerLot
from hft_gym.market.interfaces import MarketModels
from hft_gym.market.journal.tables import JournalTables
from hft_gym.market.latencies.constant import constant_latency
from hft_gym.market.queues.fifo import Fifo
from hft_gym.market.records import Reason
from hft_gym.market.risk.records import RiskReason
from hft_gym.tape.market_tape import MarketTape

PACKET, TIMER, ANSWER = int(Turn.PACKET), int(Turn.TIMER), int(Turn.ANSWER)
FILLED, TAKEN = int(Reason.FILLED), int(Reason.TAKEN)
NO_STATE = np.dtype([("nothing", "u1")])

MODELS = MarketModels(
    latency=constant_latency(entry_ns=250_000, response_ns=250_000, feed_ns=50_000),
    queue=Fifo(),
    fees=PerLot(),
)


def backtest(
    tape: MarketTape | Ground,
    strategy: Any,
    *,
    models: MarketModels = MODELS,
    start_ns: int | None = None,
    end_ns: int | None = None,
    orders: int = 256,
    journal: bool = True,
    seed: int = 0,
) -> Result:
    """Run a strategy from a start to an end, both local times.

    What is in flight at the end counts as it stands at the exchange then: a fill that nobody has
    told us of is a fill.

    Args:
        tape: the market; a `Ground` saves the indexing where several runs share a tape.
        strategy: a NamedTuple that implements some of `hft_gym.backtest.interfaces`, or a
            `hft_gym.backtest.desk.PythonStrategy`.
        models: of the exchange.
        start_ns: local time; the session's start if not given.
        end_ns: local time; the session's end if not given. Nothing at or after it is heard of.
        orders: own orders that may be live at once.
        journal: keep every event of our orders; costs some speed.
        seed: of random latencies.

    Raises:
        InputError: the tape holds no session, or nothing between start and end.
        ConfigError: the strategy hears of nothing, `orders` or a number of a model is out of range,
            or a model varies from episode to episode.
    """
    check_models(models)
    if trader_fields_of(models):
        raise ConfigError("models that vary from episode to episode are for environments")
    _know(type(strategy).__qualname__)
    ground = tape if isinstance(tape, Ground) else Ground.of(tape, models.latency.feed, seed=seed)
    span_ns = _span_ns(ground.tape, start_ns, end_ns)
    is_python = isinstance(strategy, PythonStrategy)
    state = NO_STATE if is_python else state_dtype_of(strategy)
    memory = Memory(ground, span_ns, orders, seed, state)
    if journal:
        models = models._replace(journal=memory.keep_journal().model())
    if is_python:
        drive(strategy, Desk(models, memory))
    else:
        _run_compiled(strategy, models, memory)
    return _result(memory, span_ns, None if is_python else memory.states[0])


@functools.cache
def _know(name: str) -> None:
    """Let the kernels of a new strategy be kept on disk; looking at all sources takes its time."""
    enable_cache()


def state_dtype_of(strategy: Any) -> np.dtype:
    """The dtype of what a strategy remembers.

    Raises:
        ConfigError: it names something that is no structured dtype.
    """
    dtype = getattr(strategy, "state_dtype", NO_STATE)
    if not isinstance(dtype, np.dtype) or dtype.names is None:
        raise ConfigError(
            f"{type(strategy).__name__}.state_dtype must be a structured numpy dtype, not {dtype!r}"
        )
    return dtype


def _span_ns(tape: MarketTape, start_ns: int | None, end_ns: int | None) -> tuple[int, int]:
    start = tape.meta.session_start_ns if start_ns is None else start_ns
    end = tape.meta.session_end_ns if end_ns is None else end_ns
    if start >= end:
        raise InputError(
            f"{tape.meta.source}: the backtest ends ({end} ns) before it starts ({start} ns)"
        )
    return start, end


def _run_compiled(strategy: Any, models: MarketModels, memory: Memory) -> None:
    kind = type(strategy)
    if not any(f.implemented_by(kind) for f in (on_event, on_timer)):
        raise ConfigError(
            f"{kind.__name__} implements neither on_event nor on_timer of "
            "hft_gym.backtest.interfaces: it would never be asked"
        )
    memory.bind(models)
    memory.listen(
        on_event.implemented_by(kind),
        on_fill.implemented_by(kind) or on_order.implemented_by(kind),
        int(getattr(strategy, "timer_ns", 0)) if on_timer.implemented_by(kind) else 0,
    )
    while _play(strategy, models, memory.desks, memory.states) == Turn.LOG_FULL:
        memory.make_room()


@kernel
def _tell(strategy: tuple, context: Context) -> None:
    """Tell a strategy of the answer in hand."""
    place = context.desk["clock"]["answer_place"]
    answer = context.desk["trader"]["responses"][place]
    if answer["position_lots"] != 0:
        on_fill(strategy, context, answer)
    if answer["answers"] > 0 or (answer["reason"] != FILLED and answer["reason"] != TAKEN):
        on_order(strategy, context, answer)


@kernel
def _play(strategy: tuple, models: MarketModels, desks: NDArray[Any], states: NDArray[Any]) -> int:
    """Go on until it is over or the log of fills is full; returns which."""
    context = Context(models, desks[0], states[0])
    clock = context.desk["clock"]
    while True:
        turn = next_turn(models, desks[0])
        if turn == ANSWER:  # a strategy is told what has become of its orders in any case
            _tell(strategy, context)
            stopped_now((models.risk,), models, desks[0])
        elif turn != PACKET and turn != TIMER:
            return turn
        elif stopped_now((models.risk,), models, desks[0]) > 0:
            continue
        elif turn == PACKET:
            on_event(strategy, context, int(known_packet(context.desk)["end_row"]) - 1)
        else:
            on_timer(strategy, context, clock["now_ns"])


def _result(memory: Memory, span_ns: tuple[int, int], state: np.void | None) -> Result:
    desk = memory.desks[0]
    trader, clock = desk["trader"], desk["clock"]
    tape = memory.ground.tape
    known = memory.ground.packets["end_row"][np.searchsorted(memory.ground.times_ns, span_ns) - 1]
    return Result(
        fills=memory.logged,
        position_lots=int(trader["position_lots"]),
        cash_ticks=int(trader["cash_ticks"]),
        fees_microticks=int(trader["fees_microticks"]),
        mark2_ticks=mark2_ticks_of(memory.desks),
        start_ns=span_ns[0],
        end_ns=span_ns[1],
        counts={
            "rows": int(known[1] - known[0]),
            "packets": int(clock["packet_index"] - clock["first_index"])
            if clock["has_packets"]
            else 0,
            "timers": int(clock["timer_count"]),
            "messages": int(trader["messages_sent"]),
            "rejected": int(trader["rejected"]),
            "lots": int(trader["lots_traded"]),
            "taker_lots": int(trader["taker_lots"]),
            "breaches": int(trader["risk"]["breach_count"]),
        },
        instrument=tape.meta.instrument,
        state=state,
        stop_reason=_stop_reason(trader),
        journal=None if memory.journal is None else JournalTables(memory.journal.entries()),
    )


def _stop_reason(trader: np.void) -> RiskReason | None:
    code = int(trader["risk"]["stop_reason"])
    return RiskReason(code) if code > 0 else None
