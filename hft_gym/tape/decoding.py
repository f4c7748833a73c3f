"""Decode in one thread while another works on what was decoded before.

Decompression and compiled kernels both leave Python's lock alone, so two cores share the work. A
few buffers go round between the threads: memory stays bounded however long the file is.
"""

import threading
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from queue import Empty, Queue
from typing import Any

import numpy as np
import zstandard
from numpy.typing import NDArray

from hft_gym.errors import InputError
from hft_gym.kernel.jit import kernel
from hft_gym.tape import dbn
from hft_gym.tape.dbn import DbnFile
from hft_gym.tape.records import MBO, WORD, Layout
from hft_gym.tape.zstd_frames import ZSTD_MAGIC, require_whole_frames

AHEAD_BYTES = 7 << 18  # of a buffer: three of them and their rows fit into the last cache
_BUFFERS = 3  # one is filled, one waits, one is worked on
_READ_BYTES = 1 << 17  # of the file at a time
_FIRST_BYTES = 255 * WORD  # of the content, for the metadata; no record is longer
_NEARLY_ALL = float(np.nextafter(1.0, 0.0))  # the share 1 is the last chunk's alone

# number of a buffer, whole records in it, whether all are of the layout, share of the file
_Chunk = tuple[int, NDArray[np.uint8], bool, float]


def chunks_ahead(
    file: DbnFile, records: int | None = None, layout: Layout = MBO
) -> Iterator[tuple[NDArray[np.void], float]]:
    """Records of one schema, of all instruments in file order, decoded ahead by another thread.

    Args:
        file: to read.
        records: how many of them a chunk holds at most, if the file holds nothing else; None for
            as many as fit into AHEAD_BYTES.
        layout: which records, and how they lie.

    Yields:
        `[n]` records of `layout.dtype`, valid until the next are asked for, and the share of the
        file read so far, in [0, 1].

    Raises:
        InputError: the file is damaged or ends in the middle of a record.
    """
    chunk_bytes = AHEAD_BYTES if records is None else records * layout.dtype.itemsize
    decoder = _Decoder(file, max(_FIRST_BYTES, chunk_bytes), layout)
    decoder.start()
    try:
        while True:
            found = decoder.ready.get()
            if isinstance(found, BaseException):
                raise found
            buffer, data, is_plain, share = found
            yield (data.view(layout.dtype) if is_plain else dbn.records_of(data, layout)), share
            if share >= 1.0:
                return
            decoder.free.put(buffer)
    finally:
        decoder.stop()


class _Decoder(threading.Thread):
    """Fills buffers with whole records; the last chunk has the share 1, nothing follows an error.

    Attributes:
        free: numbers of buffers that may be filled; -1 ends the thread.
        ready: chunks in order, or the error that ended the thread.
    """

    def __init__(self, file: DbnFile, chunk_bytes: int, layout: Layout) -> None:
        super().__init__(name="hft_gym-decode", daemon=True)
        self.free: Queue[int] = Queue()
        self.ready: Queue[_Chunk | BaseException] = Queue()
        self._file = file
        self._layout = layout
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
            source = _decompressed(file, path)
            pieces = iter(lambda: source.read(_FIRST_BYTES), b"")
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
                self.ready.put((buffer, data, is_plain, min(file.tell() / size, _NEARLY_ALL)))
            if buffer < 0:  # nobody wants more
                return
            if len(rest):
                raise InputError(
                    f"{path} ends in the middle of a record; download or copy it again"
                )
            self.ready.put((buffer, data, is_plain, 1.0))


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


def _decompressed(file: Any, path: Path) -> Any:
    """The file itself, or a reader of its content where it is zstd."""
    first = file.read(len(ZSTD_MAGIC))
    file.seek(0)
    if first != ZSTD_MAGIC:
        return file
    require_whole_frames(file, path)
    return zstandard.ZstdDecompressor().stream_reader(
        file, read_size=_READ_BYTES, read_across_frames=True
    )


def _fill(target: NDArray[np.uint8], held: int, source: Any, path: Path) -> int:
    """Fill up a buffer; what it holds then."""
    while held < len(target):
        try:
            count = source.readinto(target[held:].data)
        except zstandard.ZstdError as error:
            raise InputError(
                f"{path}: damaged zstd data ({error}); download or copy it again"
            ) from None
        if not count:
            break
        held += count
    return held
