"""Runs as JSON lines."""

import json

from game.exporting import PlayedRun, get_exporter
from game.exporting.rows import EventRow
from tests.game.runs import CAUSE, make_report, make_run
from tests.isolation.injections import INJECTIONS
from transcripts import read_events


def test_every_run_and_event_has_its_line(tmp_path):
    runs = [make_run(tmp_path, make_report()), make_run(tmp_path)]
    out = tmp_path / "new" / "runs.jsonl"
    assert get_exporter("jsonl").write((PlayedRun.read(run) for run in runs), out) == [out]
    lines = [json.loads(line) for line in out.read_text().splitlines()]
    assert [line.pop("line") for line in lines] == ["run", *["event"] * 8, "run", *["event"] * 7]
    assert lines[0]["report"]["root_cause"] == CAUSE
    assert lines[0]["spec"]["rules"] == lines[0]["rules"] == "everything"
    assert lines[9]["report"] is lines[9]["score"] is None
    events = [EventRow.model_validate(line) for line in lines[1:9]]
    assert [event.data for event in events] == [event.data for event in read_events(runs[0].events)]
    result, guess = events[3], events[4]
    assert (result.tool, result.call, result.error, result.turn, result.played, result.generated_tokens) == ("chat", "t0.0", False, 1, 3, 5)
    assert (guess.hypothesis, guess.probability, guess.text) == ("h1", 0.7, "It serves newspaper critics")


def test_whatever_an_organism_says_stays_in_its_line(tmp_path):
    runs = [make_run(tmp_path, text=text[:5000]) for text in INJECTIONS.values()]
    out = tmp_path / "runs.jsonl"
    get_exporter("jsonl").write((PlayedRun.read(run) for run in runs), out)
    assert out.read_bytes().isascii()
    assert len(out.read_text().splitlines()) == 8 * len(runs)
