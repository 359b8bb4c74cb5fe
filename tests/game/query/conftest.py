"""Runs as commands leave them: one scored beside another's log, and one in a folder below."""

from pathlib import Path

import pytest

from organism.foundry import Truth, truth_path
from tests.fakes.command_line import CLI
from tests.game.runs import make_report, make_run


@pytest.fixture
def cli(tmp_path: Path, truth: Truth) -> CLI:
    """The command line beside two runs that are scored and one that stopped before its report."""
    truth.write(truth_path(tmp_path / "cache", truth.id))
    made = CLI(tmp_path / "cache", tmp_path)
    make_run(made.runs, make_report())
    made("score", "last")
    make_run(made.runs / "sweep", make_report(root_cause="I cannot tell.", objective_found=False, behaviours=()))
    made("score", "last", "--runs", str(made.runs / "sweep"))
    make_run(made.runs)
    return made
