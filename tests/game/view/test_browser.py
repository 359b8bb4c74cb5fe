"""Pages in a real browser: fast, silent, without network, accessible in both themes and on a phone, and readable without a script."""

import pytest
from axe_playwright_python.sync_playwright import Axe

from game.view import write_index, write_page
from tests.game.runs import make_report, make_run
from tests.game.view.pages import make_long_run

THEMES = [("light", 1280), ("dark", 1280), ("light", 390), ("dark", 390)]
OPENED = 2.0
"""Seconds of the processor to open 5,000 events; wall time depends on what else runs here."""


@pytest.fixture(scope="module")
def pages(tmp_path_factory):
    """A page of a run with a report, and the index of its folder."""
    folder = tmp_path_factory.mktemp("pages")
    run = make_run(folder, make_report())
    index, _ = write_index(folder)
    return {"run": (run.path / "view.html").as_uri(), "index": index.as_uri()}


@pytest.fixture
def opened(browser, request):
    """A tab, in a theme and a width; it fails at any complaint of the browser and any request but for the page."""
    theme, width, script = getattr(request, "param", ("light", 1280, True))
    context = browser.new_context(color_scheme=theme, viewport={"width": width, "height": 900}, java_script_enabled=script)
    tab, complaints = context.new_page(), []
    tab.on("console", lambda message: complaints.append(message.text))
    tab.on("pageerror", lambda error: complaints.append(str(error)))
    tab.on("request", lambda asked: complaints.append(asked.url) if not asked.url.startswith("file:") else None)
    yield tab
    context.close()
    assert not complaints


@pytest.mark.parametrize("name", ["run", "index"])
@pytest.mark.parametrize("opened", [(*theme, True) for theme in THEMES], indirect=True)
def test_accessible(opened, pages, name):
    opened.goto(pages[name])
    opened.evaluate("document.querySelectorAll('details').forEach(details => details.open = true)")
    found = Axe().run(opened)
    assert found.response["passes"]
    assert not found.response["violations"], found.generate_report()
    width = opened.evaluate("[document.documentElement.scrollWidth, innerWidth]")
    assert width[0] <= width[1], "it scrolls sideways"


@pytest.mark.parametrize("opened", [("light", 1280, True), ("light", 1280, False)], indirect=True, ids=["script", "no script"])
def test_a_citation_opens_what_it_cites(opened, pages):
    opened.goto(pages["run"])
    mark = opened.locator("#e3 mark")
    assert not mark.is_visible()
    opened.locator("a[href='#q0']").click()
    mark.wait_for(state="visible", timeout=5000)


def test_by_keyboard_alone(opened, pages):
    opened.goto(pages["run"])
    opened.keyboard.press("Tab")
    assert opened.evaluate("document.activeElement.textContent") == "Skip to the content"
    opened.keyboard.press("Enter")
    assert opened.evaluate("document.activeElement.id") == "main"
    opened.locator("#e3 summary").first.focus()
    opened.keyboard.press("Enter")
    assert opened.locator("#e3 details").first.get_attribute("open") is not None


def test_the_timeline_is_sifted(opened, pages):
    opened.goto(pages["run"])
    opened.get_by_label("Show").select_option("chat")
    opened.get_by_text("1 of 6 shown").wait_for(timeout=5000)
    assert opened.locator(".step:visible").count() == 1
    opened.get_by_label("with the words").fill("no such words")
    opened.get_by_text("0 of 6 shown").wait_for(timeout=5000)


def test_five_thousand_events_open_in_two_seconds(opened, tmp_path):
    run = make_long_run(tmp_path, 5000)
    page = write_page(run)
    session = opened.context.new_cdp_session(opened)
    session.send("Performance.enable", {"timeDomain": "threadTicks"})
    opened.goto(page.as_uri())
    opened.locator("#timeline").scroll_into_view_if_needed()
    metrics = {item["name"]: item["value"] for item in session.send("Performance.getMetrics")["metrics"]}
    assert opened.locator(".step").count() > 2500
    assert metrics["TaskDuration"] <= OPENED
