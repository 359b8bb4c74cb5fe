"""Fixtures that every part of the suite shares: one small organism, built once for the whole session."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

os.environ.setdefault("HF_HUB_OFFLINE", "1")
# One thread a process, for torch reads this when it is loaded: threads that spin while they wait slow each other tenfold when there
# are more of them than cores, and sums over threads make two builds differ in their last bits.
os.environ.setdefault("OMP_NUM_THREADS", "1")

from organism import Organism, default_cache
from organism.foundry import build_organism, load_recipe

if TYPE_CHECKING:
    from playwright.sync_api import Browser

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
"""The distribution's package: the test tool downloads no browser."""


@pytest.fixture(scope="session")
def pico_cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A cache folder that holds the built pico organism; `AUDITGAME_TEST_CACHE` keeps one over sessions."""
    kept = os.environ.get("AUDITGAME_TEST_CACHE")
    # The processes of one run share a cache, whose locks let only one of them build.
    shared = tmp_path_factory.getbasetemp().parent / "cache" if "PYTEST_XDIST_WORKER" in os.environ else tmp_path_factory.mktemp("cache")
    cache = Path(kept) if kept else shared
    assert cache != default_cache(), "tests must not use the user's cache"
    return cache


@pytest.fixture(scope="session")
def pico(pico_cache: Path) -> Iterator[Organism]:
    """The pico organism."""
    organism = build_organism(load_recipe("pico"), pico_cache)
    yield organism
    organism.close()


@pytest.fixture(scope="module")
def browser() -> "Iterator[Browser]":
    """A real browser. It ends with its module: while it runs, no other event loop can in its thread."""
    if CHROMIUM is None:
        pytest.skip("no Chromium is installed")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()
