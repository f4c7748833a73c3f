"""Where the tick size comes from."""

import pytest

from hft_gym.errors import ConfigError, InputError
from hft_gym.tape.dbn import open_dbn
from hft_gym.tape.definitions import dbn_files, definition_files, instrument_facts, step_of_prices
from tests.dbn_files import ES_ID, LAST, definition, mbo, write

RECORDS = mbo(("A", "B", 1, 10, 5, LAST), ("A", "A", 2, 16, 5, LAST))


def facts(folder, symbol="ESH4", tick_size=None, **about):
    file = open_dbn(write(folder / "a.mbo.dbn", RECORDS, symbols={symbol: ES_ID}, **about))
    return instrument_facts(file, ES_ID, definition_files(folder), RECORDS, tick_size)


def test_the_user_goes_first(tmp_path):
    instrument, origin = facts(tmp_path, tick_size=0.125)
    assert (instrument.tick_size_e9, instrument.multiplier, origin) == (125_000_000, 50, "user")


def test_then_a_definition(tmp_path):
    body = definition("NQH4", 5, 1) + definition(tick_e9=125_000_000, multiplier=7, currency="EUR")
    write(tmp_path / "d.dbn.zst", body, schema="definition")
    instrument, origin = facts(tmp_path)
    assert (instrument.tick_size, instrument.multiplier, origin) == (0.125, 7, "definition")
    assert (instrument.currency, instrument.symbol, instrument.dataset) == (
        "EUR", "ESH4", "GLBX.MDP3",
    )  # fmt: skip
    assert facts(tmp_path, "ESM4")[1] == "known roots"  # the same id, another day's instrument
    assert facts(tmp_path, "ES.c.0")[1] == "definition"


def test_then_what_everybody_knows(tmp_path):
    instrument, origin = facts(tmp_path)
    assert (instrument.tick_size, instrument.multiplier, origin) == (0.25, 50, "known roots")
    instrument, origin = facts(tmp_path, "MSFT", dataset="XNAS.ITCH")
    assert (instrument.tick_size, instrument.multiplier, origin) == (0.01, 1, "dataset")


def test_then_the_prices(tmp_path):
    instrument, origin = facts(tmp_path, "ABC")
    assert (instrument.tick_size, instrument.symbol, origin) == (0.5, "ABC", "prices")
    with pytest.raises(InputError, match="give tick_size"):
        step_of_prices(tmp_path, RECORDS[:1])


@pytest.mark.parametrize("tick_size", [0, -1, float("nan"), float("inf"), 1e-12])
def test_bad_tick_sizes(tick_size, tmp_path):
    with pytest.raises(ConfigError, match="not a price step"):
        facts(tmp_path, tick_size=tick_size)


def test_what_cannot_be_read_is_left_out(tmp_path):
    (tmp_path / "b.dbn").write_bytes(b"nothing")
    (tmp_path / "c.csv").write_bytes(b"nothing")
    write(tmp_path / "a.dbn", RECORDS)
    assert [file.path.name for file in dbn_files(tmp_path)] == ["a.dbn"]


def test_real_definitions(real_data):
    files = definition_files(real_data / "databento")
    assert len(files) == 3
    file = open_dbn(real_data / "databento/futures_mbp-1_2024-07-01T23-58_2024-07-02T00-02.dbn.zst")
    instrument, origin = instrument_facts(file, 118, files, RECORDS)
    assert (instrument.symbol, instrument.tick_size, origin) == ("ESU4", 0.25, "definition")
    assert instrument.multiplier == 50
