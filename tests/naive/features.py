"""The slow twin of `hft_gym.features`: each value anew from all that is known, with lists.

A sum that fades is written as what it is: each amount times 2 to the minus of its age in
half-lives.
"""

from tests.naive import features_book, features_flow, features_price
from tests.naive.features_flow import order_flow  # noqa: F401
from tests.naive.history import History, faded  # noqa: F401

TWINS = {**features_book.TWINS, **features_flow.TWINS, **features_price.TWINS}


def market_features(tape, features, decisions, feed_ns=0):
    """`[decisions, features]` as lists, and the touch at each decision (None: not tradable)."""
    values, touches = [], []
    known, read = History(tape.meta, feed_ns), 0
    for decision in decisions:
        row = int(decision["row"])
        known.read(tape, range(read, row))
        read = max(read, row)
        now_ns = int(decision["ts_local_ns"])
        values.append([TWINS[type(f).__name__](f, known, now_ns) for f in features])
        touches.append(known.touch())
    return values, touches
