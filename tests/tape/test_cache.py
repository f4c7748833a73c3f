"""Names of cached tapes."""

import os

import pytest

from hft_gym.errors import InputError
from hft_gym.tape.cache import (
    code_digest,
    content_sha256,
    digest_before_reading,
    require_folder,
    tape_path,
)


def test_a_digest_is_remembered_until_the_file_changes(tmp_path, monkeypatch):
    cache, path = tmp_path / "cache", tmp_path / "a.dbn"
    path.write_bytes(b"one")
    first = content_sha256(path, cache)
    with monkeypatch.context() as patch:
        patch.setattr("hashlib.file_digest", None)
        assert content_sha256(path, cache) == first
    path.write_bytes(b"two")
    os.utime(path, ns=(1, 1))
    assert content_sha256(path, cache) != first
    (cache / "sources.json").write_text("{")
    path.write_bytes(b"one")
    assert content_sha256(path, cache) == first


def test_bad_folders(tmp_path):
    with pytest.raises(InputError, match="cannot read"):
        content_sha256(tmp_path / "no", tmp_path)
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError, match="cannot write the tape cache"):
        content_sha256(tmp_path / "file", tmp_path / "file" / "cache")
    with pytest.raises(InputError, match="cannot write the tape cache"):
        require_folder(tmp_path / "file" / "cache")
    require_folder(tmp_path / "new" / "cache")
    assert (tmp_path / "new" / "cache").is_dir()


def test_everything_that_matters_is_in_the_name(tmp_path):
    source = tmp_path / "es.mbo.dbn.zst"
    paths = {
        tape_path(tmp_path, source, sha, definitions, wishes)
        for sha in ("a", "b")
        for definitions in ([], ["c"])
        for wishes in ("x", "y")
    }
    assert len(paths) == 8
    assert all(path.name.startswith("es-") and path.suffix == ".arrow" for path in paths)
    assert tape_path(tmp_path, source, "a", ["1", "2"], "") == tape_path(
        tmp_path, source, "a", ["2", "1"], ""
    )
    assert len(code_digest()) == 64


def test_a_new_file_is_digested_while_it_is_read(tmp_path):
    cache, path = tmp_path / "cache", tmp_path / "a.dbn"
    path.write_bytes(b"one two")
    digest = digest_before_reading(path, cache)
    digest.running.update(b"one ")
    digest.running.update(b"two")
    value = digest.value()
    again = digest_before_reading(path, cache)
    assert (again.running, again.value()) == (None, value)
    assert content_sha256(path, tmp_path / "other") == value


def test_a_file_that_was_moved_is_digested_before(tmp_path):
    cache, path, moved = tmp_path / "cache", tmp_path / "a.dbn", tmp_path / "b.dbn"
    path.write_bytes(b"one")
    value = content_sha256(path, cache)
    path.rename(moved)
    digest = digest_before_reading(moved, cache)
    assert (digest.running, digest.value()) == (None, value)
    moved.write_bytes(b"longer")
    assert digest_before_reading(moved, cache).running is not None


def test_a_file_that_changes_while_it_is_read_is_not_remembered(tmp_path):
    cache, path = tmp_path / "cache", tmp_path / "a.dbn"
    path.write_bytes(b"one")
    digest = digest_before_reading(path, cache)
    digest.running.update(b"one")
    path.write_bytes(b"another")
    assert digest.value()
    assert digest_before_reading(path, cache).running is not None
