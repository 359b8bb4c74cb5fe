"""A guest's match on an organism that only echoes: when it begins, how it ends, and what is left when it is stopped."""

import asyncio
import time

import anyio
import pytest

from agent import BrainSpec
from game.guest import GuestMatch
from game.hosted import NOT_SCORED
from game.judges import LexicalJudge
from game.match import open_match
from game.rescoring import rescore
from game.rules import load_rules
from game.score import Outcome
from game.spec import GUEST, MatchSpec, make_spec
from organism.foundry import truth_path
from tests.fakes.scripted_brain import CARD, echo_organism
from tests.game.runs import CAUSE
from tools import AuditOverError, Budget
from transcripts import LogError, Report, RunError, read_events

REPORT = {"root_cause": CAUSE, "objective_found": True}


@pytest.fixture
def run(tmp_path):
    return open_match(make_spec(CARD.id, "test", BrainSpec(kind=GUEST), load_rules("team-4"), 0), tmp_path / "runs")


def events(run):
    return read_events(run.events)


def kinds(run):
    return [event.kind for event in events(run)]


def calls(run):
    return [event.data["call"] for event in events(run) if event.kind == "call"]


def set_budget(run, **limits):
    MatchSpec.read(run.spec).model_copy(update={"budget": Budget(**limits)}).write(run.spec)


async def test_the_clock_starts_with_the_first_call(run):
    with GuestMatch(run, echo_organism()) as match:
        assert "chat" in match.instructions
        assert "alignment auditor" in match.instructions
        assert kinds(run) == []
        before = time.time()
        await match.call("think", {"text": "hm"})
        assert kinds(run) == ["match", "message", "call", "result"]
        assert events(run)[0].time >= round(before, 3)
        assert events(run)[1].data["text"] in match.instructions


async def test_a_report_seals_the_run_and_ends_the_match(run, tmp_path, truth):
    with GuestMatch(run, echo_organism()) as match:
        await match.call("chat", {"prompts": ["hello"]})
        await match.call("submit_report", REPORT)
        for name in ("chat", "submit_report"):
            with pytest.raises(AuditOverError, match="report is submitted"):
                await match.call(name, REPORT)
    assert kinds(run) == ["match", "message", "call", "result", "call", "report", "result", "outcome"]
    assert Report.read(run.report).root_cause == CAUSE
    assert Outcome.read(run.done) == Outcome(kind="unscored", reason=NOT_SCORED)
    assert not run.score.exists()
    with pytest.raises(RunError, match="auditgame score"):
        GuestMatch(run, echo_organism())
    truth.write(truth_path(tmp_path, truth.id))
    for _ in range(2):
        assert (await rescore(run, tmp_path, [LexicalJudge()])).correct
        assert Outcome.read(run.done).kind == "scored"
    assert kinds(run)[-2:] == ["outcome", "outcome"]
    assert kinds(run).count("outcome") == 2


async def test_a_report_that_cannot_be_scored_is_invalid(run):
    with GuestMatch(run, echo_organism()) as match:
        await match.call("submit_report", REPORT | {"root_cause": "  "})
    assert Outcome.read(run.done).kind == "invalid"


async def test_a_wrong_report_ends_nothing(run):
    with GuestMatch(run, echo_organism()) as match:
        assert (await match.call("submit_report", {"root_cause": 3})).data["error"]
        assert not (await match.call("chat", {"prompts": ["on"]})).data["error"]
    assert not run.finished


async def test_a_stopped_match_goes_on_with_its_budget_and_its_ids(run):
    set_budget(run, calls=3)
    with GuestMatch(run, echo_organism()) as match:
        for text in ("one", "two"):
            await match.call("chat", {"prompts": [text]})
    whole = run.events.read_bytes()
    run.events.write_bytes(whole[: whole.rindex(b'"kind":"result"')])  # a kill before the second call's result was written
    with GuestMatch(run, echo_organism()) as match:
        await match.call("chat", {"prompts": ["three"]})
        await match.call("note", {"text": "four"})
        refused = await match.call("chat", {"prompts": ["five"]})
    assert refused.data["error"]
    assert "budget of calls is used up" in str(refused.data["content"])
    assert kinds(run).count("resumed") == 1
    assert kinds(run).count("message") == 1
    assert calls(run) == ["g0", "g1", "g2", "g3", "g4"]


@pytest.mark.parametrize("lost", ["result", "outcome", "done"])
async def test_a_match_that_was_stopped_behind_its_report_is_sealed_when_it_is_opened(run, lost):
    with GuestMatch(run, echo_organism()) as match:
        await match.call("submit_report", REPORT)
    run.done.unlink()
    if lost != "done":
        whole = run.events.read_bytes()
        run.events.write_bytes(whole[: whole.rindex(f'"kind":"{lost}"'.encode())])
        run.report.unlink()
    with pytest.raises(RunError, match="report is submitted"):
        GuestMatch(run, echo_organism())
    assert run.finished
    assert Report.read(run.report).root_cause == CAUSE
    assert kinds(run).count("outcome") == 1


async def test_calls_at_once_run_one_by_one_and_stay_in_the_budget(run):
    set_budget(run, calls=4)
    with GuestMatch(run, echo_organism()) as match:
        found = await asyncio.gather(*(match.call("chat", {"prompts": [str(n)]}) for n in range(9)))
    assert [event.data["error"] for event in found] == [False] * 4 + [True] * 5
    assert kinds(run)[2:] == ["call", "result"] * 9
    assert len(set(calls(run))) == 9


async def test_a_call_whose_guest_is_gone_still_comes_to_its_result(run):
    organism, asked = echo_organism(), anyio.Event()
    answer = organism.model.chat

    async def slow(conversations, **terms):
        asked.set()
        await anyio.sleep(0.1)
        return await answer(conversations, **terms)

    organism.model.chat = slow
    with GuestMatch(run, organism) as match:
        async with anyio.create_task_group() as group:
            group.start_soon(match.call, "chat", {"prompts": ["hello"]})
            await asked.wait()
            group.cancel_scope.cancel()
        assert kinds(run)[2:] == ["call", "result"]
        await match.call("chat", {"prompts": ["again"]})


@pytest.mark.parametrize(
    ("error", "noted"), [(ZeroDivisionError("in /home/secret"), True), (OSError(28, "No space left on device"), False)]
)
async def test_a_bug_stops_the_match_and_tells_the_guest_nothing_of_it(run, error, noted):
    organism = echo_organism()

    async def broken(*_, **__):
        raise error

    organism.model.chat = broken
    with GuestMatch(run, organism) as match:
        for name in ("chat", "think"):
            with pytest.raises(AuditOverError) as refusal:
                await match.call(name, {"prompts": ["hello"]})
            assert "secret" not in str(refusal.value)
            assert "space" not in str(refusal.value)
        assert match.failure is error
    assert kinds(run)[2:] == ["call", "outcome"][: 1 + noted]
    with GuestMatch(run, echo_organism()) as match:
        await match.call("submit_report", REPORT)
    assert run.finished


async def test_a_log_of_another_spec_or_in_use_is_refused(run):
    with GuestMatch(run, echo_organism()) as match:
        await match.call("think", {"text": "hm"})
        with pytest.raises(LogError, match="another process"):
            GuestMatch(run, echo_organism())
    set_budget(run, calls=10_000)
    with pytest.raises(LogError, match=r"spec\.json is not the spec"):
        GuestMatch(run, echo_organism())


async def test_time_between_servers_is_not_played(run):
    with GuestMatch(run, echo_organism()) as match:
        await match.call("think", {"text": "hm"})
    await asyncio.sleep(0.3)
    with GuestMatch(run, echo_organism()) as match:
        await match.call("think", {"text": "hm"})
        log = events(run)
        (place,) = [event.index for event in log if event.kind == "resumed"]
        gap = log[place].time - log[place - 1].time
        assert gap > 0.25
        assert match.bench.used.seconds == pytest.approx(log[-1].time - log[0].time - gap, abs=0.01)
