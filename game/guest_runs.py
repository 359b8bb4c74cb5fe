"""Finds or makes the run that a guest plays. It reads no log and builds no organism."""

from pathlib import Path

from agent import BrainSpec
from game.going_on import GUEST
from game.hosted_runs import check_asked, going_on, hosted_spec
from game.match import open_match
from tools import Budget
from transcripts import RunError, RunFolder


def guest_run(
    organism: str,
    run: str | None,
    runs: Path,
    cache: Path,
    *,
    rules: str | None,
    seed: int | None,
    helper: BrainSpec | None = None,
    limits: Budget | None = None,
) -> RunFolder:
    """The run in the folder `run`, made if it is not there; without `run` a new one under `runs`.

    Args:
        organism: a recipe's name, a recipe's `.yaml` file, or the id of a built organism.
        run: a folder; one that holds a run of this organism already goes on.
        runs: where new runs lie.
        cache: where built organisms lie.
        rules: their name or file; `everything` for a new run if not given.
        seed: of the match; 0 for a new run if not given.
        helper: writes and judges for the tools of a new run.
        limits: of a new run, where they are not to be the rules' own.

    Raises:
        OrganismError: no such organism, or it is not built.
        RunError: the folder holds something else, or the run is over.
        RulesError: no such rules, or a wrong field.
        BrainError: dollars are limited, and the helper has no price.
    """
    spec = hosted_spec(organism, BrainSpec(kind=GUEST), cache, rules=rules, seed=seed, helper=helper, limits=limits)
    if run is None:
        return open_match(spec, runs)
    found = RunFolder(Path(run))
    if not found.spec.is_file():
        if found.path.exists() and any(found.path.iterdir()):
            raise RunError(f"{run}: not a run, and not empty")
        spec.write(found.spec)
        return found
    old = going_on(str(found.path), runs, GUEST)
    check_asked(old, spec, rules=rules, seed=seed, helper=helper, limits=limits)
    return old
