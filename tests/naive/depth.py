"""The best levels of the naive book, with the number of their orders, after every F_LAST record."""

from bisect import insort

import numpy as np

from tests.naive.book import LAST, UNDEF_PRICE, NaiveBook


class NaiveDepth(NaiveBook):
    """A naive book in raw prices that keeps the prices of each side sorted."""

    def __init__(self):
        super().__init__(tick_e9=1)
        self.prices = {1: [], -1: []}
        self.shown = {}  # (side, price) -> (lots, orders)

    def apply(self, record):
        if chr(record["action"]) == "R":
            self.prices = {1: [], -1: []}
            self.shown.clear()
        return super().apply(record)

    def best(self, side, depth):
        """(price, lots, orders) of the best levels of a side."""
        prices = self.prices[side]
        best = prices[: -depth - 1 : -1] if side > 0 else prices[:depth]
        return [(price, *self.shown[side, price]) for price in best]

    def _join(self, order):
        super()._join(order)
        self._look(order.side, order.px_ticks)

    def _leave(self, order, lots):
        super()._leave(order, lots)
        self._look(order.side, order.px_ticks)

    def _look(self, side, price):
        queue = self.levels.get((side, price))
        if queue and (side, price) not in self.shown:
            insort(self.prices[side], price)
        if queue:
            self.shown[side, price] = sum(order.lots for order in queue), len(queue)
        elif self.shown.pop((side, price), None):
            self.prices[side].remove(price)


def naive_rows(records, depth):
    """Numbers of F_LAST records; prices, lots, orders as [2, n, depth] arrays; the books."""
    books, ends, rows = {}, [], []
    empty = (UNDEF_PRICE, 0, 0)
    for number, record in enumerate(records):
        book = books.setdefault(int(record["instrument_id"]), NaiveDepth())
        book.apply(record)
        if record["flags"] & LAST:
            ends.append(number)
            sides = [book.best(side, depth) for side in (1, -1)]
            rows.append([found + [empty] * (depth - len(found)) for found in sides])
    table = np.array(rows, np.int64).reshape(len(rows), 2, depth, 3).transpose(3, 1, 0, 2)
    return np.array(ends, np.int64), *table, books
