"""The layouts of environments and of what they hand out."""

import numpy as np

from hft_gym.envs.records import (
    ENV_DTYPE,
    EPISODE_DTYPE,
    MARKET_DTYPE,
    SETTINGS_DTYPE,
    SIDES,
    SPAN_DTYPE,
    TRADER_DTYPE,
    VIEW_DTYPE,
    env_dtype,
)
from tests.kernel.records import is_taken_for


def test_records_are_aligned():
    dtypes = (ENV_DTYPE, EPISODE_DTYPE, MARKET_DTYPE, SETTINGS_DTYPE, SPAN_DTYPE, VIEW_DTYPE)
    assert all(dtype.isalignedstruct for dtype in dtypes)


def test_an_environment_holds_its_trader_and_its_episode():
    assert ENV_DTYPE["trader"] == TRADER_DTYPE
    assert ENV_DTYPE["episode"] == EPISODE_DTYPE
    assert ENV_DTYPE["target_px_ticks"].shape == (SIDES,)
    assert TRADER_DTYPE["orders"].shape == (SIDES,)


def test_a_rule_sees_only_what_is_known():
    hidden = {"cash_ticks", "fees_microticks", "orders", "messages", "responses", "random_state"}
    assert not hidden & set(VIEW_DTYPE.names)
    shown = {"bid_ticks", "ask_ticks", "bid_lots", "ask_lots", "position_lots", "time_left_ns"}
    assert shown <= set(VIEW_DTYPE.names)
    for name in ("bid_ticks", "ask_lots", "tape", "decision", "ts_local_ns"):
        assert VIEW_DTYPE[name] == ENV_DTYPE[name]


def test_what_is_handed_out_has_no_gaps():
    # gaps hold anything: the bytes of two equal records could differ
    for dtype in (VIEW_DTYPE, EPISODE_DTYPE, SPAN_DTYPE):
        assert sum(np.dtype(t).itemsize for t, _ in dtype.fields.values()) == dtype.itemsize


def test_a_record_has_room_for_what_is_asked():
    wide = env_dtype(9, acting=[("wait_ns", "i8")], task=[("lots", "i4")], episode=[("cost", "f8")])
    assert wide["trader"]["orders"].shape == wide["target_lots"].shape == (9,)
    assert wide["episode"].names == (*EPISODE_DTYPE.names, "cost")
    assert wide["acting"].names == ("wait_ns",)
    assert wide["task"].names == ("lots",)
    assert env_dtype() == ENV_DTYPE
    assert not {"acting", "task"} & set(ENV_DTYPE.names)


def test_an_environment_with_fields_of_its_parts_is_not_taken_for_one_without():
    fields = (("lots", "i8"),)
    wide = [env_dtype(), env_dtype(task=fields), env_dtype(acting=fields)]
    wide.append(env_dtype(acting=fields, task=fields))
    for one in wide:
        for other in wide:
            assert one is other or not is_taken_for(one, other)
