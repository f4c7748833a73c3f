"""Build tapes of Databento MBO files, or of every one in folders, in parallel.

A tape that was built before from the same content with the same wishes is only opened. In a folder,
files of other schemas and files without the instrument are passed over; definition files beside
the data tell tick sizes. A file that fails stops no other one: it is listed at the end, and the
exit status is 2.
"""

import argparse
import sys
from contextlib import closing
from pathlib import Path

from hft_gym.errors import ConfigError
from hft_gym.kernel.cores import usable_cores

NAME = "build"
HELP = "build tapes of files and folders"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Arguments of the command."""
    parser.add_argument(
        "paths", nargs="+", type=Path, metavar="PATH",
        help=".dbn or .dbn.zst file of the mbo schema, or a folder of them",
    )  # fmt: skip
    parser.add_argument(
        "--jobs", type=int, default=None, metavar="N",
        help="processes, each with a file of its own (default: all cores)",
    )  # fmt: skip
    parser.add_argument(
        "--instrument", metavar="I", help="raw symbol or instrument id, where a file holds several"
    )
    parser.add_argument(
        "--tick-size", type=float, metavar="T",
        help="price step in points, if the files do not tell it or are wrong",
    )  # fmt: skip
    parser.add_argument(
        "--session", nargs="+", metavar="TIME",
        help="start and end as HH:MM[:SS] (UTC), ISO time or ns since the epoch, a dash leaves one "
        "to the data; or calendar[:NAME][:regular|:all]",
    )  # fmt: skip
    parser.add_argument(
        "--cache", type=Path, metavar="DIR",
        help="folder of the tapes (default: tapes in $HFT_GYM_CACHE or ~/.cache/hft_gym)",
    )  # fmt: skip


def run(options: argparse.Namespace) -> int:
    """Build what the paths name, one line a tape; 2 where something failed."""
    from hft_gym.commands.support.building import Built, Wishes, sources_of
    from hft_gym.commands.support.pool import built_in_order
    from hft_gym.commands.support.progress import progress_bar

    jobs = _jobs(options.jobs)
    wishes = Wishes(options.instrument, options.tick_size, _session(options.session), options.cache)
    sources = [source for path in options.paths for source in sources_of(path)]
    total_bytes = sum(source.size_bytes for source in sources)
    results: list[Built] = []
    with (
        progress_bar("building", total_bytes) as bar,
        closing(built_in_order(sources, wishes, jobs, bar.show)) as found,
    ):
        for result in found:
            results.append(result)
            if result.line:
                bar.say(result.line)
    failures = [result.failure for result in results if result.failure]
    if not failures and not any(result.line for result in results):
        failures = [result.passed for result in results if result.passed][:1]
    for failure in failures:
        print(f"error: {failure}", file=sys.stderr)
    if len(failures) > 1:
        print(f"error: {len(failures)} of {len(sources)} files failed", file=sys.stderr)
    return 2 if failures else 0


def _jobs(wanted: int | None) -> int:
    if wanted is None:
        return usable_cores()
    if wanted < 1:
        raise ConfigError(f"--jobs {wanted} makes no sense; give 1 or more")
    return wanted


def _session(wanted: list[str] | None) -> tuple[str | None, str | None] | str:
    if wanted is None:
        return None, None
    if len(wanted) == 1:
        return wanted[0]
    if len(wanted) > 2:
        raise ConfigError(f"--session {' '.join(wanted)}: give a start and an end, or a calendar")
    start, end = (None if bound == "-" else bound for bound in wanted)
    return start, end
