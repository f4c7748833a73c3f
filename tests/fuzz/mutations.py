"""DBN files that are damaged: good ones, cut, flipped, repeated, spliced and overwritten."""

import functools
from itertools import pairwise

import numpy as np
import zstandard

from hft_gym.tape.dbn import MBO_DTYPE
from tests.dbn_files import definition, mbo, metadata, random_records

RECORD_BYTES = MBO_DTYPE.itemsize
NQ_ID = 5
SYMBOLS = {"ESH4": 17077, "NQH4": NQ_ID}
MEANING = ("ts_event", "ts_recv", "order_id", "price", "size", "flags", "action", "side")
EXTREMES = (0, 1, 2**7, 2**8 - 1, 2**31 - 1, 2**31, 2**32 - 1, 2**63 - 1, 2**63, 2**64 - 1)


@functools.cache
def sources(seed):
    """(metadata, records) of good files of every kind, as bytes."""
    plain = [random_records(100 * seed + k, n).tobytes() for k, n in enumerate((3, 40, 90, 160))]
    quiet = mbo(*[("A", "BA"[k % 2], k, 10 + k % 2, 1, 128) for k in range(20)]).tobytes()
    two = np.concatenate([random_records(7, 40), random_records(8, 40)])
    two["instrument_id"][np.random.default_rng(seed).random(len(two)) < 0.4] = NQ_ID
    trade = bytes([12, 0]) + quiet[2:48]
    mixed = definition() + quiet[:560] + trade + plain[1] + definition("NQH4", NQ_ID) + trade
    with_send_times = b"".join(
        bytes([16]) + plain[1][k + 1 : k + RECORD_BYTES] + b"\1" * 8
        for k in range(0, len(plain[1]), RECORD_BYTES)
    )
    found = [(metadata(version=1 + k % 3), body) for k, body in enumerate([*plain, quiet, b""])]
    found += [
        (metadata(symbols=SYMBOLS), two.tobytes()),
        (metadata(schema=None, symbols=SYMBOLS), mixed),
        (metadata(ts_out=True), with_send_times),
        (metadata(dataset="XNAS.ITCH", symbols={"NVDA": 17077}), plain[2]),
        (metadata(dataset="NONE.SUCH", symbols={}), plain[1]),
        (metadata(schema="mbp-1"), quiet),
    ]
    return found


def file_of(rng, seed):
    """Bytes of a file that was damaged before or after it was packed, and its name."""
    known = sources(seed)
    head, body = known[rng.integers(len(known))]
    body = bytearray(body)
    for _ in range(int(rng.choice([0, 1, 1, 2, 4]))):
        body = BODY[rng.integers(len(BODY))](rng, body, seed)
    data = bytearray(damaged(rng, bytearray(head)) if rng.random() < 0.05 else head) + body
    is_packed = rng.random() < 0.5
    if is_packed:
        data = packed(rng, bytes(data))
    if rng.random() < 0.2:
        data = damaged(rng, data)
    ending = ".dbn.zst" if is_packed != (rng.random() < 0.05) else ".dbn"  # a wrong one at times
    return bytes(data), f"case{ending}"


def packed(rng, data):
    """One or more zstd frames, with or without checksum and size."""
    frames = int(rng.choice([1, 1, 2, 5]))
    cuts = sorted({0, len(data), *(int(rng.integers(0, len(data) + 1)) for _ in range(frames - 1))})
    compress = zstandard.ZstdCompressor(
        level=1, write_checksum=bool(rng.integers(2)), write_content_size=bool(rng.integers(2))
    ).compress
    return bytearray(b"".join(compress(data[a:b]) for a, b in pairwise(cuts)))


def damaged(rng, data):
    """One damage to bytes of any meaning."""
    return BYTES[rng.integers(len(BYTES))](rng, data)


# damages to bytes


def _place(rng, data):
    return int(rng.integers(0, len(data))) if data else 0


def truncate(rng, data):
    return data[: _place(rng, data)]


def flip_bits(rng, data):
    for _ in range(int(rng.choice([1, 1, 2, 8, 40]))):
        if data:
            data[_place(rng, data)] ^= 1 << int(rng.integers(8))
    return data


def overwrite(rng, data):
    place = _place(rng, data)
    noise = rng.bytes(int(rng.integers(1, 64)))
    data[place : place + len(noise)] = noise[: len(data) - place]
    return data


def insert_noise(rng, data):
    place = _place(rng, data)
    data[place:place] = rng.bytes(int(rng.integers(1, 100)))
    return data


def remove_bytes(rng, data):
    place = _place(rng, data)
    del data[place : place + int(rng.integers(1, 100))]
    return data


def repeat_bytes(rng, data):
    start, stop = sorted((_place(rng, data), _place(rng, data)))
    place = _place(rng, data)
    data[place:place] = data[start:stop]
    return data


def append_noise(rng, data):
    return data + rng.bytes(int(rng.integers(1, 200)))


# damages to records


def _cut(body):
    return [bytes(body[k : k + RECORD_BYTES]) for k in range(0, len(body), RECORD_BYTES)]


def reorder(rng, body, seed):
    records = _cut(body)
    start, stop = sorted((_place(rng, records), _place(rng, records)))
    part = records[start:stop]
    rng.shuffle(part)
    return bytearray(b"".join([*records[:start], *part, *records[stop:]]))


def repeat_records(rng, body, seed):
    records = _cut(body)
    start, stop = sorted((_place(rng, records), _place(rng, records)))
    return bytearray(b"".join([*records[:stop], *records[start:]]))


def drop_records(rng, body, seed):
    records = _cut(body)
    start, stop = sorted((_place(rng, records), _place(rng, records)))
    return bytearray(b"".join([*records[:start], *records[stop:]]))


def splice(rng, body, seed):
    known = sources(seed)
    other = known[rng.integers(len(known))][1]
    place = _place(rng, body) // RECORD_BYTES * RECORD_BYTES
    start = _place(rng, other) // RECORD_BYTES * RECORD_BYTES
    body[place:place] = other[start : start + RECORD_BYTES * int(rng.integers(1, 30))]
    return body


def set_field(rng, body, seed):
    """A field of some records gets an extreme or another record's value."""
    records = np.frombuffer(bytes(body[: len(body) // RECORD_BYTES * RECORD_BYTES]), MBO_DTYPE)
    if len(records) == 0:
        return body
    records = records.copy()
    for _ in range(int(rng.choice([1, 1, 3, 20]))):
        names = MBO_DTYPE.names if rng.random() < 0.1 else MEANING
        name = names[rng.integers(len(names))]
        dtype, at = MBO_DTYPE[name], rng.integers(len(records))
        if rng.random() < 0.5:
            records[name][at] = records[name][rng.integers(len(records))]
        else:
            value = EXTREMES[rng.integers(len(EXTREMES))] - int(rng.integers(0, 2))
            raw = (value % 2 ** (8 * dtype.itemsize)).to_bytes(dtype.itemsize, "little")
            records[name][at] = np.frombuffer(raw, dtype)[0]
    return bytearray(records.tobytes()) + body[records.nbytes :]


BYTES = [truncate, flip_bits, flip_bits, overwrite, insert_noise, remove_bytes, repeat_bytes,
         append_noise]  # fmt: skip
BODY = [
    reorder, repeat_records, drop_records, splice, *[set_field] * 6,
    lambda rng, body, seed: damaged(rng, body),
]  # fmt: skip
