"""A real browser, one for all tests of these pages."""

import pytest
from playwright.sync_api import sync_playwright

from tests.game.web.workbench.served import CHROMIUM


@pytest.fixture(scope="session")
def browser():
    if CHROMIUM is None:
        pytest.skip("no Chromium is installed")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()
