"""Databento Binary Encoding, versions 1 to 3: a stream of records of one type from a file.

How records lie is told by `hft_gym.tape.records`. Metadata are left to `databento_dbn`.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import databento_dbn
import numpy as np
import zstandard
from numpy.typing import NDArray

from hft_gym.errors import InputError
from hft_gym.kernel.jit import kernel
from hft_gym.tape.fragments import guess, stand_in
from hft_gym.tape.look import Look, look_of
from hft_gym.tape.records import (
    MBO,
    MBO_DTYPE,
    RTYPE_DEFINITION,
    RTYPE_MBO,
    UNDEF_PRICE,
    WORD,
    Layout,
)
from hft_gym.tape.symbols import RTYPE_MAPPING, Mapping, of_metadata, of_stream

__all__ = [
    "CHUNK_RECORDS",
    "MBO_DTYPE",
    "RTYPE_DEFINITION",
    "RTYPE_MBO",
    "UNDEF_PRICE",
    "DbnFile",
    "find_records",
    "open_dbn",
    "records_of",
    "records_of_type",
]

CHUNK_RECORDS = 1 << 19

_ZSTD_MAGIC = b"\x28\xb5\x2f\xfd"
_HEAD = 16  # bytes of the header that every record begins with
_READ_BYTES = 1 << 18
_LONGEST_METADATA = 1 << 28
_FIRST_BYTES = 1 << 22  # enough of a capture to see what is in it


@dataclass(frozen=True)
class DbnFile:
    """A DBN file whose metadata have been read.

    Attributes:
        path: the file.
        metadata: as `databento_dbn` decodes them.
        version: DBN version of the file (the decoder reports the newest).
        look: of the file whose metadata were read.
        is_fragment: it has no metadata; schema and version were told from its records.
    """

    path: Path
    metadata: databento_dbn.Metadata
    version: int
    look: Look
    is_fragment: bool = False

    @property
    def schema(self) -> str | None:
        """Schema such as `mbo`, or None for a mixed capture."""
        return None if self.metadata.schema is None else str(self.metadata.schema)

    @property
    def dataset(self) -> str:
        """Dataset code such as `GLBX.MDP3`; empty for a fragment, which does not tell."""
        return self.metadata.dataset

    def mappings(self) -> list[Mapping]:
        """Symbols and their ids, day by day; of a live capture those told in its first part."""
        told = of_metadata(self.metadata)
        if told or self.schema is not None:
            return told
        data, _ = next(self.record_bytes(_FIRST_BYTES))
        return of_stream(data, starts_of_type(data, RTYPE_MAPPING, _HEAD), self.version)

    def symbols(self) -> dict[int, str]:
        """Symbol of each instrument id that is mapped, the last one it had."""
        return {mapping.instrument_id: mapping.symbol for mapping in self.mappings()}

    def rtypes(self) -> set[int]:
        """Types of the records in the first part of the file."""
        data, _ = next(self.record_bytes(_FIRST_BYTES))
        known = np.zeros(256, np.uint8)
        note_types(data, known)
        return {int(rtype) for rtype in np.flatnonzero(known)}

    def chunks(
        self, records: int = CHUNK_RECORDS, layout: Layout = MBO
    ) -> Iterator[tuple[NDArray[np.void], float]]:
        """Records of one schema, of all instruments in file order, and the share read so far.

        Args:
            records: how many of them a chunk holds at most, if the file holds nothing else.
            layout: which records, and how they lie.

        Yields:
            `[n]` records of `layout.dtype`, and a number in [0, 1].

        Raises:
            InputError: the file is damaged or ends in the middle of a record.
        """
        size = layout.dtype.itemsize
        for data, share in self.record_bytes(records * size, size):
            yield records_of(data, layout), share

    def record_bytes(
        self, chunk_bytes: int, record_bytes: int = MBO_DTYPE.itemsize
    ) -> Iterator[tuple[NDArray[np.uint8], float]]:
        """Bytes of whole records of any type, about `chunk_bytes` at a time.

        Most records are expected to have `record_bytes` bytes.
        """
        size = max(1, self.path.stat().st_size)
        with self.path.open("rb") as file:
            stream = _decoded(file, self.path)
            head = _take_metadata(stream, self.path)[1]
            pieces, held = [head], len(head)
            for piece in stream:
                pieces.append(piece)
                held += len(piece)
                if held < chunk_bytes:
                    continue
                data, rest = _whole_records(b"".join(pieces), self.path, record_bytes)
                pieces, held = [rest], len(rest)
                yield data, min(1.0, file.tell() / size)
            data, rest = _whole_records(b"".join(pieces), self.path, record_bytes)
            if rest:
                raise InputError(
                    f"{self.path} ends in the middle of a record; download or copy it again"
                )
            yield data, 1.0


def open_dbn(path: Path | str) -> DbnFile:
    """Read the metadata of a DBN file, plain or compressed with zstd in any number of frames.

    A fragment has none: its first records tell schema and version.

    Raises:
        InputError: the file is missing, cannot be read, is empty, or is not DBN.
    """
    path = Path(path)
    try:
        with path.open("rb") as file:
            metadata, first = _take_metadata(_decoded(file, path), path)
            look = look_of(file.fileno())
    except FileNotFoundError:
        raise InputError(f"no such file: {path}; check the path") from None
    except IsADirectoryError:
        raise InputError(f"{path} is a folder, need a .dbn or .dbn.zst file") from None
    except OSError as error:
        raise InputError(f"cannot read {path}: {error.strerror}; check its permissions") from error
    found = None if metadata else guess(first)
    if found is not None:
        return DbnFile(path, stand_in(found), found.version, look, is_fragment=True)
    try:
        return DbnFile(path, databento_dbn.Metadata.decode(metadata), metadata[3], look)
    except (databento_dbn.DBNError, ValueError) as error:
        reason = str(error).partition("\n")[0]
        raise InputError(
            f"{path}: DBN metadata of version {metadata[3]} cannot be read ({reason}); "
            "download the file again or upgrade databento-dbn"
        ) from None


def records_of(data: NDArray[np.uint8], layout: Layout) -> NDArray[np.void]:
    """`[n]` records of one layout among whole records of any type."""
    size = layout.dtype.itemsize
    if len(data) % size == 0:
        records = data.view(layout.dtype)
        if np.all(records["rtype"] == layout.rtype) and np.all(records["length"] == size // WORD):
            return records
    return records_of_type(data, layout.rtype, size)[0].view(layout.dtype)


def records_of_type(
    data: NDArray[np.uint8], rtype: int, at_least: int
) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    """First `at_least` bytes of every record of one type, end to end, and where each one begins."""
    starts = starts_of_type(data, rtype, at_least)
    return data[starts[:, None] + np.arange(at_least)].reshape(-1), starts


def starts_of_type(data: NDArray[np.uint8], rtype: int, at_least: int) -> NDArray[np.int64]:
    """`[n]` places of the records of one type that have `at_least` bytes."""
    places = np.empty(len(data) // _HEAD + 1, np.int64)
    found, _ = find_records(data, places, rtype, at_least)
    return places[:found]


@kernel
def note_types(data: NDArray[np.uint8], known: NDArray[np.uint8]) -> None:
    """Set `known[rtype]` for the type of every whole record."""
    place = 0
    while place + _HEAD <= len(data):
        known[data[place + 1]] = 1
        place += int(data[place]) * WORD


@kernel
def find_records(
    data: NDArray[np.uint8], places: NDArray[np.int64], rtype: int, at_least: int
) -> tuple[int, int]:
    """Walk records of any type by their length byte.

    Args:
        data: `[bytes]` that begin with a record.
        places: gets the starts of records of type `rtype` that have `at_least` bytes.
        rtype: the type looked for; -1 for none.
        at_least: shortest length that counts, in bytes.

    Returns:
        How many were found, and where the first record begins that is not whole; -1 for the
        latter where a length byte cannot be true.
    """
    found, place = 0, 0
    while place < len(data):
        length = int(data[place]) * WORD
        if length < _HEAD:
            return found, -1
        if place + length > len(data):
            break
        if data[place + 1] == rtype and length >= at_least:
            places[found] = place
            found += 1
        place += length
    return found, place


def _whole_records(
    data: bytes, path: Path, size: int = MBO_DTYPE.itemsize
) -> tuple[NDArray[np.uint8], bytes]:
    """Cut off a record that is not complete yet; most have `size` bytes."""
    everything = np.frombuffer(data, np.uint8)
    whole = len(data) - len(data) % size
    lengths = everything[: whole + 1 : size]  # the rest's first byte, too
    if not np.all(lengths == size // WORD):  # not of one kind: walk from the start
        _, whole = find_records(everything, np.empty(0, np.int64), -1, 0)
        if whole < 0:
            raise InputError(f"{path} is damaged: a record without length; download it again")
    return everything[:whole], data[whole:]


def _decoded(file: BinaryIO, path: Path) -> Iterator[bytes]:
    """Pieces of the file's content, decompressed where it is zstd."""
    first = file.read(_READ_BYTES)
    if not first:
        raise InputError(f"{path} is empty; download or copy it again")
    if first[:4] == _ZSTD_MAGIC:
        yield from _unzstd(first, file, path)
        return
    while first:
        yield first
        first = file.read(_READ_BYTES)


def _unzstd(compressed: bytes, file: BinaryIO, path: Path) -> Iterator[bytes]:
    """Content of zstd frames one after another; unlike a stream reader it sees a missing end."""
    frame: Any = None
    while compressed:
        frame = frame or zstandard.ZstdDecompressor().decompressobj()
        try:
            piece = frame.decompress(compressed)
        except zstandard.ZstdError as error:
            raise InputError(
                f"{path}: damaged zstd data ({error}); download or copy it again"
            ) from None
        compressed = frame.unused_data
        if frame.eof:
            frame = None
        yield piece
        compressed = compressed or file.read(_READ_BYTES)
    if frame is not None:
        raise InputError(f"{path} is truncated: its zstd frame has no end; download it again")


def _take_metadata(stream: Iterator[bytes], path: Path) -> tuple[bytes, bytes]:
    """The metadata block, none in a fragment, and what was read beyond it."""
    data = b""
    needed = 8
    for piece in stream:
        data += piece
        if len(data) >= 8:
            needed = 8 + int.from_bytes(data[4:8], "little")
        if data[:3] != b"DBN"[: len(data)] or needed > _LONGEST_METADATA:
            if guess(data) is None:
                raise InputError(
                    f"{path} is not DBN; give a .dbn or .dbn.zst file from Databento, or a "
                    "fragment of one that begins with a whole record"
                )
            return b"", data
        if len(data) >= max(needed, 8):
            return data[:needed], data[needed:]
    raise InputError(f"{path} is truncated within its metadata; download or copy it again")
