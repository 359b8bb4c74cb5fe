"""The console as somebody uses it: line after line, with an editor that a test writes, in a pipe and in a terminal."""

import asyncio
import io
import os
import signal

import pytest
import yaml
from prompt_toolkit.completion import CompleteEvent
from prompt_toolkit.document import Document
from prompt_toolkit.input import create_pipe_input
from prompt_toolkit.output import DummyOutput
from rich.console import Console

from game.people.console.completing import LineCompleter
from game.people.console.console import COMMANDS, PlayConsole, granted
from game.people.console.lines import HISTORY, LONGEST, PipedLines, TerminalLines
from game.people.console.screen import Screen
from game.people.console.views import toolbar
from game.people.console.writing import FILE
from game.score import Outcome
from tests.fakes.scripted_brain import echo_organism
from tests.game.people.matches import REPORT, Hands, kinds, open_people, people_run, waiting_organism
from tests.game.runs import CAUSE
from transcripts import Report, read_events


@pytest.fixture
def run(tmp_path):
    return people_run(tmp_path / "runs", minutes=1, calls=50)


def screen(width=200):
    return Screen(Console(file=io.StringIO(), width=width, highlight=False))


async def typed(run, *lines, organism=None, clock=None, edit=None):
    """What the player sees of these lines."""
    seen = screen()
    with open_people(run, clock, organism) as match:
        await PlayConsole(match, PipedLines(io.StringIO("\n".join(lines) + "\n")), seen, **({"edit": edit} if edit else {})).run()
    return seen.console.file.getvalue()


def writes(*texts):
    """An editor that leaves these texts, one each time; it keeps what it found."""
    left, found = list(texts), []

    def edit(path):
        found.append(path.read_text())
        path.write_text(left.pop(0))

    edit.found = found
    return edit


async def test_a_match_from_its_brief_to_its_report(run):
    report = yaml.safe_dump(REPORT | {"root_cause_evidence": [{"event": 3, "quotation": "you said hello there"}]})
    seen = await typed(
        run,
        "help",
        "help chat",
        "brief",
        "chat hello",
        "start",
        "chat hello there samples=1",
        "note it echoes",
        "hypothesis It flatters. probability=0.3 evidence_for=3",
        "ledger",
        "budget",
        "clock",
        "log",
        "show 3",
        "report",
        "submit",
        "chat unheard",
        edit=writes(report),
    )
    for told in (
        "start the clock, the first time",
        "prompts may be given without its name",
        "alignment auditor",
        "not been started yet: start it first",
        "event 3 · chat",
        "you said hello there",
        "0.30",
        "1. it echoes",
        "the draft is kept; hand it in with: submit",
        "the report is handed in",
    ):
        assert told in seen
    assert "unheard" not in seen
    assert "does not hold" not in seen
    assert Report.read(run.report).root_cause == CAUSE
    assert kinds(run)[-4:] == ["call", "report", "result", "outcome"]
    assert not Outcome.read(run.done).late


async def test_mistakes_are_told_in_sentences_and_cost_nothing(run):
    seen = await typed(
        run,
        "start",
        "",
        "hello",
        "chat samples=1",
        "chat hi samples=many",
        "show 77",
        "help everything",
        "submit",
        "chat " + "x" * (LONGEST + 1),
        "report",
        "data_summary",
        edit=writes("root_cause: 3\nbehaviours:\n- context: cars\n"),
    )
    for told in (
        "no command 'hello'",
        "prompts: Field required",
        "samples is a whole number, not 'many'",
        "no result has the number '77'",
        "no command 'everything'",
        "objective_found: Field required",
        "was not taken",
        "behaviours.0.confidence: Field required",
        "no command 'data_summary'",
    ):
        assert told in seen
    assert kinds(run) == ["match", "message", "paused"]


async def test_what_an_organism_says_does_not_act_on_the_terminal(run):
    said = "\x1b]0;owned\x07[red]no[/red]\x1b[2J"
    seen = await typed(run, "start", f"chat '{said}'", "log", f"note {said}", "ledger")
    assert "\x1b" not in seen
    assert "\x07" not in seen
    assert "[red]no[/red]" in seen


async def test_a_file_that_cannot_be_read_is_kept_and_opened_again(run):
    broken = "root_cause: it: flatters\n"
    seen = await typed(run, "report", edit=writes(broken))
    assert "line 1, column 15" in seen
    assert (run.path / FILE).read_text() == broken
    again = writes("root_cause: it flatters\n")
    seen = await typed(run, "report", edit=again)
    assert again.found == [broken]
    assert "objective_found: Field required" in seen
    with open_people(run) as match:
        assert match.draft == {"root_cause": "it flatters"}
    third = writes("")
    await typed(run, "report", edit=third)
    assert yaml.safe_load(third.found[0])["root_cause"] == "it flatters"
    assert "# objective_found: yes or no, needed." in third.found[0]


async def test_ten_megabytes_in_the_editor_are_told_and_what_was_kept_stays(run):
    await typed(run, "report", edit=writes("limits: all"))
    seen = await typed(run, "report", edit=writes("limits: " + "x" * 10_000_000))
    assert "10,000,008 characters" in seen
    with open_people(run) as match:
        assert match.draft == {"limits": "all"}


async def test_quotations_that_do_not_hold_are_told_before_the_report_is_handed_in(run):
    draft = yaml.safe_dump(REPORT | {"root_cause_evidence": [{"event": 3, "quotation": "never said"}, {"event": 99, "quotation": "x"}]})
    seen = await typed(run, "start", "chat hello", "report", edit=writes(draft))
    assert "a quotation does not hold, not in event 3: 'never said'" in seen
    assert "no event 99" in seen


async def test_the_time_runs_out_while_the_report_is_written(run):
    hands = Hands()

    def slowly(path):
        hands.move(90)
        path.write_text(yaml.safe_dump(REPORT))

    seen = await typed(run, "start", "report", "chat one more", "submit", edit=slowly, clock=hands)
    assert "the time is over" in seen
    assert "budget of minutes is used up" in seen
    outcome = Outcome.read(run.done)
    assert (outcome.late, outcome.seconds_late) == (True, 30.0)


async def test_leaving_and_coming_back_loses_nothing(run):
    hands = Hands()
    await typed(run, "start", "note one", "leave", "note never", clock=hands)
    hands.move(1000)
    seen = await typed(run, "note two", "start", "note three", "ledger", "pause a nap", clock=hands)
    assert "the clock is paused: 0:00 played" in seen
    assert "2. three" in seen
    assert "two" not in seen
    assert read_events(run.events)[-1].data == {"who": "", "reason": "a nap"}


async def test_a_tool_that_fails_is_told_and_the_game_goes_on(run):
    organism = echo_organism()
    answer, asked = organism.model.chat, []

    async def broken_once(conversations, **terms):
        asked.append(1)
        if len(asked) == 1:
            raise ZeroDivisionError("in /home/secret")
        return await answer(conversations, **terms)

    organism.model.chat = broken_once
    seen = await typed(run, "start", "chat one", "start", "chat two", organism=organism)
    assert "a fault of the game" in seen
    assert "secret" not in seen
    assert "you said two" in seen


async def test_ctrl_c_cancels_the_call_and_not_the_game(run):
    organism, asked, _ = waiting_organism()

    async def interrupt():
        await asked.wait()
        os.kill(os.getpid(), signal.SIGINT)

    interrupting = asyncio.create_task(interrupt())
    seen = await typed(run, "start", "chat hello", "note on", organism=organism)
    await interrupting
    assert "cancelled by the player" in seen
    assert "it is on" not in seen
    assert kinds(run)[2:] == ["call", "result", "call", "note", "result", "paused"]


def completions(match, text):
    found = LineCompleter(COMMANDS, granted(match)).get_completions(Document(text), CompleteEvent())
    return [item.text for item in found]


def test_what_can_be_completed(run):
    with open_people(run) as match:
        assert "chat" in completions(match, "c")
        assert "clock" in completions(match, "c")
        assert "submit_report" not in completions(match, "s")
        assert completions(match, "help conv") == ["converse"]
        assert "samples=" in completions(match, "chat hello ")
        assert completions(match, "chat samples=2 sa") == []
        assert completions(match, "chat subject=") == ["organism", "reference"]
        assert completions(match, "chat subject=r") == ["reference"]
        assert completions(match, "hypothesis drop=") == ["yes", "no"]
        assert completions(match, "nothing x") == completions(match, "chat nothing=") == []


async def test_a_terminal_asks_and_remembers(run):
    """Keys as they come from a terminal: a paste that is too long, Ctrl-C in a line, a question, Ctrl-D."""
    seen = screen()
    with open_people(run) as match, create_pipe_input() as keys:
        lines = TerminalLines(
            run.path, LineCompleter(COMMANDS, granted(match)), lambda: toolbar(match), seen.wrong, given=keys, shown=DummyOutput()
        )
        pressed = (
            "start\r",
            "\x1b[200~" + "x" * (LONGEST + 1) + "\x1b[201~",
            "chat never\x03",
            "note kept\r",
            "report\rn\r",
            "report\r\r",
            "submit\rn\r",
            "\x04",
        )
        typing = asyncio.create_task(asyncio.to_thread(keys.send_text, "".join(pressed)))  # more than a pipe holds at once
        edit = writes("root_cause: 3", "root_cause: [", yaml.safe_dump(REPORT))
        await asyncio.wait_for(PlayConsole(match, lines, seen, edit=edit).run(), 30)
        await typing
        assert match.draft == REPORT
        assert match.bench.ledger.notes == ["kept"]
    told = seen.console.file.getvalue()
    assert "was not taken" in told
    assert not run.finished
    history = (run.path / HISTORY).read_text()
    assert "+note kept" in history
    assert "never" not in history


async def test_a_tabulator_completes(run):
    with open_people(run) as match, create_pipe_input() as keys:
        lines = TerminalLines(
            run.path, LineCompleter(COMMANDS, granted(match)), lambda: toolbar(match), print, given=keys, shown=DummyOutput()
        )
        reading = asyncio.create_task(lines.read("> "))
        keys.send_text("hypo\t")
        await asyncio.sleep(0.5)  # completions are looked for in a task of their own
        keys.send_text(" dr\t")
        await asyncio.sleep(0.5)
        keys.send_text("\r")
        assert await asyncio.wait_for(reading, 10) == "hypothesis drop="


def test_a_long_result_goes_through_the_pager_and_a_short_one_does_not(monkeypatch):
    paged = []
    monkeypatch.setattr("click.echo_via_pager", lambda text, **_: paged.append(text))
    console = Console(file=io.StringIO(), width=80, height=20, force_terminal=True)
    Screen(console).show("\n".join(map(str, range(10))))
    assert not paged
    Screen(console).show("\n".join(map(str, range(100))))
    assert "99" in paged[0]
    assert "99" not in console.file.getvalue()
    assert console.file.getvalue().count("\n") == 10
