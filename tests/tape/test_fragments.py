"""What records say of a file without metadata."""

import pytest

from hft_gym.errors import InputError
from hft_gym.tape.build import build_tapes
from hft_gym.tape.dbn import open_dbn
from hft_gym.tape.definitions import definition_of
from hft_gym.tape.fragments import Guess, guess, stand_in
from tests.dbn_files import LAST, definition, mbo, write
from tests.level_files import mbp, status, trades

MBO = mbo(("A", "B", 1, 10, 5, LAST), ("A", "A", 2, 12, 5, LAST))
TOUCH = [(10, 1)], [(11, 1)]
QUOTE, TRADE = (mbp((action, "B", 10, 1, LAST, *TOUCH), depth=1) for action in "AT")


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (MBO.tobytes(), Guess("mbo", 3, False)),
        (MBO.tobytes()[:70], Guess("mbo", 3, False)),
        (QUOTE.tobytes() + TRADE.tobytes(), Guess("mbp-1", 3, False)),
        (TRADE.tobytes() * 2, Guess("tbbo", 3, False)),
        (trades(("T", "B", 1, 1, 0)).tobytes(), Guess("trades", 3, False)),
        (status((7, "Y", 0)).tobytes(), Guess("status", 3, False)),
        (definition(), Guess("definition", 3, False)),
        (QUOTE.tobytes() + MBO.tobytes(), Guess(None, 3, False)),
        (bytes([16]) + MBO.tobytes()[1:56] + b"\1" * 8, Guess("mbo", 3, True)),
        (MBO.tobytes()[:56] + b"\0" * 60, Guess("mbo", 3, False)),
        (b"time,price\n1,2\n", None),
        (b"\x0e\xa1" + b"\0" * 54, None),
        (b"\x0d\xa0" + b"\0" * 54, None),
        (b"", None),
    ],
)
def test_guesses(body, expected):
    assert guess(body) == expected


def test_metadata_in_place_of_those_that_are_missing():
    metadata = stand_in(Guess("mbp-10", 2, True))
    assert (str(metadata.schema), metadata.ts_out, metadata.mappings) == ("mbp-10", True, {})
    assert stand_in(Guess(None, 2, False)).schema is None
    with pytest.raises(InputError, match="schema 'news' is unknown"):
        stand_in(Guess("news", 3, False))


@pytest.mark.parametrize("name", ["a.dbn.frag", "a.dbn.frag.zst"])
def test_a_tape_of_a_fragment(name, tmp_path):
    path = write(tmp_path / name, MBO, head=b"", frames=3)
    assert open_dbn(path).is_fragment
    write(tmp_path / "d.dbn.frag", definition("ABC", tick_e9=500_000_000), head=b"")
    (tape,) = build_tapes(path, cache=tmp_path / "cache")
    instrument = tape.meta.instrument
    assert (instrument.symbol, instrument.dataset, instrument.tick_size) == ("ABC", "", 0.5)
    assert tape.px_ticks.tolist() == [5, 6]


def test_a_wish_goes_before_a_guess(tmp_path):
    path = write(tmp_path / "a.dbn.frag", TRADE.tobytes() * 2, head=b"")
    schemas = [
        build_tapes(path, schema=schema, cache=tmp_path, tick_size=0.25)[0].meta.schema
        for schema in (None, "mbp-1")
    ]
    assert schemas == ["tbbo", "mbp-1"]
    with pytest.raises(InputError, match="need mbo: download"):
        build_tapes(path, schema="mbo", cache=tmp_path)


def test_real_fragments(real_data):
    paths = sorted((real_data / "fixtures" / "dbn").glob("*.frag*"))
    assert len(paths) == 7
    for path in paths:
        file = open_dbn(path)
        expected = 1 if ".v1." in path.name else 3 if ".v3." in path.name else 2
        assert (file.schema, file.version, file.is_fragment) == ("definition", expected, True)
        found = definition_of([file], "XNAS.ITCH", (31_778, "31778"), 2**62)
        assert found is not None
        assert (found.symbol, found.instrument_class, found.match_algorithm) == (
            "GEM3 P9812", "P", "Q",
        )  # fmt: skip
