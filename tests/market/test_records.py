"""The layouts of a trader."""

import numpy as np
import pytest

from hft_gym.errors import ConfigError
from hft_gym.market.records import (
    INTENT_DTYPE,
    MESSAGE_DTYPE,
    ORDER_DTYPE,
    RESPONSE_DTYPE,
    TRADER_DTYPE,
    Action,
    Intent,
    Reason,
    trader_dtype,
)
from tests.kernel.records import is_taken_for


def test_records_are_aligned_and_hold_their_parts():
    parts = (ORDER_DTYPE, MESSAGE_DTYPE, RESPONSE_DTYPE, INTENT_DTYPE)
    for dtype in (*parts, TRADER_DTYPE):
        assert dtype.isalignedstruct
    trader = np.zeros(1, TRADER_DTYPE)[0]
    shapes = [trader[n].shape for n in ("orders", "intents", "messages", "responses")]
    assert shapes == [(4,), (4,), (16,), (48,)]


def test_truth_and_knowledge_are_kept_apart():
    for name in ("position_lots", "cash_ticks", "fees_microticks"):
        assert TRADER_DTYPE[name] == TRADER_DTYPE[f"known_{name}"] == np.dtype("i8")
        assert RESPONSE_DTYPE[name] == np.dtype("i8")


def test_a_record_of_zeros_says_nothing_happened():
    assert Intent.NONE == 0
    assert 0 not in set(Action)
    assert Reason.ACCEPTED == 0


@pytest.mark.parametrize(("orders", "messages", "responses"), [(1, 1, 4), (300, 64, 728)])
def test_a_trader_has_the_room_one_asks_for(orders, messages, responses):
    dtype = trader_dtype(orders, messages, responses)
    trader = np.zeros(1, dtype)[0]
    shapes = [trader[n].shape for n in ("orders", "intents", "messages", "responses")]
    assert shapes == [(orders,), (orders,), (messages,), (responses,)]
    assert trader["live_slots"].shape == (2, orders)


@pytest.mark.parametrize("sizes", [(0, 16, 48), (2**16 + 1, 16, 2**18), (4, 0, 48), (4, 16, 39)])
def test_answers_never_run_out_of_room(sizes):
    # a message is sent only while messages and answers together are fewer than `messages`, and from
    # half of `responses` on the answers of one order travel as one
    with pytest.raises(ConfigError, match=r"orders and|1 to"):
        trader_dtype(*sizes)


def test_models_may_add_fields():
    wide = trader_dtype(2, extra=[("latency_share", "f8")])
    assert set(wide.names) - set(trader_dtype(2).names) == {"latency_share"}
    assert wide["latency_share"] == np.dtype("f8")


def test_a_trader_with_fields_of_a_model_is_not_taken_for_one_without():
    latency, fees = ("latency_share", "f8"), ("fees_share", "f8")
    wide = [trader_dtype(extra=extra) for extra in ((), (latency,), (fees,), (latency, fees))]
    for one in wide:
        for other in wide:
            assert one is other or not is_taken_for(one, other)
