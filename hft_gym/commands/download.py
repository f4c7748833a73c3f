"""Download market data from Databento: the price first, then a file for each day (UTC).

Days that are there already are passed over, so an interrupted download is taken up again by the
same command. The key is read from DATABENTO_API_KEY. With --batch the vendor prepares the files;
--job fetches a job that was ordered before, at no further cost.
"""

import argparse
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

from hft_gym.errors import ConfigError, InputError

if TYPE_CHECKING:
    from hft_gym.commands.support.vendor import Request, Span, Vendor

NAME = "download"
HELP = "download data from Databento"

REFUSED = 1
_POLL_S = 5.0


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Arguments of the command."""
    parser.add_argument("--dataset", metavar="CODE", help="such as GLBX.MDP3")
    parser.add_argument("--symbols", nargs="+", metavar="S", help="such as ESH4")
    parser.add_argument("--schema", default="mbo", help="default: mbo")
    parser.add_argument("--start", metavar="TIME", help="ISO date or time (UTC), inclusive")
    parser.add_argument("--end", metavar="TIME", help="ISO date or time (UTC), exclusive")
    parser.add_argument(
        "--stype-in", default="raw_symbol", metavar="TYPE",
        help="what the symbols are: raw_symbol (default), continuous, parent or instrument_id",
    )  # fmt: skip
    parser.add_argument("--output", type=Path, required=True, metavar="DIR", help="folder to fill")
    parser.add_argument("--yes", action="store_true", help="do not ask before buying")
    parser.add_argument("--batch", action="store_true", help="let the vendor prepare the files")
    parser.add_argument("--job", metavar="ID", help="fetch this batch job, ordered before")


def run(options: argparse.Namespace) -> int:
    """Estimate, ask, download; 1 where the user would not.

    Raises:
        HftGymError: arguments are missing, or the service refuses or cannot be reached.
    """
    from hft_gym.commands.support.vendor import (
        Request,
        Span,
        Vendor,
        check_folder,
        claim_folder,
        time_of,
    )

    if options.job:
        return _fetch(Vendor(), options.job, options.output)
    missing = [n for n in ("dataset", "symbols", "start", "end") if not getattr(options, n)]
    if missing:
        raise ConfigError(f"tell what to download: --{', --'.join(missing)}")
    request = Request(options.dataset, tuple(options.symbols), options.schema, options.stype_in)
    span = Span(time_of(options.start), time_of(options.end))
    if span.end <= span.start:
        raise ConfigError(f"end {options.end} is not after start {options.start}; swap them")
    vendor = Vendor()
    output: Path = options.output
    wanted = [span] if options.batch else span.days()
    check_folder(output, request)
    left = [day for day in wanted if not (output / day.file_name(request)).is_file()]
    if len(left) < len(wanted):
        print(f"{len(wanted) - len(left)} of {len(wanted)} files are there already")
    if not left:
        return 0
    if not _agreed(vendor, request, left, options.yes):
        print("nothing was downloaded")
        return REFUSED
    if options.batch:
        return _fetch(vendor, vendor.submit(request, span), output)
    claim_folder(output, request)
    _download(vendor, request, left, output)
    return 0


def _agreed(vendor: "Vendor", request: "Request", days: list["Span"], yes: bool) -> bool:
    """Say what it costs, and ask."""
    estimate = vendor.estimate(request, _joined(days))
    print(
        f"{request.dataset} {request.schema} {' '.join(request.symbols)}, {len(days)} files: "
        f"{estimate.records:,} records, {estimate.size_bytes / 1e6:,.1f} MB before compression, "
        f"{estimate.cost_usd:,.2f} USD"
    )
    if yes:
        return True
    try:
        return input("Download? [y/N] ").strip().lower() in ("y", "yes")
    except EOFError:  # nobody is there to answer
        print()
        return False


def _joined(days: list["Span"]) -> list["Span"]:
    """The same times in as few spans as possible."""
    from hft_gym.commands.support.vendor import Span

    joined: list[Span] = []
    for day in days:
        if joined and joined[-1].end == day.start:
            joined[-1] = Span(joined[-1].start, day.end)
        else:
            joined.append(day)
    return joined


def _download(vendor: "Vendor", request: "Request", days: list["Span"], output: Path) -> None:
    from tqdm import tqdm

    from hft_gym.commands.support.vendor import NoSymbolError

    done, passed = 0, []
    with tqdm(total=len(days), unit="day", disable=not sys.stderr.isatty()) as bar:
        for day in days:
            bar.set_postfix_str(f"{day.start:%Y-%m-%d}")
            try:
                vendor.download(request, day, output / day.file_name(request))
                done += 1
            except NoSymbolError as error:  # a day before its listing, or a weekend
                passed.append(str(error))
            bar.update()
    for line in passed:
        print(f"passed over: {line}", file=sys.stderr)
    if not done:
        raise InputError("no day has any of the symbols; check them")
    print(f"{done} files in {output}")


def _fetch(vendor: "Vendor", job_id: str, output: Path) -> int:
    """Wait for a job and download it, compared with its manifest."""
    from hft_gym.kernel.jit import cache_root
    from hft_gym.tape.batch import verify_batch

    print(f"job {job_id}; if this is interrupted, go on with --job {job_id}", flush=True)
    while (state := vendor.job_state(job_id)) != "done":
        if state not in ("received", "queued", "processing"):
            raise InputError(f"job {job_id} is {state}; order it again")
        time.sleep(_POLL_S)
    folder = vendor.download_job(job_id, output)
    verify_batch(folder, cache_root() / "tapes")
    print(f"job {job_id} in {folder}")
    return 0
