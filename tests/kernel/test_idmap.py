"""The id map against a dict."""

import numpy as np
import pytest

from hft_gym.kernel import idmap
from hft_gym.kernel.jit import kernel

DTYPE = np.dtype([("order_id", "u8"), ("slot", "i8"), ("is_used", "i8")])
NOTHING = -1


@kernel
def run(entries, room, operations, ids, slots, answers):
    """Do operations (0 find, 1 put or overwrite, 2 remove) until one needs room."""
    held = 0
    for place in range(len(entries)):
        held += entries[place]["is_used"]
    for step in range(len(operations)):
        place = idmap.locate(entries, ids[step])
        there = entries[place]["is_used"]
        answers[step] = entries[place]["slot"] if there else -1
        if operations[step] == 1:
            if not there:
                if held == room:
                    return step
                held += 1
            idmap.put_at(entries, place, ids[step])
            entries[place]["slot"] = slots[step]
        elif there:
            is_gone = int(operations[step] == 2)
            idmap.remove_if(entries, place, is_gone)
            held -= is_gone
    return len(operations)


def ids_of(kind, rng, count):
    if kind == "sequential":
        return rng.integers(0, 60, count).astype(np.uint64)
    if kind == "high bits":
        return rng.integers(0, 60, count).astype(np.uint64) << np.uint64(57)
    return rng.choice(rng.integers(0, 2**64, 60, dtype=np.uint64), count)


@pytest.mark.parametrize("kind", ["sequential", "high bits", "random"])
@pytest.mark.parametrize("seed", range(3))
def test_it_is_a_dict(kind, seed):
    rng = np.random.default_rng(seed)
    count = 1_500
    ids, operations = ids_of(kind, rng, count), rng.integers(0, 3, count)
    slots, answers = np.arange(count), np.full(count, -9)
    entries, done = idmap.new_map(2, DTYPE), 0
    while done < count:  # it starts too small on purpose
        rest = slice(done, None)
        done += run(
            entries, idmap.room_of(entries), operations[rest], ids[rest], slots[rest], answers[rest]
        )  # fmt: skip
        if done < count:
            entries = idmap.grown(entries)
    twin, expected = {}, []
    for operation, order_id, slot in zip(operations, ids.tolist(), slots.tolist(), strict=True):
        expected.append(twin.get(order_id, NOTHING))
        if operation == 1:
            twin[order_id] = slot
        elif operation == 2:
            twin.pop(order_id, None)
    assert answers.tolist() == expected
    found = {k: entries[idmap.locate(entries, np.uint64(k))] for k in twin}
    assert {k: int(entry["slot"]) for k, entry in found.items() if entry["is_used"]} == twin
    assert int(entries["is_used"].sum()) == len(twin)


def test_every_id_is_allowed():
    entries = idmap.new_map(4, DTYPE)
    for order_id in (0, 2**63, 2**64 - 1):
        key = np.uint64(order_id)
        place = idmap.locate(entries, key)
        assert not entries[place]["is_used"]
        idmap.put_at(entries, place, key)
        assert idmap.locate(entries, key) == place
        assert entries[place]["is_used"]


def test_neighbours_are_found_after_a_removal():
    ids = [
        np.uint64(k) for k in range(1, 4_000) if idmap.home(np.uint64(15), np.uint64(k)) in (14, 15)
    ][:4]
    for gone in range(4):
        entries = idmap.new_map(4, DTYPE)
        for order_id in ids:  # they crowd round the end of the array
            place = idmap.locate(entries, order_id)
            idmap.put_at(entries, place, order_id)
            entries[place]["slot"] = order_id
        idmap.remove_if(entries, idmap.locate(entries, ids[gone]), 1)
        for k, order_id in enumerate(ids):
            entry = entries[idmap.locate(entries, order_id)]
            assert bool(entry["is_used"]) == (k != gone)
            assert k == gone or entry["slot"] == order_id


def test_a_map_is_sparse():
    entries = idmap.new_map(100, DTYPE)
    assert len(entries) >= 400
    assert idmap.room_of(entries) >= 100
    assert idmap.room_of(idmap.grown(entries)) == 2 * idmap.room_of(entries)
