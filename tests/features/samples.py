"""A view of the book by hand."""

import numpy as np

from hft_gym.features.interfaces import BOOK_VIEW_DTYPE, STATE

NO_STATE = np.zeros(STATE)
NO_LADDER = np.zeros(2, np.int32)


def view_of(bid, bid_lots, ask, ask_lots, before=None):
    """The touch now and before; the same without `before`."""
    view = np.zeros(1, BOOK_VIEW_DTYPE)[0]
    view["is_two_sided"] = view["was_two_sided"] = True
    names = ("bid_ticks", "bid_lots", "ask_ticks", "ask_lots")
    now = (bid, bid_lots, ask, ask_lots)
    for name, here, there in zip(names, now, before or now, strict=True):
        view[name] = here
        view[f"before_{name}"] = there
    return view
