"""Folders of a batch download: what the manifest says must be so."""

import datetime as dt
import hashlib
import json
import warnings

import pytest
from databento.common.symbology import InstrumentMap

from hft_gym.errors import InputError
from hft_gym.tape.batch import Batch, is_batch, read_batch, verify_batch
from hft_gym.tape.build import build_tapes
from hft_gym.tape.generated import GeneratedMarket, generate
from hft_gym.tape.market_tape import MarketTape

JOB = "XNAS-20240105-ABCDEFGHIJ"
ONE_DAY = dt.timedelta(days=1)


def manifest_of(folder):
    """The manifest of the files that are there, in the vendor's layout."""
    return {
        "job_id": JOB,
        "files": [
            {
                "filename": path.name,
                "size": path.stat().st_size,
                "hash": "sha256:" + hashlib.sha256(path.read_bytes()).hexdigest(),
                "urls": {"https": f"https://example.org/{path.name}", "ftp": "ftp://example.org"},
            }
            for path in sorted(folder.iterdir())
            if path.name != "manifest.json"
        ],
    }


@pytest.fixture(scope="module")
def market():
    return GeneratedMarket(days=2, session_s=10)


@pytest.fixture(scope="module")
def generated(market, tmp_path_factory):
    return generate(market, tmp_path_factory.mktemp("market") / "days")


@pytest.fixture
def job(market, generated, tmp_path):
    """A job of the two days, the second degraded, and a third that is missing."""
    folder = tmp_path / JOB
    folder.mkdir()
    for path in generated:
        (folder / path.name).write_bytes(path.read_bytes())
    days = [*market.dates, market.dates[-1] + ONE_DAY]
    conditions = zip(days, ["available", "degraded", "missing"], strict=True)
    write(folder, "condition.json", [
        {"date": day.isoformat(), "condition": what, "last_modified_date": None}
        for day, what in conditions
    ])  # fmt: skip
    write(folder, "metadata.json", {"version": 1, "job_id": JOB, "query": {"schema": "mbo"}})
    write(folder, "symbology.json", symbology(days, market))
    write(folder, "manifest.json", manifest_of(folder))
    return folder


def symbology(days, market):
    first, second, last = (day.isoformat() for day in days)
    return {
        "result": {
            market.symbol: [{"d0": first, "d1": last, "s": str(market.instrument_id)}],
            "OLD": [{"d0": first, "d1": second, "s": "77"}, {"d0": second, "d1": last, "s": ""}],
        },
        "symbols": [market.symbol, "OLD"],
        "stype_in": "raw_symbol",
        "stype_out": "instrument_id",
        "start_date": first,
        "end_date": last,
        "partial": ["OLD"],
        "not_found": [],
        "message": "Partially resolved",
        "status": 1,
    }


def write(folder, name, content):
    (folder / name).write_text(json.dumps(content))


def test_what_the_files_say(job, market):
    batch = read_batch(str(job))
    first, second = market.dates
    assert batch.job_id == JOB
    assert [file.name for file in batch.files][-2:] == ["metadata.json", "symbology.json"]
    assert batch.warnings() == [f"{second}: degraded", f"{second + ONE_DAY}: missing"]
    assert batch.instrument_ids(first) == {market.symbol: market.instrument_id, "OLD": 77}
    assert batch.instrument_ids(second) == {market.symbol: market.instrument_id}
    assert batch.instrument_ids(second + ONE_DAY) == {}
    vendors = InstrumentMap()
    vendors.insert_json((job / "symbology.json").read_text())
    for day in (first, second):
        for symbol, number in batch.instrument_ids(day).items():
            assert vendors.resolve(number, day) == symbol


def test_ids_to_symbols(job, market):
    content = symbology([*market.dates, market.dates[-1] + ONE_DAY], market)
    first, last = content["start_date"], content["end_date"]
    content |= {"stype_in": "instrument_id", "stype_out": "raw_symbol"}
    content["result"] = {"5": [{"d0": first, "d1": last, "s": "ABC"}]}
    write(job, "symbology.json", content)
    assert read_batch(job).instrument_ids(market.dates[0]) == {"ABC": 5}
    content |= {"stype_in": "continuous"}
    write(job, "symbology.json", content)
    assert read_batch(job).mappings == ()


def test_tapes_know_the_condition_of_their_days(job, market, tmp_path):
    with pytest.warns(UserWarning, match=r"not whole: .*: degraded, .*: missing"):
        tapes = build_tapes(job, cache=tmp_path / "cache")
    second = market.dates[1].isoformat()
    assert [tape.meta.condition for tape in tapes] == [{}, {second: "degraded"}]
    assert MarketTape.open(tapes[1].path).meta == tapes[1].meta
    (job / "condition.json").unlink()
    write(job, "manifest.json", manifest_of(job))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        again = build_tapes(job, cache=tmp_path / "cache")
    assert [tape.meta.condition for tape in again] == [{}, {}]


def test_wrong_and_missing_files(job, tmp_path):
    cache = tmp_path / "cache"
    data = sorted(job.glob("*.dbn.zst"))
    good = data[1].read_bytes()
    data[1].write_bytes(good[:-1] + bytes([good[-1] ^ 1]))
    with pytest.raises(InputError, match=rf"{data[1].name} is not what the manifest says"):
        build_tapes(job, cache=cache)
    verify_batch(data[0], cache)  # the other file is as it was
    with pytest.raises(InputError, match="another sha256"):
        build_tapes(data[1], cache=cache)
    data[1].write_bytes(good[:-1])
    with pytest.raises(InputError, match=rf"has {len(good) - 1} bytes, .* says {len(good)}; down"):
        verify_batch(job, cache)
    data[1].unlink()
    with pytest.raises(InputError, match=rf"{data[1].name} is missing from job {JOB}"):
        verify_batch(job, cache)
    assert list(cache.glob("*.arrow")) == []


def test_folders_of_others(generated, tmp_path):
    assert not is_batch(generated[0].parent)  # it has a manifest of its own
    assert not is_batch(tmp_path)
    (tmp_path / "manifest.json").write_text("{")
    assert not is_batch(tmp_path)
    verify_batch(tmp_path, tmp_path)
    (tmp_path / "condition.json").write_text("[]")
    with pytest.raises(InputError, match=r"manifest\.json is not JSON; download the job"):
        verify_batch(tmp_path, tmp_path)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("manifest.json", {"job_id": JOB}),
        ("manifest.json", {"job_id": JOB, "files": [{"filename": "a.dbn", "size": 1}]}),
        (
            "manifest.json",
            {"job_id": JOB, "files": [{"filename": "a", "size": 1, "hash": "md5:0"}]},
        ),
        (
            "manifest.json",
            {
                "job_id": JOB,
                "files": [{"filename": "../a", "size": 1, "hash": "sha256:" + "0" * 64}],
            },
        ),
        ("condition.json", {"date": "2024-01-02"}),
        ("condition.json", [{"date": "soon", "condition": "available"}]),
        ("symbology.json", {"result": {}}),
        ("symbology.json", {"result": {"A": [{"d0": 1}]}, "stype_in": "", "stype_out": ""}),
    ],
)
def test_files_that_are_not_the_vendors(name, content, job):
    write(job, name, content)
    with pytest.raises(InputError, match=rf"{name} is not as Databento writes it"):
        read_batch(job)


def test_without_the_other_files(tmp_path):
    write(tmp_path, "manifest.json", {"job_id": JOB, "files": []})
    assert read_batch(tmp_path) == Batch(tmp_path, JOB, (), {}, ())
