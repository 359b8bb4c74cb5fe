"""Fixtures that every part of the suite shares: one small organism, built once for the whole session."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

os.environ.setdefault("HF_HUB_OFFLINE", "1")
# One thread a process, for torch reads this when it is loaded: threads that spin while they wait slow each other tenfold when there
# are more of them than cores, and sums over threads make two builds differ in their last bits.
os.environ.setdefault("OMP_NUM_THREADS", "1")

from organism import Organism, default_cache
from organism.foundry import build_organism, load_recipe


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
