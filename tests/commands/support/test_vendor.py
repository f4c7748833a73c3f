"""Spans, names, and the client when something is amiss."""

import datetime as dt
import sys
from itertools import pairwise

import pytest

from hft_gym.commands.support.vendor import (
    KEY_NAME,
    Request,
    Span,
    Vendor,
    check_folder,
    claim_folder,
    time_of,
)
from hft_gym.errors import ConfigError, InputError
from tests.commands.vendor_stub import KEY
from tests.dbn_files import random_records, write

REQUEST = Request("GLBX.MDP3", ("ESH4",), "mbo", "raw_symbol")


def span(start, end):
    return Span(time_of(start), time_of(end))


def test_days_and_their_files():
    days = span("2024-01-02T12:00", "2024-01-04T06:30").days()
    assert [day.file_name(REQUEST) for day in days] == [
        "glbx-mdp3-20240102T120000000000-20240103T000000000000.mbo.dbn.zst",
        "glbx-mdp3-20240103.mbo.dbn.zst",
        "glbx-mdp3-20240104T000000000000-20240104T063000000000.mbo.dbn.zst",
    ]
    assert all(a.end == b.start for a, b in pairwise(days))
    assert span("2024-01-02", "2024-01-03").days() == [span("2024-01-02", "2024-01-03")]


def test_times():
    assert time_of("2024-01-02") == dt.datetime(2024, 1, 2, tzinfo=dt.UTC)
    assert time_of("2024-01-02T01:00+02:00") == dt.datetime(2024, 1, 1, 23, tzinfo=dt.UTC)
    with pytest.raises(ConfigError, match="'2024-13-01' is no time; give one like"):
        time_of("2024-13-01")


def test_a_folder_belongs_to_one_request(tmp_path):
    folder = tmp_path / "a" / "b"
    check_folder(folder, REQUEST)
    claim_folder(folder, REQUEST)
    check_folder(folder, REQUEST)
    with pytest.raises(InputError, match="holds another download"):
        check_folder(folder, Request("GLBX.MDP3", ("ESH4",), "trades", "raw_symbol"))
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError, match="cannot write"):
        claim_folder(tmp_path / "file" / "a", REQUEST)


def test_without_the_clients_package(monkeypatch):
    monkeypatch.setenv(KEY_NAME, KEY)
    monkeypatch.setitem(sys.modules, "databento", None)
    with pytest.raises(InputError, match=r"pip install 'hft_gym\[databento\]'"):
        Vendor()


def test_a_damaged_answer_is_no_file(stub, tmp_path):
    whole = write(tmp_path / "b.dbn.zst", random_records(3, 400), frames=2).read_bytes()
    stub.days["2024-01-02"] = whole[:-9]  # complete as a transfer, cut off as a file
    path = tmp_path / "a.dbn.zst"
    with pytest.raises(InputError, match="truncated"):
        Vendor().download(REQUEST, span("2024-01-02", "2024-01-03"), path)
    assert list(tmp_path.glob("a.*")) == []
    stub.days["2024-01-02"] = b"<html>"
    with pytest.raises(InputError, match="no data of 2024-01-02"):
        Vendor().download(REQUEST, span("2024-01-02", "2024-01-03"), path)
    (tmp_path / "a.dbn.zst.part").write_bytes(b"of a crash")
    stub.days["2024-01-02"] = whole
    Vendor().download(REQUEST, span("2024-01-02", "2024-01-03"), path)
    assert [found.name for found in tmp_path.glob("a.*")] == ["a.dbn.zst"]


def test_what_is_struck_out(stub):
    vendor = Vendor()
    login = "ZGItMDEyMzQ1Njc4OWFiY2RlZmdoaWprbG1ub3BxcnN0dXY6"
    assert vendor.scrubbed(f"a {KEY}\n b  Basic {login}") == "a *** b Basic ***"


def test_the_placeholder_of_the_clients_manual(stub, monkeypatch):
    monkeypatch.setenv(KEY_NAME, "YOUR_API_KEY")
    with pytest.raises(InputError, match="no estimate: The API key is currently set to"):
        Vendor().estimate(REQUEST, [span("2024-01-02", "2024-01-03")])
