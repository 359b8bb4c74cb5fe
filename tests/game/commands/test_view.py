"""`auditgame view` as a user runs it."""

import pytest

from tests.fakes.command_line import CLI
from tests.game.runs import make_report, make_run
from tests.game.view.pages import Page


@pytest.fixture
def cli(tmp_path):
    return CLI(tmp_path / "cache", tmp_path)


def test_a_run(cli):
    run = make_run(cli.runs, make_report())
    assert cli("view", "last")[0] == f"written: runs/{run.id}/view.html\n"
    assert "report" in Page((run.path / "view.html").read_text()).ids


def test_a_page_elsewhere(cli):
    make_run(cli.runs)
    assert cli("view", "last", "--out", "pages/a.html")[0] == "written: pages/a.html\n"
    Page((cli.folder / "pages" / "a.html").read_text())


def test_a_folder(cli):
    run = make_run(cli.runs)
    broken = make_run(cli.runs)
    broken.spec.write_text("{}")
    said, _ = cli("view", "runs")
    assert "written: runs/index.html" in said
    assert f"{broken.id}: " in said
    assert f"{run.id}/view.html" in Page((cli.runs / "index.html").read_text()).links


def test_it_is_opened_in_the_browser(cli, monkeypatch):
    opened = []
    monkeypatch.setattr("webbrowser.open", lambda url: opened.append(url) or False)
    run = make_run(cli.runs)
    assert "no browser was found here" in cli("view", "last", "--open")[0]
    assert opened == [(run.path / "view.html").as_uri()]


def test_what_is_not_there(cli):
    assert "no run 'nothing'" in cli("view", "nothing", code=2)[1]
    (cli.folder / "empty").mkdir()
    assert "no run under empty" in cli("view", "empty", code=2)[1]
