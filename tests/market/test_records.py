"""The layouts of a trader."""

import numpy as np

from hft_gym.market.records import (
    INTENT_DTYPE,
    MESSAGE_DTYPE,
    MESSAGES,
    ORDER_DTYPE,
    ORDERS,
    RESPONSE_DTYPE,
    RESPONSES,
    TRADER_DTYPE,
    Action,
    Intent,
    Reason,
)


def test_records_are_aligned_and_hold_their_parts():
    parts = (ORDER_DTYPE, MESSAGE_DTYPE, RESPONSE_DTYPE, INTENT_DTYPE)
    for dtype in (*parts, TRADER_DTYPE):
        assert dtype.isalignedstruct
    trader = np.zeros(1, TRADER_DTYPE)[0]
    shapes = [trader[n].shape for n in ("orders", "intents", "messages", "responses")]
    assert shapes == [(ORDERS,), (ORDERS,), (MESSAGES,), (RESPONSES,)]


def test_truth_and_knowledge_are_kept_apart():
    for name in ("position_lots", "cash_ticks", "fees_microticks"):
        assert TRADER_DTYPE[name] == TRADER_DTYPE[f"known_{name}"] == np.dtype("i8")
        assert RESPONSE_DTYPE[name] == np.dtype("i8")


def test_a_record_of_zeros_says_nothing_happened():
    assert Intent.NONE == 0
    assert 0 not in set(Action)
    assert Reason.ACCEPTED == 0


def test_answers_never_run_out_of_room():
    # a message is sent only while messages and answers together are fewer than MESSAGES, and from
    # half of RESPONSES on the answers of one order travel as one
    assert RESPONSES // 2 + MESSAGES + ORDERS <= RESPONSES
