"""The page: one file, no script, nothing of a name taken for markup, and something sensible of any runs."""

import re
from html.parser import HTMLParser

import pytest

from game.run_summary import LeftOut
from game.standings import results
from game.standings.page import write_page
from tests.game.standings.summaries import run

HOSTILE = "<img src=x onerror=alert(1)>\u202e&amp;{{ 7 * 7 }}"


class Reader(HTMLParser):
    """Tags, their attributes, the text between them; a tag that is not closed fails."""

    def __init__(self):
        super().__init__()
        self.tags, self.attributes, self.texts, self.open = [], [], [], []

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += attrs
        if tag != "meta":
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += attrs

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.texts.append(data.strip())


@pytest.fixture
def page(tmp_path):
    def read(runs, left_out=(), compare=None, command="auditgame standings runs --html page.html"):
        write_page(results(runs, left_out, compare), tmp_path / "page.html", command=command)
        reader = Reader()
        reader.feed((tmp_path / "page.html").read_text())
        assert reader.open == []
        return reader

    return read


def test_the_page_tells_agents_teams_and_published_rows_in_one_table(page):
    runs = [run(seed=seed, first_right=3.0) for seed in range(3)] + [run(members=3, seed=3), run(organism="clean"), run(outcome="errored")]
    found = page(runs, compare=("a", "a, team of 3"))
    text = "\n".join(found.texts)
    for told in (
        "a, team of 3",
        "super-agent of 3",
        "human team 4",
        "3/3 = 1.00",
        "3/4 = 0.75",
        "auditgame standings runs --html page.html",
    ):
        assert told in text
    assert "controls: 1 scored" in text
    assert "a against a, team of 3, 1 pairs" in text
    assert found.tags.count("svg") == 4


def test_the_page_needs_nothing_else(page):
    found = page([run(), run(organism="clean")])
    assert not {"script", "link", "img", "iframe", "image", "object"} & set(found.tags)
    links = [value for name, value in found.attributes if name in ("src", "href", "xlink:href", "data", "action")]
    assert all(link.startswith("#") for link in links)
    styles = " ".join(value for name, value in found.attributes if name == "style")
    assert all(target.startswith("#") for target in re.findall(r"url\(([^)]*)\)", styles))
    assert ("content", "default-src 'none'; style-src 'unsafe-inline'") in found.attributes


def test_names_are_text_whatever_they_hold(page):
    left = LeftOut(run="runs/x", reason=f"runs/{HOSTILE}/score.json: broken")
    runs = [run(auditor=HOSTILE, rules=HOSTILE, organism=HOSTILE), run(auditor=HOSTILE, rules=HOSTILE, members=2, seed=2)]
    found = page(runs, [left], compare=(HOSTILE, HOSTILE), command=f"auditgame standings '{HOSTILE}'")
    assert "img" not in found.tags
    assert not any(name.startswith("on") for name, _ in found.attributes)
    text = "\n".join(found.texts)
    assert "<img src=x onerror=alert(1)>" in text
    assert "{{ 7 * 7 }}" in text
    assert "\u202e" not in text


def test_what_was_left_out_is_told(page):
    left = [LeftOut(run=f"runs/{name}", reason=f"runs/{name}/spec.json: half written") for name in "xy"]
    text = "\n".join(page([run()], left).texts)
    assert "2 left out" in text
    assert "runs/y/spec.json: half written" in text


@pytest.mark.parametrize(
    ("runs", "told"),
    [
        ([run(outcome="errored"), run(outcome="errored")], "not known which: 2"),
        ([run(outcome="unfinished")], "1 unfinished"),
        ([run(organism="clean")], "0/1 = 0.00"),
        ([run()], "1/1 = 1.00"),
    ],
)
def test_few_runs_make_a_page_too(page, runs, told):
    assert told in "\n".join(page(runs).texts)
