"""The page needs nothing but itself."""

import base64
import re
from html.parser import HTMLParser

import pytest

from hft_gym.errors import InputError
from hft_gym.evaluation.curve import TrainingCurve
from hft_gym.evaluation.picture import png
from hft_gym.evaluation.report import Picture, Report, as_html, save_report
from hft_gym.evaluation.summary import basis_of, summarise
from tests.evaluation.samples import ES, one_trace, tables


class Reader(HTMLParser):
    """Tags opened and closed, attributes, and text."""

    def __init__(self):
        super().__init__()
        self.open, self.attributes, self.text = [], [], []

    def handle_starttag(self, tag, attributes):
        self.attributes += [(tag, *pair) for pair in attributes]
        if tag not in ("meta", "img"):
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.text.append(data)


def page(**changes):
    judged = tables()
    basis = basis_of(judged, ES)
    return Report(
        **{
            "title": "PPO <on> ES & co",
            "lead": "Judged on days it has not seen.",
            "summaries": [summarise(one, basis) for one in judged],
            "basis": basis,
            "config_yaml": "agent:\n  note: '<script>alert(1)</script>'\n",
            "versions": {"numpy": "2.4"},
            "marked": "fixed_spread_1",
        }
        | changes
    )


def read(html):
    reader = Reader()
    reader.feed(html)
    assert reader.open == []
    return reader


def test_text_is_escaped_and_tags_close():
    html = as_html(page())
    reader = read(html)
    assert "<script" not in html
    assert "PPO <on> ES & co" in reader.text
    assert any("<script>alert(1)</script>" in text for text in reader.text)
    assert "numpy: 2.4" in "".join(reader.text)
    assert html.count('<tr class="mark">') == 1


def test_remarks_are_escaped_and_stand_below_the_table():
    html = as_html(page(remarks=["a < b"]))
    assert html.index("</table>") < html.index("<li>a &lt; b</li>")


def test_nothing_is_fetched():
    picture = png(one_trace(), ES)
    curve = TrainingCurve([1, 2, 3], [0.0, 1.0, 2.0])
    html = as_html(page(pictures=[Picture("A window.", picture)], curve=curve))
    reader = read(html)
    sources = [value for _, name, value in reader.attributes if name in ("src", "href")]
    assert len(sources) == 2
    assert all(source.startswith("data:image/png;base64,") for source in sources)
    assert base64.b64decode(sources[0].split(",")[1]) == picture
    assert not re.search(r"https?:|url\(|@import", html)
    assert "Training" in reader.text


def test_reads_on_a_phone_and_in_the_dark():
    html = as_html(page())
    assert '<meta name="viewport" content="width=device-width, initial-scale=1">' in html
    assert "prefers-color-scheme: dark" in html
    assert '<div class="wide"><table>' in html  # only the table scrolls sideways


def test_what_is_not_given_is_not_shown():
    html = as_html(page(config_yaml="", versions={}))
    assert "<details>" not in html
    assert "<h2>Training</h2>" not in html
    assert "<figure>" not in html


def test_saved_whole(tmp_path):
    save_report(page(), tmp_path / "report.html")
    assert (tmp_path / "report.html").read_text(encoding="utf-8").startswith("<!doctype html>")
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(InputError, match="cannot write"):
        save_report(page(), tmp_path / "file" / "report.html")
