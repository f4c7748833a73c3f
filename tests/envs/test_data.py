"""The data behind `gym.make`: loaded once, divided by name."""

import pytest

from hft_gym.envs.data import PARTS, load, part_of
from hft_gym.errors import ConfigError, InputError
from tests.envs.samples import FEED, generated_folder

pytestmark = pytest.mark.slow


def test_a_folder_is_loaded_once(dataset):
    found = load(generated_folder(), 100.0, FEED)
    assert load(generated_folder(), 100.0, FEED) is found
    assert found.feature_names == dataset.feature_names
    assert found.feed == FEED
    for one, two in zip(found.markets, dataset.markets, strict=True):
        assert (one.decisions == two.decisions).all()
        assert (one.features == two.features).all()


def test_parts_by_name(dataset):
    assert part_of(dataset, "all") is dataset
    tapes = {part: part_of(dataset, part).spans["tape"].tolist() for part in PARTS}
    assert tapes == {"train": [0], "validation": [1], "test": [2], "all": [0, 1, 2]}


@pytest.mark.parametrize("part", ["tset", "markets", ""])
def test_a_part_that_is_none(dataset, part):
    with pytest.raises(ConfigError, match="choose one of train, validation, test, all"):
        part_of(dataset, part)


def test_data_that_is_not_there(tmp_path):
    with pytest.raises(InputError, match="nowhere"):
        load(tmp_path / "nowhere", 100.0, FEED)
