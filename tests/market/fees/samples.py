"""What tests of fee schedules share."""

import numpy as np

from hft_gym.kernel.jit import kernel
from hft_gym.market.interfaces import fee_microticks, message_fee_microticks
from hft_gym.market.records import TRADER_DTYPE
from tests.naive.fees import fee_microticks as naive_fee_microticks


@kernel
def fees_of(model, traders, px_ticks, lots, is_maker, out):
    for k in range(out.size):
        out[k] = fee_microticks(model, traders[0], px_ticks[k], lots[k], is_maker[k])


@kernel
def message_fee(model, traders, action):
    return message_fee_microticks(model, traders[0], action)


def trader(**fields):
    made = np.zeros(1, TRADER_DTYPE)
    for name, value in fields.items():
        made[name] = value
    return made


def check_twins(model, traded_lots=0, count=60):
    """Fees of random fills equal those of the slow twin; returns (fees, is_maker)."""
    random = np.random.default_rng(4)
    px_ticks = random.integers(-50, 20_000, count)
    lots = random.integers(0, 30, count)
    is_maker = random.random(count) < 0.5
    found = np.empty(count, np.int64)
    fees_of(model, trader(lots_traded=traded_lots), px_ticks, lots, is_maker, found)
    columns = zip(px_ticks.tolist(), lots.tolist(), is_maker.tolist(), strict=True)
    assert found.tolist() == [naive_fee_microticks(model, traded_lots, *row) for row in columns]
    return found, is_maker
