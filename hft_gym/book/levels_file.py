"""The levels of every packet of a Databento MBO file as a table, named as in Databento's MBP-10."""

import os
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet
from numpy.typing import NDArray

from hft_gym.book.depth import DepthReader, DepthRows
from hft_gym.errors import ConfigError, InputError
from hft_gym.kernel.jit import enable_cache
from hft_gym.tape.chooser import Chooser, NothingThereError, choices
from hft_gym.tape.dbn import UNDEF_PRICE, DbnFile, open_dbn
from hft_gym.tape.instrument import PRICE_UNITS
from hft_gym.tape.records import UNDEF_TIME
from hft_gym.tape.schemas import require_schema

MOST_DEPTH = 1000
PRICE_FORMS = ("float", "fixed")
_PIECE_CELLS = 1 << 20  # levels of one side that are held in memory at a time
_TIME = pa.timestamp("ns", tz="UTC")

Progress = Callable[[str, float], None]


@dataclass(frozen=True, slots=True)
class LevelsSummary:
    """What was written.

    Attributes:
        path: the file.
        rows: packets, a row each.
        records: MBO records read, of the instruments that were asked for.
        anomalies: how many records of each kind of oddity; only kinds that were met.
    """

    path: Path
    rows: int
    records: int
    anomalies: dict[str, int]


def write_levels(
    source: Path | str,
    target: Path | str,
    *,
    depth: int = 10,
    price: str = "float",
    instrument: str | int | None = None,
    progress: Progress | None = None,
) -> LevelsSummary:
    """Write the book after every record that ends a packet, a row each, in the file's order.

    The table is written under a temporary name that becomes `target` when it is complete.

    Args:
        source: a .dbn or .dbn.zst file of the mbo schema.
        target: a .parquet or .csv file; one that is there is replaced.
        depth: levels of each side, 1 to MOST_DEPTH.
        price: `float` in points, NaN where a level is empty; `fixed` i8 in units of 1e-9,
            UNDEF_PRICE where it is empty.
        instrument: raw symbol or instrument id; all if not given.
        progress: told the source's name and the share of it done, a number in [0, 1].

    Raises:
        InputError: the source cannot be read or the target cannot be written.
        ConfigError: another kind of target, depth or price is wanted.
    """
    target = Path(target)
    schema = levels_schema(depth, price)
    if target.suffix not in _WRITERS:
        raise ConfigError(f"cannot write {target}: its name must end in {' or '.join(_WRITERS)}")
    file = open_dbn(source)
    require_schema(file, "mbo")
    enable_cache()
    reader = DepthReader(depth)
    rows = records = 0
    with _whole_file(target) as part, _WRITERS[target.suffix](part, schema) as writer:
        for piece, share in _pieces(file, instrument, max(1, _PIECE_CELLS // depth)):
            found = reader.rows(piece)
            if len(found.record):
                writer.write_batch(_batch(piece, found, schema))
            rows, records = rows + len(found.record), records + len(piece)
            if progress is not None:
                progress(file.path.name, share)
    return LevelsSummary(target, rows, records, reader.anomalies)


def levels_schema(depth: int, price: str = "float") -> pa.Schema:
    """Columns of the table: times, instrument, sequence, then price, size and count by level.

    Raises:
        ConfigError: `depth` or `price` makes no sense.
    """
    if not 1 <= depth <= MOST_DEPTH:
        raise ConfigError(f"depth {depth} is not between 1 and {MOST_DEPTH}; 10 is usual")
    if price not in PRICE_FORMS:
        raise ConfigError(f"price {price!r} is not one of {', '.join(PRICE_FORMS)}")
    prices = pa.float64() if price == "float" else pa.int64()
    heads = [("ts_recv", _TIME), ("ts_event", _TIME)]
    heads += [("instrument_id", pa.uint32()), ("sequence", pa.uint32())]
    levels = [
        (f"{side}_{what}_{level:02d}", kind)
        for level in range(depth)
        for what, kind in (("px", prices), ("sz", pa.uint32()), ("ct", pa.uint32()))
        for side in ("bid", "ask")
    ]
    return pa.schema(heads + levels)


def _pieces(
    file: DbnFile, instrument: str | int | None, most: int
) -> Iterator[tuple[NDArray[np.void], float]]:
    """Records of the instruments that are wanted, at most so many at a time."""
    wanted = [] if instrument is None else choices(file, instrument)
    choosers = [Chooser(file, choice) for choice in wanted]  # one for each id that a symbol had
    is_empty = True
    try:
        for chunk, share in file.chunks():
            records = chunk
            if choosers:
                records = np.concatenate([chooser.choose(chunk) for chooser in choosers])
            is_empty = is_empty and len(records) == 0
            for first in range(0, len(records), most):
                yield records[first : first + most], share
    except OSError as error:
        raise InputError(f"cannot read {file.path}: {error.strerror}; check the disk") from error
    if len(choosers) == 1:
        choosers[0].check()
    elif is_empty:
        raise NothingThereError(f"{file.path} holds no MBO records; download a time with trading")


def _batch(records: NDArray[np.void], rows: DepthRows, schema: pa.Schema) -> pa.RecordBatch:
    """The rows of one piece as columns."""
    ends = records[rows.record]
    arrays = [_times(ends["ts_recv"]), _times(ends["ts_event"])]
    arrays += [pa.array(np.ascontiguousarray(ends[n])) for n in ("instrument_id", "sequence")]
    is_float = schema.field("bid_px_00").type == pa.float64()
    for level in range(rows.lots.shape[2]):
        prices = np.ascontiguousarray(rows.price_e9[:, :, level])
        if is_float:
            prices = np.where(prices == UNDEF_PRICE, np.nan, prices / PRICE_UNITS)
        arrays += [pa.array(side) for side in prices]
        arrays += [pa.array(side) for side in np.ascontiguousarray(rows.lots[:, :, level])]
        arrays += [pa.array(side) for side in np.ascontiguousarray(rows.orders[:, :, level])]
    return pa.record_batch(arrays, schema=schema)


def _times(times_ns: NDArray[np.uint64]) -> pa.Array:
    """Times of the table; one that is undefined is missing."""
    undefined = times_ns >= UNDEF_TIME
    return pa.array(times_ns.astype(np.int64), pa.int64(), mask=undefined).cast(_TIME)


@contextmanager
def _whole_file(target: Path) -> Iterator[Path]:
    """A temporary path beside the target, which it becomes unless something fails."""
    part = target.with_name(f".{target.name}.{uuid.uuid4().hex}.part")
    try:
        part.touch(exist_ok=False)
        yield part
        os.replace(part, target)
    except OSError as error:
        raise InputError(
            f"cannot write {target}: {error.strerror or error}; check the folder and its free space"
        ) from error
    finally:
        part.unlink(missing_ok=True)


def _parquet(path: Path, schema: pa.Schema) -> Any:
    # dictionaries of prices and sizes cost time and, compressed, half as many bytes more
    return pa.parquet.ParquetWriter(path, schema, compression="zstd", use_dictionary=False)


def _csv(path: Path, schema: pa.Schema) -> Any:
    return pa.csv.CSVWriter(path, schema)


_WRITERS = {".parquet": _parquet, ".csv": _csv}
