"""The page that lists runs."""

import pytest

from game.judges import LexicalJudge
from game.score import Outcome
from game.scoring import score_report
from game.spec import MatchSpec
from game.view import write_index
from tests.game.runs import make_report, make_run
from tests.game.view.pages import Page
from transcripts import RunError, read_events


async def test_runs_of_a_folder_stand_together_and_members_under_their_team(tmp_path, truth):
    alone, member, team = (make_run(tmp_path, make_report()) for _ in range(3))
    other = make_run(tmp_path / "a sweep" / "part", make_report())
    (await score_report(make_report(), truth, read_events(other.events), [LexicalJudge()])).write(other.score)
    Outcome(kind="scored").write(other.done)
    MatchSpec.read(team.spec).model_copy(update={"members": (member.id,)}).write(team.spec)
    told = []
    index, problems = write_index(tmp_path, told=lambda *counts: told.append(counts))
    assert index == tmp_path / "index.html"
    assert not problems
    assert told[-1] == (4, 4)
    html = index.read_text()
    page = Page(html)
    assert page.words.index(alone.id) < page.words.index(team.id) < page.words.index(f"member of the team above: {member.id}")
    assert "a sweep/part" in page.words
    assert "a%20sweep/part/test-statistical-001/view.html" in page.links
    assert "✓ right test" not in page.words
    assert "3 unfinished" in page.words
    assert "1 scored" in page.words
    inside = Page((other.path / "view.html").read_text())
    assert "../../../index.html" in inside.links
    assert f"../{member.id}/view.html" in Page((team.path / "view.html").read_text()).links


def test_a_run_that_cannot_be_read_is_listed_with_its_reason(tmp_path):
    make_run(tmp_path)
    broken, half = make_run(tmp_path), make_run(tmp_path, make_report())
    broken.spec.write_text("{}")
    half.report.write_text("{}")
    index, problems = write_index(tmp_path)
    page = Page(index.read_text())
    assert len(problems) == 2
    assert "spec.json" in problems[0]
    assert "report.json" in problems[1]
    assert "unreadable" in page.words
    assert page.links.count("test-statistical-001/view.html") == 1
    assert not any(half.id in link or broken.id in link for link in page.links)


def test_a_folder_without_runs(tmp_path):
    with pytest.raises(RunError, match="no run under"):
        write_index(tmp_path)


def test_hostile_names_are_inert(tmp_path):
    run = make_run(tmp_path, organism="organism-000000000000")
    spec = MatchSpec.read(run.spec)
    spec.model_copy(update={"recipe": "<script>alert(1)</script>\x1b[31m", "rules": "\u202eevil"}).write(run.spec)
    page = Page(write_index(tmp_path)[0].read_text())
    assert "<script>alert(1)</script>\\x1b[31m" in page.words
    assert "\\u202eevil" in page.words
