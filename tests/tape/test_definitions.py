"""Where the tick size comes from."""

import pytest

from hft_gym.errors import InputError
from hft_gym.tape.dbn import open_dbn
from hft_gym.tape.definitions import (
    dbn_files,
    definition_files,
    definition_of,
    instrument_facts,
)
from tests.dbn_files import ES_ID, LAST, START_NS, definition, mbo, write

RECORDS = mbo(("A", "B", 1, 10, 5, LAST), ("A", "A", 2, 16, 5, LAST))
PRICES = RECORDS["price"], START_NS


def facts(folder, symbol="ESH4", tick_size=None, **about):
    file = open_dbn(write(folder / "a.mbo.dbn", RECORDS, symbols={symbol: ES_ID}, **about))
    return instrument_facts(file, ES_ID, definition_files(folder), PRICES, tick_size)


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
    instrument, origin = facts(tmp_path, "ES.c.0")
    assert (instrument.symbol, origin) == ("ESH4", "definition")


def test_then_what_everybody_knows(tmp_path):
    instrument, origin = facts(tmp_path)
    assert (instrument.tick_size, instrument.multiplier, origin) == (0.25, 50, "known roots")
    instrument, origin = facts(tmp_path, "MSFT", dataset="XNAS.ITCH")
    assert (instrument.tick_size, instrument.multiplier, origin) == (0.01, 1, "dataset")


def test_then_the_prices(tmp_path):
    instrument, origin = facts(tmp_path, "ABC")
    assert (instrument.tick_size, instrument.symbol, origin) == (0.5, "ABC", "prices")
    file = open_dbn(write(tmp_path / "a.mbo.dbn", RECORDS, symbols={"ABC": ES_ID}))
    with pytest.raises(InputError, match="give tick_size"):
        instrument_facts(file, ES_ID, [], (PRICES[0][:1], START_NS))


def test_the_rest_of_a_definition(tmp_path):
    write(tmp_path / "d.dbn", definition(), schema="definition")
    instrument, _ = facts(tmp_path)
    assert instrument.expiration_ns is None
    assert (instrument.match_algorithm, instrument.instrument_class) == ("F", "F")
    assert (instrument.asset, instrument.exchange) == ("ES", "XCME")


def test_the_definition_of_the_day(tmp_path):
    ticks = {-5: 1, -1: 2, 3: 3, 9: 4}  # by the time of the definition
    for name, times in (("a", (9, -5)), ("b", (-1, 3))):
        body = b"".join(at_time(START_NS + at, ticks[at]) for at in times)
        write(tmp_path / f"{name}.dbn", body, schema="definition")
    files = definition_files(tmp_path)

    def tick(at):
        found = definition_of(files, "GLBX.MDP3", (ES_ID, "ESH4"), START_NS + at)
        return found.contract.tick_size_e9

    assert [tick(at) for at in (-9, -5, -2, 0, 3, 8, 99)] == [1, 1, 1, 2, 3, 3, 4]
    assert definition_of(files, "XNAS.ITCH", (ES_ID, "ESH4"), START_NS) is None


def at_time(ts_recv_ns, tick_e9):
    """A definition of another time, which follows the header."""
    body = bytearray(definition(tick_e9=tick_e9))
    body[16:24] = int(ts_recv_ns).to_bytes(8, "little")
    return bytes(body)


def test_what_cannot_be_read_is_left_out(tmp_path):
    (tmp_path / "b.dbn").write_bytes(b"nothing")
    (tmp_path / "c.csv").write_bytes(b"nothing")
    write(tmp_path / "a.dbn", RECORDS)
    assert [file.path.name for file in dbn_files(tmp_path)] == ["a.dbn"]


def test_a_damaged_definition_is_one_clear_error(tmp_path):
    body = bytearray(definition(currency="USD"))
    place = body.index(b"USD\0")
    body[place + 3] = ord("@")  # the text has no end
    path = write(tmp_path / "a.dbn", RECORDS.tobytes() + bytes(body), schema=None)
    file = open_dbn(path)
    with pytest.raises(InputError, match=r"a.dbn: damaged definition of instrument 17077 \(.*\); "):
        definition_of([file], file.dataset, (17077, "ESH4"), 0)


def test_real_definitions(real_data):
    files = definition_files(real_data / "databento")
    assert len(files) == 3
    file = open_dbn(real_data / "databento/futures_mbp-1_2024-07-01T23-58_2024-07-02T00-02.dbn.zst")
    instrument, origin = instrument_facts(file, 118, files, PRICES)
    assert (instrument.symbol, instrument.tick_size, origin) == ("ESU4", 0.25, "definition")
    assert instrument.multiplier == 50
    assert (instrument.match_algorithm, instrument.instrument_class) == ("F", "F")
    assert instrument.expiration_ns == 1_726_839_000_000_000_000  # 2024-09-20 13:30 UTC
