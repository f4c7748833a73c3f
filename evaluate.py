"""Judge a saved run on held-out data: python evaluate.py run=runs/RUN."""

from datetime import datetime
from pathlib import Path

from agents.openmp import wait_briefly

wait_briefly()  # before torch is loaded

import hydra
import torch
from omegaconf import DictConfig

from agents import build, command, judging, schema, settings, training
from agents.run_folder import RunFolder
from hft_gym.errors import ConfigError


@command.command_line
@hydra.main(version_base="1.3", config_path="conf", config_name="config")
@command.command_line
def main(config: DictConfig) -> None:
    """Load, run, write; values given by name replace the run's own, such as data.path=FILE."""
    if config.run is None or config.resume is not None:
        raise ConfigError("evaluate.py needs a run and nothing to resume: run=runs/RUN")
    run = RunFolder.open(Path(config.run))
    name = settings.agent_name(run)
    is_changed = settings.changed(config)
    config = settings.of_saved_run(run, config)
    torch.set_num_threads(config.torch_threads)

    data = build.datasets(config, build.tapes(config, print))
    model = training.resumed(config, data.train, run.newest_model())

    found = judging.judgement(config, data, model, name)
    # other settings than the run's own must not replace the run's own figures
    place = run.part(f"evaluation_{datetime.now():%Y-%m-%dT%H-%M-%S}") if is_changed else run
    judging.write(place, config, found, run.read("curve.json"))
    print(f"{found.text}\nreport: {place.path / 'report.html'}")


if __name__ == "__main__":
    schema.register()
    main()
