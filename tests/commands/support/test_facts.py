"""Facts as data and as text."""

import io
import json

import numpy as np

from hft_gym.commands.support.facts import BookFacts, Facts, as_json, as_lines
from hft_gym.commands.support.spread import SpreadOverTime


def facts(**more):
    return Facts("a.dbn", "DBN", 3, "trades", "GLBX.MDP3", **more)


def lines(found):
    shown = as_lines(found, io.StringIO())
    return {line.split("  ")[0]: line.split("  ")[-1].strip() for line in shown}


def test_a_file_with_nothing():
    assert lines(facts())["span"] == "nothing with a time"
    said = as_json(facts())
    assert (said["span"], said["book"], said["no_book"]) == (None, None, None)
    json.dumps(said)


def test_many_instruments_are_not_all_listed():
    many = [{"symbol": f"S{k}", "id": k, "records": 1} for k in range(1_200)]
    shown = lines(facts(instruments=many))["instruments"]
    assert shown.startswith("S0 (0), S1 (1), ")
    assert shown.endswith("S9 (9) and 1,190 more")
    assert len(as_json(facts(instruments=many))["instruments"]) == 1_200


def test_a_book_without_a_tick():
    spread = SpreadOverTime(None)
    spread.add(np.array([0, 10**9]), np.array([10**9] * 2), np.array([3 * 10**9] * 2))
    found = facts(book=BookFacts("X", spread, touch_e9=(10**9, 3 * 10**9)), no_book="")
    shown = lines(found)
    assert shown["tick size"] == "not known"
    assert shown["touch"] == "1 to 3"
    assert shown["spread"] == "mean 2, over 1.0 s"
    assert "session" not in shown
    assert "anomalies" not in shown
    said = as_json(found)["book"]
    assert (said["spread"]["mean"], said["spread"]["mean_ticks"]) == (2.0, None)


def test_why_there_is_no_book_and_what_an_unknown_action_is():
    shown = lines(facts(no_book="several", actions={"A": 1, "\0": 2}))
    assert shown["book"] == "several"
    assert shown["actions"] == "'\\x00' 2, add 1"


def test_what_was_odd_and_what_the_source_is_like():
    book = BookFacts("X", SpreadOverTime(None), anomalies={}, observed={"sequence_gaps": 1_200})
    shown = lines(facts(book=book))
    assert (shown["anomalies"], shown["observed"]) == ("none", "sequence_gaps 1,200")
    assert as_json(facts(book=book))["book"]["observed"] == {"sequence_gaps": 1_200}


def test_types_of_messages_have_words():
    counts = {str(kind): 10 - kind for kind in range(1, 8)}
    assert lines(facts(actions=counts))["actions"] == (
        "new order 9, decrease 8, deletion 7, execution 6, hidden execution 5, cross 4, halt 3"
    )
