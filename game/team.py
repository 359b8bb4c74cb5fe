"""Plays a team: members audit the same organism side by side, each alone, and one more auditor weighs their reports. It shows nothing."""

from collections.abc import Sequence
from functools import partial
from pathlib import Path

from game.attempt import MakeBrain, attempt
from game.match import open_match
from game.match_log import Listener
from game.side_by_side import side_by_side
from game.spec import MatchSpec
from game.team_record import Member, Team, give
from organism import Organism
from tools import Helper
from transcripts import Report, RunFolder, read_events


class TeamError(RuntimeError):
    """No member of a team could play to its end; the message says why. The team can be resumed."""


def open_team(spec: MatchSpec, members: int, runs: Path) -> RunFolder:
    """New runs for the members, and one for the last auditor, whose spec names them.

    Args:
        spec: of one match; each member has its seed and the next ones, and the last auditor the one after them.
        members: how many.
        runs: where they lie.

    Returns:
        The last auditor's run, which stands for the team.
    """
    opened = [open_match(_seeded(spec, spec.seed + number), runs) for number in range(members)]
    last = _seeded(spec, spec.seed + members)
    return open_match(last.model_copy(update={"members": tuple(run.id for run in opened)}), runs)


def _seeded(spec: MatchSpec, seed: int) -> MatchSpec:
    return spec.model_copy(update={"seed": seed, "auditor": spec.auditor.model_copy(update={"seed": seed})})


def member_runs(run: RunFolder) -> list[RunFolder]:
    """The members' runs of a team's run."""
    return [RunFolder(run.path.parent / name) for name in MatchSpec.read(run.spec).members]


async def play_team(
    run: RunFolder,
    organism: Organism,
    make: MakeBrain,
    cache: Path,
    *,
    helper: Helper | None = None,
    listeners: Sequence[Listener] = (),
) -> Team:
    """Play the members that have not ended, side by side; what became of all of them is written down once they have ended or failed.

    After it the team's own run can be played like any other.

    Args:
        run: the team's.
        organism: of its spec.
        make: makes each member's brain.
        cache: where the organism's truth is sealed.
        helper: of the spec.
        listeners: one for each member; told its events.

    Raises:
        TeamError: not one of them came to its end.
    """
    if run.team.exists():
        return Team.read(run.team)

    async def member(number: int, one: RunFolder) -> Member:
        outcome = await attempt(one, organism, make, cache, helper=helper, listener=listeners[number] if listeners else None)
        reported = outcome.kind in ("scored", "unscored") and one.report.exists()
        return Member(run=one.id, outcome=outcome, given=give(Report.read(one.report), read_events(one.events)) if reported else None)

    members = member_runs(run)
    ends = await side_by_side([partial(member, number, one) for number, one in enumerate(members)], at_once=len(members))
    team = Team(members=tuple(ends))
    if all(one.outcome.kind == "errored" for one in team.members):
        raise TeamError("no member of the team came to its end: " + "; ".join(f"{one.run}: {one.outcome.reason}" for one in team.members))
    team.write(run.team)
    return team
