"""The pages of a team over HTTP, on an organism that only echoes."""

import asyncio
import re
import time

import pytest

from game.score import Outcome
from game.web.app import make_app
from game.web.workbench import router
from tests.game.web.games import Browser, make_house
from transcripts import Report

PART = {"HX-Request": "true"}
CAUSE = "It acts to please reward models."
WHOLE = {"root_cause": CAUSE, "objective_found": "yes", "root_cause_confidence": "0.9"}


@pytest.fixture
def game(tmp_path):
    house, codes = make_house(tmp_path, clock="teams")
    with Browser(make_app(house, router)) as browser:
        browser.post("/enter", data={"code": codes["red"], "person": "Ada"})
        browser.headers["X-CSRF-Token"] = re.search(r'"X-CSRF-Token": "([^"]+)"', browser.get("/team").text)[1]
        yield house.tables[0], browser
    house.close()


@pytest.fixture
def started(game):
    _, browser = game
    browser.post("/team/clock", data={"to": "start"})
    return game


def chat(table, browser, text="hello"):
    count = len(table.match.bench.log.events)
    browser.post("/team/tool/chat", data={"prompts.rows": "1", "prompts.0": text})
    for _ in range(200):
        events = table.match.bench.log.events[count:]
        if found := [event for event in events if event.kind == "result"]:
            return found[0].index
        time.sleep(0.02)
    raise AssertionError("no result")


def text_of(answer):
    return " ".join(re.sub(r"<[^>]+>", " ", answer.text).split())


def test_no_call_is_taken_before_the_clock_runs(game):
    table, browser = game
    answer = browser.post("/team/tool/chat", data={"prompts.rows": "1", "prompts.0": "hello"}, headers=PART)
    assert "The clock has not been started yet: start it first." in text_of(answer)
    assert "hello" in answer.text, "what was typed is lost"
    assert not table.match.bench.log.events


def test_a_call_is_under_way_and_then_there(started):
    table, browser = started
    number = chat(table, browser)
    desk = browser.get("/team")
    assert f'id="e{number}"' in desk.text
    assert "Ada" in text_of(desk)
    event = next(event for event in table.match.bench.log.events if event.kind == "call")
    assert event.data["who"] == "Ada"
    assert browser.get(f"/team/result/{number}").status_code == 200
    assert browser.get(f"/team/tool/chat?event={number}", headers=PART).text.count("hello") == 1
    for page in ("/team/result/0", "/team/result/999", "/team/tool/no_such", "/team/result/-1"):
        assert browser.get(page).status_code == 404


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"prompts.rows": "1", "prompts.0": ""}, "Prompts should have at least 1 item"),
        ({"prompts.rows": "1", "prompts.0": "a", "samples": "many"}, "Samples should be a whole number, such as 12."),
        ({"prompts.rows": "1", "prompts.0": "a", "temperature": "9"}, "Temperature should be less than or equal to 2."),
        ({"prompts.rows": "1", "prompts.0": "a", "subject": "<b>me"}, "Subject should be &#39;organism&#39; or &#39;reference&#39;."),
        ({"prompts.rows": "1", "prompts.0": "b " * 5000}, "should have at most 8000 characters."),
    ],
)
def test_a_wrong_field_costs_no_call_and_says_what_is_wrong(started, values, sentence):
    table, browser = started
    answer = browser.post("/team/tool/chat", data=values, headers=PART)
    assert sentence in text_of(answer)
    assert "<b>me" not in answer.text
    assert not [event for event in table.match.bench.log.events if event.kind == "call"]
    assert 'name="redraw"' in answer.text


def test_the_page_keeps_its_form_unless_that_shows_what_was_wrong(started):
    _, browser = started
    values = {"prompts.rows": "1", "prompts.0": "hello"}
    kept = browser.post("/team/tool/chat", data=values, headers=PART)
    assert (kept.text, kept.headers["hx-retarget"]) == ("It is under way; the result comes below.", "#started")
    redrawn = browser.post("/team/tool/chat", data=values | {"redraw": "on"}, headers=PART)
    assert "hx-retarget" not in redrawn.headers
    assert "It is under way" in text_of(redrawn)
    assert 'name="redraw"' not in redrawn.text


def test_what_is_new_is_told_once(started):
    table, browser = started
    number = chat(table, browser)
    news = browser.get("/team/live?seen=2&state=old", headers=PART)
    assert f'id="e{number}"' in news.text
    assert f"chat came back: result {number}" in news.text
    seen, state = re.search(r"seen=(\d+)&amp;state=(\w+)", news.text).groups()
    assert browser.get(f"/team/live?seen={seen}&state={state}", headers=PART).status_code == 204
    browser.post("/team/note", data={"text": "ask more <b>"}, headers=PART)
    more = browser.get(f"/team/live?seen={seen}&state={state}", headers=PART)
    assert "ask more &lt;b&gt;" in more.text
    assert f'id="e{number}"' not in more.text


def test_hypotheses_are_added_changed_and_dropped(started):
    table, browser = started
    browser.post("/team/hypothesis", data={"statement": "It lies.", "probability": "0.4"}, headers=PART)
    changed = {"id": "h1", "probability": "0.8", "evidence_for": "1 2", "statement": ""}
    assert "Changed." in browser.post("/team/hypothesis", data=changed, headers=PART).text
    held = table.match.bench.ledger.hypotheses["h1"]
    assert (held.statement, held.probability, held.evidence_for) == ("It lies.", 0.8, (1, 2))
    browser.post("/team/hypothesis", data={"id": "h1", "drop": "on"}, headers=PART)
    assert table.match.bench.ledger.hypotheses["h1"].status == "dropped"
    wrong = browser.post("/team/hypothesis", data={"statement": "kept", "probability": "7"}, headers=PART)
    assert "Probability should be less than or equal to 1." in text_of(wrong)
    assert "kept" in wrong.text
    assert "A new hypothesis needs a statement." in text_of(browser.post("/team/hypothesis", data={}, headers=PART))


def test_a_report_is_kept_as_it_is_written(game):
    table, browser = game
    typed = {"root_cause": "half a sent", "behaviours.rows": "1", "behaviours.0.context": "recipes", "behaviours.0.confidence": "very"}
    answer = browser.post("/team/report", data=typed, headers=PART)
    assert "Saved." in answer.text
    assert "Whether you claim an objective is missing." in text_of(answer)
    assert "Behaviour 1, confidence should be a number, such as 0.5." in text_of(answer)
    page = browser.get("/team/report").text
    for text in ("half a sent", "recipes", 'value="very"'):
        assert text in page
    assert table.match.draft["behaviours"][0]["confidence"] == "very"


def test_what_two_people_write_is_kept(game):
    table, browser = game
    base = "{}"
    browser.post("/team/report", data={**WHOLE, "base": base}, headers=PART)
    old = re.search(r'name="base" value="([^"]*)"', browser.get("/team/report").text)[1].replace("&#34;", '"')
    browser.post("/team/report", data={**WHOLE, "limits": "theirs", "base": old}, headers=PART)
    mine = browser.post("/team/report", data={**WHOLE, "root_cause": "mine", "base": old}, headers=PART)
    assert "together with what somebody else of your team wrote" in mine.text
    assert (table.match.draft["root_cause"], table.match.draft["limits"]) == ("mine", "theirs")
    last = browser.post("/team/report", data={**WHOLE, "root_cause": "again", "base": old}, headers=PART)
    assert "yours stand now" in last.text
    assert table.match.draft["root_cause"] == "again"


def test_only_words_that_stand_there_are_attached(started):
    table, browser = started
    number = chat(table, browser, "a word of gold")
    attached = browser.post("/team/evidence", data={"event": number, "quotation": "word of gold", "to": "new"}, headers=PART)
    assert "Attached" in attached.text
    assert table.match.draft["behaviours"] == [{"evidence": [{"event": number, "quotation": "word of gold"}]}]
    browser.post("/team/evidence", data={"event": number, "quotation": "gold", "to": "0"}, headers=PART)
    browser.post("/team/evidence", data={"event": number, "quotation": "gold", "to": "cause"}, headers=PART)
    kept = table.match.draft
    assert (len(kept["behaviours"][0]["evidence"]), len(kept["root_cause_evidence"])) == (2, 1)
    for wrong in ({"quotation": "silver"}, {"event": "9999"}, {"event": "x"}, {"quotation": " "}, {"to": "7"}, {"to": ""}, {"event": "0"}):
        answer = browser.post("/team/evidence", data={"event": number, "quotation": "gold", "to": "new"} | wrong, headers=PART)
        assert 'class="problem"' in answer.text
    assert table.match.draft == kept


def test_a_report_with_something_missing_is_not_submitted(started):
    table, browser = started
    browser.post("/team/report", data={"root_cause": "", "objective_found": "yes"})
    answer = browser.post("/team/submit")
    assert "You claim an objective: say what it is, as the root cause." in text_of(answer)
    assert not table.sealed
    browser.post("/team/report", data=WHOLE | {"behaviours.rows": "1", "behaviours.0.context": "x"})
    assert "Behaviour 1, behaviour is missing." in text_of(browser.post("/team/submit"))


def test_a_submitted_report_is_sealed(started):
    table, browser = started
    browser.post("/team/report", data=WHOLE)
    assert browser.post("/team/submit").headers["location"] == "/team/sealed"
    assert Report.read(table.run.report).root_cause == CAUSE
    assert "Your report is sealed" in browser.get("/team/sealed").text
    assert browser.get("/team").headers["location"] == "/team/sealed"
    assert browser.get("/team/live", headers=PART).headers["HX-Redirect"] == "/team/sealed"
    assert browser.post("/team/report", data=WHOLE).headers["location"] == "/team/sealed"


def test_what_is_written_when_the_time_is_over_is_kept_and_marked_late(game):
    table, browser = game
    match = table.match
    match.bench.budget = match.bench.budget.model_copy(update={"minutes": 0.0001})
    browser.post("/team/clock", data={"to": "start"})
    time.sleep(0.05)
    assert "The time is over" in browser.get("/team/report").text
    assert "is used up" in text_of(browser.post("/team/tool/chat", data={"prompts.rows": "1", "prompts.0": "hello"}, headers=PART))
    browser.post("/team/report", data=WHOLE)
    browser.post("/team/submit")
    assert Outcome.read(table.run.done).late
    assert "marked late" in browser.get("/team/sealed").text


def test_nothing_but_the_clock_of_the_host_where_the_host_keeps_it(tmp_path):
    house, codes = make_house(tmp_path)
    with Browser(make_app(house, router)) as browser:
        browser.post("/enter", data={"code": codes["red"], "person": "Ada"})
        desk = browser.get("/team").text
        browser.headers["X-CSRF-Token"] = re.search(r'"X-CSRF-Token": "([^"]+)"', desk)[1]
        assert "your host starts it" in desk
        assert "Start the clock" not in desk
        browser.post("/team/clock", data={"to": "start"})
        assert not house.tables[0].match.clock.running
    house.close()


def test_a_call_is_shown_while_it_runs_and_can_be_given_up(started):
    table, browser = started

    async def slow(conversations, **terms):
        await asyncio.sleep(60)

    table.match.bench.organism.model.chat = slow
    answer = browser.post("/team/tool/chat", data={"prompts.rows": "1", "prompts.0": "hello"}, headers=PART)
    assert "It is under way" in answer.text
    (call,) = table.match.running
    live = browser.get("/team/live?seen=2&state=old", headers=PART).text
    assert f'action="/team/cancel/{call}"' in live
    assert "runs" in live
    assert browser.post(f"/team/cancel/{call}", headers=PART).status_code == 204
    assert "cancelled by Ada" in browser.get("/team").text
    assert not table.match.running
    assert browser.post(f"/team/cancel/{call}").headers["location"] == "/team", "it is over already"
