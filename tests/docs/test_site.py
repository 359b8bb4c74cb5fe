"""The site: built without a warning, its links whole, silent in a browser that reaches no other host, accessible in both themes."""

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from functools import partial
from html.parser import HTMLParser
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import unquote, urldefrag, urljoin, urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from docs.hooks import FACES, offered
from tests.fakes.command_line import ROOT

PAGES = ("", "tutorial/", "organism/", "tools/", "reference/commands/", "reference/tools/")
"""Of the kinds there are: text, code, tables, generated pages."""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site as `make site` builds it: a warning is an error there."""
    folder = tmp_path_factory.mktemp("site")
    done = subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", str(folder)],
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(ROOT), "NO_MKDOCS_2_WARNING": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "WARNING" not in done.stderr
    return folder


class Links(HTMLParser):
    """The links and the anchors of a page."""

    def __init__(self, page: Path) -> None:
        super().__init__()
        self.links: set[str] = set()
        self.anchors: set[str] = set()
        self.feed(page.read_text(encoding="utf-8"))

    def handle_starttag(self, _: str, attrs: list[tuple[str, str | None]]) -> None:
        """Keep what points somewhere, and what can be pointed at."""
        for name, value in attrs:
            if name in ("href", "src") and value:
                self.links.add(value)
            elif name == "id" and value:
                self.anchors.add(value)


def test_links_lead_somewhere(site: Path) -> None:
    pages = {page: Links(page) for page in site.rglob("*.html") if page.name != "404.html"}
    assert len(pages) > 15
    broken = []
    for page, found in pages.items():
        for link in found.links:
            path, anchor = urldefrag(urljoin(page.as_uri(), link))
            if urlsplit(path).scheme != "file":
                continue
            target = Path(unquote(urlsplit(path).path))
            target = target / "index.html" if target.is_dir() else target
            if not target.is_file() or (anchor and target in pages and unquote(anchor) not in pages[target].anchors):
                broken.append(f"{page.relative_to(site)}: {link}")
    assert not broken


def test_the_reference_has_what_packages_offer(site: Path) -> None:
    for page, modules in FACES.items():
        anchors = Links(site / "reference" / page / "index.html").anchors
        for module in modules:
            _, *names = offered(module)
            assert names, module
            assert not set(names) - anchors


def test_every_command_stands_in_the_reference(site: Path) -> None:
    text = (site / "reference" / "commands" / "index.html").read_text(encoding="utf-8")
    for command in ("audit", "build", "mcp", "query", "view", "organism add", "organism label"):
        assert f'id="auditgame-{command.replace(" ", "-")}"' in text


@pytest.fixture(scope="module")
def address(site: Path) -> Iterator[str]:
    """Where the site is served on this machine."""

    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, format: str, *args: object) -> None:
            """Nobody reads it."""

    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(site))) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


@pytest.fixture
def opened(browser: Browser, address: str, request: pytest.FixtureRequest) -> Iterator[Page]:
    """A tab in a theme and a width; it fails at any complaint of the browser, and at any request to another host, which gets no answer."""
    theme, width = request.param
    context = browser.new_context(color_scheme=theme, viewport={"width": width, "height": 900})
    complaints: list[str] = []
    context.route(lambda url: not url.startswith(address), lambda route: (complaints.append(route.request.url), route.abort()))
    tab = context.new_page()
    tab.on("console", lambda message: complaints.append(message.text) if message.type in ("error", "warning") else None)
    tab.on("pageerror", lambda error: complaints.append(str(error)))
    yield tab
    context.close()
    assert not complaints


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("opened", [("light", 1280), ("dark", 1280), ("dark", 390)], indirect=True, ids=["light", "dark", "phone"])
def test_accessible(opened: Page, address: str, page: str) -> None:
    opened.goto(address + page)
    opened.wait_for_load_state("networkidle")
    found = Axe().run(opened)
    assert found.response["passes"]
    assert not found.response["violations"], found.generate_report()
    width = opened.evaluate("[document.documentElement.scrollWidth, innerWidth]")
    assert width[0] <= width[1], "it scrolls sideways"


@pytest.mark.parametrize("opened", [("light", 1280)], indirect=True)
def test_the_search_finds_a_page(opened: Page, address: str) -> None:
    opened.goto(address)
    opened.keyboard.press("/")
    opened.keyboard.type("pessimistic twin")
    opened.locator(".md-search-result__item", has_text="How results are scored").first.wait_for(timeout=20_000)


@pytest.mark.parametrize("opened", [("light", 1280)], indirect=True)
def test_the_theme_can_be_chosen(opened: Page, address: str) -> None:
    opened.goto(address)
    assert opened.locator("body").get_attribute("data-md-color-scheme") == "default"
    opened.get_by_title("Switch to the dark theme").click()
    assert opened.locator("body").get_attribute("data-md-color-scheme") == "slate"
