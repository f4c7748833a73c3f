"""One instrument out of several."""

import numpy as np
import pytest

from hft_gym.errors import InputError
from hft_gym.tape.chooser import Chooser, NothingThereError
from hft_gym.tape.dbn import open_dbn
from tests.dbn_files import LAST, mbo, write

ES, NQ = (mbo(("A", "B", k, 10, 5, LAST), instrument_id=k) for k in (1, 2))
BOTH = np.concatenate([ES, NQ, ES])


@pytest.fixture
def file(tmp_path):
    return open_dbn(write(tmp_path / "a.dbn", BOTH, symbols={"ESH4": 1, "NQH4": 2}))


@pytest.mark.parametrize("wanted", ["NQH4", 2, "2"])
def test_by_symbol_or_id(file, wanted):
    chooser = Chooser(file, wanted)
    assert len(chooser.choose(ES)) == 0
    assert chooser.choose(BOTH)["order_id"].tolist() == [2]
    chooser.check()
    assert chooser.chosen == 2


def test_several_and_no_wish(file):
    chooser = Chooser(file, None)
    assert len(chooser.choose(ES)) == 1
    with pytest.raises(InputError, match=r"several .*: ESH4 \(1\), NQH4 \(2\); choose one"):
        chooser.choose(NQ)


def test_none_of_what_is_wanted(file):
    with pytest.raises(NothingThereError, match=r"no instrument CLH4 .*ESH4 \(1\), NQH4 \(2\)"):
        Chooser(file, "CLH4")
    chooser = Chooser(file, 77)
    chooser.choose(BOTH)
    with pytest.raises(NothingThereError, match=r"no instrument 77 .*ESH4 \(1\), NQH4 \(2\)"):
        chooser.check()


def test_nothing_at_all(file):
    chooser = Chooser(file, None)
    chooser.choose(ES[:0])
    with pytest.raises(NothingThereError, match="holds no MBO records"):
        chooser.check()
