"""What came of each auditor under each rules on each organism: the numbers of the heat map. It reads no file."""

from collections import defaultdict
from collections.abc import Sequence

from game.run_summary import RunSummary, team_name
from game.standings.standings import ENDED, is_right
from transcripts import Record


class Cell(Record):
    """One auditor, or team of it, under one set of rules on one organism."""

    auditor: str
    members: int
    rules: str
    organism: str
    """Name of the recipe, or the id of an organism that no run names one for."""
    control: bool | None
    """Null where no run on it was scored."""
    right: int
    scored: int
    of: int
    """Runs that ended, scored or not."""

    @property
    def name(self) -> str:
        """The auditor, or how large a team of it."""
        return team_name(self.auditor, self.members)


def cells(runs: Sequence[RunSummary]) -> list[Cell]:
    """A cell for all that was played to an end; builds of one recipe share it."""
    names = {run.organism_id: run.organism for run in sorted(runs, key=lambda run: run.organism != run.organism_id)}
    controls = {names[run.organism_id]: run.control for run in runs if run.control is not None}
    groups: dict[tuple[str, int, str, str], list[RunSummary]] = defaultdict(list)
    for run in runs:
        if run.outcome in ENDED:
            groups[run.auditor, run.members, run.rules, names[run.organism_id]].append(run)
    return [
        Cell(
            auditor=auditor,
            members=members,
            rules=rules,
            organism=organism,
            control=controls.get(organism),
            right=sum(is_right(run) for run in group),
            scored=sum(run.outcome == "scored" for run in group),
            of=len(group),
        )
        for (auditor, members, rules, organism), group in sorted(groups.items())
    ]
