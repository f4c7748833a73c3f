"""Databento Binary Encoding, versions 1 to 3: a stream of MBO records from a file.

The layout of an MBO record is the same in all versions. Metadata are left to `databento_dbn`.
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

MBO_DTYPE = np.dtype(
    [
        ("length", "u1"),  # of the record, in words of four bytes
        ("rtype", "u1"),
        ("publisher_id", "<u2"),
        ("instrument_id", "<u4"),
        ("ts_event", "<u8"),
        ("order_id", "<u8"),
        ("price", "<i8"),
        ("size", "<u4"),
        ("flags", "u1"),
        ("channel_id", "u1"),
        ("action", "u1"),
        ("side", "u1"),
        ("ts_recv", "<u8"),
        ("ts_in_delta", "<i4"),
        ("sequence", "<u4"),
    ]
)
RTYPE_MBO = 0xA0
RTYPE_DEFINITION = 0x13
UNDEF_PRICE = 2**63 - 1
CHUNK_RECORDS = 1 << 19

_ZSTD_MAGIC = b"\x28\xb5\x2f\xfd"
_WORD = 4
_HEAD = 16  # bytes of the header that every record begins with
_READ_BYTES = 1 << 18
_LONGEST_METADATA = 1 << 28


@dataclass(frozen=True)
class DbnFile:
    """A DBN file whose metadata have been read.

    Attributes:
        path: the file.
        metadata: as `databento_dbn` decodes them.
        version: DBN version of the file (the decoder reports the newest).
    """

    path: Path
    metadata: databento_dbn.Metadata
    version: int

    @property
    def schema(self) -> str | None:
        """Schema such as `mbo`, or None for a mixed capture."""
        return None if self.metadata.schema is None else str(self.metadata.schema)

    def symbols(self) -> dict[int, str]:
        """Symbol of each instrument id that the metadata map."""
        names: dict[int, str] = {}
        for key, intervals in self.metadata.mappings.items():
            for interval in intervals:
                value = interval["symbol"]
                if value.isdigit():
                    names[int(value)] = key
                elif key.isdigit():  # a request by instrument id maps the other way round
                    names[int(key)] = value
        return names

    def require_mbo(self) -> None:
        """Refuse a file of another schema.

        Raises:
            InputError: the file says that it holds something else than MBO.
        """
        if self.schema not in ("mbo", None):
            raise InputError(
                f"{self.path} holds {self.schema}, need mbo: download the mbo schema instead"
            )

    def chunks(self, records: int = CHUNK_RECORDS) -> Iterator[tuple[NDArray[np.void], float]]:
        """MBO records of all instruments in file order, and the share of the file read so far.

        Args:
            records: how many MBO records a chunk holds at most, if the file holds nothing else.

        Yields:
            `[n]` records of `MBO_DTYPE`, and a number in [0, 1].

        Raises:
            InputError: the file is damaged or ends in the middle of a record.
        """
        for data, share in self.record_bytes(records * MBO_DTYPE.itemsize):
            yield mbo_records(data, self.path), share

    def record_bytes(self, chunk_bytes: int) -> Iterator[tuple[NDArray[np.uint8], float]]:
        """Bytes of whole records of any type, about `chunk_bytes` at a time."""
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
                data, rest = _whole_records(b"".join(pieces), self.path)
                pieces, held = [rest], len(rest)
                yield data, min(1.0, file.tell() / size)
            data, rest = _whole_records(b"".join(pieces), self.path)
            if rest:
                raise InputError(
                    f"{self.path} ends in the middle of a record; download or copy it again"
                )
            yield data, 1.0


def open_dbn(path: Path | str) -> DbnFile:
    """Read the metadata of a DBN file, plain or compressed with zstd.

    Raises:
        InputError: the file is missing, cannot be read, is empty, or is not DBN.
    """
    path = Path(path)
    try:
        with path.open("rb") as file:
            metadata, _ = _take_metadata(_decoded(file, path), path)
    except FileNotFoundError:
        raise InputError(f"no such file: {path}; check the path") from None
    except IsADirectoryError:
        raise InputError(f"{path} is a folder, need a .dbn or .dbn.zst file") from None
    except OSError as error:
        raise InputError(f"cannot read {path}: {error.strerror}; check its permissions") from error
    try:
        return DbnFile(path, databento_dbn.Metadata.decode(metadata), metadata[3])
    except (databento_dbn.DBNError, ValueError) as error:
        reason = str(error).partition("\n")[0]
        raise InputError(
            f"{path}: DBN metadata of version {metadata[3]} cannot be read ({reason}); "
            "download the file again or upgrade databento-dbn"
        ) from None


def mbo_records(data: NDArray[np.uint8], path: Path) -> NDArray[np.void]:
    """`[n]` MBO records among whole records of any type."""
    if len(data) % MBO_DTYPE.itemsize == 0:
        records = data.view(MBO_DTYPE)
        words = MBO_DTYPE.itemsize // _WORD
        if np.all(records["rtype"] == RTYPE_MBO) and np.all(records["length"] == words):
            return records
    return records_of_type(data, RTYPE_MBO, MBO_DTYPE.itemsize)[0].view(MBO_DTYPE)


def records_of_type(
    data: NDArray[np.uint8], rtype: int, at_least: int
) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    """First `at_least` bytes of every record of one type, end to end, and where each one begins."""
    places = np.empty(len(data) // _HEAD + 1, np.int64)
    found, _ = find_records(data, places, rtype, at_least)
    starts = places[:found]
    return data[starts[:, None] + np.arange(at_least)].reshape(-1), starts


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
        length = int(data[place]) * _WORD
        if length < _HEAD:
            return found, -1
        if place + length > len(data):
            break
        if data[place + 1] == rtype and length >= at_least:
            places[found] = place
            found += 1
        place += length
    return found, place


def _whole_records(data: bytes, path: Path) -> tuple[NDArray[np.uint8], bytes]:
    """Cut off a record that is not complete yet."""
    everything = np.frombuffer(data, np.uint8)
    whole = len(data) - len(data) % MBO_DTYPE.itemsize
    words = MBO_DTYPE.itemsize // _WORD
    lengths = everything[: whole + 1 : MBO_DTYPE.itemsize]  # the rest's first byte, too
    if not np.all(lengths == words):  # not MBO alone: walk from the start
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
    """The metadata block and what was read beyond it."""
    data = b""
    needed = 8
    for piece in stream:
        data += piece
        if len(data) >= 8:
            needed = 8 + int.from_bytes(data[4:8], "little")
        if data[:3] != b"DBN"[: len(data)] or needed > _LONGEST_METADATA:
            raise InputError(f"{path} is not DBN; give a .dbn or .dbn.zst file from Databento")
        if len(data) >= max(needed, 8):
            return data[:needed], data[needed:]
    raise InputError(f"{path} is truncated within its metadata; download or copy it again")
