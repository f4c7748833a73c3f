"""Which schema a file's tape is made of."""

import pytest

from hft_gym.errors import ConfigError, InputError
from hft_gym.tape.dbn import open_dbn
from hft_gym.tape.schemas import SCHEMAS, check_schema, require_schema, schema_of
from tests.dbn_files import LAST, definition, mbo, write
from tests.level_files import mbp, trades

TOUCH = [(10, 1), (8, 1)], [(14, 1)]
BODIES = {
    "mbo": mbo(("A", "B", 1, 10, 5, LAST), ("T", "B", 1, 3, 5, LAST)),
    "mbp-10": mbp(("A", "B", 10, 1, LAST, *TOUCH)),
    "mbp-1": mbp(("A", "B", 10, 1, LAST, *TOUCH), depth=1),
    "tbbo": mbp(("T", "B", 10, 1, LAST, *TOUCH), depth=1),
    "trades": trades(("T", "B", 10, 1, 0)),
}
PRICES = {"mbo": [10], "mbp-10": [10, 8, 14], "mbp-1": [10, 14], "tbbo": [10, 14], "trades": [10]}


@pytest.mark.parametrize("name", SCHEMAS)
def test_of_one_schema(name, tmp_path):
    file = open_dbn(write(tmp_path / "a.dbn", BODIES[name], schema=name))
    schema = require_schema(file)
    assert schema is SCHEMAS[name] is schema_of(file, name)
    (records,) = (records for records, _ in file.chunks(layout=schema.layout))
    assert (schema.prices(records) // 250_000_000).tolist() == PRICES[name]
    other = "trades" if name != "trades" else "mbo"
    assert schema_of(file, other) is None
    with pytest.raises(InputError, match=f"holds {name}, need {other}: download that"):
        require_schema(file, other)


def test_of_a_mixed_capture_the_one_that_shows_most(tmp_path):
    body = BODIES["trades"].tobytes() + BODIES["mbp-10"].tobytes() + definition()
    file = open_dbn(write(tmp_path / "a.dbn", body, schema=None))
    assert require_schema(file) is SCHEMAS["mbp-10"]
    assert require_schema(file, "trades") is SCHEMAS["trades"]
    assert schema_of(file, "mbo") is None
    nothing = open_dbn(write(tmp_path / "b.dbn", definition(), schema=None))
    with pytest.raises(InputError, match="holds no records of market data"):
        require_schema(nothing)


def test_what_no_tape_is_made_of(tmp_path):
    file = open_dbn(write(tmp_path / "a.dbn", b"", schema="ohlcv-1m"))
    with pytest.raises(InputError, match="need mbo, mbp-10, mbp-1, tbbo or trades: download"):
        require_schema(file)
    with pytest.raises(ConfigError, match="no tape is made of schema 'bars'"):
        check_schema("bars")
    check_schema(None)
