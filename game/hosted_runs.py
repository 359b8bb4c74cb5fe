"""What guests and teams of people ask of a match, as a spec; and whether a run is one of that. It reads no log and builds no organism."""

from pathlib import Path

from agent import BrainSpec
from game.going_on import played_by
from game.hosted import check_open
from game.organisms import find_organism
from game.rules import load_rules
from game.spec import MatchSpec, make_hosted_spec
from organism import OrganismError
from tools import Budget
from transcripts import RunError, RunFolder, find_run

RULES = "everything"


def hosted_spec(
    organism: str,
    auditor: BrainSpec,
    cache: Path,
    *,
    rules: str | None = None,
    seed: int | None = None,
    helper: BrainSpec | None = None,
    limits: Budget | None = None,
) -> MatchSpec:
    """The spec of a match whose auditor is no brain of ours.

    Args:
        organism: a recipe's name, a recipe's `.yaml` file, or the id of a built organism.
        auditor: who calls.
        cache: where built organisms lie.
        rules: their name or file; `everything` if not given.
        seed: of the match; 0 if not given.
        helper: writes and judges for tools.
        limits: where they are not to be the rules' own.

    Raises:
        OrganismError: no such organism, or it is not built.
        RulesError: no such rules, or a wrong field.
        BrainError: dollars are limited, and the helper has no price.
    """
    wanted = find_organism(organism, cache)
    if not wanted.built(cache):
        raise OrganismError(f"{organism} is not built, and nobody waits here for a build; first: auditgame build {organism}")
    granted = load_rules(rules or RULES).limited(limits or Budget())
    return make_hosted_spec(wanted.id, wanted.name, auditor, granted, seed or 0, helper=helper)


def check_asked(
    run: RunFolder, spec: MatchSpec, *, rules: str | None, seed: int | None, helper: BrainSpec | None, limits: Budget | None
) -> None:
    """Check that a run is what is asked for: `spec`, as far as it was asked for.

    Raises:
        RunError: it is another.
    """
    begun = MatchSpec.read(run.spec)
    asked = (
        {"organism": spec.organism}
        | ({"rules": spec.rules} if rules else {})
        | ({} if seed is None else {"seed": seed})
        | ({"helper": helper} if helper else {})
        | ({"budget": spec.budget} if limits and limits.limits() else {})
    )
    if other := [name for name, value in asked.items() if getattr(begun, name) != value]:
        raise RunError(f"{run.path}: this run has another {' and '.join(other)}; leave the option out, or choose another run")


def going_on(name: str, runs: Path, kind: str) -> RunFolder:
    """The run of that id or folder, or the last one for `last`, which such an auditor plays.

    Raises:
        RunError: there is none, it is over, or it is played by another kind.
    """
    found = find_run(name, runs)
    auditor = MatchSpec.read(found.spec).auditor
    if auditor.kind != kind:
        raise RunError(played_by(auditor.kind, found.path))
    check_open(found)
    return found
