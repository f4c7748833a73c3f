"""The columns' types are part of the file format."""

from hft_gym.tape.rows import COLUMNS, Flag, Kind


def test_kinds_and_flags_fit_into_a_byte():
    assert sorted(Kind) == list(range(6))
    assert [int(flag) for flag in Flag] == [1, 2, 4, 8, 16]
    assert sum(dtype.itemsize for dtype in COLUMNS.values()) == 35
