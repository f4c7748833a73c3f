"""The id map against a dict."""

import numpy as np
import pytest

from hft_gym.kernel import idmap
from hft_gym.kernel.jit import kernel


@kernel
def run(entries, operations, ids, slots, answers):
    """Do operations (0 find, 1 put or overwrite, 2 remove) until one needs room."""
    held = 0
    for place in range(len(entries)):
        held += entries[place]["slot"] != idmap.EMPTY
    for step in range(len(operations)):
        place = idmap.locate(entries, ids[step])
        there = entries[place]["slot"]
        answers[step] = there
        if operations[step] == 1:
            if there == idmap.EMPTY:
                if not idmap.has_room(entries, held):
                    return step
                held += 1
            idmap.put_at(entries, place, ids[step], slots[step])
        elif operations[step] == 2 and there != idmap.EMPTY:
            idmap.remove_at(entries, place)
            held -= 1
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
    entries, done = idmap.new_map(2), 0
    while done < count:  # it starts too small on purpose
        rest = slice(done, None)
        done += run(entries, operations[rest], ids[rest], slots[rest], answers[rest])
        if done < count:
            entries = idmap.grown(entries)
    twin, expected = {}, []
    for operation, order_id, slot in zip(operations, ids.tolist(), slots.tolist(), strict=True):
        expected.append(twin.get(order_id, idmap.EMPTY))
        if operation == 1:
            twin[order_id] = slot
        elif operation == 2:
            twin.pop(order_id, None)
    assert answers.tolist() == expected
    assert all(idmap.find(entries, np.uint64(k)) == v for k, v in twin.items())
    assert int((entries["slot"] != idmap.EMPTY).sum()) == len(twin)


def test_every_id_is_allowed():
    entries = idmap.new_map(4)
    for order_id in (0, 2**63, 2**64 - 1):
        key = np.uint64(order_id)
        assert idmap.find(entries, key) == idmap.EMPTY
        idmap.put_at(entries, idmap.locate(entries, key), key, 5)
        assert idmap.find(entries, key) == 5


def test_a_map_is_half_empty_at_least():
    entries = idmap.new_map(100)
    assert len(entries) >= 200
    assert idmap.has_room(entries, 99)
    assert not idmap.has_room(entries, len(entries) // 2)
