"""Names of cached tapes."""

import fcntl
import hashlib
import json
import multiprocessing
import os
import threading

import pytest

from hft_gym.errors import InputError
from hft_gym.tape import cache as cache_module
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


def test_the_index_is_written_once(tmp_path, monkeypatch):
    cache, path = tmp_path / "cache", tmp_path / "a.dbn"
    path.write_bytes(b"one")
    written, write = [], cache_module.whole_file
    monkeypatch.setattr(cache_module, "whole_file", lambda p: written.append(p) or write(p))
    digest = digest_before_reading(path, cache)
    digest.running.update(b"one")
    assert digest.value() == digest.value()
    assert written == [cache / "sources.json"]


def test_a_file_that_vanishes_after_it_was_read(tmp_path):
    path = tmp_path / "a.dbn"
    path.write_bytes(b"one")
    digest = digest_before_reading(path, tmp_path / "cache")
    digest.running.update(b"one")
    path.unlink()
    assert digest.value() == hashlib.sha256(b"one").hexdigest()


def digest_all(paths, cache):
    for path in paths:
        content_sha256(path, cache)


def test_processes_lose_no_entry_of_each_other(tmp_path):
    paths = [tmp_path / f"{k}.dbn" for k in range(80)]
    for path in paths:
        path.write_text(path.name)
    fork = multiprocessing.get_context("fork").Process
    others = [fork(target=digest_all, args=(paths[k::4], tmp_path / "cache")) for k in range(4)]
    for other in others:
        other.start()
    for other in others:
        other.join(60)
    index = json.loads((tmp_path / "cache" / "sources.json").read_text())
    assert sorted(index) == sorted(map(str, paths))


def test_who_writes_waits_for_the_lock(tmp_path):
    cache, path = tmp_path / "cache", tmp_path / "a.dbn"
    path.write_bytes(b"one")
    content_sha256(path, cache)
    with (cache / ".sources.lock").open("rb") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        path.write_bytes(b"another")
        waiting = threading.Thread(target=content_sha256, args=(path, cache))
        waiting.start()
        waiting.join(0.2)
        assert waiting.is_alive()
    waiting.join(60)
    assert digest_before_reading(path, cache).running is None


def test_a_file_that_changes_while_it_is_read_is_not_remembered(tmp_path):
    cache, path = tmp_path / "cache", tmp_path / "a.dbn"
    path.write_bytes(b"one")
    digest = digest_before_reading(path, cache)
    digest.running.update(b"one")
    path.write_bytes(b"another")
    assert digest.value()
    assert digest_before_reading(path, cache).running is not None
