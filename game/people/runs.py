"""Finds or makes the run that a team of people plays. It reads no log and builds no organism."""

import unicodedata
from pathlib import Path

from agent import BrainSpec
from game.going_on import PEOPLE
from game.hosted_runs import check_asked, going_on, hosted_spec
from game.match import open_match
from game.spec import MatchSpec
from tools import Budget
from transcripts import RecordError, RunError, RunFolder, hidden, list_runs

LONGEST_NAME = 60
"""Characters of a team's name."""


class TeamNameError(ValueError):
    """A team cannot be called that; the message says why."""


def team_auditor(team: str) -> BrainSpec:
    """A team as an auditor.

    Raises:
        TeamNameError: the name is blank, too long, or holds what cannot be seen.
    """
    name = " ".join(unicodedata.normalize("NFC", team).split())
    if not name or len(name) > LONGEST_NAME:
        raise TeamNameError(f"a team's name has 1 to {LONGEST_NAME} characters, not {len(name)}")
    if any(hidden(character) for character in name):
        raise TeamNameError("a team's name holds only characters that can be seen")
    return BrainSpec(kind=PEOPLE, model=name)


def team_run(
    team: str,
    organism: str,
    runs: Path,
    cache: Path,
    *,
    rules: str | None = None,
    seed: int | None = None,
    helper: BrainSpec | None = None,
    limits: Budget | None = None,
    new: bool = False,
) -> RunFolder:
    """The newest run of a team on an organism that waits for its report, if it is what is asked for; else a new one.

    Args:
        team: its name.
        organism: a recipe's name, a recipe's `.yaml` file, or the id of a built organism.
        runs: where runs lie.
        cache: where built organisms lie.
        rules: their name or file; `everything` for a new run if not given.
        seed: of the match; 0 for a new run if not given.
        helper: writes and judges for tools.
        limits: of a new run, where they are not to be the rules' own.
        new: whether to make one in any case.

    Raises:
        TeamNameError: a team cannot be called that.
        OrganismError: no such organism, or it is not built.
        RulesError: no such rules, or a wrong field.
        BrainError: dollars are limited, and the helper has no price.
    """
    auditor = team_auditor(team)
    spec = hosted_spec(organism, auditor, cache, rules=rules, seed=seed, helper=helper, limits=limits)
    for run in [] if new else open_runs(auditor, runs):
        try:
            check_asked(run, spec, rules=rules, seed=seed, helper=helper, limits=limits)
        except RunError:
            continue
        return run
    return open_match(spec, runs)


def team_going_on(run: str | None, team: str | None, runs: Path) -> RunFolder:
    """The run of that id or folder, or the last one for `last`; without one the newest of the team that waits for its report.

    Raises:
        TeamNameError: a team cannot be called that.
        RunError: there is none, it is over, or it is another team's.
    """
    auditor = team_auditor(team) if team is not None else None
    if run is None:
        waiting = open_runs(auditor, runs) if auditor else []
        if not waiting:
            raise RunError(f"no run of {auditor} under {runs} waits for its report; name an --organism to begin one")
        return waiting[0]
    found = going_on(run, runs, PEOPLE)
    played = MatchSpec.read(found.spec).auditor.model
    if auditor and played != auditor.model:
        raise RunError(f"{found.path}: played by the team {played}, not by {auditor.model}")
    return found


def open_runs(auditor: BrainSpec, runs: Path) -> list[RunFolder]:
    """The runs of a team that wait for their reports, newest first."""
    own = []
    for run in list_runs(runs):
        try:
            spec = None if run.finished else MatchSpec.read(run.spec)
        except RecordError:
            continue  # another's run that cannot be read; `auditgame runs` tells of it
        if spec is not None and (spec.auditor.kind, spec.auditor.model) == (auditor.kind, auditor.model):
            own.append((spec.created, run))
    return [run for _, run in sorted(own, key=lambda item: item[0], reverse=True)]
