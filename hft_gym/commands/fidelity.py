"""Put orders of ours in the place of a file's real ones and compare their fates.

Every order of an MBO file that came and went within its session is taken away and replaced by ours:
same side, price, size and place in time. The simulated exchange says what becomes of it under each
queue model; the real order's fate is known. The table shows how often they agree. Models of price
levels see the same market without order ids: their rows tell what such data cost.
"""

import argparse
import json
from pathlib import Path
from typing import Any

NAME = "fidelity"
HELP = "compare simulated fills with the fates of a file's real orders"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Arguments of the command."""
    parser.add_argument("file", type=Path, metavar="FILE", help=".dbn or .dbn.zst file, schema mbo")
    parser.add_argument(
        "--models", metavar="A,B",
        help="queue models such as fifo,power2 (default: fifo and all that follow levels)",
    )  # fmt: skip
    parser.add_argument(
        "--latency-ms", type=float, default=0.0, metavar="MS",
        help="judge only orders that lived at least so long (default: 0)",
    )  # fmt: skip
    parser.add_argument(
        "--sample", type=int, metavar="N", help="judge N orders drawn at random (default: all)"
    )
    parser.add_argument("--seed", type=int, default=0, metavar="S", help="of the draw (default: 0)")
    parser.add_argument(
        "--instrument", metavar="I", help="raw symbol or instrument id, where a file holds several"
    )
    parser.add_argument(
        "--tick-size", type=float, metavar="POINTS", help="price step, if the file does not tell it"
    )
    parser.add_argument(
        "--session", nargs=2, metavar=("START", "END"),
        help="HH:MM (UTC) or ISO times (default: the longest stretch with a two-sided book)",
    )  # fmt: skip
    parser.add_argument(
        "--cache", type=Path, metavar="DIR",
        help="folder of the tapes (default: tapes in $HFT_GYM_CACHE or ~/.cache/hft_gym)",
    )  # fmt: skip
    shown = parser.add_mutually_exclusive_group()
    shown.add_argument("--json", action="store_true", help="one JSON object instead of a table")
    shown.add_argument("--markdown", action="store_true", help="the table for a page")


def run(options: argparse.Namespace) -> int:
    """Print the table."""
    from hft_gym.evaluation.fidelity.report import as_markdown, as_text

    fidelity = _fidelity(options)
    if options.json:
        print(json.dumps(fidelity.as_json(), indent=2, allow_nan=False))
    else:
        print((as_markdown if options.markdown else as_text)(fidelity))
    return 0


def _fidelity(options: argparse.Namespace) -> Any:
    from hft_gym.errors import ConfigError, InputError
    from hft_gym.evaluation.fidelity.models import chosen_models
    from hft_gym.evaluation.fidelity.report import judge
    from hft_gym.tape.build import build_tapes

    names = [name.strip() for name in (options.models or "").split(",") if name.strip()]
    models = chosen_models(names)
    if not 0.0 <= options.latency_ms < 1e9:
        raise ConfigError(f"--latency-ms {options.latency_ms:g} is no delay; give 0 or more")
    if options.sample is not None and options.sample < 1:
        raise ConfigError(f"--sample {options.sample} judges nothing; give 1 or more")
    if options.seed < 0:
        raise ConfigError(f"--seed {options.seed} is below 0; give 0 or more")
    tapes = build_tapes(
        options.file,
        instrument=options.instrument,
        tick_size=options.tick_size,
        session=options.session,
        cache=options.cache,
    )
    if len(tapes) > 1:
        held = ", ".join(f"{t.meta.instrument.instrument_id} {t.meta.label}" for t in tapes)
        raise InputError(
            f"{options.file} gives {len(tapes)} tapes ({held}); give one file and --instrument"
        )
    return judge(
        tapes[0],
        models,
        latency_ns=round(options.latency_ms * 1e6),
        sample=options.sample,
        seed=options.seed,
    )
