"""Events turn by turn, calls with what came back."""

from tests.game.runs import hypothesis, make_report, make_run, result
from transcripts import EventLog, read_events, timeline


def steps(turns):
    return [(turn.number, step.kind, step.event.index) for turn in turns for step in turn.steps]


def test_a_run_in_turns(tmp_path):
    turns = timeline(read_events(make_run(tmp_path, make_report()).events))
    assert steps(turns) == [
        (1, kind, index)
        for kind, index in zip(("says", "tool", "hypothesis", "hypothesis", "hypothesis", "report"), (1, 3, 4, 5, 6, 7), strict=True)
    ]
    tool, first, _, changed, _ = turns[0].steps[1:]
    assert tool.arguments["samples"] == 2
    assert tool.played == 3
    assert first.before is None
    assert changed.before == 0.4


def test_a_call_without_result_stands_at_the_end_and_time_before_a_resumption_is_not_played(tmp_path):
    moments = iter([0.0, 1.0, 100.0, 101.0, 102.0])
    with EventLog(tmp_path / "events.jsonl", clock=lambda: next(moments)) as log:
        log.append("match", {})
        log.append("call", {"call": "t0.0", "tool": "chat", "arguments": {"prompts": ["x"]}})
        log.append("resumed", {})
        log.append("turn", {"turn": {}})
        log.append("note", {"text": "x"})
    turns = timeline(log.events)
    assert steps(turns) == [(0, "resumed", 2), (1, "note", 4), (1, "unanswered", 1)]
    assert [step.played for turn in turns for step in turn.steps] == [1.0, 3.0, 1.0]


def test_what_is_an_event_of_its_own_is_shown_once_unless_it_failed_or_is_kept(tmp_path):
    with EventLog(tmp_path / "events.jsonl") as log:
        log.append("hypothesis", hypothesis("It is odd.", 0.5))
        log.append("result", result("a", "hypothesis", {"id": "h1"}))
        log.append("result", result("b", "hypothesis", {"error": "no"}, error=True))
        log.append("result", result("c", "submit_report", {"accepted": False}))
        log.append("result", result("d", "think", {}))
        log.append("result", result("e", "note", {}))
    assert steps(timeline(log.events)) == [(0, "hypothesis", 0), (0, "tool", 2), (0, "tool", 3), (0, "thinks", 4)]
    assert (0, "tool", 5) in steps(timeline(log.events, keep=[5]))
