"""What became of a team's members, as a record in the folder of the team's last run, and what its auditor is handed of it."""

from collections.abc import Sequence

from agent import prompt
from game.quotations import check_quotations
from game.score import Outcome
from tools import GivenReport, Tool, report_tool
from transcripts import Event, Evidence, FileRecord, Record, Report, RunFolder, quotations


class Member(Record):
    """One member's end."""

    run: str
    """Id of its run, which lies beside the team's."""
    outcome: Outcome
    """`errored` where it could not go on: then it has no say."""
    given: GivenReport | None = None
    """What the last auditor reads of it; null where it has not reported."""


class Team(FileRecord):
    """The members' ends. Written once, before the last auditor begins: what it was given does not change afterwards."""

    members: tuple[Member, ...]

    @property
    def given(self) -> tuple[GivenReport, ...]:
        """The reports, in the members' order."""
        return tuple(member.given for member in self.members if member.given is not None)


def give(report: Report, events: Sequence[Event]) -> GivenReport:
    """A report without the quotations that its own log does not hold.

    Args:
        report: sealed.
        events: of its run.
    """

    def kept(cited: Sequence[Evidence]) -> tuple[Evidence, ...]:
        return tuple(item for item in cited if check_quotations([item], events).verified)

    behaviours = tuple(item.model_copy(update={"evidence": kept(item.evidence)}) for item in report.behaviours)
    cleaned = report.model_copy(update={"root_cause_evidence": kept(report.root_cause_evidence), "behaviours": behaviours})
    return GivenReport(report=cleaned, found=len(quotations(cleaned)), quotations=len(quotations(report)))


def handed(run: RunFolder) -> tuple[str, tuple[Tool, ...]]:
    """What the last auditor of a team is told besides the brief, and the tool that it has besides those that rules grant.

    Raises:
        RecordError: the team's record is missing or cannot be read.
    """
    team = Team.read(run.team)
    if not team.given:
        return "", ()
    return prompt("team", members=len(team.members), reports=len(team.given)), (report_tool(team.given),)
