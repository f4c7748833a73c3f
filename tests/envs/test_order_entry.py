"""The task's name and its parts."""

import gymnasium as gym

from hft_gym.envs.interfaces import check_parts
from hft_gym.envs.order_entry import MODELS, SLOTS, OrderEntryEnv, OrderEntryVectorEnv


def test_it_is_registered_with_its_parts():
    spec = gym.spec("hft_gym/OrderEntry-v0")
    assert spec.entry_point == f"{OrderEntryEnv.__module__}:OrderEntryEnv"
    assert OrderEntryEnv.MODELS is OrderEntryVectorEnv.MODELS is MODELS
    check_parts(MODELS, 10)


def test_every_slot_is_shown():
    slots = [feature.slot for feature in MODELS.own_features if hasattr(feature, "slot")]
    assert MODELS.action.slots == SLOTS
    assert all(slots.count(slot) == 5 for slot in range(SLOTS))
