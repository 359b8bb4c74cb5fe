"""A team's match: its clock, its calls, what is left when it is stopped, and how it ends."""

import asyncio
import json
import os
import signal
import time

import pytest

from agent import instructions
from game.hosted import MAX_ARGUMENTS, NOT_SCORED
from game.judges import LexicalJudge
from game.people.clock import ClockPausedError
from game.people.match import NOTHING_WRITTEN
from game.rescoring import rescore
from game.score import Outcome
from organism.foundry import truth_path
from tests.fakes.killed_match import CONTEXT
from tests.fakes.scripted_brain import echo_organism
from tests.game.people.matches import REPORT, Hands, kinds, open_people, people_run, waiting_organism
from tools import AuditOverError, ToolError
from transcripts import RecordError, Report, RunError, read_events


@pytest.fixture
def run(tmp_path):
    return people_run(tmp_path / "runs", minutes=1)


@pytest.fixture
def hands():
    return Hands()


async def test_the_clock_stands_still_until_it_is_started(run, hands):
    with open_people(run, hands) as match:
        assert match.instructions.startswith(instructions(match.bench))
        assert (match.clock.running, match.clock.seconds, match.clock.left, match.clock.over) == (False, 0.0, 60.0, False)
        with pytest.raises(ClockPausedError, match="not been started yet"):
            await match.call("chat", {"prompts": ["hello"]})
        hands.move(500)
        assert kinds(run) == []
        match.start("ann")
        match.start("bob")
        hands.move(7)
        assert (match.clock.running, match.clock.seconds, match.clock.left) == (True, 7.0, 53.0)
        event = await match.call("chat", {"prompts": ["hello"]}, "ann")
        assert not event.data["error"]
    assert kinds(run) == ["match", "message", "call", "result", "paused"]
    call, paused = (read_events(run.events)[place].data for place in (2, 4))
    assert call["who"] == "ann"
    assert paused == {"who": "", "reason": "left"}


async def test_pauses_are_recorded_and_not_counted(run, hands):
    with open_people(run, hands) as match:
        match.start()
        hands.move(10)
        match.pause("bob", "lunch")
        match.pause("bob", "lunch")
        hands.move(1000)
        assert match.clock.seconds == 10.0
        with pytest.raises(ClockPausedError, match="paused: start it"):
            await match.call("note", {"text": "hm"})
        match.start("bob")
        hands.move(5)
        await match.call("note", {"text": "hm"})
        assert match.clock.seconds == match.bench.used.seconds == 15.0
    hands.move(9999)
    with open_people(run, hands) as match:
        hands.move(9999)
        assert match.clock.seconds == 15.0
        match.start()
        hands.move(1)
        assert match.clock.seconds == 16.0
    found = read_events(run.events)
    assert [event.kind for event in found if event.kind in ("paused", "resumed")] == ["paused", "resumed", "paused", "resumed", "paused"]
    assert found[2].data == {"who": "bob", "reason": "lunch"}
    assert found[3].data == {"who": "bob"}


async def test_calls_at_once_run_in_their_order(run):
    organism, asked, may = waiting_organism()
    with open_people(run, organism=organism) as match:
        match.start()
        first = asyncio.create_task(match.call("chat", {"prompts": ["one"]}, "ann"))
        await asked.wait()
        second = asyncio.create_task(match.call("note", {"text": "two"}, "bob"))
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        assert [(call.tool, call.who) for call in match.running.values()] == [("chat", "ann"), ("note", "bob")]
        may.set()
        assert [(await call).data["tool"] for call in (first, second)] == ["chat", "note"]
        assert not match.running
    assert kinds(run)[2:-1] == ["call", "result", "call", "note", "result"]


async def test_a_call_is_cancelled_and_the_match_goes_on(run):
    organism, asked, may = waiting_organism()
    with open_people(run, organism=organism) as match:
        match.start()
        under_way = asyncio.create_task(match.call("chat", {"prompts": ["one"]}, "ann"))
        await asked.wait()
        waits = asyncio.create_task(match.call("chat", {"prompts": ["two"]}, "ann"))
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        one, two = match.running
        assert match.cancel(two, "bob")
        assert match.cancel(one, "bob")
        for call in (under_way, waits):
            event = await call
            assert event.data["error"]
            assert event.data["content"] == {"error": "cancelled by bob"}
        assert not match.cancel(one, "bob")
        may.set()
        assert not (await match.call("chat", {"prompts": ["three"]})).data["error"]
        assert organism.model.heard == ["three"]


async def test_a_pause_lets_a_call_come_to_its_end_and_stops_those_behind_it(run, hands):
    organism, asked, may = waiting_organism()
    with open_people(run, hands, organism) as match:
        match.start()
        first = asyncio.create_task(match.call("chat", {"prompts": ["one"]}))
        await asked.wait()
        second = asyncio.create_task(match.call("chat", {"prompts": ["two"]}))
        await asyncio.sleep(0)
        match.pause()
        hands.move(100)
        may.set()
        assert not (await first).data["error"]
        with pytest.raises(ClockPausedError):
            await second
        assert match.clock.seconds == 0.0
    assert kinds(run)[2:] == ["call", "paused", "result"]


async def test_whoever_asked_may_go_and_the_call_still_comes_to_its_result(run):
    organism, asked, may = waiting_organism()
    with open_people(run, organism=organism) as match:
        match.start()
        call = asyncio.create_task(match.call("chat", {"prompts": ["one"]}))
        await asked.wait()
        call.cancel()
        await asyncio.gather(call, return_exceptions=True)
        assert len(match.running) == 1
        may.set()
        await match.call("note", {"text": "on"})
    assert kinds(run)[2:-1] == ["call", "result", "call", "note", "result"]


async def test_what_is_left_under_way_has_no_result(run):
    organism, asked, _ = waiting_organism()
    with open_people(run, organism=organism) as match:
        match.start()
        call = asyncio.create_task(match.call("chat", {"prompts": ["one"]}))
        await asked.wait()
    await asyncio.gather(call, return_exceptions=True)
    assert kinds(run)[2:] == ["call", "paused"]
    with open_people(run) as match:
        match.start()
        assert (await match.call("chat", {"prompts": ["one"]})).data["call"] == "p1"


async def test_ids_go_on_behind_calls_that_were_refused(run):
    with open_people(run) as match:
        match.start()
        first = asyncio.create_task(match.call("note", {"text": "one"}))
        second = asyncio.create_task(match.call("note", {"text": "two"}))
        await asyncio.sleep(0)
        match.pause()
        await asyncio.gather(first, second, return_exceptions=True)
        match.start()
        assert not (await match.call("note", {"text": "three"})).data["error"]
    with open_people(run) as match:
        match.start()
        await match.call("note", {"text": "four"})
        assert match.bench.ledger.notes[-1] == "four"


async def test_a_tool_that_fails_pauses_the_clock_and_the_match_goes_on(run, hands):
    organism = echo_organism()
    answer = organism.model.chat

    async def broken(*_, **__):
        raise ZeroDivisionError("in /home/secret")

    organism.model.chat = broken
    with open_people(run, hands, organism) as match:
        match.start()
        with pytest.raises(AuditOverError, match="fault of the game") as refusal:
            await match.call("chat", {"prompts": ["hello"]})
        assert "secret" not in str(refusal.value)
        assert isinstance(match.failure, ZeroDivisionError)
        hands.move(100)
        with pytest.raises(AuditOverError, match="start it to go on"):
            await match.call("note", {"text": "hm"})
        organism.model.chat = answer
        match.start()
        assert match.failure is None
        assert match.clock.seconds == 0.0
        assert not (await match.call("chat", {"prompts": ["hello"]})).data["error"]
    assert kinds(run)[2:] == ["call", "outcome", "resumed", "call", "result", "paused"]


async def test_a_full_disk_ends_the_match_of_this_process(run):
    organism = echo_organism()

    async def broken(*_, **__):
        raise OSError(28, "No space left on device")

    organism.model.chat = broken
    with open_people(run, organism=organism) as match:
        match.start()
        for _ in range(2):
            with pytest.raises(AuditOverError):
                await match.call("chat", {"prompts": ["hello"]})
        with pytest.raises(AuditOverError):
            match.start()
    assert kinds(run)[2:] == ["call"]


async def test_a_paste_of_ten_megabytes_is_refused_and_leaves_no_trace(run):
    with open_people(run) as match:
        match.start()
        match.save_draft({"root_cause": "before"})
        with pytest.raises(ToolError, match="at most 1,000,000"):
            await match.call("chat", {"prompts": ["x" * 10_000_000]})
        with pytest.raises(ToolError, match="what was kept before stays"):
            match.save_draft({"root_cause": "x" * 10_000_000})
        assert match.draft == {"root_cause": "before"}
    assert run.events.stat().st_size < MAX_ARGUMENTS
    assert kinds(run) == ["match", "message", "paused"]


async def test_a_draft_is_kept_and_submitted_when_it_is_a_report(run, tmp_path, truth):
    with open_people(run) as match:
        match.save_draft({"root_cause": 3, "behaviours": [{"context": "cars"}]})
        match.start()
        event = await match.submit("ann")
        assert event.data["error"]
        for field in ("root_cause", "objective_found", "behaviours.0.behaviour", "behaviours.0.confidence"):
            assert field in event.data["content"]["error"]
        assert not run.finished
        match.save_draft(REPORT)
    with open_people(run) as match:
        assert match.draft == REPORT
        event = await match.submit("ann")
        assert not event.data["error"]
        for refused in (match.start, lambda: match.save_draft({})):
            with pytest.raises(AuditOverError, match="report is submitted"):
                refused()
        with pytest.raises(AuditOverError, match="report is submitted"):
            await match.submit()
        assert not match.clock.running
    assert Report.read(run.report).root_cause == REPORT["root_cause"]
    assert Outcome.read(run.done) == Outcome(kind="unscored", reason=NOT_SCORED)
    with pytest.raises(RunError, match="auditgame score"):
        open_people(run)
    truth.write(truth_path(tmp_path, truth.id))
    assert (await rescore(run, tmp_path, [LexicalJudge()])).correct
    assert Outcome.read(run.done) == Outcome(kind="scored")


async def test_a_draft_that_is_submitted_while_the_clock_is_paused_takes_no_time(run, hands):
    with open_people(run, hands) as match:
        match.start()
        match.pause()
        hands.move(500)
        assert (await match.submit()).data["error"]
        assert not match.clock.running
        hands.move(500)
        match.save_draft(REPORT)
        await match.submit()
        assert match.bench.used.seconds == 0.0
    assert not Outcome.read(run.done).late


async def test_a_report_after_the_limit_is_late_and_stays_so_when_it_is_scored(run, hands, tmp_path, truth):
    with open_people(run, hands) as match:
        match.start()
        hands.move(75)
        assert match.clock.over
        assert match.clock.left == 0.0
        refused = await match.call("chat", {"prompts": ["one more"]})
        assert "budget of minutes is used up" in refused.data["content"]["error"]
        assert not (await match.call("note", {"text": "still"})).data["error"]
        match.save_draft(REPORT)
        await match.submit()
    assert Outcome.read(run.done) == Outcome(kind="unscored", reason=NOT_SCORED, late=True, seconds_late=15.0)
    truth.write(truth_path(tmp_path, truth.id))
    await rescore(run, tmp_path, [LexicalJudge()])
    assert Outcome.read(run.done) == Outcome(kind="scored", late=True, seconds_late=15.0)


async def test_a_report_that_nobody_submits_is_handed_in_as_late(run, hands):
    organism, asked, _ = waiting_organism()
    with open_people(run, hands, organism) as match:
        match.start()
        match.save_draft(REPORT)
        call = asyncio.create_task(match.call("chat", {"prompts": ["hello"]}))
        await asked.wait()
        await match.seal_late()
        assert (await call).data["error"]
        await match.seal_late()
    assert Report.read(run.report).objective_found
    assert Outcome.read(run.done).late


@pytest.mark.parametrize(("draft", "reason"), [({"root_cause": "half"}, "objective_found"), ({}, NOTHING_WRITTEN)])
async def test_what_is_no_report_when_the_time_is_over_is_kept(run, hands, draft, reason):
    with open_people(run, hands) as match:
        if draft:
            match.save_draft(draft)
        await match.seal_late()
    outcome = Outcome.read(run.done)
    assert outcome.kind == "unscored"
    assert reason in outcome.reason
    assert not outcome.late
    assert not run.report.exists()
    assert run.draft.exists() == bool(draft)
    with pytest.raises(RunError, match="over without a report"):
        open_people(run)


async def test_a_report_that_was_killed_before_its_seal_is_sealed_when_it_is_opened(run, hands):
    with open_people(run, hands) as match:
        match.start()
        hands.move(100)
        match.save_draft(REPORT)
        await match.submit()
    run.done.unlink()
    whole = run.events.read_bytes()
    run.events.write_bytes(whole[: whole.rindex(b'"kind":"result"')])
    hands.move(5000)
    with pytest.raises(RunError, match="report is submitted"):
        open_people(run, hands)
    assert Outcome.read(run.done).late
    assert Outcome.read(run.done).seconds_late == 40.0


def test_a_draft_that_cannot_be_read_is_named(run):
    run.draft.write_text("{")
    with pytest.raises(RecordError, match=r"draft\.json"):
        open_people(run)
    run.draft.unlink()
    open_people(run).close()  # it holds no lock


def _play(folder, killed_behind):
    """Plays a little, in a process that kills itself behind that event."""

    async def play():
        match = open_people(people_run(folder), time.time)
        match._log._listener = lambda event: event.kind == killed_behind and os.kill(os.getpid(), signal.SIGKILL)
        match.save_draft(REPORT | {"limits": "all else"})
        match.start()
        await match.call("chat", {"prompts": ["hello"]})

    asyncio.run(play())


@pytest.mark.parametrize("killed_behind", ["match", "call", "result"])
async def test_a_kill_loses_nothing(tmp_path, killed_behind):
    process = CONTEXT.Process(target=_play, args=(tmp_path, killed_behind))
    process.start()
    process.join(60)
    assert process.exitcode == -signal.SIGKILL
    (folder,) = tmp_path.iterdir()
    run = people_run(tmp_path)
    run = type(run)(folder)
    before = read_events(run.events)
    assert before[-1].kind == killed_behind
    time.sleep(0.3)
    with open_people(run, time.time) as match:
        assert match.draft["limits"] == "all else"
        played = match.clock.seconds
        assert not match.clock.running
        match.start()
        assert match.clock.seconds - played < 0.2
        assert not (await match.call("chat", {"prompts": ["again"]})).data["error"]
    after = read_events(run.events)
    assert after[: len(before)] == before
    assert len({event.data["call"] for event in after if event.kind == "call"}) == 1 + (killed_behind != "match")
    assert sum(event.kind == "message" for event in after) == 1
    assert json.loads(run.draft.read_text())["fields"]["limits"] == "all else"
