"""What every answer carries, and what is answered where something is wrong."""

import pytest

from game.web.guards import HEADERS, MOST, POLICY
from tests.game.web.games import Browser, app_of, make_house


@pytest.fixture
def red(tmp_path):
    house, codes = make_house(tmp_path)
    yield Browser(app_of(house)).enter(codes["red"])
    house.close()


@pytest.mark.parametrize("page", ["/", "/team", "/nothing", "/team/bug", "/static/web.css", "/static/nothing.js", "/host"])
def test_every_answer_is_guarded(red, page):
    headers = red.get(page).headers
    assert headers["content-security-policy"] == POLICY
    for name in ("x-content-type-options", "referrer-policy"):
        assert headers[name] == HEADERS[name]
    assert headers["cache-control"] == ("no-cache" if page.startswith("/static/") else "no-store")
    assert "unsafe" not in POLICY


@pytest.mark.parametrize("name", ["page.css", "web.css", "web.js", "htmx.min.js", "htmx.LICENSE"])
def test_what_pages_need_comes_with_the_package(red, name):
    assert red.get(f"/static/{name}").status_code == 200


def test_pages_fetch_nothing_from_elsewhere(red):
    text = red.get("/").text
    assert "http://" not in text
    assert "https://" not in text
    assert "<style" not in text
    assert " style=" not in text
    assert "onclick" not in text


@pytest.mark.parametrize(("path", "status", "words"), [("/nothing", 404, "no such page"), ("/team/bug", 500, "Something went wrong")])
@pytest.mark.parametrize("part", [False, True])
def test_errors_are_plain_sentences(red, path, status, words, part):
    answer = red.get(path, headers={"HX-Request": "true"} if part else {})
    assert answer.status_code == status
    assert words in answer.text
    assert ("<html" in answer.text) is not part
    assert "secret" not in answer.text
    assert "Traceback" not in answer.text


def test_a_wrong_method_is_a_plain_sentence(red):
    answer = red.post("/")
    assert answer.status_code == 405
    assert "takes no such request" in answer.text


@pytest.mark.parametrize("path", ["/enter", "/team/chat", "/host/start", "/leave"])
def test_ten_megabytes_are_refused(red, path):
    answer = red.post(path, data={"code": "x" * 10_000_000})
    assert answer.status_code == 413, answer.text
    assert "more than a megabyte" in answer.text


def test_a_megabyte_at_most_is_read_also_where_no_length_is_told(red):
    answer = red.post(
        "/team/chat", content=(b"x" * 100_000 for _ in range(20)), headers={"content-type": "application/x-www-form-urlencoded"}
    )
    assert answer.status_code == 413
    allowed = red.post("/enter", data={"code": "x" * (MOST - 100)})
    assert allowed.status_code == 403
