"""One instrument out of several, on one day or another."""

from types import SimpleNamespace

import numpy as np
import pytest

from hft_gym.errors import InputError
from hft_gym.tape.chooser import Choice, Chooser, NothingThereError, choices
from hft_gym.tape.dbn import open_dbn
from hft_gym.tape.symbols import Mapping
from tests.dbn_files import LAST, START_NS, mbo, write

ES, NQ = (mbo(("A", "B", k, 10, 5, LAST), instrument_id=k) for k in (1, 2))
BOTH = np.concatenate([ES, NQ, ES])
DAY_NS = 86_400_000_000_000
MIDNIGHT_NS = START_NS - START_NS % DAY_NS


@pytest.fixture
def file(tmp_path):
    return open_dbn(write(tmp_path / "a.dbn", BOTH, symbols={"ESH4": 1, "NQH4": 2}))


def chooser_of(file, wanted):
    (choice,) = choices(file, wanted)
    return Chooser(file, choice)


@pytest.mark.parametrize("wanted", ["NQH4", 2, "2"])
def test_by_symbol_or_id(file, wanted):
    chooser = chooser_of(file, wanted)
    assert len(chooser.choose(ES)) == 0
    assert chooser.choose(BOTH)["order_id"].tolist() == [2]
    chooser.check()
    assert chooser.chosen == 2


def test_several_and_no_wish(file):
    chooser = chooser_of(file, None)
    assert len(chooser.choose(ES)) == 1
    with pytest.raises(InputError, match=r"several .*: ESH4 \(1\), NQH4 \(2\); choose one"):
        chooser.choose(NQ)


def test_none_of_what_is_wanted(file, tmp_path):
    with pytest.raises(NothingThereError, match=r"no instrument CLH4 .*ESH4 \(1\), NQH4 \(2\)"):
        choices(file, "CLH4")
    chooser = chooser_of(file, 77)
    chooser.choose(BOTH)
    with pytest.raises(NothingThereError, match=r"no instrument 77 .*ESH4 \(1\), NQH4 \(2\)"):
        chooser.check()
    nameless = open_dbn(write(tmp_path / "b.dbn", BOTH, symbols={}))
    with pytest.raises(NothingThereError, match="ids without symbols; give the instrument's id"):
        choices(nameless, "ESH4")
    assert choices(nameless, "2") == [Choice("2", 2)]


def test_nothing_at_all(file):
    chooser = chooser_of(file, None)
    chooser.choose(ES[:0])
    with pytest.raises(NothingThereError, match="holds no mbo records"):
        chooser.check()


def days(*rows):
    """A file that maps (symbol, id, first day, day after the last)."""
    told = [Mapping(name, number, MIDNIGHT_NS + a * DAY_NS, MIDNIGHT_NS + b * DAY_NS)
            for name, number, a, b in rows]  # fmt: skip
    return SimpleNamespace(path="a.dbn", mappings=lambda: told, symbols=dict)


ROLL = days(("ES.c.0", 2, 1, 3), ("ES.c.0", 1, 0, 1))


@pytest.mark.parametrize("wanted", ["ES.c.0", None])
def test_a_continuous_symbol_is_another_instrument_after_the_roll(wanted):
    found = choices(ROLL, wanted)
    assert [(choice.instrument_id, choice.symbol) for choice in found] == [
        (1, "ES.c.0"), (2, "ES.c.0"),
    ]  # fmt: skip
    rows = [(day, k) for day in range(4) for k in (1, 2)]
    records = mbo(*[("A", "B", 10 * day + k, 10, 5, LAST, day * DAY_NS) for day, k in rows])
    records["instrument_id"] = [k for _, k in rows]
    taken = [Chooser(ROLL, choice).choose(records)["order_id"].tolist() for choice in found]
    assert taken == [[1], [12, 22]]


def test_an_id_that_is_given_away_again():
    reused = days(("ESH4", 1, 0, 1), ("CLK4", 1, 1, 2), ("NQH4", 5, 0, 2))
    (choice,) = choices(reused, "CLK4")
    assert choice == Choice("CLK4", 1, "CLK4", ((MIDNIGHT_NS + DAY_NS, MIDNIGHT_NS + 2 * DAY_NS),))
    assert [choice.symbol for choice in choices(reused, 1)] == ["ESH4", "CLK4"]
    assert choices(reused, "NQH4") == [Choice("NQH4", 5, "NQH4")]
    tomorrow = mbo(("A", "B", 1, 10, 5, LAST), instrument_id=1, start_ns=START_NS + DAY_NS)
    chooser = Chooser(reused, choices(reused, "ESH4")[0])
    assert len(chooser.choose(tomorrow)) == 0
    with pytest.raises(NothingThereError, match=r"no instrument ESH4 in a\.dbn"):
        chooser.check()
