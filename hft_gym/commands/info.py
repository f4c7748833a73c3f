"""Describe a DBN file of any schema, a LOBSTER pair or a tape: what it holds, when, and how busy.

Of one instrument's book it tells what was odd, the session (the longest stretch with a two-sided
book that is not crossed), and inside it the range of the touch and the spread over time. That needs
a tape, which is built of MBO, MBP, TBBO, trades and LOBSTER and stays in the cache; of other quotes
the spread alone is told. Times are UTC.
"""

import argparse
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hft_gym.commands.support.facts import Facts

NAME = "info"
HELP = "describe a DBN file, a LOBSTER pair or a tape"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Arguments of the command."""
    parser.add_argument(
        "file", type=Path, metavar="FILE_OR_TAPE",
        help=".dbn, .dbn.zst or .arrow file; a file of a LOBSTER pair, or the folder of one",
    )  # fmt: skip
    parser.add_argument(
        "--instrument", metavar="I",
        help="raw symbol or instrument id whose book is described, where a file holds several; "
        "ticker, where a folder holds several LOBSTER pairs",
    )  # fmt: skip
    parser.add_argument(
        "--cache", type=Path, metavar="DIR",
        help="folder of the tapes (default: tapes in $HFT_GYM_CACHE or ~/.cache/hft_gym)",
    )  # fmt: skip
    parser.add_argument("--json", action="store_true", help="one JSON object instead of text")


def run(options: argparse.Namespace) -> int:
    """Print the description."""
    from hft_gym.commands.support.facts import as_json, as_lines

    facts = _facts(options)
    if options.json:
        print(json.dumps(as_json(facts), indent=2))
    else:
        print("\n".join(as_lines(facts, sys.stdout)))
    return 0


def _facts(options: argparse.Namespace) -> "Facts":
    if options.file.suffix == ".arrow":
        from hft_gym.commands.support.tape_facts import tape_facts
        from hft_gym.tape.market_tape import MarketTape

        return tape_facts(MarketTape.open(options.file))
    from hft_gym.tape.lobster import is_lobster

    if is_lobster(options.file):
        from hft_gym.commands.support.lobster_facts import lobster_facts

        return lobster_facts(options.file, options.instrument, options.cache)
    from hft_gym.commands.support.dbn_facts import dbn_facts

    return dbn_facts(options.file, options.instrument, options.cache)
