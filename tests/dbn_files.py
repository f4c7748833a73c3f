"""DBN files for tests: NumPy records behind metadata that the vendor's own encoder writes."""

import datetime as dt
from itertools import pairwise
from pathlib import Path
from types import SimpleNamespace

import databento_dbn as dbn
import numpy as np
import zstandard

from hft_gym.tape.dbn import MBO_DTYPE

START_NS = 1_704_186_000_000_000_000  # 2024-01-02 09:00 UTC
TICK_E9 = 250_000_000
ES_ID = 17077
LAST, TOB, SNAPSHOT, MBP, BAD_TS, BAD_BOOK = 128, 64, 32, 16, 8, 4
UNDEF_PRICE = 2**63 - 1


def mbo(*rows, instrument_id=ES_ID, tick_e9=TICK_E9, start_ns=START_NS):
    """Records of rows (action, side, order_id, price in ticks, size, flags[, ns, number]).

    Ns from the start and sequence number; else a microsecond apart and numbered one by one.
    """
    records = np.zeros(len(rows), MBO_DTYPE)
    records["length"], records["rtype"] = MBO_DTYPE.itemsize // 4, 0xA0
    records["publisher_id"], records["instrument_id"] = 1, instrument_id
    for number, (record, row) in enumerate(zip(records, rows, strict=True)):
        action, side, order_id, px_ticks, size, flags, *more = row
        record["action"], record["side"] = ord(action), ord(side)
        record["order_id"], record["size"], record["flags"] = order_id, size, flags
        record["price"] = UNDEF_PRICE if px_ticks is None else px_ticks * tick_e9
        record["ts_event"] = start_ns + (more[0] if more else 1_000 * number)
        record["ts_recv"] = record["ts_event"] + 500
        record["sequence"] = more[1] if len(more) > 1 else number
    return records


def metadata(schema="mbo", symbols=None, dataset="GLBX.MDP3", version=3, ts_out=False):
    """Encoded metadata that map symbols (name: id) on every day."""
    symbols = {"ESH4": ES_ID} if symbols is None else symbols
    day = {"start_date": dt.date(2024, 1, 2), "end_date": dt.date(2024, 1, 3)}
    mappings = [
        SimpleNamespace(raw_symbol=name, intervals=[SimpleNamespace(**day, symbol=str(number))])
        for name, number in symbols.items()
    ]
    return dbn.Metadata(
        dataset=dataset,
        start=START_NS,
        stype_in=dbn.SType.RAW_SYMBOL,
        stype_out=dbn.SType.INSTRUMENT_ID,
        schema=dbn.Schema.from_str(schema) if schema else None,
        symbols=list(symbols),
        mappings=mappings,
        end=START_NS + 86_400_000_000_000,
        version=version,
        ts_out=ts_out,
    ).encode()


def write(path: Path, records, *, frames=1, head=None, **about):
    """Write records (an array, or bytes) as .dbn, or .dbn.zst of so many frames."""
    body = (metadata(**about) if head is None else head) + bytes(
        records.tobytes() if hasattr(records, "tobytes") else records
    )
    if path.name.endswith(".zst"):
        cuts = [len(body) * k // frames for k in range(frames + 1)]
        compress = zstandard.ZstdCompressor(write_checksum=True).compress
        body = b"".join(compress(body[a:b]) for a, b in pairwise(cuts))
    path.write_bytes(body)
    return path


def definition(symbol="ESH4", number=ES_ID, tick_e9=TICK_E9, multiplier=50.0, currency="USD"):
    """Bytes of one definition record, as of DBN version 3."""
    return bytes(
        dbn.InstrumentDefMsg(
            publisher_id=1,
            instrument_id=number,
            ts_event=START_NS,
            ts_recv=START_NS,
            min_price_increment=tick_e9,
            display_factor=10**9,
            raw_symbol=symbol,
            group="",
            exchange="XCME",
            instrument_class=dbn.InstrumentClass.FUTURE,
            match_algorithm=dbn.MatchAlgorithm.FIFO,
            security_update_action=dbn.SecurityUpdateAction.ADD,
            currency=currency,
            asset="ES",
            security_type="FUT",
            unit_of_measure_qty=round(multiplier * 10**9),
        )
    )


def random_records(seed, count, start_ns=START_NS):
    """Packets of every kind of record, sane and nasty, round a price of 100 ticks."""
    rng = np.random.default_rng(seed)
    rows, live, flags_of_snapshot = [], {}, 0
    next_id = 1
    actions = ["A"] * 9 + ["C"] * 6 + ["M"] * 6 + ["T", "F", "F", "N", "X", "R"]
    for number in range(count):
        if rng.random() < 0.01:
            flags_of_snapshot = SNAPSHOT if flags_of_snapshot == 0 else 0
        action = actions[rng.integers(len(actions))]
        if action == "R" and rng.random() < 0.8:
            action = "A"
        order_id = int(rng.choice(list(live))) if live and rng.random() < 0.93 else 10**6 + number
        side = live.get(order_id, "BA"[rng.integers(2)])
        if action == "A" and rng.random() < 0.95:
            next_id += 1
            order_id, side = next_id * 977, "BA"[rng.integers(2)]
        away = int(rng.geometric(0.25)) - (1 if rng.random() < 0.05 else 0)
        px_ticks = 100 - away * 2 if side == "B" else 100 + away * 2
        px_ticks = None if rng.random() < 0.01 else px_ticks - 101 * (seed % 2)
        size = int(rng.integers(1, 6)) if rng.random() > 0.02 else 0
        size = 2**32 - 1 if rng.random() < 0.005 else size
        side = "N" if rng.random() < 0.01 else side
        flags = flags_of_snapshot | (LAST if rng.random() < 0.4 else 0)
        flags |= int(rng.choice([TOB, MBP, BAD_TS, BAD_BOOK])) if rng.random() < 0.02 else 0
        back_ns = int(rng.integers(0, 5_000)) if rng.random() < 0.02 else 0
        rows.append((action, side, order_id, px_ticks, size, flags, 1_000 * number - back_ns))
        if action in "AM" and side != "N":
            live[order_id] = side
        if len(live) > 40:
            live.pop(next(iter(live)))
    return mbo(*rows, start_ns=start_ns)
