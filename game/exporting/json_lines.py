"""Runs as JSON lines, for any program that reads them."""

import json
from collections.abc import Iterable
from pathlib import Path

from game.exporting.rows import PlayedRun, rows


def write_json_lines(runs: Iterable[PlayedRun], path: Path) -> list[Path]:
    """Write a line for each run, each followed by a line for each of its events.

    A run's line holds `line: "run"`, the fields of `RunSummary`, and its `spec`, `report` and `score` as they stand on disk (null where
    it has none). An event's line holds `line: "event"` and the fields of `EventRow`. All is ASCII.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(path.name + ".partial")
    with partial.open("w", encoding="ascii") as file:
        for run in runs:
            parts = {
                "spec": run.spec,
                "report": run.report.model_dump(mode="json") if run.report else None,
                "score": run.score.model_dump(mode="json") if run.score else None,
            }
            file.write(json.dumps({"line": "run"} | run.summary.model_dump(mode="json") | parts) + "\n")
            for row in rows(run):
                file.write(json.dumps({"line": "event"} | row.model_dump(mode="json")) + "\n")
    partial.replace(path)
    return [path]
