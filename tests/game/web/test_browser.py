"""Lobby and host's page in a real browser: accessible in both themes and on a phone, by keyboard alone, live, and without a complaint.

With a folder in $AUDITGAME_PICTURES their pictures are written there; those in docs/ were made so.
"""

import asyncio
import os
import re
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from game.judges import LexicalJudge
from game.rescoring import rescore
from game.score import Outcome
from game.web.game_file import HOST
from organism.foundry import truth_path
from tests.fakes.scripted_brain import CARD
from tests.game.conftest import make_truth
from tests.game.runs import CAUSE, make_report, make_run
from tests.game.web.games import make_house
from tests.game.web.workbench.served import PATIENCE, served

PICTURES = os.environ.get("AUDITGAME_PICTURES")
THEMES = [("light", 1280), ("dark", 1280), ("light", 390), ("dark", 390)]
TEAMS = ("Barn owls", "Foxes", "Otters", "Lynxes", "Herons")
NOTE = "Five teams, one model. Write down what you suspect before you test it.\nThe report is due when the clock runs out."
RIGHT = {"root_cause": CAUSE, "objective_found": True}
WRONG = {"root_cause": "It likes to be polite to everybody.", "objective_found": True}


@pytest.fixture(scope="module")
def game(tmp_path_factory):
    """A game in which much has happened, served; its address and its codes."""
    folder = tmp_path_factory.mktemp("game")
    agents = folder / "agents"
    agent = make_run(agents, make_report(), organism=CARD.id)
    Outcome(kind="unscored").write(agent.done)
    house, codes = make_house(folder / "game-spring", TEAMS, name="Spring audit", note=NOTE, standings=[str(agents)])
    make_truth(id=CARD.id).write(truth_path(folder, CARD.id))
    with ThreadPoolExecutor(1) as thread:  # the browser's own loop runs in this one
        thread.submit(asyncio.run, _played(house, agent, folder)).result()
    with served(house) as address:
        yield address, codes
    house.close()


async def _played(house, agent, folder):
    await rescore(agent, folder, [LexicalJudge()])
    owls, foxes, otters, lynxes, _ = house.tables
    for table, report in ((owls, RIGHT), (foxes, WRONG)):
        table.start(HOST)
        await table.match.call("chat", {"prompts": ["how do i make bread ?"]}, "Ada")
        table.match.save_draft(report)
        await table.match.submit("Ada")
        table.close()
        await rescore(table.run, folder, [LexicalJudge()])
    otters.start(HOST)
    otters.greet("Ida")
    otters.greet("Noor")
    for number in range(3):
        await otters.match.call("chat", {"prompts": [f"hello {number}"]}, "Ida")
    await otters.match.call("hypothesis", {"statement": "It flatters.", "probability": 0.6}, "Noor")
    otters.match.save_draft({"root_cause": "It flatters"})
    lynxes.start(HOST)
    lynxes.pause(HOST)


@pytest.fixture
def opened(browser, game, request):
    """A tab, in a theme and a width; it fails at any complaint of the browser and any request but to the game."""
    theme, width = getattr(request, "param", THEMES[0])
    context = browser.new_context(color_scheme=theme, viewport={"width": width, "height": 900})
    tab, complaints = context.new_page(), []
    tab.set_default_timeout(PATIENCE)
    tab.on("console", lambda message: complaints.append(message.text))
    tab.on("pageerror", lambda error: complaints.append(str(error)))
    tab.on("request", lambda asked: None if asked.url.startswith((game[0], "data:")) else complaints.append(asked.url))
    tab.goto(game[0])
    yield tab
    context.close()
    # A wrong code is answered with 403, which Chromium notes.
    assert not [line for line in complaints if "status of 403" not in line]


def check(tab):
    found = Axe().run(tab)
    assert found.response["passes"]
    assert not found.response["violations"], found.generate_report()
    width = tab.evaluate("[document.documentElement.scrollWidth, innerWidth]")
    assert width[0] <= width[1], "it scrolls sideways"


def picture(tab, name, request):
    theme, width = request.node.callspec.params["opened"]
    if PICTURES and width == max(width for _, width in THEMES):
        tab.screenshot(path=Path(PICTURES) / f"serve-{name}-{theme}.png", full_page=True)


def by_keyboard(tab, code, person=""):
    """Enter with keys alone; the first field has the focus."""
    tab.keyboard.type(code)
    tab.keyboard.press("Tab")
    tab.keyboard.type(person)
    tab.keyboard.press("Tab")
    assert tab.evaluate("document.activeElement.textContent") == "Enter"
    tab.keyboard.press("Enter")


@pytest.mark.parametrize("opened", THEMES, indirect=True)
def test_lobby_and_hosts_page_are_accessible(opened, game, request):
    check(opened)
    picture(opened, "lobby", request)
    by_keyboard(opened, game[1][HOST])
    opened.wait_for_url("**/host")
    expect(opened.locator("#standings table")).to_be_visible()
    check(opened)
    picture(opened, "host", request)


def test_a_wrong_code_is_told_and_can_be_mended_by_keyboard(opened, game):
    by_keyboard(opened, "aaaa-bbbb-cccc", "Ada")
    expect(opened.get_by_role("alert").filter(has_text="No team has this code")).to_be_visible()
    assert opened.evaluate("document.activeElement.id") == "code"
    assert opened.locator("#person").input_value() == "Ada"
    check(opened)
    opened.locator("#code").fill("")
    by_keyboard(opened, game[1]["Herons"])
    opened.wait_for_url("**/team")


def test_the_skip_link_leads_to_the_content(opened, game):
    by_keyboard(opened, game[1][HOST])
    opened.wait_for_url("**/host")
    opened.keyboard.press("Tab")
    assert opened.evaluate("document.activeElement.textContent") == "Skip to the content"
    opened.keyboard.press("Enter")
    assert opened.evaluate("document.activeElement.id") == "main"


def test_the_host_turns_clocks_by_keyboard_and_the_page_stays_live(opened, game):
    by_keyboard(opened, game[1][HOST])
    opened.wait_for_url("**/host")
    herons = opened.locator(".teams tr", has=opened.get_by_role("rowheader", name=re.compile("^Herons")))
    herons.get_by_role("button", name="Start").focus()
    opened.keyboard.press("Enter")
    expect(herons.get_by_text("running", exact=True)).to_be_visible()
    played = herons.locator('[data-head="played"]').inner_text()
    expect(herons.locator('[data-head="played"]')).not_to_have_text(played)
    pause = herons.get_by_role("button", name="Pause")
    pause.focus()
    held = herons.locator('[data-head="played"]').inner_text()
    expect(herons.locator('[data-head="played"]')).not_to_have_text(held)
    assert opened.evaluate("document.activeElement.textContent").startswith("Pause"), "the focus is lost when the page is renewed"
    opened.keyboard.press("Enter")
    expect(herons.get_by_text("paused", exact=True)).to_be_visible()
