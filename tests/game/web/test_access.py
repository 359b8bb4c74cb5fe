"""Who gets in: codes, sessions, other teams, other sites, and those who try too often."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from game.web.access import COOKIE
from game.web.app import ATTEMPTS, CALLS
from game.web.codes import make_code
from game.web.game_file import HOST
from game.web.game_record import FILE
from tests.game.web.games import Browser, app_of, make_house


@pytest.fixture
def game(tmp_path):
    house, codes = make_house(tmp_path)
    yield house, codes, app_of(house)
    house.close()


def test_a_code_opens_its_own_team_alone(game):
    _, codes, app = game
    for team in ("red", "blue"):
        found = Browser(app).enter(codes[team]).get("/team").json()
        assert (found["team"], found["person"]) == (team, "Ada")
        assert "chat" in found["tools"]


@pytest.mark.parametrize("change", [str.upper, lambda code: code.replace("-", ""), lambda code: f"  {code.replace('-', ' ')} "])
def test_a_code_may_be_typed_as_people_do(game, change):
    _, codes, app = game
    assert Browser(app).enter(change(codes["red"])).get("/team").json()["team"] == "red"


@pytest.mark.parametrize("code", ["", "xxxx", "aaaa-aaaa-aaaa", "' OR 1=1", "\x00", "ä" * 1000])
def test_a_wrong_code_opens_nothing(game, code):
    _, _, app = game
    browser = Browser(app)
    answer = browser.post("/enter", data={"code": code, "person": "Eve"})
    assert answer.status_code == 403
    assert "No team has this code" in answer.text
    assert COOKIE not in browser.cookies


def test_without_a_code_there_is_only_the_lobby(game):
    _, codes, app = game
    browser = Browser(app)
    for page in ("/team", "/team/sealed", "/host", "/host/teams", "/host/standings"):
        answer = browser.get(page)
        assert (answer.status_code, answer.headers["location"]) == (303, "/")
        part = browser.get(page, headers={"HX-Request": "true"})
        assert part.headers["HX-Redirect"] == "/"
    team = Browser(app).enter(codes["red"])
    assert team.get("/host").headers["location"] == "/"
    assert team.post("/host/start").status_code == 303
    host = Browser(app).enter(codes[HOST])
    assert host.get("/team").headers["location"] == "/?why=code"


def test_a_cookie_is_out_of_reach_for_scripts_and_other_sites(game):
    _, codes, app = game
    answer = Browser(app).post("/enter", data={"code": codes["red"], "person": "Ada"})
    cookie = answer.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=strict" in cookie
    assert codes["red"] not in cookie


def test_a_forged_cookie_opens_nothing(game, tmp_path):
    _, codes, app = game
    browser = Browser(app).enter(codes["red"])
    payload, _, signature = browser.cookies[COOKIE].rpartition(".")
    other, _ = make_house(tmp_path / "other")
    for forged in (f"{payload}x.{signature}", payload, "", f"{payload}.{'A' * len(signature)}"):
        thief = Browser(app)
        thief.cookies.set(COOKIE, forged)
        assert thief.get("/team").status_code == 303
    guest = Browser(app_of(other))
    guest.cookies.set(COOKIE, browser.cookies[COOKIE])
    assert guest.get("/team").status_code == 303
    other.close()


def test_a_new_code_ends_the_sessions_of_the_old_one(game):
    house, codes, app = game
    browser = Browser(app).enter(codes["red"])
    _, kept = make_code(house.record.salt)
    house.record = house.record.with_code("red", kept)
    house.tables[0].code = kept.mark
    assert browser.get("/team").headers["location"] == "/?why=code"
    assert "no longer valid" in browser.get("/?why=code").text


def test_what_changes_something_needs_the_sessions_token_and_our_own_page(game):
    house, codes, app = game
    browser = Browser(app).enter(codes["red"])
    house.tables[0].start("test")
    token = browser.headers.pop("X-CSRF-Token")
    for headers, field in [
        ({}, ""),
        ({"X-CSRF-Token": "x"}, ""),
        ({}, "x"),
        ({"X-CSRF-Token": token, "Origin": "http://evil.test"}, ""),
        ({"X-CSRF-Token": token, "Origin": "null", "Sec-Fetch-Site": "cross-site"}, ""),
        ({"X-CSRF-Token": token, "Sec-Fetch-Site": "same-site"}, ""),
        ({"Origin": "null"}, ""),
    ]:
        answer = browser.post("/team/chat", headers=headers, data={"csrf": field})
        assert answer.status_code == 403, (headers, field)
        assert "did not come from a page of this game" in answer.text
    assert not any(event.kind == "call" for event in house.tables[0].match.bench.log.events)
    assert browser.post("/team/chat", headers={"X-CSRF-Token": token, "Origin": "http://game.test"}).status_code == 200
    assert browser.post("/team/chat", data={"csrf": token}).status_code == 200
    assert browser.post("/enter", data={"code": codes["red"]}, headers={"Origin": "http://evil.test"}).status_code == 403


def test_codes_are_tried_no_oftener_than_a_person_would(game):
    _, codes, app = game
    browser = Browser(app, "10.1.1.1")
    answers = [browser.post("/enter", data={"code": "wrong", "person": "Eve"}).status_code for _ in range(ATTEMPTS["at_once"] + 3)]
    assert answers == [403] * ATTEMPTS["at_once"] + [429] * 3
    late = browser.post("/enter", data={"code": codes["red"], "person": "Eve"})
    assert late.status_code == 429
    assert "Too many requests: wait" in late.text
    assert int(late.headers["retry-after"]) >= 1
    for _ in range(2 * ATTEMPTS["at_once"]):
        assert Browser(app, "10.1.1.2").enter(codes["red"])


def test_a_team_is_limited_and_the_others_are_not(game):
    house, codes, app = game
    house.tables[0].start("test")
    house.tables[1].start("test")
    red, blue = Browser(app).enter(codes["red"]), Browser(app).enter(codes["blue"])
    answers = {red.post("/team/chat").status_code for _ in range(3 * CALLS["at_once"])}
    assert answers == {200, 429}
    assert red.get("/team").status_code == 200
    assert blue.post("/team/chat").status_code == 200


def test_codes_end_with_the_game_but_not_the_hosts(tmp_path):
    house, codes = make_house(tmp_path, expires=(datetime.now(UTC) + timedelta(seconds=2)).isoformat())
    app = app_of(house)
    browser = Browser(app).enter(codes["red"])
    house.file = house.file.model_copy(update={"expires": datetime.now(UTC) - timedelta(minutes=1)})
    assert browser.get("/team").status_code == 303
    assert "This game ended at" in browser.get("/").text
    assert "This game ended at" in Browser(app).post("/enter", data={"code": codes["red"], "person": "Ada"}).text
    assert Browser(app).enter(codes[HOST]).get("/host").status_code == 200
    house.close()


def test_nothing_on_disk_opens_the_game(game, tmp_path):
    _, codes, _ = game
    kept = (tmp_path / FILE).read_text()
    assert not [code for code in codes.values() if code in kept or code.replace("-", "") in kept]
    assert (tmp_path / FILE).stat().st_mode & 0o077 == 0
    assert len({entry["code"]["hash"] for entry in json.loads(kept)["teams"].values()}) == 2


def test_who_leaves_is_out(game):
    _, codes, app = game
    browser = Browser(app).enter(codes["red"])
    assert browser.post("/leave").headers["location"] == "/"
    assert browser.get("/team").headers["location"] == "/"


def test_a_person_needs_a_name_and_it_is_only_text(game):
    _, codes, app = game
    assert "Tell your name" in Browser(app).post("/enter", data={"code": codes["red"], "person": "  "}).text
    browser = Browser(app).enter(codes["red"], "<b>Ada\x1b[31m\u202e</b>" + "x" * 100)
    assert len(browser.get("/team").json()["person"]) == 40
    lobby = browser.get("/").text
    assert "&lt;b&gt;Ada\\x1b[31m\\u202e" in lobby
    assert "<b>Ada" not in lobby
