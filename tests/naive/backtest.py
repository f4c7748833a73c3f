"""The slow twin of `hft_gym.backtest.engine`: moment after moment, nothing is skipped.

The exchange is let go on from one of its moments to the next, be it a row or a message of ours; the
book as we know it is a dict, filled row by row. Desk and strategy are those of plain Python.
"""

import numpy as np

from hft_gym.backtest.desk import Desk, PythonStrategy
from hft_gym.backtest.memory import Memory
from hft_gym.backtest.run import NO_STATE
from hft_gym.book.ladder import NO_PRICE
from hft_gym.market.account import learn
from hft_gym.market.exchange import live_until
from hft_gym.market.records import Reason
from hft_gym.tape.rows import Flag, Kind

LATER_NS = 2**62


class NaiveDesk(Desk):
    """A desk whose book is a dict of (side, price) to lots."""

    def __init__(self, models, ground, span_ns, orders):
        super().__init__(models, Memory(ground, span_ns, orders, 0, NO_STATE))
        self.models, self.ground = models, ground
        self.clock, self.trader = self._clock, self._trader
        self.book = {}
        self.known = 0

    def bring(self, stop):
        """Let the rows before `stop` be known."""
        tape = self.ground.tape
        for row in range(self.known, stop):
            kind, lots = tape.kind[row], int(tape.lots[row])
            level = (int(tape.side[row]), int(tape.px_ticks[row]))
            if kind == Kind.CLEAR:
                self.book.clear()
            elif kind == Kind.LEVEL:
                self.book[level] = lots
            elif kind in (Kind.ADD, Kind.REDUCE):
                self.book[level] = self.book.get(level, 0) + (lots if kind == Kind.ADD else -lots)
        self.known = stop
        self.clock["packet_index"] = np.searchsorted(self.ground.packets["end_row"], stop)

    @property
    def touch(self):
        prices = [
            [px for (side, px), lots in self.book.items() if side == way and lots > 0]
            for way in (1, -1)
        ]
        bid = max(prices[0], default=NO_PRICE)
        return bid, min(prices[1], default=NO_PRICE)

    @property
    def is_tradable(self):
        bid, ask = self.touch
        if self.known == 0 or self.ground.tape.flags[self.known - 1] & (Flag.CROSSED | Flag.HALTED):
            return False
        return NO_PRICE not in (bid, ask) and bid < ask

    def lots_at_price(self, side, px_ticks):
        return self.book.get((side, px_ticks), 0)

    def next_exchange_ns(self):
        """When the next row or message of ours comes to the exchange."""
        row, ts = int(self.trader["row"]), self.ground.tape.ts_exchange_ns
        at_ns = int(ts[row]) if row < len(ts) else LATER_NS
        if self.trader["message_count"] > 0:
            message = self.trader["messages"][self.trader["message_head"]]
            at_ns = min(at_ns, int(message["arrival_ns"]))
        return at_ns

    def next_answer_ns(self):
        """When the next answer is back."""
        if self.trader["response_count"] == 0:
            return LATER_NS
        return int(self.trader["responses"][self.trader["response_head"]]["known_ns"])

    def live(self, ts_ns):
        desk = self._desks[0]
        live_until(self.models, desk["columns"], desk["book"], desk["trader"], ts_ns)

    def answers(self, until_ns):
        """Copies of the answers that are back by a time; they are learned."""
        found, responses = [], self.trader["responses"]
        for k in range(self.trader["response_count"]):
            answer = responses[(self.trader["response_head"] + k) % len(responses)]
            if answer["known_ns"] <= until_ns:
                found.append(answer.copy())
        learn(self.trader, until_ns)
        return found


def packets_of(ground):
    """(when it is known, row after its last) of each packet."""
    ends = np.flatnonzero(ground.tape.flags & Flag.LAST) + 1
    return [(int(at), int(end)) for at, end in zip(ground.times_ns[1:], ends, strict=False)]


def naive_fills(ground, strategy, models, span_ns, orders):
    """`[(known_ns, order_id, side, px, lots)]` of a Python strategy."""
    desk = NaiveDesk(models, ground, span_ns, orders)
    packets = packets_of(ground)
    while packets and packets[0][0] < span_ns[0]:
        desk.bring(packets.pop(0)[1])
    timer_ns = span_ns[0] if strategy.timer_ns else LATER_NS
    fills = []
    while True:
        packet_ns = packets[0][0] if packets else LATER_NS
        answer_ns = desk.next_answer_ns()
        local_ns = min(span_ns[1], timer_ns, packet_ns, answer_ns)
        exchange_ns = desk.next_exchange_ns()
        if exchange_ns <= local_ns:
            desk.live(exchange_ns)
            continue
        desk.clock["now_ns"] = local_ns
        if local_ns >= span_ns[1]:
            return fills + fills_in(desk.answers(LATER_NS))
        if answer_ns <= local_ns:
            answers = desk.answers(local_ns)
            fills += fills_in(answers)
            for answer in answers:
                _tell(strategy, desk, answer)
        elif packet_ns <= local_ns:
            desk.bring(packets.pop(0)[1])
            strategy.on_event(desk, desk.known - 1)
        else:
            timer_ns += strategy.timer_ns
            strategy.on_timer(desk, local_ns)


def fills_in(answers):
    """The fills that answers tell of."""
    fills = []
    for answer in answers:
        lots = int(answer["position_lots"])
        if lots:
            px, side = -int(answer["cash_ticks"]) // lots, 1 if lots > 0 else -1
            known_ns, order_id = int(answer["known_ns"]), int(answer["order_id"])
            fills.append((known_ns, order_id, side, px, abs(lots)))
    return fills


def _tell(strategy: PythonStrategy, desk, answer):
    if answer["position_lots"] != 0:
        strategy.on_fill(desk, answer)
    if answer["answers"] > 0 or answer["reason"] not in (Reason.FILLED, Reason.TAKEN):
        strategy.on_order(desk, answer)
