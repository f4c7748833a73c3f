"""Put measured figures into README.md.

    python scripts/refresh_readme.py RUN [BENCHMARK.json]
    python scripts/refresh_readme.py --fidelity FILE
    python scripts/refresh_readme.py --training [BENCHMARK.json]

Fills what stands between `<!-- figures:NAME -->` and `<!-- /figures:NAME -->`: the table and the
picture of a run, and the speed from the output of `python -m benchmarks.env --json`; or, of an MBO
file, how simulated fills compare with the fates of its real orders; or how fast agents train, from
the output of `python -m benchmarks.training --json`.
"""

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]


def filled(text: str, name: str, body: str) -> str:
    """`text` with the block `name` holding `body`.

    Raises:
        ValueError: the text has no such block.
    """
    pattern = rf"(<!-- figures:{name} -->\n).*?(<!-- /figures:{name} -->)"
    new, count = re.subn(pattern, lambda m: f"{m[1]}{body}\n{m[2]}", text, flags=re.DOTALL)
    if count != 1:
        raise ValueError(f"README.md has {count} blocks figures:{name}, it needs one")
    return new


def speed(measured: dict[str, Any]) -> str:
    """One sentence from the benchmark's figures."""
    m = measured
    million = {name: f"{m[name] / 1e6:.1f} M" for name in m if name.endswith("steps_per_s")}
    return (
        f"{million['env_steps_per_s']} environment steps/s ({m['events_per_s'] / 1e6:.0f} M market "
        f"events/s at {m['events_per_step']:.0f} events a step, {m['features']:.0f} features, new "
        f"random quotes on both sides at every step) on {m['threads']:.0f} thread of "
        f"{m['machine']}, two threads are {m['two_threads_speedup']:.1f} times as fast; "
        f"{million['kept_quotes_env_steps_per_s']} where quotes are kept for ten steps, "
        f"{million['idle_env_steps_per_s']} where nothing is quoted. The Stable-Baselines3 adapter "
        f"costs {max(0.0, m['sb3_overhead_pct']):.0f} % more."
    )


def training_speed(measured: dict[str, Any]) -> str:
    """One sentence from the figures of `benchmarks.training`."""
    m = measured
    thousand = {name: f"{m[name] / 1e3:.0f} k" for name in m if name.endswith("_fps")}
    return (
        f"`agent=ppo` trains at {thousand['ppo_fps']} steps/s, {m['ppo_share_of_zero_env']:.0%} of "
        f"what it reaches on environments that cost nothing; `agent=ppo_fast` at "
        f"{thousand['ppo_fast_fps']} ({m['num_envs']:,} environments; {m['machine']})."
    )


def figures(benchmark: str, saved: str | None) -> dict[str, Any]:
    """What a benchmark measures, now or in a file of earlier."""
    if saved is not None:
        return json.loads(Path(saved).read_text())
    command = [sys.executable, "-m", f"benchmarks.{benchmark}", "--json"]
    return json.loads(subprocess.check_output(command, cwd=ROOT, text=True))


def main(run: str, benchmark: str | None = None) -> None:
    """Fill every block of README.md."""
    folder = Path(run)
    measured = figures("env", benchmark)
    shutil.copyfile(folder / "picture.png", ROOT / "docs" / "picture.png")
    page = ROOT / "README.md"
    text = page.read_text()
    text = filled(text, "table", f"```text\n{(folder / 'table.txt').read_text().rstrip()}\n```")
    text = filled(text, "picture", "![One held-out episode](docs/picture.png)")
    text = filled(text, "speed", speed(measured))
    page.write_text(text)
    print(f"README.md: figures of {folder.name}")


def compare_training(benchmark: str | None = None) -> None:
    """Fill the block `training` of README.md."""
    page = ROOT / "README.md"
    body = training_speed(figures("training", benchmark))
    page.write_text(filled(page.read_text(), "training", body))
    print("README.md: speed of training")


def compare_fills(file: str) -> None:
    """Fill the block `fidelity` of README.md with the table of an MBO file."""
    command = [sys.executable, "-m", "hft_gym", "fidelity", file, "--markdown"]
    table = subprocess.check_output(command, cwd=ROOT, text=True)
    page = ROOT / "README.md"
    page.write_text(filled(page.read_text(), "fidelity", table.rstrip()))
    print(f"README.md: fills of {Path(file).name}")


if __name__ == "__main__":
    if len(sys.argv) == 3 and sys.argv[1] == "--fidelity":
        compare_fills(str(Path(sys.argv[2]).resolve()))
        sys.exit()
    if sys.argv[1:2] == ["--training"] and len(sys.argv) <= 3:
        compare_training(*sys.argv[2:])
        sys.exit()
    if len(sys.argv) not in (2, 3):
        sys.exit(__doc__)
    main(*sys.argv[1:])
