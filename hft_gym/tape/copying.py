"""Write what already lies in files without touching the memory they are mapped to.

A column as long as a day would otherwise be paged into the process only to be written out again.
Where each column goes is known before it is copied, so two threads share the copying. What has been
copied is given back at once: the next piece goes into the same memory of the system's, and the disk
holds the rows once, not twice. Fresh memory can be dear, most of all on a virtual machine.
"""

import ctypes
import os
import sys
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any, BinaryIO, NamedTuple

import pyarrow as pa

_STEP_BYTES = 1 << 18  # stays in the nearest caches
_PIECE_BYTES = 1 << 23  # a thread copies so much, then takes the next
_THREADS = 2

# Linux alone has it
_fallocate = getattr(ctypes.CDLL(None), "fallocate64", None) if sys.platform == "linux" else None
if _fallocate is not None:
    _fallocate.argtypes = [ctypes.c_int, ctypes.c_int, ctypes.c_int64, ctypes.c_int64]
_KEEP_SIZE, _PUNCH_HOLE = 1, 2  # of linux/falloc.h


class _Piece(NamedTuple):
    """So many bytes to be copied, and from where to where."""

    source: int  # file descriptor
    source_place: int
    target_place: int
    size_bytes: int


class CopyingSink:
    """Where pyarrow writes to: mapped buffers leave room, `finish` moves them from file to file.

    Args:
        file: gets everything.
        mapped: file descriptor for the address of each buffer that is the start of a mapped file.
            What is written of these files is zeros afterwards, or as it was: read it no more.
    """

    closed = False

    def __init__(self, file: BinaryIO, mapped: Mapping[int, int]) -> None:
        self._file = file
        self._mapped = mapped
        self._pieces: list[_Piece] = []

    def write(self, data: Any) -> int:
        """Write a buffer or leave room for it; how many bytes it has."""
        buffer = pa.py_buffer(data)
        descriptor = self._mapped.get(buffer.address) if buffer.size else None
        if descriptor is None:
            return self._file.write(data)
        start = self._file.tell()
        for place in range(0, buffer.size, _PIECE_BYTES):
            size_bytes = min(_PIECE_BYTES, buffer.size - place)
            self._pieces.append(_Piece(descriptor, place, start + place, size_bytes))
        self._file.seek(buffer.size, os.SEEK_CUR)
        return buffer.size

    def finish(self) -> None:
        """Move what room was left for; the last call.

        Raises:
            OSError: a column file is shorter than its buffer, or the disk is full.
        """
        self._file.flush()
        target = self._file.fileno()
        with ThreadPoolExecutor(_THREADS) as pool:
            for _ in pool.map(lambda piece: _move(piece, target), self._pieces):
                pass

    def tell(self) -> int:
        """Bytes written so far, with the room left."""
        return self._file.tell()

    def flush(self) -> None:
        """Hand everything to the system."""
        self._file.flush()

    def close(self) -> None:
        """Whoever opened the file closes it."""


def _move(piece: _Piece, target: int) -> None:
    step = memoryview(bytearray(_STEP_BYTES))
    done = 0
    while done < piece.size_bytes:
        wanted = step[: piece.size_bytes - done]
        count = os.preadv(piece.source, [wanted], piece.source_place + done)
        if count == 0:
            raise OSError(f"a column file ends at byte {piece.source_place + done}")
        done += os.pwrite(target, step[:count], piece.target_place + done)
    if _fallocate is not None:  # a wish: not every file system can
        _fallocate(piece.source, _KEEP_SIZE | _PUNCH_HOLE, piece.source_place, piece.size_bytes)
