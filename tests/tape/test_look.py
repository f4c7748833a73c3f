"""Looks at files."""

import os

import pytest

from hft_gym.errors import InputError
from hft_gym.tape.look import look_of, require_same_look, require_unchanged


@pytest.fixture
def path(tmp_path):
    path = tmp_path / "a"
    path.write_bytes(b"one")
    os.utime(path, ns=(5, 5))
    return path


def test_of_a_path_and_of_a_descriptor(path):
    with path.open("rb") as file:
        assert look_of(file.fileno()) == look_of(path) == (3, 5, path.stat().st_ino)
    with pytest.raises(FileNotFoundError):
        look_of(path.with_name("b"))


def longer(path):
    path.write_bytes(b"three")
    os.utime(path, ns=(5, 5))


def later(path):
    os.utime(path, ns=(5, 6))


def another(path):
    other = path.with_name("b")
    other.write_bytes(b"two")
    os.utime(other, ns=(5, 5))
    other.rename(path)


@pytest.mark.parametrize("change", [longer, later, another])
def test_what_changes(change, path):
    before = look_of(path)
    require_unchanged(path, before)
    change(path)
    with pytest.raises(InputError, match="changed while it was read; try again"):
        require_unchanged(path, before)
    with pytest.raises(InputError, match="changed while it was read"):
        require_same_look(path, before, look_of(path))


def test_what_is_gone_has_not_changed(path):
    before = look_of(path)
    path.unlink()
    require_unchanged(path, before)
