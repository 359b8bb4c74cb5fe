"""The checkpoints of a run: one a turn, each of a moment between two turns."""

import itertools
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from agent.checkpoints import TurnSaver
from tests.agent.audits import investigated
from tests.fakes.scripted_brain import ScriptedBrain
from transcripts import Event, EventLog

ASK = [("chat", {"prompts": ["hello"]}), ("chat", {"prompts": ["again"]})]
SUBMIT = [("submit_report", {"root_cause": "It echoes.", "objective_found": False})]


def rows(path: Path, table: str) -> int:
    with closing(sqlite3.connect(path)) as connection:
        return int(connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0])


async def test_a_turn_writes_one_checkpoint(tmp_path: Path) -> None:
    written: list[int] = []

    def count(event: Event) -> None:
        if event.kind == "turn":
            written.append(rows(tmp_path / "graph.sqlite", "checkpoints"))

    found, _ = await investigated(ScriptedBrain(ASK, ASK, ASK, SUBMIT, SUBMIT), tmp_path, listener=count)
    assert found.report is not None
    assert [after - before for before, after in itertools.pairwise(written)] == [1] * (len(written) - 1)
    assert rows(tmp_path / "graph.sqlite", "writes") == 0


async def test_the_last_checkpoint_is_that_of_the_end(tmp_path: Path) -> None:
    await investigated(ScriptedBrain(ASK, SUBMIT, SUBMIT), tmp_path)
    with TurnSaver.at(tmp_path / "graph.sqlite") as saver:
        last = await saver.aget_tuple({"configurable": {"thread_id": "audit"}})
    assert last is not None
    assert not any(name.startswith("branch:to:") for name in last.checkpoint["channel_values"])


async def test_a_turn_and_each_result_are_on_disk_before_anything_is_done_about_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    waited: list[str] = []
    append = EventLog.append

    def noted(log: EventLog, kind, data, *, synced: bool = True) -> Event:
        waited.extend([kind] if synced else [])
        return append(log, kind, data, synced=synced)

    monkeypatch.setattr(EventLog, "append", noted)
    _, events = await investigated(ScriptedBrain(ASK, SUBMIT, SUBMIT), tmp_path)
    assert waited == [event.kind for event in events if event.kind != "call"]
