"""The rule that never quotes."""

from hft_gym.strategies.do_nothing import DoNothing
from tests.strategies.views import view_of


def test_every_action_is_no_quote() -> None:
    assert DoNothing().act(view_of(3)).tolist() == [[6, 6]] * 3
    assert DoNothing(n_offsets=4).act(view_of(1)).tolist() == [[4, 4]]
    assert DoNothing().name == "do_nothing"
