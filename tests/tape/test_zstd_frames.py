"""The ends of frames, cut anywhere."""

import numpy as np
import pytest
import zstandard

from hft_gym.errors import InputError
from hft_gym.tape.zstd_frames import require_whole_frames

NOISE = np.random.default_rng(1).bytes(300_000)  # raw blocks
TEXT = b"a tape " * 60_000  # compressed ones
ZEROS = bytes(400_000)  # runs of one byte


def frames(content, **about):
    return zstandard.ZstdCompressor(**about).compress(content)


def streamed(content):
    """A frame that does not tell its length, in many blocks."""
    writer = zstandard.ZstdCompressor(write_content_size=False).compressobj()
    flush = zstandard.COMPRESSOBJ_FLUSH_BLOCK
    parts = [writer.compress(content[:1000]), writer.flush(flush), writer.compress(content[1000:])]
    return b"".join(parts) + writer.flush()


WHOLE = {
    "noise": frames(NOISE),
    "text": frames(TEXT, write_checksum=True),
    "zeros": frames(ZEROS),
    "short": frames(b"x", write_checksum=True),
    "nothing": frames(b""),
    "streamed": streamed(TEXT + NOISE),
    "several": frames(TEXT) + frames(NOISE, write_checksum=True) + streamed(ZEROS),
    "skippable": b"\x53\x2a\x4d\x18\x05\0\0\0hello" + frames(TEXT),
}


def check(data, path):
    path.write_bytes(data)
    with path.open("rb") as file:
        require_whole_frames(file, path)


@pytest.mark.parametrize("kind", WHOLE)
def test_whole_frames(kind, tmp_path):
    check(WHOLE[kind], tmp_path / "a.zst")


@pytest.mark.parametrize("kind", WHOLE)
def test_a_missing_end(kind, tmp_path):
    data = WHOLE[kind]
    ends = {len(data)}
    if kind == "several":  # where one of its frames ends, nothing is missing
        first, second = len(frames(TEXT)), len(frames(NOISE, write_checksum=True))
        ends |= {first, first + second}
    if kind == "skippable":
        ends.add(13)
    lengths = {*range(1, min(len(data), 40)), *range(max(1, len(data) - 9), len(data))}
    for length in sorted(lengths - ends):
        with pytest.raises(InputError, match="truncated"):
            check(data[:length], tmp_path / "a.zst")


def test_what_is_no_frame(tmp_path):
    with pytest.raises(InputError, match=f"no frame at byte {len(WHOLE['text'])}"):
        check(WHOLE["text"] + b"more of it", tmp_path / "a.zst")
    data = bytearray(WHOLE["noise"])
    place = 4 + 1 + 4  # magic, descriptor, content size: the head of the first block
    data[place] |= 0b110  # a type that does not exist
    with pytest.raises(InputError, match="no frame at byte 0"):
        check(bytes(data), tmp_path / "a.zst")
