"""Where the frames of a zstd file end, from the heads of their blocks (RFC 8878, section 3.1).

A fast stream reader takes the end of a file for the end of its data; this tells them apart.
"""

from mmap import ACCESS_READ, mmap
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
    with mmap(file.fileno(), 0, access=ACCESS_READ) as data:
        place = 0
        while place < len(data):
            following = _frame_end(data, place)
            if following < 0:
                raise InputError(
                    f"{path}: damaged zstd data (no frame at byte {place}); "
                    "download or copy it again"
                )
            place = following
        if place > len(data):
            raise InputError(f"{path} is truncated: its zstd frame has no end; download it again")


def _frame_end(data: mmap, place: int) -> int:
    """Where a frame ends, beyond the data if they end first; -1 where there is no frame."""
    magic = data[place : place + 4]
    is_skippable = magic[0] >> 4 == 5 and _SKIPPABLE_MAGIC.startswith(magic[1:])
    if len(magic) < len(ZSTD_MAGIC):
        return len(data) + 1 if is_skippable or ZSTD_MAGIC.startswith(magic) else -1
    if is_skippable:
        return place + 8 + int.from_bytes(data[place + 4 : place + 8], "little")
    if magic != ZSTD_MAGIC:
        return -1
    about = data[place + 4] if place + 4 < len(data) else 0  # then no block follows either
    is_single, has_checksum = about >> 5 & 1, about >> 2 & 1
    content = _CONTENT_BYTES[about >> 6] or is_single
    place += 5 + (1 - is_single) + _DICTIONARY_BYTES[about & 3] + content
    is_last = 0
    while not is_last:
        head = int.from_bytes(data[place : place + _BLOCK_HEAD], "little")
        if place + _BLOCK_HEAD > len(data):
            return len(data) + 1
        is_last, kind, size = head & 1, head >> 1 & 3, head >> 3
        if kind == _RESERVED:
            return -1
        place += _BLOCK_HEAD + (1 if kind == _RLE else size)
    return place + _CHECKSUM * has_checksum
