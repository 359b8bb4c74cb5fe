"""Finds or makes the run that a guest plays. It reads no log and builds no organism."""

from pathlib import Path

from agent import BrainSpec, check_dollars
from game.hosted import check_open
from game.match import open_match
from game.organisms import find_organism
from game.rules import load_rules
from game.spec import GUEST, MatchSpec, make_spec
from organism import OrganismError
from tools import Budget
from transcripts import RunError, RunFolder, find_run

RULES = "everything"


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
    wanted = find_organism(organism, cache)
    if not wanted.built(cache):
        raise OrganismError(f"{organism} is not built, and clients do not wait for a build; first: auditgame build {organism}")
    granted = load_rules(rules or RULES).limited(limits or Budget())
    spec = make_spec(wanted.id, wanted.name, BrainSpec(kind=GUEST, seed=seed or 0), granted, seed or 0, helper=helper)
    # Nobody sees where a turn of a guest begins, nor what its model reads.
    spec = spec.model_copy(update={"budget": spec.budget.model_copy(update={"turns": None, "brain_tokens": None})})
    check_dollars(spec.budget, spec.helper)
    if run is None:
        return open_match(spec, runs)
    found = RunFolder(Path(run))
    if not found.spec.is_file():
        if found.path.exists() and any(found.path.iterdir()):
            raise RunError(f"{run}: not a run, and not empty")
        spec.write(found.spec)
        return found
    old = going_on(str(found.path), runs)
    begun = MatchSpec.read(old.spec)
    asked = (
        {"organism": spec.organism}
        | ({"rules": granted.name} if rules else {})
        | ({} if seed is None else {"seed": seed})
        | ({"helper": helper} if helper else {})
        | ({"budget": spec.budget} if limits and limits.limits() else {})
    )
    if other := [name for name, value in asked.items() if getattr(begun, name) != value]:
        raise RunError(f"{run}: this run has another {' and '.join(other)}; leave the option out, or choose another folder")
    return old


def going_on(name: str, runs: Path) -> RunFolder:
    """The guest's run of that id or folder, or the last one for `last`.

    Raises:
        RunError: there is none, it is over, or it is not a guest's.
    """
    found = find_run(name, runs)
    auditor = MatchSpec.read(found.spec).auditor
    if auditor.kind != GUEST:
        raise RunError(f"{found.path}: played by {auditor}; go on with: auditgame resume {found.path}")
    check_open(found)
    return found
