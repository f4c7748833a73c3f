"""The journal's memory."""

from hft_gym.market.journal.records import JOURNAL_DTYPE
from hft_gym.market.records import Event


def test_an_entry_holds_every_event_and_both_clocks():
    assert {"ts_exchange_ns", "ts_local_ns"} <= set(JOURNAL_DTYPE.names)
    assert max(Event) < 256
    assert JOURNAL_DTYPE.itemsize % 8 == 0
