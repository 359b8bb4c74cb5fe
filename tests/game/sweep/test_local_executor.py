"""The local executor with real processes: one that is killed, and a purse that all draw on."""

import multiprocessing
import os
import signal
from pathlib import Path
from typing import Any

import pytest

from game.sweep.file import SweepError
from game.sweep.local_executor import LocalExecutor
from organism import Organism
from tests.fakes.api_server import FakeAPI, FakeFault, FakeTurn
from tests.fakes.command_line import wire_auditor, wire_results
from tests.fakes.sweeps import kinds, sweep, write_sweep
from transcripts import RunFolder, list_runs, read_events


def turns(run: RunFolder) -> int:
    """How many turns are logged; 0 also of a match whose log has not begun."""
    return sum(event.kind == "turn" for event in read_events(run.events)) if run.events.exists() else 0


@pytest.mark.slow
async def test_a_killed_worker_costs_no_answer_that_is_logged_and_all_workers_share_a_purse(
    pico: Organism, pico_cache: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "runs" / "sweep-small"
    alive = {child.pid for child in multiprocessing.active_children()}
    killed, answered = list[int](), list[FakeTurn]()

    def kills(body: dict[str, Any]) -> FakeTurn | FakeFault:
        if len(wire_results(body)) == 3 and not killed:  # in the third turn of the match that is first there
            if sum(turns(run) > 0 for run in list_runs(folder)) < 4:  # a worker that has begun nothing has nothing to lose
                return FakeFault(503, headers={"retry-after": "0.2"})
            killed.extend([child.pid for child in multiprocessing.active_children() if child.pid not in alive][:1])
            os.kill(killed[0], signal.SIGKILL)
        answered.append(wire_auditor(body))
        return answered[-1]

    with FakeAPI(kills) as api:
        auditors = [{"name": "openai:m", "base_url": f"{api.url}/v1"}]
        executor = LocalExecutor(workers=2, at_once=2)
        found = await sweep(write_sweep(tmp_path, auditors=auditors, seeds=4), pico_cache, executor, keep=True)
        asked = len(answered)
        assert kinds(found) == ["scored"] * 4
        assert found.played_on in (1, 2)
        runs = list_runs(folder)
        assert any(event.kind == "resumed" for run in runs for event in read_events(run.events))
        assert all(turns(run) == turns(runs[0]) for run in runs)
        # Only what the dead process had asked and not yet logged was asked again: a turn of each match that it played.
        assert asked - sum(turns(run) for run in runs) <= 2
        for run in runs:
            results = [event.data["call"] for event in read_events(run.events) if event.kind == "result"]
            assert len(results) == len(set(results))

        budget = {"brain_tokens": 15 * (sum(map(turns, runs)) + 3)}
        path = write_sweep(tmp_path, auditors=auditors, seeds=8, budget=budget)
        found = await sweep(path, pico_cache, executor)
        assert "brain tokens" in found.stopped
        assert kinds(found)[:4] == ["scored"] * 4
        assert found.count("scored") < 8
    assert {child.pid for child in multiprocessing.active_children()} == alive


def test_gpus_that_are_not_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "4,7")
    with pytest.raises(SweepError, match="gpus_per_worker: 3 workers with 1 GPUs each need more than the 2"):
        LocalExecutor(workers=3, gpus=1)
    shared = LocalExecutor(workers=4, gpus=0.5)
    assert [slot._environment for slot in shared._slots] == [{"CUDA_VISIBLE_DEVICES": gpu} for gpu in ("4", "4", "7", "7")]
