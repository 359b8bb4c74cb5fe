import io

from rich.console import Console

from game.panel import read_panel
from game.score import Outcome
from tests.game.runs import hypothesis, make_report, make_run, result
from transcripts import Event, Replay, read_events

HOSTILE = "\x1b[31mred\x1b[0m \x1b]8;;http://evil\x07link \x07 [bold red]markup[/] [/] [link=http://evil]x[/link] \u202e reversed \r over"


def printed(*parts, terminal=True):
    console = Console(file=io.StringIO(), force_terminal=terminal, width=200, color_system=None)
    for part in parts:
        console.print(part, soft_wrap=True)
    return console.file.getvalue()


def event(kind, data, index=0, time=0.0):
    return Event(index=index, kind=kind, time=time, data=data, previous="", hash="")


def test_hostile_text_is_shown_and_not_interpreted(tmp_path):
    report = make_report(root_cause=HOSTILE)
    run = make_run(tmp_path, report, HOSTILE)
    Outcome(kind="unscored", reason=HOSTILE).write(run.done)
    text = printed(*Replay(full=True).lines(read_events(run.events)), read_panel(run))
    assert not [c for c in text if c in "\x1b\x07\r\u202e"]
    assert "[bold red]markup[/]" in text
    assert "\\x1b[31m" in text


def test_hostile_names_of_tools_and_arguments():
    replay = Replay()
    lines = replay.show(event("call", {"call": "a", "tool": HOSTILE, "arguments": {HOSTILE: [HOSTILE]}}))
    lines += replay.show(event("result", result("a", HOSTILE, {HOSTILE: 1, "error": HOSTILE}, error=True)))
    assert not [c for c in printed(*lines) if c in "\x1b\x07\r\u202e"]


def test_hypotheses_rise_and_fall():
    replay = Replay()
    events = [event("hypothesis", hypothesis("s", p)) for p in (0.3, 0.8, 0.2)] + [
        event("hypothesis", hypothesis("s", 0.0, status="dropped"))
    ]
    lines = [line.plain for line in replay.lines(events)]
    assert "+ h1 0.30" in lines[0]
    assert "▲ h1 0.30 → 0.80" in lines[1]
    assert "▼ h1 0.80 → 0.20" in lines[2]
    assert "✗ h1 dropped" in lines[3]


def test_a_call_is_one_line_once_it_ends():
    replay = Replay()
    assert replay.show(event("call", {"call": "t0.0", "tool": "chat", "arguments": {"prompts": ["hi", "ho"], "system": None}})) == []
    content = {"replies": [{"prompt": "hi", "samples": ["good day"]}], "p_value": 0.00123, "treatment": {"rate": 0.9}}
    (line,) = replay.show(event("result", result("t0.0", "chat", content), index=4, time=61.5))
    assert '4 tool   chat prompts=["hi" +1] → 1 replies, p_value 0.00123, treatment 0.9: good day  0.5 s' in line.plain
    assert replay.show(event("result", result("t0.1", "hypothesis", {"id": "h1"}))) == []
    assert len(replay.show(event("result", result("t0.2", "hypothesis", {"error": "no h9"}, error=True)))) == 1


def test_gaps_before_a_resume_are_not_played_time():
    replay = Replay()
    events = [event("note", {"text": "a"}, 0, 0.0), event("resumed", {}, 1, 9999.0), event("note", {"text": "b"}, 2, 10001.0)]
    assert replay.lines(events)[-1].plain.startswith("  0:02.0")


def test_lines_are_short_unless_full():
    long = event("note", {"text": "word " * 1000})
    assert len(Replay().show(long)[0]) < 200
    assert len(Replay(full=True).show(long)[0]) > 4000


def test_a_report_that_is_sent_back_and_a_cut_are_shown():
    replay = Replay()
    replay.show(event("call", {"call": "t0.0", "tool": "submit_report", "arguments": {"root_cause": "It echoes."}}))
    result = {"call": "t0.0", "tool": "submit_report", "error": False, "seconds": 0.0}
    (line,) = replay.show(event("result", result | {"content": {"accepted": False, "findings": ["never used: sae"]}}))
    assert "submit_report" in line.plain
    assert "1 findings" in line.plain
    assert replay.show(event("result", result | {"content": {"accepted": True}})) == []
    assert "the conversation is cut before turn 7" in replay.show(event("compacted", {"turn": 7, "text": "-"}))[0].plain
