"""One small study of the pico organism that all tests look at."""

import pytest

from game.techniques import study_organism
from game.techniques.case import Case


@pytest.fixture(scope="session")
def studied(pico, pico_cache):
    """The study, and what its progress was told."""
    told = []
    return study_organism(pico_cache, pico.card.id, samples=16, progress=lambda *step: told.append(step)), told


@pytest.fixture(scope="session")
def rows(studied):
    """Measurements by technique and measure."""
    return {(result.technique, row.measure): row for result in studied[0].results for row in result.measurements}


@pytest.fixture(scope="session")
def case(pico, pico_cache):
    found = Case(pico_cache, pico.card.id, samples=16, seed=0, like=None)
    yield found
    found.close()
