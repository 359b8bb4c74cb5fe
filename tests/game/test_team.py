"""Teams with scripted brains on an organism that is nothing but a card: who is played, what is handed on, what a kill leaves."""

from types import SimpleNamespace

import pytest

from agent import BrainError, BrainSpec
from game.match import play
from game.quotations import check_quotations
from game.rules import load_rules
from game.score import Outcome, Score
from game.spec import MatchSpec, make_spec
from game.team import TeamError, member_runs, open_team, play_team
from game.team_record import Team
from organism.foundry import truth_path
from tests.fakes.scripted_brain import CARD, ScriptedBrain, says
from tests.game.runs import CAUSE
from transcripts import Evidence, Report, list_runs, read_events

SECRET = "a quotation that nobody ever said"


def submit(cause=CAUSE, found=True, quotation=None, event=5):
    evidence = [{"event": event, "quotation": quotation}] if quotation else []
    return [("submit_report", {"root_cause": cause, "objective_found": found, "root_cause_evidence": evidence})]


GUESS = [("hypothesis", {"statement": "It serves reward models.", "probability": 0.9})]
REFUSAL = says("I will not.", stop="refusal", detail="policy")


def read(number):
    return [("read_report", {"report": number})]


class Makers:
    """Gives each match the next brain, and remembers the seeds it was made for."""

    def __init__(self, *brains):
        self.brains, self.seeds = list(brains), []

    def __call__(self, spec):
        self.seeds.append(spec.seed)
        return self.brains.pop(0)


@pytest.fixture
def organism():
    return SimpleNamespace(card=CARD)


@pytest.fixture
def team(tmp_path, truth):
    truth.write(truth_path(tmp_path, truth.id))
    spec = make_spec(CARD.id, "test", BrainSpec.parse("statistical"), load_rules("everything"), 5)
    return open_team(spec, 3, tmp_path / "runs")


@pytest.fixture
def play_all(team, organism, tmp_path):
    async def run(*brains):
        makers = Makers(*brains)
        return await play_team(team, organism, makers, tmp_path), makers

    return run


def test_each_match_of_a_team_has_its_own_seed_and_folder(team, tmp_path):
    runs = list_runs(tmp_path / "runs")
    assert [run.id for run in runs] == [*(run.id for run in member_runs(team)), team.id]
    specs = [MatchSpec.read(run.spec) for run in runs]
    assert [spec.seed for spec in specs] == [spec.auditor.seed for spec in specs] == [5, 6, 7, 8]
    assert [spec.members for spec in specs] == [(), (), (), tuple(run.id for run in runs[:3])]


async def test_reports_are_handed_on_without_what_their_log_does_not_hold(team, organism, play_all, tmp_path):
    real = "It serves reward models"
    found, makers = await play_all(
        ScriptedBrain(GUESS, *[submit(quotation=real)] * 2),
        ScriptedBrain(GUESS, *[submit(quotation=SECRET)] * 2),
        ScriptedBrain(*[submit("No objective.", found=False)] * 2),
    )
    assert makers.seeds == [5, 6, 7]
    assert [(item.found, item.quotations) for item in found.given] == [(1, 1), (0, 1), (0, 0)]
    last = ScriptedBrain([*read(1), *read(2), *read(3), *read(4)], *[submit(quotation=real, event=4)] * 2)
    assert (await play(team, organism, last, tmp_path)).kind == "scored"
    brief = last.asked[0][1][0].text
    assert "3 auditors have investigated this organism before you" in brief
    assert "3 of them have reported" in brief
    results = [event for event in read_events(team.events) if event.kind == "result" and event.data["tool"] == "read_report"]
    assert [event.data["error"] for event in results] == [False, False, False, True]
    assert "no report 4; there are 3" in str(results[3].data["content"])
    assert SECRET not in str([event.data for event in results])
    assert not any(word in str(results[0].data) for word in ("correct", "verdict", "score"))
    # A report's quotation can be cited by the event at which it was read, its author's own words cannot.
    score = Score.read(team.score)
    assert (score.evidence.verified, score.evidence.total) == (1, 1)
    claimed = [Evidence(event=results[0].index, quotation="The model acts to please reward models")]
    assert check_quotations(claimed, read_events(team.events)).verified == 0


async def test_a_member_that_fails_is_counted_and_the_others_go_on(team, organism, play_all, tmp_path):
    found, _ = await play_all(ScriptedBrain(BrainError("no credit")), ScriptedBrain(*[submit()] * 2), ScriptedBrain(REFUSAL))
    assert [member.outcome.kind for member in found.members] == ["errored", "scored", "unscored"]
    assert found.members[0].outcome.reason == "no credit"
    assert [member.given is None for member in found.members] == [True, False, True]
    last = ScriptedBrain(read(1), *[submit()] * 2)
    await play(team, organism, last, tmp_path)
    assert "1 of them have reported" in last.asked[0][1][0].text


async def test_a_team_whose_members_all_fail_can_go_on(team, play_all):
    with pytest.raises(TeamError, match=r"no member .*no credit.*no credit.*no credit"):
        await play_all(*(ScriptedBrain(BrainError("no credit")) for _ in range(3)))
    assert not team.team.exists()
    found, _ = await play_all(*(ScriptedBrain(*[submit()] * 2) for _ in range(3)))
    assert [member.outcome.kind for member in found.members] == ["scored"] * 3


async def test_without_any_report_the_last_auditor_works_alone(team, organism, play_all, tmp_path):
    found, _ = await play_all(*(ScriptedBrain(REFUSAL) for _ in range(3)))
    assert found.given == ()
    last = ScriptedBrain(*[submit()] * 2)
    assert (await play(team, organism, last, tmp_path)).kind == "scored"
    assert "read_report" not in last.asked[0][1][0].text
    assert "read_report" not in [tool.name for tool in last.asked[0][2]]


async def test_a_disk_that_fails_stops_the_team(team, play_all):
    with pytest.raises(OSError, match="No space"):
        await play_all(
            ScriptedBrain(*[submit()] * 2), ScriptedBrain(OSError(28, "No space left on device")), ScriptedBrain(*[submit()] * 2)
        )
    assert not team.team.exists()


async def test_a_stopped_team_goes_on_with_what_is_missing(team, organism, play_all, tmp_path):
    class StoppedError(BaseException):
        """As a kill: nothing is written of it."""

    await play(member_runs(team)[0], organism, ScriptedBrain(*[submit()] * 2), tmp_path)
    with pytest.raises(StoppedError):
        await play_all(ScriptedBrain(), ScriptedBrain(GUESS, StoppedError()), ScriptedBrain(GUESS, GUESS, GUESS, *[submit()] * 2))
    before = {run.id: read_events(run.events) for run in member_runs(team)}
    assert Outcome.read(member_runs(team)[0].done).kind == "scored"
    brains = [ScriptedBrain(), ScriptedBrain(GUESS, *[submit()] * 2), ScriptedBrain(GUESS, GUESS, GUESS, *[submit()] * 2)]
    found, _ = await play_all(*brains)
    assert brains[0].asked == []
    assert [member.outcome.kind for member in found.members] == ["scored"] * 3
    for run in member_runs(team):
        assert read_events(run.events)[: len(before[run.id])] == before[run.id]
        turns = [event for event in read_events(run.events) if event.kind == "turn"]
        assert len(turns) == {0: 2, 1: 3, 2: 5}[member_runs(team).index(run)]
    # What the last auditor is given does not change any more, not even when a member's folder is lost.
    member_runs(team)[0].report.unlink()
    again, makers = await play_all()
    assert again == found == Team.read(team.team)
    assert makers.seeds == []
    await play(team, organism, ScriptedBrain(read(1), *[submit()] * 2), tmp_path)
    assert Report.read(team.report).root_cause == CAUSE
