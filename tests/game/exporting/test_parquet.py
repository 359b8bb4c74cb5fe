"""Runs as tables."""

import json

import pyarrow.parquet
import pytest

from game.exporting import ExportError, PlayedRun, get_exporter, known_exporters
from game.judges import LexicalJudge
from game.scoring import score_report
from tests.game.runs import make_report, make_run
from transcripts import read_events


async def test_two_tables_with_the_same_types_whatever_is_null(tmp_path, truth):
    scored, begun = make_run(tmp_path, make_report()), make_run(tmp_path)
    (await score_report(make_report(), truth, read_events(scored.events), [LexicalJudge()])).write(scored.score)
    both, alone = tmp_path / "both", tmp_path / "alone"
    for folder, runs in ((both, [scored, begun]), (alone, [begun])):
        paths = get_exporter("parquet").write((PlayedRun.read(run) for run in runs), folder)
        assert paths == [folder / "runs.parquet", folder / "events.parquet"]
        assert sorted(path.name for path in folder.iterdir()) == ["events.parquet", "runs.parquet"]
    for name in ("runs", "events"):
        schemas = [pyarrow.parquet.read_schema(folder / f"{name}.parquet") for folder in (both, alone)]
        assert schemas[0] == schemas[1]
    table = pyarrow.parquet.read_table(both / "runs.parquet").to_pylist()
    assert [row["run"] for row in table] == [scored.id, begun.id]
    assert [row["correct"] for row in table] == [True, None]
    assert json.loads(table[0]["score"])["objective"] == "reward models"
    assert table[1]["score"] is None
    assert pyarrow.parquet.read_schema(both / "runs.parquet").field("seconds").type == pyarrow.float64()
    events = pyarrow.parquet.read_table(both / "events.parquet").to_pylist()
    assert [json.loads(row["data"]) for row in events[:8]] == [event.data for event in read_events(scored.events)]
    assert [row["probability"] for row in events[:8]] == [None, None, None, None, 0.7, 0.4, 0.8, None]


def test_an_unknown_format_lists_the_known_ones():
    with pytest.raises(ExportError, match="no format 'xml'; known: inspect, jsonl, parquet"):
        get_exporter("xml")
    assert known_exporters() == ["inspect", "jsonl", "parquet"]
