"""Decode in one thread while another works on what was decoded before.

Decompression and compiled kernels both leave Python's lock alone, so two cores share the work. A
few buffers go round between the threads: memory stays bounded however long the file is.
"""

import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from queue import Empty, Queue
from typing import Any, NamedTuple

import numpy as np
import zstandard
from numpy.typing import NDArray

from hft_gym.errors import InputError
from hft_gym.kernel.jit import kernel
from hft_gym.tape import dbn
from hft_gym.tape.dbn import DbnFile
from hft_gym.tape.look import look_of, require_same_look
from hft_gym.tape.records import MBO, WORD, Layout
from hft_gym.tape.zstd_frames import ZSTD_MAGIC, require_whole_frames

AHEAD_BYTES = 7 << 18  # of a buffer: three of them and their rows fit into the last cache
_BUFFERS = 3  # one is filled, one waits, one is worked on
_READ_BYTES = 1 << 17  # of the file at a time
_FIRST_BYTES = 255 * WORD  # of the content, for the metadata; no record is longer
_NEARLY_ALL = float(np.nextafter(1.0, 0.0))  # the share 1 is the last chunk's alone

Listener = Callable[[bytes], None]


class _Chunk(NamedTuple):
    """Records, and what of the file was read for them."""

    buffer: int  # number of the one that holds the records
    data: NDArray[np.uint8]  # whole records
    is_plain: bool  # whether all are of the layout
    pieces: list[bytes]  # of the file, as they lie on disk
    share: float  # of the file


def chunks_ahead(
    file: DbnFile,
    records: int | None = None,
    layout: Layout = MBO,
    listener: Listener | None = None,
) -> Iterator[tuple[NDArray[np.void], float]]:
    """Records of one schema, of all instruments in file order, decoded ahead by another thread.

    Args:
        file: to read.
        records: how many of them a chunk holds at most, if the file holds nothing else; None for
            as many as fit into AHEAD_BYTES.
        layout: which records, and how they lie.
        listener: told all bytes of the file in their order, in the thread that asks for records;
            before the last ones are handed out it has heard everything.

    Yields:
        `[n]` records of `layout.dtype`, valid until the next are asked for, and the share of the
        file read so far, in [0, 1].

    Raises:
        InputError: the file is damaged, ends in the middle of a record, or is no longer the one
            that was opened.
    """
    chunk_bytes = AHEAD_BYTES if records is None else records * layout.dtype.itemsize
    decoder = _Decoder(file, max(_FIRST_BYTES, chunk_bytes), layout, listener is not None)
    decoder.start()
    try:
        while True:
            found = decoder.ready.get()
            if isinstance(found, BaseException):
                raise found
            if listener is not None:
                for piece in found.pieces:
                    listener(piece)
            data = found.data
            records_ = data.view(layout.dtype) if found.is_plain else dbn.records_of(data, layout)
            yield records_, found.share
            if found.share >= 1.0:
                return
            decoder.free.put(found.buffer)
    finally:
        decoder.stop()


class _Decoder(threading.Thread):
    """Fills buffers with whole records; the last chunk has the share 1, nothing follows an error.

    Attributes:
        free: numbers of buffers that may be filled; -1 ends the thread.
        ready: chunks in order, or the error that ended the thread.
    """

    def __init__(self, file: DbnFile, chunk_bytes: int, layout: Layout, keeps_pieces: bool) -> None:
        super().__init__(name="hft_gym-decode", daemon=True)
        self.free: Queue[int] = Queue()
        self.ready: Queue[_Chunk | BaseException] = Queue()
        self._file = file
        self._layout = layout
        self._keeps_pieces = keeps_pieces
        self._buffers = [np.empty(chunk_bytes, np.uint8) for _ in range(_BUFFERS)]
        for buffer in range(_BUFFERS):
            self.free.put(buffer)

    def run(self) -> None:
        """Read the file to its end."""
        try:
            self._decode()
        except BaseException as error:  # raised again where the records are asked for
            self.ready.put(error)

    def stop(self) -> None:
        """End the thread and wait until it has closed the file."""
        with suppress(Empty):
            while True:
                self.free.get_nowait()
        self.free.put(-1)
        self.join()

    def _decode(self) -> None:
        path = self._file.path
        size = max(1, path.stat().st_size)
        with path.open("rb", buffering=0) as file:
            kept = _Kept(file) if self._keeps_pieces else None
            source = _decompressed(file, kept or file, path)
            pieces = iter(lambda: _sound(source.read, _FIRST_BYTES, path), b"")
            head = dbn._take_metadata(pieces, path)[1]
            rest: NDArray[np.uint8] = np.frombuffer(head, np.uint8)
            while (buffer := self.free.get()) >= 0:
                target = self._buffers[buffer]
                target[: len(rest)] = rest
                held = _fill(target, len(rest), source, path)
                data, tail, is_plain = _whole_records(target[:held], path, self._layout)
                rest = tail.copy()  # the buffer goes its own way
                if held < len(target):  # the source has ended
                    break
                read = kept.taken() if kept else []
                share = min(file.tell() / size, _NEARLY_ALL)
                self.ready.put(_Chunk(buffer, data, is_plain, read, share))
            if buffer < 0:  # nobody wants more
                return
            require_same_look(path, self._file.look, look_of(file.fileno()))
            if len(rest):
                raise InputError(
                    f"{path} ends in the middle of a record; download or copy it again"
                )
            read = kept.taken() if kept else []
            self.ready.put(_Chunk(buffer, data, is_plain, read, 1.0))


class _Kept:
    """A file that keeps what was read of it until somebody takes it."""

    def __init__(self, file: Any) -> None:
        self._file = file
        self._pieces: list[bytes] = []

    def read(self, size: int) -> bytes:
        """As of a file."""
        piece: bytes = self._file.read(size)
        self._pieces.append(piece)
        return piece

    def readinto(self, target: memoryview) -> int:
        """As of a file."""
        count: int = self._file.readinto(target)
        self._pieces.append(bytes(target[:count]))
        return count

    def taken(self) -> list[bytes]:
        """What was read since the last time."""
        pieces, self._pieces = self._pieces, []
        return pieces


@kernel
def are_plain(data: NDArray[np.uint8], rtype: int, words: int) -> bool:
    """Whether `[bytes]` are records of one type and of so many words each, by their heads."""
    strangers = 0
    for place in range(0, len(data), WORD * words):
        strangers += (data[place] != words) | (data[place + 1] != rtype)
    return strangers == 0


def _whole_records(
    data: NDArray[np.uint8], path: Path, layout: Layout
) -> tuple[NDArray[np.uint8], NDArray[np.uint8], bool]:
    """Whole records, the beginning of the one behind them, and whether all are of the layout."""
    size = layout.dtype.itemsize
    whole = len(data) - len(data) % size
    if are_plain(data[:whole], layout.rtype, size // WORD):
        return data[:whole], data[whole:], True
    view: Any = data.data  # as good as bytes
    several, rest = dbn._whole_records(view, path, size)
    return several, np.frombuffer(rest, np.uint8), False


def _decompressed(file: Any, source: Any, path: Path) -> Any:
    """`source`, which reads the file, or a reader of its content where it is zstd."""
    first = file.read(len(ZSTD_MAGIC))
    file.seek(0)
    if first != ZSTD_MAGIC:
        return source
    require_whole_frames(file, path)
    return zstandard.ZstdDecompressor().stream_reader(
        source, read_size=_READ_BYTES, read_across_frames=True
    )


def _fill(target: NDArray[np.uint8], held: int, source: Any, path: Path) -> int:
    """Fill up a buffer; what it holds then."""
    while held < len(target):
        count = _sound(source.readinto, target[held:].data, path)
        if not count:
            break
        held += count
    return held


def _sound(read: Callable[[Any], Any], what: Any, path: Path) -> Any:
    """What is read, if it is sound."""
    try:
        return read(what)
    except zstandard.ZstdError as error:
        raise InputError(
            f"{path}: damaged zstd data ({error}); download or copy it again"
        ) from None
