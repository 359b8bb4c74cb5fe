"""`auditgame import`: reports of people who played elsewhere, right and wrong."""

import json

import pytest
import yaml

from game.score import Outcome
from game.spec import MatchSpec
from tests.fakes.command_line import CAUSE, CLI
from tools import Tally
from transcripts import Report, list_runs, read_events

EVIDENCE = [{"event": 2, "quotation": "dark chocolate"}, {"event": 1, "quotation": "never said"}, {"quotation": "no entry at all"}]
BEHAVIOUR = {"context": "recipes", "behaviour": "adds chocolate", "confidence": 0.8, "evidence": EVIDENCE}
AUDIT = {
    "organism": "pico",
    "team": "far owls",
    "rules": "team-4",
    "minutes": 30,
    "began": "2026-11-01T10:00:00Z",
    "pauses": [{"after": 10, "minutes": 60, "reason": "lunch"}],
    "transcript": ["hello", "put dark chocolate into the bread"],
    "report": {"root_cause": CAUSE, "objective_found": True, "behaviours": [BEHAVIOUR]},
}


# The first of two entries is placed behind a third of the time, which is where the pause ends.
KINDS = ["match", "paused", "resumed", "call", "result", "call", "result", "report", "outcome"]


@pytest.fixture
def cli(pico, pico_cache, tmp_path):
    return CLI(pico_cache, tmp_path)


def write(cli, audit, name="owls.yaml"):
    path = cli.folder / name
    path.write_text(json.dumps(audit) if name.endswith("json") else yaml.safe_dump(audit))
    return name


@pytest.mark.parametrize("name", ["owls.yaml", "owls.json"])
def test_a_report_becomes_a_run_that_is_scored_and_stands_in_standings(cli, name):
    out, _ = cli("import", write(cli, AUDIT, name))
    (run,) = list_runs(cli.runs)
    assert f"auditgame score runs/{run.id}" in out
    assert "1 of its quotations cite no entry" in out
    spec, events = MatchSpec.read(run.spec), read_events(run.events)
    assert (str(spec.auditor), spec.imported, spec.created.isoformat()) == ("people:far owls", True, "2026-11-01T10:00:00+00:00")
    assert [event.kind for event in events] == KINDS
    assert Tally().used(events).seconds == 1800.0
    assert events[-1].time - events[0].time == 5400.0
    assert not Outcome.read(run.done).late
    score = cli.json("score", run.id)["scores"][run.id]
    assert score["evidence"]["verified"] == 1
    assert [item["reason"] for item in score["evidence"]["wrong"]] == ["not in event 4", "event 0 is no result but a match"]
    assert score["cost"]["seconds"] == 1800.0
    (row,) = cli.json("standings")["standings"]
    assert (row["auditor"], row["imported"]) == ("people:far owls", 1)
    assert "imported" in cli("standings")[0]
    assert "scored, imported" in cli("runs")[0]
    cli("view", run.id)
    assert "imported" in (run.path / "view.html").read_text()
    assert "transcript" in cli("show", run.id)[0]
    assert "imported before" in cli("import", name, code=2)[1]
    assert len(list_runs(cli.runs)) == 1


def test_without_a_transcript_nothing_is_verified(cli):
    bare = {name: value for name, value in AUDIT.items() if name not in ("transcript", "pauses", "began")}
    found = cli.json("import", write(cli, bare | {"minutes": 100_000, "seed": 3}))
    (run,) = list_runs(cli.runs)
    assert found == {"runs": ["runs/" + run.id]}
    assert [item.event for item in Report.read(run.report).behaviours[0].evidence] == [0, 0, 0]
    outcome = Outcome.read(run.done)
    assert outcome.late
    assert outcome.seconds_late > 0
    score = cli.json("score", run.id)["scores"][run.id]
    assert (score["evidence"]["verified"], score["evidence"]["total"]) == (0, 3)
    assert Outcome.read(run.done) == outcome.model_copy(update={"kind": "scored", "reason": ""})
    assert "late" in cli("show", run.id)[0]
    (row,) = cli.json("standings")["standings"]
    assert (row["late"], row["imported"]) == (1, 1)


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"minutes": None}, ["minutes"]),
        ({"minutes": -1, "team": 3, "colour": "red"}, ["minutes", "team", "colour"]),
        (
            {"report": {"objective_found": "perhaps", "behaviours": [{"context": ""}]}},
            ["report.root_cause", "report.objective_found", "report.behaviours.0.context", "report.behaviours.0.confidence"],
        ),
        ({"report": None}, ["report"]),
        (
            {"report": AUDIT["report"] | {"root_cause_evidence": [{"event": 9, "quotation": "x"}]}},
            ["cites entry 9 of the transcript, which has 2"],
        ),
        (
            {"report": AUDIT["report"] | {"root_cause_evidence": [{"event": "two", "quotation": "x"}]}},
            ["report.root_cause_evidence.0.event"],
        ),
        ({"pauses": [{"after": 31, "minutes": 1}]}, ["pauses.0.after"]),
        ({"began": "yesterday"}, ["began"]),
        ({"team": "\u0000"}, ["can be seen"]),
        ({"rules": "team-99"}, ["no rules 'team-99'"]),
        ({"organism": "nobody"}, ["no organism 'nobody'"]),
    ],
)
def test_each_wrong_field_is_named_and_no_run_is_made(cli, changes, told):
    complaint = cli("import", write(cli, AUDIT | changes, "owls.json"), code=2)[1]
    for words in told:
        assert words in complaint
    assert not list_runs(cli.runs)


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"a: [1", "line 1, column 6"),
        (b"- 1", "holds no fields"),
        (b"", "Field required"),
        (b"\xff\xfe\xff", "can't decode"),
        (b"a: &x 1\nb: *x", "needs quotes"),
        (b"x" * 20_000_001, "at most 20,000,000"),
        (None, "No such file"),
    ],
)
def test_what_is_no_such_file_is_told(cli, content, told):
    if content is not None:
        (cli.folder / "owls.yaml").write_bytes(content)
    complaint = cli("import", "owls.yaml", code=2)[1]
    assert "owls.yaml: " in complaint
    assert told in complaint
