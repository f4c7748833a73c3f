"""Decode in one thread while another works on what was decoded before.

Decompression and compiled kernels both leave Python's lock alone, so two cores share the work. A
few buffers go round between the threads: memory stays bounded however long the file is.
"""

import threading
from collections.abc import Iterator
from contextlib import suppress
from queue import Empty, Queue
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hft_gym.errors import InputError
from hft_gym.tape import dbn
from hft_gym.tape.dbn import MBO_DTYPE, DbnFile

AHEAD_RECORDS = 1 << 17  # of a buffer: with its rows it fits into the last cache
_BUFFERS = 3  # one is filled, one waits, one is worked on
_LONGEST_RECORD = 255 * 4  # bytes
_NEARLY_ALL = float(np.nextafter(1.0, 0.0))  # the share 1 is the last chunk's alone

_Chunk = tuple[int, NDArray[np.uint8], float]  # buffer, whole records in it, share of the file


def chunks_ahead(
    file: DbnFile, records: int = AHEAD_RECORDS
) -> Iterator[tuple[NDArray[np.void], float]]:
    """MBO records of all instruments in file order, decoded ahead by a thread of its own.

    Args:
        file: to read.
        records: how many a chunk holds at most, if the file holds MBO records alone.

    Yields:
        `[n]` records of `MBO_DTYPE`, valid until the next are asked for, and the share of the file
        read so far, in [0, 1].

    Raises:
        InputError: the file is damaged or ends in the middle of a record.
    """
    decoder = _Decoder(file, max(_LONGEST_RECORD, records * MBO_DTYPE.itemsize))
    decoder.start()
    try:
        while True:
            found = decoder.ready.get()
            if isinstance(found, BaseException):
                raise found
            buffer, data, share = found
            yield dbn.mbo_records(data, file.path), share
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

    def __init__(self, file: DbnFile, chunk_bytes: int) -> None:
        super().__init__(name="hft_gym-decode", daemon=True)
        self.free: Queue[int] = Queue()
        self.ready: Queue[_Chunk | BaseException] = Queue()
        self._file = file
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
        with path.open("rb") as source:
            stream = dbn._decoded(source, path)
            piece = memoryview(dbn._take_metadata(stream, path)[1])
            rest: NDArray[np.uint8] = np.empty(0, np.uint8)
            while (buffer := self.free.get()) >= 0:
                target = self._buffers[buffer]
                target[: len(rest)] = rest
                held, piece = self._fill(target, len(rest), piece, stream)
                view: Any = target[:held].data  # as good as bytes
                data, tail = dbn._whole_records(view, path)
                rest = np.frombuffer(tail, np.uint8).copy()  # the buffer goes its own way
                if held < len(target):  # the stream has ended
                    break
                self.ready.put((buffer, data, min(source.tell() / size, _NEARLY_ALL)))
            if buffer < 0:  # nobody wants more
                return
            if len(rest):
                raise InputError(
                    f"{path} ends in the middle of a record; download or copy it again"
                )
            self.ready.put((buffer, data, 1.0))

    def _fill(
        self, target: NDArray[np.uint8], held: int, piece: memoryview, stream: Iterator[bytes]
    ) -> tuple[int, memoryview]:
        """Fill up a buffer; what it holds then, and what did not fit."""
        while held < len(target):
            if not piece:
                following = next(stream, None)
                if following is None:
                    break
                piece = memoryview(following)
            count = min(len(piece), len(target) - held)
            target[held : held + count] = np.frombuffer(piece[:count], np.uint8)
            piece, held = piece[count:], held + count
        return held, piece
