"""Write constraints.txt anew from what .venv holds: python scripts/refresh_pins.py."""

import importlib.metadata
import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
NOT_PINNED = {"hft_gym", "pip", "setuptools", "wheel"}


def pins() -> list[str]:
    """`name==version` of every installed package, without local build tags such as +cpu."""
    found = {}
    for package in importlib.metadata.distributions():
        name = package.metadata["Name"]
        if name.replace("-", "_").lower() not in NOT_PINNED:
            found[re.sub(r"[-_.]+", "-", name).lower()] = (name, package.version.split("+")[0])
    return [f"{name}=={version}" for _, (name, version) in sorted(found.items())]


def main() -> None:
    """Write the file beside pyproject.toml."""
    lines = pins()
    (ROOT / "constraints.txt").write_text("\n".join(lines) + "\n")
    print(f"{len(lines)} pins of {sys.prefix}")


if __name__ == "__main__":
    main()
