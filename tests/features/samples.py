"""A view of the book by hand, and bars of chosen closes."""

import numpy as np

from hft_gym.features.interfaces import BOOK_VIEW_DTYPE, STATE, market_value, on_bar
from hft_gym.features.needs import needs_of

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


def book_of(bids, asks, base=0):
    """A ladder from price `base` on of [(price, lots)], and a view of its touch."""
    ladder = np.zeros(2 * 400, np.int32)
    for px, lots in bids:
        ladder[2 * (px - base)] = lots
    for px, lots in asks:
        ladder[2 * (px - base) + 1] = lots
    view = view_of(*max(bids), *min(asks))
    view["base_ticks"] = base
    return view, ladder


def state_for(feature):
    """Empty memory of one feature."""
    return np.zeros(needs_of(feature).state)


def after_closes(feature, closes, now=None):
    """Value of a feature after bars with such closes (whole ticks), the mid now as given."""
    state = state_for(feature)
    for close in closes:
        on_bar(feature, state, view_of(close - 1, 1, close + 1, 1), NO_LADDER, 0)
    mid = closes[-1] if now is None else now
    return market_value(feature, state, view_of(mid - 1, 1, mid + 1, 1), NO_LADDER, 0)
