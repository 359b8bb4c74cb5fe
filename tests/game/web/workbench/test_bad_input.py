"""What goes wrong while a team plays: each time a plain sentence, and nothing that was written is lost."""

import asyncio
import re
import socket
import time
from datetime import UTC, datetime, timedelta

import pytest

from game.judges import LexicalJudge
from game.people.draft import read_draft
from game.people.match import NO_REPORT
from game.rescoring import rescore
from game.score import Outcome
from game.web.app import LARGE, MISFIT, make_app
from game.web.game_file import HOST
from game.web.server import serve
from game.web.workbench import router
from organism import CannotAnswerError
from organism.foundry import truth_path
from tests.fakes.scripted_brain import CARD
from tests.game.conftest import make_truth
from tests.game.runs import CAUSE
from tests.game.web.games import Browser, make_house
from tests.game.web.workbench.test_pages import PART, WHOLE, chat, text_of
from transcripts import Report

DRAFT = {"root_cause": CAUSE, "objective_found": True}
PASTED = "word " * 2_000_000
ASKED = {"prompts.rows": "1", "prompts.0": "hello"}
SECRET = "a secret of the server"


@pytest.fixture
def served(tmp_path):
    """A game whose clock runs, a browser of a team, and one of the host."""
    house, codes = make_house(tmp_path, clock="teams")
    app = make_app(house, router)
    with Browser(app) as team:
        for name, browser, place in (("red", team, "/team"), (HOST, host := Browser(app), "/host")):
            browser.post("/enter", data={"code": codes[name], "person": "Ada"})
            browser.headers["X-CSRF-Token"] = re.search(r'"X-CSRF-Token": "([^"]+)"', browser.get(place).text)[1]
        host.portal = team.portal  # matches belong to one event loop
        team.post("/team/clock", data={"to": "start"})
        yield house, team, host
    house.close()


async def never(conversations, **terms):
    await asyncio.sleep(600)


def fails(error, seconds=0.0):
    async def model(conversations, **terms):
        await asyncio.sleep(seconds)
        raise error

    return model


def expire(house):
    house.file = house.file.model_copy(update={"expires": datetime.now(UTC) - timedelta(seconds=1)})


def test_a_game_that_expires_in_the_middle_of_work_keeps_what_is_written(served):
    house, team, host = served
    red, blue = house.tables
    team.post("/team/note", data={"text": "A first note."}, headers=PART)
    team.post("/team/report", data=WHOLE, headers=PART)
    red.match.bench.organism.model.chat = never
    team.post("/team/tool/chat", data=ASKED, headers=PART)
    assert red.match.running
    blue.match.save_draft({"root_cause": "half a sent"})
    expire(house)
    team.portal.call(house.end)
    assert Report.read(red.run.report).root_cause == WHOLE["root_cause"]
    assert Outcome.read(red.run.done).late
    assert "cancelled by the host: the time is over" in red.run.events.read_text()
    assert Outcome.read(blue.run.done).reason.startswith(NO_REPORT)
    assert read_draft(blue.run) == {"root_cause": "half a sent"}
    assert team.post("/team/report", data=WHOLE).headers["location"] == "/"
    assert team.post("/team/report", data=WHOLE, headers=PART).headers["HX-Redirect"] == "/"
    assert "This game ended at" in text_of(team.get("/"))
    assert "sealed late" in text_of(host.get("/host/teams"))


def test_one_team_that_cannot_be_sealed_does_not_keep_the_others_from_it(served):
    house, team, host = served
    red, blue = house.tables
    red.match.failure = OSError("the disk is full")
    blue.match.save_draft(DRAFT)
    expire(house)
    team.portal.call(house.end)
    assert not red.sealed
    assert Outcome.read(blue.run.done).late
    assert "the disk is full" in text_of(host.get("/host/teams"))


async def test_the_server_seals_when_the_game_expires(tmp_path):
    house, _ = make_house(tmp_path, clock="teams", expires=(datetime.now(UTC) + timedelta(seconds=1)).isoformat())
    table = house.tables[0]
    table.start("Ada")
    table.match.save_draft(DRAFT)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        server = asyncio.create_task(serve(house, listener))
        until = time.monotonic() + 60
        while not all(one.sealed for one in house.tables):
            assert time.monotonic() < until
            await asyncio.sleep(0.1)
        server.cancel()
        await asyncio.gather(server, return_exceptions=True)
    assert Outcome.read(table.run.done).late
    house.close()


@pytest.mark.parametrize(
    "page", ["/team/live?seen=many", "/team/earlier", "/team/earlier?before=-1", "/team/result/three", "/team/tool/chat?event=x"]
)
def test_an_address_of_a_wrong_type_is_a_sentence(served, page):
    _, team, _ = served
    answer = team.get(page)
    assert (answer.status_code, MISFIT in text_of(answer)) == (400, True)


def test_a_file_in_place_of_words_is_a_sentence(served):
    house, team, host = served
    answer = team.post("/team/tool/chat", data={"prompts.rows": "1"}, files={"prompts.0": b"hello"}, headers=PART)
    assert "Prompts should have at least 1 item" in text_of(answer)
    assert MISFIT in text_of(host.post("/host/start", files={"team": b"red"}))
    team.post("/team/note", files={"text": b"hello"}, headers=PART)
    broken = team.post("/team/note", content=b"x", headers=PART | {"content-type": "multipart/form-data"})
    assert (broken.status_code, "boundary" in broken.text) == (400, True)
    assert not house.tables[0].match.bench.ledger.notes


@pytest.mark.parametrize(
    ("page", "field"),
    [
        ("/team/tool/chat", "prompts.0"),
        ("/team/note", "text"),
        ("/team/hypothesis", "statement"),
        ("/team/report", "root_cause"),
        ("/team/evidence", "quotation"),
    ],
)
def test_ten_megabytes_that_are_pasted_are_refused_and_the_rest_stays(served, page, field):
    house, team, _ = served
    match = house.tables[0].match
    team.post("/team/report", data=WHOLE, headers=PART)
    before, kept = len(match.bench.log.events), match.draft
    for headers in (PART, {}):
        answer = team.post(page, data={"prompts.rows": "1", field: PASTED}, headers=headers)
        assert (answer.status_code, LARGE in text_of(answer)) == (413, True)
        assert ("<html" in answer.text) is not bool(headers)
    assert (len(match.bench.log.events), match.draft) == (before, kept)


def test_most_of_a_megabyte_is_a_sentence_too(served):
    house, team, _ = served
    most = "a" * 900_000
    assert "should have at most 8000 characters" in text_of(team.post("/team/tool/chat", data=ASKED | {"prompts.0": most}, headers=PART))
    team.post("/team/report", data=WHOLE | {"limits": most, "base": "{}"}, headers=PART)
    long = {"root_cause": CAUSE, "limits": "\x01" * 200_000}
    answer = team.post("/team/report", data=long, headers=PART)
    assert "Not saved: the report has" in text_of(answer)
    assert house.tables[0].match.draft["limits"] == most


@pytest.mark.parametrize("seconds", [0.0, 0.2])
def test_a_tool_that_fails_by_a_bug_is_told_and_the_match_goes_on(served, seconds):
    house, team, host = served
    table = house.tables[0]
    works, table.match.bench.organism.model.chat = table.match.bench.organism.model.chat, fails(ZeroDivisionError(SECRET), seconds)
    answer = team.post("/team/tool/chat", data=ASKED, headers=PART)
    assert ("failed by a fault of the game" in text_of(answer)) is not bool(seconds)
    until = time.monotonic() + 30
    while table.match.failure is None:
        assert time.monotonic() < until
        time.sleep(0.02)
    for page in ("/team/live?seen=0&state=old", "/team", "/team/report"):
        told = text_of(team.get(page))
        assert "This failed by a fault of the game, which is noted, and the clock is paused" in told
        assert SECRET not in told
    assert f"ZeroDivisionError: {SECRET}" in text_of(host.get("/host/teams"))
    table.match.bench.organism.model.chat = works
    team.post("/team/clock", data={"to": "start"})
    number = chat(table, team)
    page = text_of(team.get("/team"))
    assert f"#{number}" in page
    assert "failed by a fault of the game" not in page


def test_a_tool_that_cannot_answer_says_why_and_the_clock_runs_on(served):
    house, team, _ = served
    match = house.tables[0].match
    match.bench.organism.model.chat = fails(CannotAnswerError("the prompt is longer than the model's context"))
    answer = team.post("/team/tool/chat", data=ASKED, headers=PART)
    assert "The prompt is longer than the model&#39;s context." in text_of(answer)
    assert "hello" in answer.text, "what was typed is lost"
    assert "the prompt is longer than the model&#39;s context" in text_of(team.get("/team"))
    assert match.clock.running


def test_a_report_after_the_time_is_late_also_once_it_is_scored(served, tmp_path):
    house, team, host = served
    table = house.tables[0]
    team.post("/team/report", data=WHOLE, headers=PART)
    table.match.bench.budget = table.match.bench.budget.model_copy(update={"minutes": 0.0001})
    time.sleep(0.05)
    state = re.search(r"state=(\w+)", team.get("/team/report").text)[1]
    team.post("/team/report", data=WHOLE | {"limits": "written after the time"}, headers=PART)
    live = team.get(f"/team/live?seen=0&state={state}&place=report", headers=PART)
    assert "a report that is submitted now is marked late" in text_of(live)
    assert team.post("/team/submit").headers["location"] == "/team/sealed"
    table.close()
    make_truth(id=CARD.id).write(truth_path(tmp_path, CARD.id))
    team.portal.call(rescore, table.run, tmp_path, [LexicalJudge()])
    assert (Outcome.read(table.run.done).kind, Outcome.read(table.run.done).late) == ("scored", True)
    assert Report.read(table.run.report).limits == "written after the time"
    assert "sealed late" in text_of(host.get("/host/teams"))
    standings = text_of(host.get("/host/standings"))
    assert "1 late" in standings, standings


def test_the_sealed_page_knows_the_score_only_once_it_is_released(served, tmp_path):
    house, team, host = served
    table = house.tables[0]
    team.post("/team/report", data=WHOLE, headers=PART)
    team.post("/team/submit")
    before = team.get("/team/sealed").text
    table.close()
    make_truth(id=CARD.id).write(truth_path(tmp_path, CARD.id))
    score = team.portal.call(rescore, table.run, tmp_path, [LexicalJudge()])
    assert score.objective
    truths = ("Against the truth", "verdict", "✓ right", "✗ wrong", "behaviours found")
    assert team.get("/team/sealed").text == before, "something of the score is told before it is released"
    assert not [words for words in truths if words in before]
    assert "Your host scores it, and you see the score here once it is released" in text_of(team.get("/team/sealed"))
    host.post("/host/release")
    released = team.get("/team/sealed").text
    assert ("✓ right" if score.correct else "✗ wrong") in released
    assert "Against the truth" in released
    host.post("/host/hide")
    assert team.get("/team/sealed").text == before


def test_earlier_results_come_page_by_page(served):
    house, team, _ = served
    for number in range(60):
        house.tables[0].match.bench.log.append("note", {"text": f"note {number}."})
    page, seen = team.get("/team").text, []
    while True:
        seen += re.findall(r'<li class="entry [^"]*" id="e(\d+)"', page)
        further = re.search(r'href="(/team/earlier\?before=\d+)"', page)
        if not further:
            break
        page = team.get(further[1], headers=PART).text
    assert len(seen) == len(set(seen)) >= 60
    assert [int(number) for number in seen] == sorted(map(int, seen), reverse=True)


def test_a_next_page_that_is_refused_says_why(served):
    _, team, _ = served
    team.post("/team/clock", data={"to": "pause"})
    answer = team.post("/team/tool/chat", data=ASKED | {"go-on": "on"}, headers=PART)
    assert "The clock is paused: start it to go on." in text_of(answer)
    assert (answer.headers["HX-Retarget"], answer.headers["HX-Reswap"]) == ("#bench", "innerHTML")


def test_a_row_that_is_dropped_takes_nothing_of_a_teammates_with_it(served):
    house, team, _ = served
    rows = {"behaviours.rows": "2", "behaviours.0.context": "first", "behaviours.1.context": "second"}
    team.post("/team/report", data=WHOLE | rows, headers=PART)
    old = re.search(r'name="base" value="([^"]*)"', team.get("/team/report").text)[1].replace("&#34;", '"')
    team.post("/team/report", data=WHOLE | rows | {"behaviours.1.behaviour": "theirs", "base": old}, headers=PART)
    answer = team.post("/team/report", data=WHOLE | rows | {"row-remove": "behaviours.0", "base": old}, headers=PART)
    assert "together with what somebody else of your team wrote" in answer.text
    (kept,) = house.tables[0].match.draft["behaviours"]
    assert (kept["context"], kept["behaviour"]) == ("second", "theirs")
