"""What others show at the prices of our orders, looked up at a decision."""

import numpy as np

from hft_gym.kernel.jit import kernel
from hft_gym.market.columns import consumed_of, ladder_of, show
from hft_gym.market.records import Intent

NONE = int(Intent.NONE)


@kernel
def note_levels(tape: np.void, book: np.void, env: np.void) -> None:
    """Write `env["level_lots"]`: lots of others at each order's price, what we took left out.

    0 where we have no order. The book is the one before `trader["row"]`, all of it known to us.
    """
    trader = env["trader"]
    book["high_place"] = 0  # the ladder shows the book of another trader
    for slot in range(len(env["level_lots"])):
        env["level_lots"][slot] = 0
        intent = trader["intents"][slot]
        place = 2 * (intent["px_ticks"] - book["base_ticks"]) + (1 if intent["side"] < 0 else 0)
        if intent["state"] == NONE or place < 0 or place >= book["places"]:
            continue
        show(tape, book, trader["row"], place)
        shown = int(ladder_of(book)[place]) - int(consumed_of(book)[place])
        env["level_lots"][slot] = max(0, shown)
    book["high_place"] = 0
