"""Train an agent on market data and judge it on held-out data: python train.py --help."""

import sys
from importlib import import_module
from pathlib import Path
from threading import Thread

from agents.openmp import wait_briefly

wait_briefly()  # before torch is loaded

import hydra
import torch
from omegaconf import DictConfig

from agents import build, command, judging, schema, settings, training
from agents.run_folder import RunFolder, versions
from hft_gym.envs.ahead import CompilingAhead
from hft_gym.errors import ConfigError

ROOT = Path(__file__).resolve().parent


@command.command_line
@hydra.main(version_base="1.3", config_path="conf", config_name="config")
@command.command_line
def main(config: DictConfig) -> None:
    """Compose, build, run, write."""
    if config.run is not None:
        raise ConfigError("train.py continues a run with resume=RUN; run=RUN is for evaluate.py")
    old = None if config.resume is None else RunFolder.open(Path(config.resume))
    name = settings.agent_name(old)
    config = settings.of_saved_run(old, config) if old else settings.of_new_run(config)
    torch.set_num_threads(config.torch_threads)

    # optimisers import it, which takes a second: let it come while kernels read the tapes
    Thread(target=import_module, args=["torch._dynamo"], daemon=True).start()
    with CompilingAhead(build.models(config), build.market_parts(config)):
        tapes = build.tapes(config, print)
        data = build.datasets(config, tapes)
    if old:
        model = training.resumed(config, data.train, old.newest_model())
    else:
        model = training.fresh(config, data.train)

    folder = old or RunFolder.create(Path(config.output), name, config.seed)
    folder.write("config.yaml", settings.as_yaml(config, name))
    folder.write("versions.json", versions(build.sources(tapes), ROOT))
    print(
        f"training {name} on {len(tapes)} days of {tapes[0].meta.instrument.symbol}: {folder.path}"
    )
    if not training.train(config, model, folder):
        print(f"interrupted; the model is saved in {folder.path / 'model.zip'}", file=sys.stderr)
        print(f"go on with: python train.py resume={folder.path}", file=sys.stderr)
        sys.exit(command.INTERRUPTED)

    found = judging.judgement(config, data, model, name)
    judging.write(folder, config, found, folder.read("curve.json"))
    print(f"\n{found.text}\nreport: {folder.path / 'report.html'}")


if __name__ == "__main__":
    schema.register()
    main()
