"""Write what already lies in files without touching the memory they are mapped to.

A column as long as a day would otherwise be paged into the process only to be written out again.
"""

import os
from collections.abc import Mapping
from typing import Any, BinaryIO

import pyarrow as pa

_STEP_BYTES = 1 << 18  # stays in the nearest caches


class CopyingSink:
    """Where pyarrow writes to: mapped buffers are copied from file to file.

    Args:
        file: gets everything.
        mapped: file descriptor for the address of each buffer that is the start of a mapped file.
    """

    closed = False

    def __init__(self, file: BinaryIO, mapped: Mapping[int, int]) -> None:
        self._file = file
        self._mapped = mapped
        self._step = memoryview(bytearray(_STEP_BYTES))

    def write(self, data: Any) -> int:
        """Write a buffer; how many bytes it had."""
        buffer = pa.py_buffer(data)
        descriptor = self._mapped.get(buffer.address) if buffer.size else None
        if descriptor is None:
            return self._file.write(data)
        place = 0
        while place < buffer.size:
            count = os.preadv(descriptor, [self._step[: buffer.size - place]], place)
            if count == 0:
                raise OSError(f"a column file ends at byte {place} of {buffer.size}")
            self._file.write(self._step[:count])
            place += count
        return place

    def tell(self) -> int:
        """Bytes written so far."""
        return self._file.tell()

    def flush(self) -> None:
        """Hand everything to the system."""
        self._file.flush()

    def close(self) -> None:
        """Whoever opened the file closes it."""
