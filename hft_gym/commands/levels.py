"""Write the book after every packet of a Databento MBO file: one row for each F_LAST record.

Columns are named as in Databento's MBP-10 (bid_px_00, ask_px_00, bid_sz_00, ask_sz_00, bid_ct_00,
ask_ct_00 and so on, the touch first) behind ts_recv, ts_event, instrument_id and sequence of the
record that ended the packet. A crossed book is written as it is.
"""

import argparse
from pathlib import Path

NAME = "levels"
HELP = "write price levels (price, size, count) after every packet of an MBO file"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Arguments of the command."""
    parser.add_argument("file", type=Path, metavar="FILE", help=".dbn or .dbn.zst file, schema mbo")
    parser.add_argument(
        "-o", "--output", type=Path, required=True, metavar="OUT",
        help=".parquet or .csv file to write",
    )  # fmt: skip
    parser.add_argument(
        "--depth", type=int, default=10, metavar="N", help="levels of each side (default: 10)"
    )
    parser.add_argument(
        "--price", default="float", metavar="FORM",
        help="float: points, NaN where a level is empty (default); "
        "fixed: whole numbers of 1e-9, 2^63-1 where it is empty",
    )  # fmt: skip
    parser.add_argument(
        "--instrument", metavar="I", help="raw symbol or instrument id (default: all)"
    )


def run(options: argparse.Namespace) -> int:
    """Write the table and say how long it is."""
    from hft_gym.book.levels_file import write_levels
    from hft_gym.commands.support.progress import progress_bar
    from hft_gym.commands.support.text import counted

    total_bytes = options.file.stat().st_size if options.file.is_file() else 0
    with progress_bar(options.file.name, total_bytes) as bar:
        summary = write_levels(
            options.file,
            options.output,
            depth=options.depth,
            price=options.price,
            instrument=options.instrument,
            progress=lambda _, share: bar.show(share * total_bytes),
        )
    print(
        f"{summary.path}: {summary.rows:,} rows of {summary.records:,} records; "
        f"anomalies: {counted(summary.anomalies)}"
    )
    return 0
