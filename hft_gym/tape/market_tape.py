"""The tape: resolved rows of one instrument and one day, mapped from an Arrow file."""

import dataclasses
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from hft_gym.errors import InputError
from hft_gym.tape.copying import CopyingSink
from hft_gym.tape.instrument import Instrument
from hft_gym.tape.rows import COLUMNS, FORMAT_VERSION, Kind
from hft_gym.tape.status import StatusChange
from hft_gym.tape.whole_file import whole_file

_META_KEY = b"hft_gym.tape"


@dataclass(frozen=True, slots=True)
class TapeMeta:
    """What a tape is made of.

    Attributes:
        instrument: what is traded.
        label: day of the session's start in UTC, such as `2023-12-25`.
        source: name of the file it was built from.
        source_sha256: digest of that file's content.
        records: how many source records of each action (`A`, `C`, `M`, `T`, `F`, `R`, `N`).
        anomalies: how many records of each kind of oddity; only kinds that were met.
        observed: counts of what some sources hold by nature, such as packets after which the book
            is crossed and gaps in the sequence numbers; see `hft_gym.tape.orders.Observation`.
        session_start_ns: local time from which on the book can be traded.
        session_end_ns: local time of the last row of the session.
        low_ticks: lowest best bid inside the session; of `trades`, their lowest price.
        high_ticks: highest best ask inside the session; of `trades`, their highest price.
        tick_size_from: `user`, `definition`, `known roots`, `dataset` or `prices`.
        schema: of the source: `mbo` shows every order, `mbp-10`, `mbp-1` and `tbbo` the best
            levels, `trades` no book at all.
        status: changes of the instrument's trading state, where the source has them.
        trading_spans_ns: local times from and until which it traded within the session.
        local_clock: `capture`, or `exchange` where the source has no capture clock and
            `ts_local_ns` equals `ts_exchange_ns`.
        condition: days (ISO date) of the source that its vendor does not call whole, and what it
            calls them, such as `degraded`.
        format_version: of the columns and of this metadata.
    """

    instrument: Instrument
    label: str
    source: str
    source_sha256: str
    records: dict[str, int]
    anomalies: dict[str, int]
    session_start_ns: int
    session_end_ns: int
    low_ticks: int
    high_ticks: int
    tick_size_from: str = "definition"
    schema: str = "mbo"
    status: tuple[StatusChange, ...] = ()
    trading_spans_ns: tuple[tuple[int, int], ...] = ()
    local_clock: str = "capture"
    condition: dict[str, str] = field(default_factory=dict)
    observed: dict[str, int] = field(default_factory=dict)
    format_version: int = FORMAT_VERSION

    def to_json(self) -> str:
        """Text that `from_json` reads back."""
        return json.dumps(dataclasses.asdict(self), sort_keys=True)

    @staticmethod
    def from_json(text: str | bytes) -> "TapeMeta":
        """Metadata of a text written by `to_json`."""
        fields: dict[str, Any] = json.loads(text)
        instrument = Instrument(**fields.pop("instrument"))
        status = tuple(StatusChange(**change) for change in fields.pop("status", ()))
        spans = tuple((start, end) for start, end in fields.pop("trading_spans_ns", ()))
        return TapeMeta(instrument=instrument, status=status, trading_spans_ns=spans, **fields)


class MarketTape:
    """Columns of a tape as read-only arrays over the mapped file, with its metadata.

    Attributes:
        ts_exchange_ns: `[rows]` i8, ts_local_ns: `[rows]` i8, kind: `[rows]` u1, side: `[rows]` i1,
            px_ticks: `[rows]` i4, lots: `[rows]` i4, queue_key: `[rows]` i8, flags: `[rows]` u1;
            see `hft_gym.tape.rows`.
        meta: what the tape is made of.
        path: the Arrow file.
    """

    ts_exchange_ns: NDArray[np.int64]
    ts_local_ns: NDArray[np.int64]
    kind: NDArray[np.uint8]
    side: NDArray[np.int8]
    px_ticks: NDArray[np.int32]
    lots: NDArray[np.int32]
    queue_key: NDArray[np.int64]
    flags: NDArray[np.uint8]

    def __init__(self, path: Path, columns: Mapping[str, NDArray[Any]], meta: TapeMeta) -> None:
        self.path = path
        self.meta = meta
        for name in COLUMNS:
            setattr(self, name, columns[name])

    def __len__(self) -> int:
        return len(self.kind)

    def __repr__(self) -> str:
        meta = self.meta
        return f"MarketTape({meta.instrument.symbol} {meta.label}, {len(self):,} rows)"

    def __reduce__(self) -> tuple[Any, ...]:
        """Another process maps the same file instead of getting a copy of the columns."""
        return MarketTape.open, (self.path,)

    def no_session(self, remedy: str) -> InputError:
        """What to tell a user who wants to trade where nothing can be traded.

        Args:
            remedy: what helps where the book was never fit for it.
        """
        source = self.meta.source
        if self.meta.schema == "trades":
            return InputError(
                f"{source} holds trades alone and no book to trade against; "
                "give data of the schema mbo, mbp-10, mbp-1 or tbbo"
            )
        return InputError(f"{source}: no trading session found in {len(self)} rows; {remedy}")

    @staticmethod
    def open(path: Path | str) -> "MarketTape":
        """Map a tape into memory; nothing is copied.

        Raises:
            InputError: the file is missing, no tape, of another format version, or damaged.
        """
        path = Path(path)
        try:
            batch = _only_batch(path)
            meta = TapeMeta.from_json(batch.schema.metadata[_META_KEY])
        except FileNotFoundError:
            raise InputError(f"no tape at {path}; build it with build_tapes") from None
        except (OSError, pa.ArrowInvalid, KeyError, TypeError, ValueError) as error:
            reason = str(error).partition("\n")[0]
            raise InputError(
                f"{path} is not a tape ({reason}); delete it and build again"
            ) from None
        columns = _checked_columns(path, batch, meta)
        return MarketTape(path, columns, meta)

    @staticmethod
    def write(
        path: Path | str,
        columns: Mapping[str, NDArray[Any]],
        meta: TapeMeta,
        files: Mapping[str, int] | None = None,
    ) -> "MarketTape":
        """Write a tape under a temporary name, give it its own when complete, and open it.

        Args:
            path: where the tape shall be.
            columns: `[rows]` arrays for every name of `COLUMNS`; may be memory maps.
            meta: what the tape is made of.
            files: descriptors of the files that the columns are maps of, if they are; what they
                hold moves to the tape, see `hft_gym.tape.copying`.

        Raises:
            InputError: the folder cannot be written.
        """
        path = Path(path)
        fields = [pa.field(name, pa.from_numpy_dtype(dtype)) for name, dtype in COLUMNS.items()]
        schema = pa.schema(fields, metadata={_META_KEY: meta.to_json().encode()})
        arrays = [
            pa.array(np.ascontiguousarray(columns[name], dtype)) for name, dtype in COLUMNS.items()
        ]
        batch = pa.record_batch(arrays, schema=schema)
        mapped = {columns[name].ctypes.data: number for name, number in (files or {}).items()}
        try:
            with whole_file(path) as file:
                sink = CopyingSink(file, mapped)
                with pa.ipc.new_file(sink, schema) as writer:
                    writer.write_batch(batch)
                sink.finish()
        except OSError as error:
            raise InputError(
                f"cannot write the tape {path}: {error.strerror or error}; "
                "choose another cache folder or free some space"
            ) from error
        return MarketTape.open(path)


def _only_batch(path: Path) -> pa.RecordBatch:
    reader = pa.ipc.open_file(pa.memory_map(str(path)))
    if reader.num_record_batches != 1:
        raise ValueError(f"{reader.num_record_batches} record batches")
    return reader.get_batch(0)


def _checked_columns(path: Path, batch: pa.RecordBatch, meta: TapeMeta) -> dict[str, NDArray[Any]]:
    """Zero-copy columns, checked once so that nobody has to ask again."""
    again = f"delete {path} and build again"
    if meta.format_version != FORMAT_VERSION:
        raise InputError(
            f"{path} has tape format {meta.format_version}, this program {FORMAT_VERSION}; {again}"
        )
    columns = {}
    for name, dtype in COLUMNS.items():
        place = batch.schema.get_field_index(name)
        found = place >= 0 and batch.schema.field(place).type == pa.from_numpy_dtype(dtype)
        if not found or batch.column(place).null_count:
            raise InputError(f"{path} lacks the column {name} ({dtype}); {again}")
        columns[name] = _values(batch.column(place), dtype)
    if len(columns["kind"]) and int(columns["kind"].max()) > max(Kind):
        raise InputError(f"{path} holds unknown kinds of rows; {again}")
    return columns


def _values(column: pa.Array, dtype: np.dtype[Any]) -> NDArray[Any]:
    """The column's memory as it is; Arrow's own `to_numpy` would import pandas, which is slow."""
    if not len(column):
        return np.zeros(0, dtype)
    place = column.offset * dtype.itemsize
    return np.frombuffer(column.buffers()[1], dtype, len(column), place)
