"""Why shadow orders fare otherwise than real ones."""

import pytest

from hft_gym.evaluation.fidelity.causes import Cause, causes
from tests.evaluation.fidelity.cases import CASES, locked

pytestmark = [pytest.mark.kernel, pytest.mark.long]


@pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
def test_known_causes(case):
    market, *_, expected = case
    assert causes(*market().judged(), sees_orders=True) == expected


def test_a_model_of_levels_is_expected_to_err():
    assert causes(*locked().judged(), sees_orders=False) == {"estimated place": 1}


def test_every_cause_but_that_one_has_a_case():
    shown = {name for *_, expected in CASES.values() for name in expected}
    assert shown == set(Cause) - {Cause.ESTIMATE}
