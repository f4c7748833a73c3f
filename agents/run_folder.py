"""The folder of one run: what was asked, with what versions, and everything it produced.

| in runs/2024-05-08T14-30-00_ppo_seed0/ | what |
|---|---|
| config.yaml | the resolved configuration, and what referred to what; read again later |
| versions.json | git commit, packages, machine, sha256 of the data |
| curve.json | mean reward of the training's rollouts |
| model.zip | weights, optimiser, normalisation statistics, progress: one file, never half |
| checkpoints/ | models on the way, named by their timesteps |
| events.out... | TensorBoard |
| table.txt, table.json, picture.png, report.html | the judgement on held-out data |
"""

import importlib.metadata
import json
import os
import platform
import subprocess
from datetime import datetime
from pathlib import Path

from hft_gym.errors import InputError
from hft_gym.evaluation.files import write_whole

PACKAGES = (
    "databento-dbn", "gymnasium", "hft_gym", "hydra-core", "numba", "numpy", "pyarrow",
    "stable_baselines3", "torch", "zstandard",
)  # fmt: skip


class RunFolder:
    """Paths of one run, and writing that leaves either the whole file or none."""

    def __init__(self, path: Path) -> None:
        self.path = path

    @classmethod
    def create(cls, root: Path, agent: str, seed: int) -> "RunFolder":
        """Make a new, empty folder named by the moment, the agent and the seed.

        Raises:
            InputError: nothing can be written there.
        """
        name = f"{datetime.now():%Y-%m-%dT%H-%M-%S}_{agent}_seed{seed}"
        try:
            root.mkdir(parents=True, exist_ok=True)
            for suffix in ["", *(f"-{i}" for i in range(2, 100))]:
                path = root / (name + suffix)
                if not path.exists():
                    path.mkdir()
                    return cls(path)
        except OSError as error:
            raise InputError(
                f"cannot write runs to {root}: {error.strerror}; choose another with output=FOLDER"
            ) from error
        raise InputError(f"{root / name} and 98 more exist already; wait a second")

    @classmethod
    def open(cls, path: Path) -> "RunFolder":
        """An existing run.

        Raises:
            InputError: there is no run in that folder.
        """
        if not (path / "config.yaml").is_file():
            raise InputError(f"{path} is not a run: it has no config.yaml; see `ls runs`")
        return cls(path)

    def write(self, name: str, content: str | bytes) -> Path:
        """Write one file of the run, whole or not at all.

        Raises:
            InputError: the file cannot be written.
        """
        write_whole(self.path / name, content)
        return self.path / name

    def read(self, name: str) -> str | None:
        """Text of a file of the run; None where there is none."""
        path = self.path / name
        return path.read_text(encoding="utf-8") if path.is_file() else None

    def part(self, name: str) -> "RunFolder":
        """A folder within the run, made when something is written to it."""
        return RunFolder(self.path / name)

    def checkpoints(self) -> list[Path]:
        """Saved models on the way, oldest first."""
        return sorted((self.path / "checkpoints").glob("[0-9]*.zip"))

    def newest_model(self) -> Path:
        """The model that was saved last: the final one or a checkpoint after it.

        Raises:
            InputError: nothing was saved.
        """
        found = [p for p in [*self.checkpoints(), self.path / "model.zip"] if p.is_file()]
        if not found:
            raise InputError(f"{self.path} holds no model: the run ended before its first save")
        return max(found, key=lambda p: p.stat().st_mtime_ns)


def versions(sources: dict[str, str], root: Path) -> str:
    """JSON of everything outside the configuration that a result depends on.

    Args:
        sources: sha256 of each source of market data, by name.
        root: the checkout whose commit is recorded.
    """
    commit = _git(root, "rev-parse", "HEAD")
    changes = _git(root, "status", "--porcelain")
    found = {
        "git_commit": commit or "unknown",
        "git_dirty": None if changes is None else bool(changes),
        "python": platform.python_version(),
        "platform": platform.platform(),
        "cpu_count": os.cpu_count(),
        "packages": {name: _version(name) for name in PACKAGES},
        "data_sha256": sources,
    }
    return json.dumps(found, indent=2) + "\n"


def _git(root: Path, *arguments: str) -> str | None:
    try:
        found = subprocess.run(
            ["git", "-C", str(root), *arguments], capture_output=True, text=True, check=True
        )
    except (OSError, subprocess.CalledProcessError):
        return None
    return found.stdout.strip()


def _version(name: str) -> str | None:
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return None
