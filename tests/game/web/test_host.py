"""The host's page: clocks, late reports, scores in another process, their release, and the standings."""

import asyncio
import re
import time

import httpx
import pytest

from game.score import Outcome
from game.spec import MatchSpec
from game.web.game_file import HOST
from game.web.house import House
from organism.foundry import truth_path
from tests.fakes.scripted_brain import CARD
from tests.game.conftest import make_truth
from tests.game.runs import CAUSE
from tests.game.web.games import Browser, app_of, make_house
from tools import Budget
from transcripts import read_events

PATIENCE = 540
"""Seconds for a process to load its libraries, whatever else this machine does."""
REPORT = {"root_cause": CAUSE, "objective_found": True}


@pytest.fixture
def game(tmp_path):
    house, codes = make_house(tmp_path)
    app = app_of(house)
    yield house, Browser(app).enter(codes[HOST]), Browser(app).enter(codes["red"])
    house.close()


def states(page):
    """Each team's clock as the page shows it."""
    return dict(re.findall(r'<th scope="row">(\w+)<small>.*?<span class="badge \w+">([\w ]+)</span>', page, re.DOTALL))


def test_clocks_of_one_and_of_all(game):
    house, host, _ = game
    assert states(host.get("/host").text) == {"red": "not begun", "blue": "not begun"}
    assert host.post("/host/start", data={"team": "red"}).headers["location"] == "/host"
    assert states(host.get("/host/teams").text) == {"red": "running", "blue": "not begun"}
    part = host.post("/host/start", headers={"HX-Request": "true"})
    assert states(part.text) == {"red": "running", "blue": "running"}
    assert "<html" not in part.text
    host.post("/host/pause")
    assert states(host.get("/host").text) == {"red": "paused", "blue": "paused"}
    kinds = [(event.kind, event.data.get("who")) for event in house.tables[0].match.bench.log.events]
    assert kinds[-1] == ("paused", HOST)
    assert host.post("/host/start", data={"team": "green"}).status_code == 404


def test_a_team_sees_nothing_of_the_hosts(game):
    _, _, team = game
    for action in ("start", "pause", "seal", "score", "release", "hide", "reopen"):
        assert team.post(f"/host/{action}").headers["location"] == "/"


def test_who_is_there_and_what_runs_is_seen(game):
    house, host, team = game
    house.tables[0].start(HOST)
    team.post("/team/chat")
    page = host.get("/host/teams").text
    assert "Ada" in page
    assert re.search(r'data-head="calls" class="number">1<', page)


def test_a_run_that_cannot_be_played_is_told_to_the_host_alone(tmp_path):
    house, codes = make_house(tmp_path)
    app = app_of(house)
    table = house.tables[0]
    table.start(HOST)
    table.close()
    table.run.events.write_text(table.run.events.read_text().replace("team-4", "team-5"))
    table.open()
    host = Browser(app).enter(codes[HOST])
    page = host.get("/host").text
    assert states(page)["red"] == "cannot be played"
    assert "was edited" in page
    told = Browser(app)
    assert told.post("/enter", data={"code": codes["red"], "person": "Ada"}).status_code == 303
    answer = told.get("/team")
    assert answer.status_code == 503
    assert "Ask your host" in answer.text
    assert "edited" not in answer.text
    table.run.events.unlink()
    host.post("/host/reopen", data={"team": "red"})
    assert states(host.get("/host").text)["red"] == "not begun"
    house.close()


async def submit(table, **fields):
    table.start(HOST)
    table.match.save_draft(REPORT | fields)
    await table.match.submit("Ada")


async def test_what_is_written_is_sealed_when_the_time_is_over(tmp_path):
    run = tmp_path / "red" / "spec.json"
    house, codes = make_house(tmp_path)
    house.close()
    MatchSpec.read(run).model_copy(update={"budget": Budget(minutes=0.0001)}).write(run)
    table = house.tables[0]
    table.open()
    table.start(HOST)
    await asyncio.sleep(0.02)
    table.match.save_draft(REPORT)
    async with client(house) as host:
        await enter(host, codes[HOST])
        assert states((await host.get("/host")).text)["red"] == "time over"
        page = await host.post("/host/seal", headers={"HX-Request": "true"})
    assert states(page.text)["red"] == "sealed"
    assert "sealed late" in page.text
    assert Outcome.read(table.run.done).late
    assert not house.tables[1].sealed
    house.close()


def client(house: House):
    return httpx.AsyncClient(transport=httpx.ASGITransport(app_of(house), client=("10.2.0.1", 1)), base_url="http://game.test")


async def enter(browser, code, person="Ada"):
    assert (await browser.post("/enter", data={"code": code, "person": person})).status_code == 303
    page = (await browser.get("/host")).text
    browser.headers["X-CSRF-Token"] = page.split('"X-CSRF-Token": "')[1].split('"')[0]


async def scored(house):
    """Wait for the other process without asking for pages meanwhile: it needs what this machine has."""
    until = time.monotonic() + PATIENCE
    while any(house.scorer.words(table) == "being scored" for table in house.tables):
        assert time.monotonic() < until
        await asyncio.sleep(0.5)


@pytest.mark.slow
async def test_scores_are_made_in_another_process_and_shown_when_released(tmp_path):
    house, codes = make_house(tmp_path)
    app = app_of(house)
    make_truth(id=CARD.id).write(truth_path(tmp_path / "cache", CARD.id))
    red, blue = house.tables
    await submit(red)
    async with client(house) as host:
        await enter(host, codes[HOST])
        assert "Score what is sealed" in (await host.get("/host")).text
        await host.post("/host/score")
        assert "being scored" in (await host.get("/host/teams")).text
        await scored(house)
        assert not house.scorer.problems
        assert 'data-head="score"><span class="badge' in (await host.get("/host/teams")).text
        assert red.score is not None
        assert red.score.correct
        assert Outcome.read(red.run.done).kind == "scored"
        assert read_events(red.run.events)[-1].kind == "outcome"
        standings = (await host.get("/host/standings")).text
        assert 'class="ours"' in standings
        assert "people:red" in standings
        assert "human team 4" in standings
        team = Browser(app)
        assert team.post("/enter", data={"code": codes["red"], "person": "Ada"}).status_code == 303
        assert team.get("/team").headers["location"] == "/team/sealed"
        assert team.get("/team/sealed").json() == {"score": None}
        await host.post("/host/release")
        assert team.get("/team/sealed").json() == {"score": True}
        assert '"released": true' in (tmp_path / "game.json").read_text()
        await host.post("/host/hide")
        assert team.get("/team/sealed").json() == {"score": None}
    assert blue.score is None
    house.close()


@pytest.mark.slow
async def test_why_there_is_no_score_is_told(tmp_path):
    house, codes = make_house(tmp_path)
    await submit(house.tables[0])
    house.scorer.score(house.tables)
    await scored(house)
    async with client(house) as host:
        await enter(host, codes[HOST])
        assert "truth" in (await host.get("/host/teams")).text
    house.close()
