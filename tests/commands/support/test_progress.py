"""The bar: on a terminal only."""

import sys

from hft_gym.commands.support.progress import progress_bar


def test_nothing_is_drawn_where_nobody_watches(capsys):
    with progress_bar("building", 100) as bar:
        bar.show(40.5)
        bar.say("a line")
    said = capsys.readouterr()
    assert (said.out, said.err) == ("a line\n", "")


def test_a_terminal_sees_how_far_it_is(capsys, monkeypatch):
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)
    with progress_bar("building", 100) as bar:
        bar.show(40.5)
        bar.say("a line")
        bar.show(100)
    said = capsys.readouterr()
    assert said.out == "a line\n"
    assert "building" in said.err
    assert "40%" in said.err
