"""Where evaluations lie, and how a user's own test is read. It measures nothing."""

from pathlib import Path

from game.evaluation.grading import EvaluationError
from game.evaluation.records import Design, Evaluation
from tools import PatternDetector

FOLDER = "evaluations"


def read_design(prompts: Path, detector: str | None, behaviour: str) -> Design:
    """A test of a user's own prompts, one a line; without a detector a model grades replies by the behaviour.

    Raises:
        EvaluationError: the file has no prompt, or more than a design takes.
        ToolError: the detector is no regular expression.
    """
    lines = [line.strip() for line in prompts.read_text(encoding="utf-8").splitlines() if line.strip()]
    if not 1 <= len(lines) <= 512:
        raise EvaluationError(f"{prompts}: {len(lines)} prompts; give from 1 to 512, one a line")
    if detector is not None:
        PatternDetector(detector)
    return Design(prompts=tuple(lines), detector=detector, criterion=behaviour)


def keep(found: Evaluation, runs: Path) -> Path:
    """Write an evaluation beside the runs, under a number of its own."""
    folder = runs / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    number = 1
    while True:
        path = folder / f"{found.organism}-{number:03d}.json"
        try:
            path.touch(exist_ok=False)
        except FileExistsError:
            number += 1
        else:
            found.write(path)
            return path
