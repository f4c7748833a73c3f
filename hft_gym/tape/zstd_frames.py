"""Where the frames of a zstd file end, from the heads of their blocks (RFC 8878, section 3.1).

A fast stream reader takes the end of a file for the end of its data; this tells them apart.
"""

import os
from pathlib import Path
from typing import BinaryIO

from hft_gym.errors import InputError

ZSTD_MAGIC = b"\x28\xb5\x2f\xfd"
_SKIPPABLE_MAGIC = b"\x2a\x4d\x18"  # its last three bytes; the first is 0x50 to 0x5F
_DICTIONARY_BYTES = (0, 1, 2, 4)
_CONTENT_BYTES = (0, 2, 4, 8)
_BLOCK_HEAD, _CHECKSUM = 3, 4  # bytes
_RLE, _RESERVED = 1, 3  # types of blocks


def require_whole_frames(file: BinaryIO, path: Path) -> None:
    """Refuse a zstd file that does not end where a frame ends.

    Raises:
        InputError: its last frame has no end, or something else than a frame follows.
    """
    size, place = os.fstat(file.fileno()).st_size, 0
    while place < size:
        following = _frame_end(file.fileno(), size, place)
        if following < 0:
            raise InputError(
                f"{path}: damaged zstd data (no frame at byte {place}); download or copy it again"
            )
        place = following
    if place > size:
        raise InputError(f"{path} is truncated: its zstd frame has no end; download it again")


def _frame_end(descriptor: int, size: int, place: int) -> int:
    """Where a frame ends, beyond `size` if the file ends first; -1 where there is no frame.

    Heads are read one by one: a map of the file would count all of it as this process's memory.
    """
    head = os.pread(descriptor, 8, place)
    magic = head[: len(ZSTD_MAGIC)]
    is_skippable = magic[0] >> 4 == 5 and _SKIPPABLE_MAGIC.startswith(magic[1:])
    if len(magic) < len(ZSTD_MAGIC):
        return size + 1 if is_skippable or ZSTD_MAGIC.startswith(magic) else -1
    if is_skippable:
        return place + 8 + int.from_bytes(head[4:], "little")
    if magic != ZSTD_MAGIC:
        return -1
    about = head[4] if len(head) > 4 else 0  # then no block follows either
    is_single, has_checksum = about >> 5 & 1, about >> 2 & 1
    content = _CONTENT_BYTES[about >> 6] or is_single
    place += 5 + (1 - is_single) + _DICTIONARY_BYTES[about & 3] + content
    is_last = 0
    while not is_last:
        head = os.pread(descriptor, _BLOCK_HEAD, place)
        if len(head) < _BLOCK_HEAD:
            return size + 1
        block = int.from_bytes(head, "little")
        is_last, kind, length = block & 1, block >> 1 & 3, block >> 3
        if kind == _RESERVED:
            return -1
        place += _BLOCK_HEAD + (1 if kind == _RLE else length)
    return place + _CHECKSUM * has_checksum
