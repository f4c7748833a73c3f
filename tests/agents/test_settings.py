from pathlib import Path

import pytest
from hydra import compose, initialize_config_dir
from hydra.core.hydra_config import HydraConfig
from omegaconf import OmegaConf

from agents import schema, settings
from agents.run_folder import RunFolder
from hft_gym.errors import ConfigError, InputError
from tests.agents.test_schema import CONF, composed


def called(*overrides):
    """Settings as a command composes them, with Hydra's own notes of the call."""
    schema.register()
    with initialize_config_dir(CONF, version_base="1.3"):
        config = compose("config", list(overrides), return_hydra_config=True)
        HydraConfig.instance().set_config(config)
    return composed(*overrides)


@pytest.fixture
def run(tmp_path):
    config = settings.of_new_run(composed("seed=7", "reward=pnl"))
    folder = RunFolder(tmp_path)
    folder.write("config.yaml", settings.as_yaml(config, "ppo"))
    return folder


def test_paths_do_not_depend_on_the_working_folder():
    config = settings.of_new_run(composed("data.path=some/file"))
    assert Path(config.data.path).is_absolute()


@pytest.mark.parametrize("override", ["total_timesteps=0", "torch_threads=0", "fees.maker_ticks=x"])
def test_numbers_out_of_range_are_refused(override):
    with pytest.raises(ConfigError, match=override.split("=")[0]):
        settings.of_new_run(composed(override))


def test_a_saved_run_comes_back_with_the_changes_of_this_call(run):
    config = called(f"resume={run.path}", "total_timesteps=99", "env.num_envs=8")
    found = settings.of_saved_run(run, config)
    assert (found.seed, found.total_timesteps, found.env.num_envs) == (7, 99, 8)
    assert found.reward._target_.endswith("Pnl")
    assert settings.agent_name(run) == "ppo"
    assert settings.changed(config)
    assert not settings.changed(called(f"run={run.path}"))


def test_a_saved_run_keeps_its_parts(run):
    with pytest.raises(ConfigError, match="keeps its reward"):
        settings.of_saved_run(run, called("reward=inventory_penalty"))


def test_a_strangers_run_is_not_trusted(run):
    text = run.read("config.yaml").replace("hft_gym.envs.rewards.pnl.Pnl", "os.system")
    run.write("config.yaml", text)
    with pytest.raises(ConfigError, match="trust=true"):
        settings.of_saved_run(run, called())
    assert settings.of_saved_run(run, called("trust=true")).reward._target_ == "os.system"


def test_a_stranger_cannot_ask_for_the_environment(run, monkeypatch):
    monkeypatch.setenv("SECRET", "of the user")
    text = run.read("config.yaml")
    for asked in ("output: ${oc.env:SECRET}", "references: {output: '{oc.env:SECRET}'}"):
        lines = [line for line in text.splitlines() if not line.startswith("output:")]
        kept = "\n".join(lines).split("references:")[0]
        run.write("config.yaml", f"{kept}\nagent_name: ppo\n{asked}\n")
        with pytest.raises(ConfigError, match="trust=true"):
            settings.of_saved_run(run, called())


def a_run(tmp_path, *overrides):
    folder = RunFolder(tmp_path)
    config = settings.of_new_run(composed(*overrides))
    folder.write("config.yaml", settings.as_yaml(config, "ppo"))
    return folder


def test_a_change_reaches_what_refers_to_it(tmp_path):
    run = a_run(tmp_path, "task=trading", "placement=join_then_cross")
    found = settings.of_saved_run(run, called("placement.patience_s=9", "latency.entry.ns=3"))
    assert found.action.placement.patience_s == 9
    assert (found.latency.entry.ns, found.latency.cancel.ns) == (3, 3)
    # and again, from what that call wrote
    run.write("config.yaml", settings.as_yaml(found, "ppo"))
    again = settings.of_saved_run(run, called("latency.entry.ns=4"))
    assert (again.latency.cancel.ns, again.action.placement.patience_s) == (4, 9)


def test_a_change_of_what_refers_stays_alone(tmp_path):
    run = a_run(tmp_path)
    found = settings.of_saved_run(run, called("seed=3", "strategy.random.seed=5"))
    assert (found.seed, found.strategy.random.seed) == (3, 5)
    assert "strategy.random.seed" not in found.references


def test_what_was_edited_by_hand_stays(tmp_path):
    run = a_run(tmp_path)
    config = OmegaConf.create(run.read("config.yaml"))
    config.latency.cancel.ns = 8
    run.write("config.yaml", OmegaConf.to_yaml(config))
    found = settings.of_saved_run(run, called("latency.entry.ns=3", "seed=3"))
    assert (found.latency.entry.ns, found.latency.cancel.ns) == (3, 8)
    assert (found.seed, found.strategy.random.seed) == (3, 3)


@pytest.mark.parametrize("tag", ["!!python/object/apply:os.system [ls]", "!!python/name:os.system"])
def test_a_strangers_yaml_runs_nothing(run, tag, monkeypatch):
    monkeypatch.setattr("os.system", lambda command: pytest.fail(command))
    run.write("config.yaml", run.read("config.yaml") + f"extra: {tag}\n")
    with pytest.raises(InputError, match="cannot be read"):
        settings.of_saved_run(run, called())


@pytest.mark.parametrize("text", ["a: [", "- 1", "just words", "\x00"])
def test_settings_that_cannot_be_read_are_one_line(run, text):
    run.write("config.yaml", text)
    with pytest.raises(InputError, match="cannot be read"):
        settings.of_saved_run(run, called())
