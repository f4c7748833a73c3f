"""The kernel cache: one folder for each content of its sources."""

import importlib.util
import sys
from pathlib import Path
from typing import NamedTuple

import numba
import numpy as np
import pytest

from hft_gym.errors import InputError
from hft_gym.kernel import jit
from hft_gym.kernel.random import mix

compiled_only = pytest.mark.skipif(bool(numba.config.DISABLE_JIT), reason="the compiler is off")


@pytest.fixture
def cache(tmp_path, monkeypatch):
    """A cache folder of one's own; the kernels of other tests stay in theirs."""
    monkeypatch.setenv("HFT_GYM_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(jit, "_outside_sources", {})
    monkeypatch.setattr(jit, "_known_sources", {})
    monkeypatch.setattr(jit, "_folders", [])
    monkeypatch.setattr(numba.config, "CACHE_DIR", numba.config.CACHE_DIR)
    return tmp_path / "cache"


def plug_in(folder, factor, name="plug_in"):
    """A module outside the package with a kernel of its own."""
    path = folder / "plug_in.py"
    path.write_text(
        "from hft_gym.kernel.jit import kernel\n\n\n"
        f"@kernel\ndef scaled(number):\n    return {factor} * number\n"
    )
    spec = importlib.util.spec_from_file_location(name, path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def files_of(kernel):
    """Where the machine code of a kernel is looked for."""
    jit.keep(kernel)
    return kernel._cache._cache_file


def test_the_folder_of_everything_that_may_be_thrown_away(monkeypatch, tmp_path):
    monkeypatch.setenv("HFT_GYM_CACHE", str(tmp_path))
    assert jit.cache_root() == tmp_path
    monkeypatch.delenv("HFT_GYM_CACHE")
    assert jit.cache_root() == Path.home() / ".cache" / "hft_gym"


def test_an_edit_of_a_plug_in_gives_another_folder(cache, tmp_path):
    before = jit.sources_digest()
    assert jit.sources_digest() == before
    plug_in(tmp_path, 2)
    two = jit.sources_digest()
    plug_in(tmp_path, 3)
    three = jit.sources_digest()
    assert len({before, two, three}) == 3
    plug_in(tmp_path, 2)
    assert jit.sources_digest() == two  # content counts, not the time of the edit


def test_a_file_of_the_package_counts_without_being_told(cache):
    jit.remember_source(jit.kernel)
    assert jit._outside_sources == {}


def test_flags_of_the_compiler_count(cache, monkeypatch):
    before = jit.sources_digest()
    monkeypatch.setattr(numba.config, "BOUNDSCHECK", 1)
    assert jit.sources_digest() != before


def test_the_package_is_read_once(cache, monkeypatch):
    before = jit.sources_digest()
    monkeypatch.setattr(Path, "rglob", lambda *_: pytest.fail("read again"))
    assert jit.sources_digest() == before


@compiled_only
def test_machine_code_of_an_edited_plug_in_is_never_run(cache, tmp_path):
    module = plug_in(tmp_path, 2)
    jit.enable_cache()
    assert module.scaled(5) == 10
    folder = cache / "kernels" / jit.sources_digest()
    assert list(folder.rglob("*.nbi"))
    edited = plug_in(tmp_path, 3)
    jit.enable_cache()
    assert edited.scaled(5) == 15
    assert cache / "kernels" / jit.sources_digest() != folder


def test_a_plug_in_by_another_name_gives_another_folder(cache, tmp_path):
    plug_in(tmp_path, 2)
    one = jit.sources_digest()
    jit._outside_sources.clear()
    plug_in(tmp_path, 2, "folder.plug_in")  # what is kept speaks of it by its name
    assert jit.sources_digest() != one


def test_a_plug_in_is_what_was_imported_whatever_its_file_says_later(cache, tmp_path):
    plug_in(tmp_path, 2)
    two = jit.sources_digest()
    (tmp_path / "plug_in.py").write_text("edited meanwhile")
    assert jit.sources_digest() == two


@compiled_only
def test_a_plug_in_may_be_called_like_a_standard_module(cache, tmp_path):
    module = plug_in(tmp_path, 2, "profile")
    jit.enable_cache()
    assert module.scaled(5) == 10
    (kept,) = cache.rglob("*.nbc")
    assert kept.is_relative_to(cache / "kernels" / jit.sources_digest())
    edited = plug_in(tmp_path, 3, "profile")
    jit.enable_cache()
    assert edited.scaled(5) == 15


@compiled_only
def test_what_a_later_plug_in_may_have_a_part_in_is_not_kept(cache, tmp_path):
    module = plug_in(tmp_path, 2)
    jit.enable_cache()
    (tmp_path / "later").mkdir()
    plug_in(tmp_path / "later", 3)
    assert module.scaled(5) == 10
    assert not list(cache.rglob("*.nbc"))
    jit.enable_cache()
    assert module.scaled(5.0) == 10.0
    assert len(list(cache.rglob("*.nbc"))) == 1


@compiled_only
def test_what_is_typed_into_a_notebook_is_not_kept(cache, tmp_path):
    module = plug_in(tmp_path, 2)
    (tmp_path / "plug_in.py").unlink()  # as the cell of a notebook: a name without a file
    jit.enable_cache()
    assert module.scaled(5) == 10
    assert not list(cache.rglob("*.nbi"))


@compiled_only
def test_an_index_that_speaks_of_a_lost_plug_in_is_none(cache, tmp_path, monkeypatch):
    """Otherwise every kernel that shares a function with the plug-in would fail."""
    module = plug_in(tmp_path, 2)
    jit.enable_cache()
    lost = plug_in(tmp_path, 2, "soon_lost")
    lost.Model = type("Model", (), {"__module__": "soon_lost"})
    monkeypatch.setitem(sys.modules, "soon_lost", lost)
    del jit._outside_sources[tmp_path / "plug_in.py", "soon_lost"]
    files = files_of(module.scaled)
    key = ((numba.int64,), lost.Model)
    files.save(key, "machine code")
    assert files.load(key) == "machine code"
    monkeypatch.delitem(sys.modules, "soon_lost")
    assert files.load(key) is None
    assert module.scaled(5) == 10


@compiled_only
def test_a_cache_that_cannot_be_written_is_told_in_one_line(cache, monkeypatch):
    cache.write_text("a file where a folder should be")
    with pytest.raises(InputError, match="set HFT_GYM_CACHE to a folder you can write") as told:
        jit.enable_cache()
    assert "\n" not in str(told.value)
    monkeypatch.setattr(numba.config, "DISABLE_JIT", 1)
    jit.enable_cache()  # nothing to write, nothing to say


def test_kernels_divide_as_numpy_does():
    @jit.kernel
    def ratio(a, b):
        return a / b

    if not numba.config.DISABLE_JIT:
        assert ratio(1.0, 0.0) == float("inf")
    assert ratio(1.0, 4.0) == 0.25


@compiled_only
def test_processes_that_compile_at_once_do_not_take_each_others_files(cache, tmp_path, monkeypatch):
    """Two that have both seen an index without entries, as it is while they compile."""
    module = plug_in(tmp_path, 2)
    jit.enable_cache()
    assert not list(cache.rglob("*.nbc"))
    files = files_of(module.scaled)
    one, other = ((), "one"), ((), "other")
    files.save(one, "of one")
    with monkeypatch.context() as early:
        early.setattr(jit._KernelFiles, "_load_index", lambda _: {})
        files.save(other, "of the other")
    assert len(list(cache.rglob("*.nbc"))) == 2
    assert files.load(one) in (None, "of one")
    assert files.load(other) == "of the other"
    files.save(one, "of one")
    assert (files.load(one), files.load(other)) == ("of one", "of the other")


@compiled_only
def test_what_is_kept_is_known(cache, tmp_path):
    module = plug_in(tmp_path, 2)
    assert not jit.is_kept(module.scaled, 5)
    jit.enable_cache()
    assert not jit.is_kept(module.scaled, 5)
    module.scaled(5)
    assert jit.is_kept(module.scaled, 5)
    assert not jit.is_kept(module.scaled, 5.0)
    jit.enable_cache()
    assert jit.is_kept(module.scaled, 7)


@compiled_only
def test_what_is_the_packages_alone_is_shared_whatever_plug_ins_are_known(cache, tmp_path):
    first = jit.kernel(mix.py_func)
    jit.enable_cache()
    plug_in(tmp_path, 2)  # comes later, but has no part in it
    first(np.uint64(7))
    assert len(list(cache.rglob("*.nbc"))) == 1
    jit.enable_cache()
    second = jit.kernel(mix.py_func)
    jit.enable_cache()
    second(np.uint64(7))
    assert sum(second.stats.cache_hits.values()) == 1
    assert len(list(cache.rglob("*.nbc"))) == 1


@compiled_only
def test_the_packages_functions_for_a_plug_ins_types_are_kept_beside(cache, tmp_path):
    module = plug_in(tmp_path, 2)
    ours = jit.kernel(mix.py_func)
    jit.enable_cache()
    module.Model = NamedTuple("Model", [("lots", int)])
    module.Model.__module__ = "plug_in"
    files, beside = files_of(ours), cache / "kernels" / jit.sources_digest()
    theirs = files._of(((numba.typeof(module.Model(1)), numba.int64), "processor", ("code", "")))
    assert Path(theirs._index_path).is_relative_to(beside)
    assert files._of(((numba.int64,), "processor", ("code", ""))) is files
    assert not Path(files._index_path).is_relative_to(beside)
    plug_in(tmp_path, 3)
    jit.enable_cache()
    again = files._of(((numba.typeof(module.Model(1)),), "processor", ("code", "")))
    assert not Path(again._index_path).is_relative_to(beside)


@compiled_only
def test_kernels_find_a_function_without_what_python_needs(cache):
    inner = jit.kernel(mix.py_func)

    @jit.kernel
    def outer(number):
        return inner(number) + np.uint64(1)

    jit.enable_cache()
    assert outer(np.uint64(7)) == mix(np.uint64(7)) + np.uint64(1)
    assert not inner.overloads  # only the bare one is compiled
    assert inner(np.uint64(7)) == mix(np.uint64(7))
    assert len(inner.overloads) == 1
    for kind, name in (("bare.", "*bare.*.nbi"), ("", "random.mix*.nbi")):
        assert len(list(cache.rglob(name))) == 1, kind
    again = jit.kernel(mix.py_func)  # finds what it may, and only that
    assert again(np.uint64(7)) == mix(np.uint64(7))
    assert sum(again.stats.cache_hits.values()) == 1


@compiled_only
def test_a_function_may_call_itself():
    @jit.kernel
    def factorial(number):
        return 1 if number < 2 else number * factorial(number - 1)

    assert factorial(5) == 120


@compiled_only
def test_a_record_never_passes_for_another_one(recwarn):
    @jit.kernel
    def sevenfold(record):
        record["lots"] *= 7
        return record["lots"]

    @jit.kernel
    def of_both(small, large):
        return sevenfold(small[0]) + sevenfold(large[0])

    small = np.ones(1, [("lots", "i8")])
    large = np.full(1, 2, [("lots", "i8"), ("px_ticks", "i8")])
    assert of_both(small, large) == 21
    assert len(sevenfold._bare.overloads) == 2
    assert not [str(warning.message) for warning in recwarn]


@compiled_only
def test_what_encloses_a_function_is_not_kept(cache):
    def double(number):
        return 2 * number

    inner = numba.njit(double)

    @jit.kernel
    def outer(number):
        return inner(number)

    jit.enable_cache()
    assert outer(4) == 8
    assert not list(cache.rglob("*outer*.nbc"))
