"""The names of queue models."""

from pathlib import Path

import pytest
import yaml
from hydra.utils import get_object

from hft_gym.errors import ConfigError
from hft_gym.evaluation.fidelity.models import MODELS, USUAL, chosen_models
from hft_gym.market.queues.fifo import Fifo


def test_all_of_them_if_none_is_named():
    assert chosen_models(None) == chosen_models([]) == USUAL
    assert next(iter(MODELS)) == "fifo"
    assert MODELS["fifo"] == Fifo()
    assert set(MODELS) - set(USUAL) == {"pro_rata"}


@pytest.mark.parametrize("name", MODELS)
def test_names_are_those_of_the_options(name):
    text = (Path(__file__).resolve().parents[3] / "conf" / "queue" / f"{name}.yaml").read_text()
    option = yaml.safe_load(text)
    assert get_object(option.pop("_target_"))(**option) == MODELS[name]


def test_in_the_order_given():
    names = list(reversed(MODELS))
    assert list(chosen_models(names)) == names


def test_an_unknown_name():
    with pytest.raises(ConfigError, match="queue model 'lifo' is not one of fifo"):
        chosen_models(["fifo", "lifo"])
