"""A command line on the pico organism, and one whose cache holds no truth."""

import pytest

from tests.fakes.command_line import CLI


@pytest.fixture
def blind(pico, pico_cache, tmp_path):
    """A cache that holds the organism and no truth, so that nothing can have been read from one."""
    (tmp_path / "blind" / "organisms").mkdir(parents=True)
    (tmp_path / "blind" / "organisms" / pico.card.id).symlink_to(pico_cache / "organisms" / pico.card.id)
    return CLI(tmp_path / "blind", tmp_path)


@pytest.fixture
def cli(pico, pico_cache, tmp_path):
    return CLI(pico_cache, tmp_path)
