"""Games to serve, on an organism that only echoes, and clients that enter them."""

import copy
import itertools
from datetime import UTC, datetime

from fastapi import APIRouter
from starlette.testclient import TestClient

from agent import BrainSpec
from game.going_on import PEOPLE
from game.rules import load_rules
from game.spec import make_hosted_spec
from game.web.access import Seated
from game.web.app import make_app
from game.web.codes import make_code
from game.web.finding import Found
from game.web.game_file import HOST, GameFile
from game.web.game_record import Place, begin_record
from game.web.house import House
from game.web.table import Table
from tests.fakes.scripted_brain import CARD, echo_organism
from tools import Budget
from transcripts import RunFolder

CLIENTS = itertools.count()


def make_house(folder, teams=("red", "blue"), organism=None, **fields):
    """A game of echoes, or on another organism, and its codes by name."""
    card = organism.card if organism else CARD
    file = GameFile.model_validate({"name": "Test game", "organism": card.id, "rules": "team-4", "teams": list(teams)} | fields)
    record, code = begin_record(datetime.now(UTC))
    codes, places, tables = {HOST: code}, {}, []
    for team in teams:
        run = RunFolder(folder / team)
        make_hosted_spec(
            card.id, "test", BrainSpec(kind=PEOPLE, model=team), load_rules(file.rules).limited(Budget(minutes=file.minutes)), 0
        ).write(run.spec)
        codes[team], kept = make_code(record.salt)
        places[team] = Place(code=kept, organism=Found(id=card.id, recipe="test"), asked=card.id, run=run.id)
        played = copy.copy(organism) if organism else echo_organism()
        played.close = lambda: None
        tables.append(Table(team, kept.mark, run, played, "test", None))
    record = record.model_copy(update={"teams": places})
    record.keep(folder)
    return House(file, folder, folder / "cache", record, tables), codes


def team_pages():
    """Pages that show what the server knows of who asks, in place of the workbench."""
    router = APIRouter(prefix="/team")

    @router.get("")
    async def whole(seat: Seated):
        return {"team": seat.team, "person": seat.person, "csrf": seat.csrf, "tools": sorted(seat.match.bench.tools)}

    @router.post("/chat")
    async def chat(seat: Seated):
        return (await seat.match.call("chat", {"prompts": ["hello"]}, seat.person)).data["content"]

    @router.get("/sealed")
    async def sealed(seat: Seated):
        return {"score": seat.score and seat.score.correct}

    @router.get("/bug")
    async def bug(seat: Seated):
        raise ZeroDivisionError("a secret of the server")

    return router


class Browser(TestClient):
    """A client with cookies of its own, at an address of its own."""

    def __init__(self, app, address=None):
        address = address or f"10.0.0.{next(CLIENTS) % 250}"
        super().__init__(app, base_url="http://game.test", client=(address, 50000), raise_server_exceptions=False, follow_redirects=False)

    def enter(self, code, person="Ada"):
        answer = self.post("/enter", data={"code": code, "person": person})
        assert answer.status_code == 303, answer.text
        if answer.headers["location"] == "/team":
            self.headers["X-CSRF-Token"] = self.get("/team").json()["csrf"]
        else:
            page = self.get("/host").text
            self.headers["X-CSRF-Token"] = page.split('"X-CSRF-Token": "')[1].split('"')[0]
        return self


def app_of(house):
    return make_app(house, team_pages())
