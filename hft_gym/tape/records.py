"""How records lie in a DBN file, schema by schema; the same in versions 1 to 3.

Databento, "DBN encoding" and the schemas "MBO", "MBP-1", "MBP-10", "TBBO", "Trades". Trades, TBBO
and MBP records begin alike and differ in how many levels of the book follow.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

UNDEF_PRICE = 2**63 - 1
UNDEF_TIME = 2**63 - 1  # from here on a time is no time
WORD = 4  # bytes; a record's own length counts these

ADD, CANCEL, MODIFY, TRADE, FILL, CLEAR = (ord(letter) for letter in "ACMTFR")  # actions
BID, ASK = ord("B"), ord("A")  # sides
NONE = ord("N")  # no action, or no side
F_LAST, F_TOB, F_SNAPSHOT, F_MBP, F_BAD_TS_RECV, F_MAYBE_BAD_BOOK = 128, 64, 32, 16, 8, 4

_BEGIN = [
    ("length", "u1"),  # of the record, in words of four bytes
    ("rtype", "u1"),
    ("publisher_id", "<u2"),
    ("instrument_id", "<u4"),
    ("ts_event", "<u8"),
]
MBO_DTYPE = np.dtype(
    [
        *_BEGIN,
        ("order_id", "<u8"),
        ("price", "<i8"),
        ("size", "<u4"),
        ("flags", "u1"),
        ("channel_id", "u1"),
        ("action", "u1"),
        ("side", "u1"),
        ("ts_recv", "<u8"),
        ("ts_in_delta", "<i4"),
        ("sequence", "<u4"),
    ]
)
LEVEL_DTYPE = np.dtype(
    [
        ("bid_e9", "<i8"),
        ("ask_e9", "<i8"),
        ("bid_lots", "<u4"),
        ("ask_lots", "<u4"),
        ("bid_orders", "<u4"),
        ("ask_orders", "<u4"),
    ]
)
TRADE_DTYPE = np.dtype(
    [
        *_BEGIN,
        ("price", "<i8"),
        ("size", "<u4"),
        ("action", "u1"),
        ("side", "u1"),
        ("flags", "u1"),
        ("depth_level", "u1"),
        ("ts_recv", "<u8"),
        ("ts_in_delta", "<i4"),
        ("sequence", "<u4"),
    ]
)
MBP1_DTYPE = np.dtype([*TRADE_DTYPE.descr, ("by_level", LEVEL_DTYPE, (1,))])
MBP10_DTYPE = np.dtype([*TRADE_DTYPE.descr, ("by_level", LEVEL_DTYPE, (10,))])
STATUS_DTYPE = np.dtype(
    [
        *_BEGIN,
        ("ts_recv", "<u8"),
        ("action", "<u2"),
        ("reason", "<u2"),
        ("trading_event_id", "<u2"),
        ("is_trading", "u1"),  # Y, N, or ~ for unknown
        ("is_quoting", "u1"),
        ("is_short_sell_restricted", "u1"),
        ("reserved_bytes", "u1", (7,)),
    ]
)


class Layout(NamedTuple):
    """Records of one schema: the type that stands in each of them, and its fields."""

    schema: str
    rtype: int
    dtype: np.dtype


MBO = Layout("mbo", 0xA0, MBO_DTYPE)
MBP_10 = Layout("mbp-10", 0x0A, MBP10_DTYPE)
MBP_1 = Layout("mbp-1", 0x01, MBP1_DTYPE)
TBBO = Layout("tbbo", 0x01, MBP1_DTYPE)
TRADES = Layout("trades", 0x00, TRADE_DTYPE)
STATUS = Layout("status", 0x12, STATUS_DTYPE)
RTYPE_MBO = 0xA0
RTYPE_DEFINITION = 0x13


def split(records: NDArray[np.void]) -> tuple[NDArray[np.void], NDArray[np.void]]:
    """What all records of trades and levels begin with, and the levels that follow.

    Args:
        records: `[n]` of TRADE_DTYPE, MBP1_DTYPE or MBP10_DTYPE.

    Returns:
        `[n]` of TRADE_DTYPE and `[n, levels]` of LEVEL_DTYPE, both contiguous: kernels are compiled
        once for all these schemas.
    """
    size = TRADE_DTYPE.itemsize
    flat = np.ascontiguousarray(records).view(np.uint8).reshape(len(records), -1)
    heads = np.array(flat[:, :size], order="C").view(TRADE_DTYPE)[:, 0]
    levels = np.array(flat[:, size:], order="C").view(LEVEL_DTYPE)
    return heads, levels
