"""The names of queue models."""

import pytest

from hft_gym.errors import ConfigError
from hft_gym.evaluation.fidelity.models import MODELS, chosen_models
from hft_gym.market.queues.fifo import Fifo


def test_all_of_them_if_none_is_named():
    assert chosen_models(None) == chosen_models([]) == MODELS
    assert next(iter(MODELS)) == "fifo"
    assert MODELS["fifo"] == (Fifo(), True)


def test_in_the_order_given():
    names = list(reversed(MODELS))
    assert list(chosen_models(names)) == names


def test_an_unknown_name():
    with pytest.raises(ConfigError, match="queue model 'lifo' is not one of fifo"):
        chosen_models(["fifo", "lifo"])
