from pathlib import Path

import pytest
from hydra import compose, initialize_config_dir
from hydra.errors import HydraException
from omegaconf import OmegaConf

from agents import schema

CONF = str(Path(__file__).resolve().parents[2] / "conf")


def composed(*overrides):
    schema.register()
    with initialize_config_dir(CONF, version_base="1.3"):
        return compose("config", list(overrides))


def test_the_defaults_compose_and_resolve():
    config = OmegaConf.to_container(composed(), resolve=True)
    assert config["total_timesteps"] > 0
    assert config["data"]["path"] is None


@pytest.mark.parametrize(
    "override",
    ["env.num_envs=many", "total_timesteps=soon", "no_such=1", "env.no_such=1", "agent=no_such"],
)
def test_unknown_names_and_wrong_kinds_are_refused(override):
    with pytest.raises(HydraException):
        composed(override)
