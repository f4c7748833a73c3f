"""How records lie, as the vendor's own classes have it."""

import re
from pathlib import Path

import databento_dbn as dbn
import numpy as np

import hft_gym
from hft_gym.tape import records as r
from tests.level_files import mbp, trades


def test_the_vendors_sizes():
    sizes = {layout.schema: layout.dtype.itemsize for layout in vars(r).values()
             if isinstance(layout, r.Layout)}  # fmt: skip
    assert sizes == {"mbo": 56, "mbp-10": 368, "mbp-1": 80, "tbbo": 80, "trades": 48, "status": 40}


def test_the_vendors_own_records():
    level = dbn.BidAskPair(bid_px=1, ask_px=2, bid_sz=3, ask_sz=4, bid_ct=5, ask_ct=6)
    message = dbn.MBP1Msg(
        publisher_id=1, instrument_id=7, ts_event=8, price=-9, size=10, action=dbn.Action.TRADE,
        side=dbn.Side.ASK, depth=0, ts_recv=11, flags=130, ts_in_delta=12, sequence=13,
        levels=level,
    )  # fmt: skip
    (record,) = np.frombuffer(bytes(message), r.MBP1_DTYPE)
    assert (record["length"], record["rtype"]) == (20, r.MBP_1.rtype)
    names = ("instrument_id", "ts_event", "price", "size", "action", "side", "flags", "ts_recv",
             "ts_in_delta", "sequence")  # fmt: skip
    expected = [7, 8, -9, 10, ord("T"), ord("A"), 130, 11, 12, 13]
    assert [int(record[name]) for name in names] == expected
    assert record["by_level"][0].tolist() == (1, 2, 3, 4, 5, 6)


def test_heads_and_levels_apart():
    records = mbp(("A", "B", 3, 1, 0, [(3, 4), (2, 5)], []), ("C", "A", 7, 2, 128, [], [(7, 9)]))
    heads, levels = r.split(records)
    for name in r.TRADE_DTYPE.names:
        assert np.array_equal(heads[name], records[name])
    assert np.array_equal(levels, records["by_level"])
    assert heads.flags.c_contiguous
    assert levels.flags.c_contiguous
    heads, levels = r.split(trades(("T", "A", 7, 2, 128)))
    assert (heads["size"].tolist(), levels.shape) == ([2], (1, 0))


def test_the_vendors_letters():
    ours = {"ADD", "CANCEL", "MODIFY", "TRADE", "FILL", "CLEAR", "NONE"}
    assert ours == {action.name for action in dbn.Action.variants()}
    assert all(getattr(r, name) == ord(str(getattr(dbn.Action, name))) for name in ours)
    assert [ord(str(side)) for side in (dbn.Side.BID, dbn.Side.ASK, dbn.Side.NONE)] == [
        r.BID, r.ASK, r.NONE,
    ]  # fmt: skip
    assert r.UNDEF_PRICE == dbn.UNDEF_PRICE


def test_what_the_format_says_stands_in_one_place():
    letters = r"ord\(\"[ABCFMNRT]\"\)|ord\(\w+\) for \w+ in"
    said = re.compile(rf"{letters}|^_?(F_|UNDEF_(TIME|PRICE)\b)[A-Z_, F]*= -?[\d(]|0x7C", re.M)
    package = Path(hft_gym.__file__).parent
    found = {path.name for path in package.rglob("*.py") if said.search(path.read_text())}
    assert found == {"records.py", "status.py"}  # the latter's N is a no
