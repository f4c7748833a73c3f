"""What the workers must notice: wrong ends, crashes, hangs."""

import ctypes
import os
import time

import pytest

from tests.fuzz.workers import run


def bad_judge(seed, case, folder):
    """Goes wrong in a way of its own at some of the cases."""
    assert list(folder.iterdir()) == []
    (folder / "left").mkdir()
    (folder / "left" / "file").write_text("")
    if case == 2:
        raise ValueError(f"seed {seed}")
    if case == 4:
        ctypes.string_at(0)  # a segmentation fault
    if case == 6:
        os._exit(0)
    if case == 7 and seed == 1:
        time.sleep(60)
    return "fine"


@pytest.mark.parametrize("workers", [1, 3])
def test_everything_wrong_is_found_and_the_rest_goes_on(workers):
    findings = run(bad_judge, 1, range(10), workers, timeout_s=1.0)
    assert findings.ends == {"fine": 6, "ValueError": 1, "crash": 2, "hang": 1}
    numbers, texts = zip(*findings.wrong, strict=True)
    assert numbers == (2, 4, 6, 7)
    assert "seed 1" in texts[0]
    assert texts[1] == "crash: exit code -11"
    assert texts[2] == "crash: exit code 0"
    assert texts[3].startswith("hang: more than 1 s")


def test_a_last_case_that_crashes():
    findings = run(bad_judge, 0, [3, 4])
    assert findings.ends == {"fine": 1, "crash": 1}
    assert run(bad_judge, 0, []).ends == {}
