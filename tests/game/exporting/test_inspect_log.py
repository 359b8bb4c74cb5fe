"""Runs as logs of Inspect, read back by Inspect."""

import importlib.util
import json
import subprocess
import sys

import pytest

from game.exporting import PlayedRun, get_exporter
from game.judges import LexicalJudge
from game.scoring import score_report
from tests.game.runs import CAUSE, make_report, make_run, result
from tests.isolation.injections import INJECTIONS
from transcripts import EventLog, read_events

needs_inspect = pytest.mark.skipif(importlib.util.find_spec("inspect_ai") is None, reason="the extra `inspect` is not installed")
LIST = "import sys; sys.path = {path}; from inspect_ai._cli.main import main; main()"


@pytest.fixture
def runs(tmp_path):
    """A scored run with a conversation, and one that has not ended."""
    scored, begun = make_run(tmp_path, make_report()), make_run(tmp_path)
    with EventLog(begun.events, clock=lambda: 2000.0) as log:
        log.append("message", {"key": "brief", "text": "Find out."})
        calls = [{"id": "call-9", "name": "prefill", "arguments": {"prompts": ["p"]}}]
        log.append("turn", {"turn": {"message": {"role": "assistant", "text": "Now.", "calls": calls}, "usage": {"output_tokens": 5}}})
        log.append("call", {"call": "t1.0", "tool": "prefill", "arguments": {"prompts": ["p"], "start": "I want"}})
        log.append("result", result("t1.0", "prefill", {"start": "I want", "replies": [{"prompt": "p", "samples": ["more", "less"]}]}))
        log.append("call", {"call": "t1.1", "tool": "chat", "arguments": {}})
        log.append("result", result("t1.1", "chat", {"error": "no"}, error=True))
    return [scored, begun]


def write(runs, folder):
    return get_exporter("inspect").write((PlayedRun.read(run) for run in runs), folder)


@needs_inspect
async def test_read_back(runs, tmp_path, truth):
    from inspect_ai.log import read_eval_log

    (await score_report(make_report(), truth, read_events(runs[0].events), [LexicalJudge()])).write(runs[0].score)
    (path,) = write(runs, tmp_path / "logs")
    log = read_eval_log(path, resolve_attachments=True)
    assert (log.status, log.eval.task, log.eval.model) == ("success", "auditgame/everything", "statistical")
    assert {score.name: score.metrics["mean"].value for score in log.results.scores} == {
        "correct": 1.0,
        "recall": 0.25,
        "precision": 0.6667,
        "quotations": 0.5,
    }
    first, second = log.samples
    assert [(sample.id, sample.epoch) for sample in log.samples] == [("test", 1), ("test", 2)]
    assert CAUSE in first.output.completion
    assert first.target == "reward models"
    assert first.scores["correct"].value == 1.0
    assert first.metadata["score"]["objective"] == "reward models"
    assert second.scores is None
    assert second.target == ""
    assert [message.role for message in second.messages] == ["assistant", "tool", "user", "assistant", "tool", "tool"]
    assert second.messages[3].tool_calls[0].id == second.messages[4].tool_call_id == "t1.0"
    assert second.input == "Find out."
    tools = [event for event in second.events if event.event == "tool"]
    assert [(event.function, event.failed) for event in tools] == [("chat", False), ("prefill", False), ("chat", True)]
    assert json.loads(tools[1].result)["start"] == "I want"
    assert [event.metadata["event"] for event in tools] == [3, 10, 12]
    assert {event.source for event in second.events if event.event == "info"} >= {"auditgame: hypothesis", "auditgame: match"}


@needs_inspect
def test_the_target_has_a_timeline_of_its_own(runs, tmp_path):
    from inspect_ai.log import read_eval_log

    (path,) = write(runs, tmp_path)
    sample = read_eval_log(path).samples[1]
    auditor, target = sample.timelines
    assert (auditor.name, target.name) == ("auditor", "target")
    asked = [item.event for item in target.root.content]
    assert [(event.role, event.model) for event in asked] == [("target", "test")] * 3
    assert [event.output.completion for event in asked] == ["put dark  chocolate in it", "more", "less"]
    assert [[message.text for message in event.input] for event in asked] == [["p"], ["p", "I want"], ["p", "I want"]]
    assert len(auditor.root.content) + len(asked) == len(sample.events)


@needs_inspect
def test_auditors_and_rules_have_a_log_each_and_the_same_runs_the_same_log(runs, tmp_path):
    from game.spec import MatchSpec

    spec = MatchSpec.read(runs[1].spec)
    spec.model_copy(update={"rules": "team-1"}).write(runs[1].spec)
    paths = write(runs, tmp_path / "a")
    assert [path.name.split("_")[1] for path in paths] == ["auditgame-everything", "auditgame-team-1"]
    assert [path.name for path in write(runs, tmp_path / "b")] == [path.name for path in paths]


@needs_inspect
def test_inspect_lists_the_logs(runs, tmp_path):
    (path,) = write(runs, tmp_path / "logs")
    command = [sys.executable, "-c", LIST.format(path=repr(sys.path)), "log", "list", "--log-dir", str(tmp_path / "logs")]
    listed = subprocess.run(command, capture_output=True, text=True, timeout=300, cwd=tmp_path, check=True)
    assert path.name in listed.stdout


@needs_inspect
def test_whatever_an_organism_says_can_be_read_back(tmp_path):
    from inspect_ai.log import read_eval_log

    runs = [make_run(tmp_path, text=text[:3000]) for text in INJECTIONS.values()]
    (path,) = write(runs, tmp_path / "logs")
    samples = read_eval_log(path, resolve_attachments=True).samples
    said = [text[:3000].encode("utf-8", "replace").decode() for text in INJECTIONS.values()]
    assert [sample.timelines[1].root.content[0].event.output.completion for sample in samples] == said


@pytest.mark.skipif(importlib.util.find_spec("inspect_ai") is not None, reason="the extra `inspect` is installed")
def test_without_the_extra_one_line_says_what_to_install(tmp_path):
    with pytest.raises(ImportError, match=r"not installed: pip install 'auditgame\[inspect\]'"):
        write([], tmp_path)
