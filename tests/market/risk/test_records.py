"""Codes of breaches."""

from hft_gym.market.records import Reason
from hft_gym.market.risk.records import RiskReason


def test_a_code_is_never_both_a_breach_and_an_answer():
    assert not {int(r) for r in RiskReason} & {int(r) for r in Reason}
    assert max(RiskReason) < 256
