"""Facts of LOBSTER pairs."""

import pytest

from hft_gym.commands.support.lobster_facts import lobster_facts
from hft_gym.errors import InputError
from tests.tape.lobster_samples import STEM, write_pair
from tests.tape.test_lobster import MESSAGES, ROWS


def test_a_pair(tmp_path):
    message = write_pair(tmp_path, [*MESSAGES, (34202, 2, 11, 9, 99, 1)], [*ROWS, ROWS[-1]])
    facts = lobster_facts(message, cache=tmp_path / "cache")
    assert (facts.schema, facts.dataset, facts.actions) == ("mbo", "LOBSTER", {"1": 2, "2": 1})
    assert facts.book.anomalies == {"row_disagrees": 1, "wrong_size": 1}
    assert facts.book.touch_e9 == (990_000_000, 1_010_000_000)


def test_many_pairs_are_not_all_named(tmp_path):
    for number in range(12):
        write_pair(tmp_path, MESSAGES, ROWS, stem=STEM.replace("ABC", f"S{number:02}"))
    with pytest.raises(InputError, match=r"several pairs: S00_.*, S09_\S* and 2 more; give one"):
        lobster_facts(tmp_path)


def test_a_real_pair(real_data, tmp_path):
    source = real_data / "lobster"
    facts = lobster_facts(source, "AMZN", tmp_path)
    assert facts.instruments[0]["symbol"] == "AMZN"
    assert facts.snapshot_records < facts.instruments[0]["records"]
