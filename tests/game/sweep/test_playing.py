"""Sweeps as they are played: nothing finished again, one purse, faults that pass, and a stop in the middle."""

from pathlib import Path
from typing import Any

import pytest

from game.score import Outcome
from game.sweep.executor import WorkerLostError
from game.sweep.file import SweepError
from game.sweep.folder import locked
from game.sweep.stop_file import StopFile
from organism import Organism
from tests.fakes.api_server import FakeAPI, FakeFault, FakeTurn
from tests.fakes.command_line import wire_auditor, wire_results
from tests.fakes.sweeps import Here, Notes, Scripted, concludes, kinds, sweep, write_sweep
from transcripts import list_runs, read_events

SCORED = Outcome(kind="scored")
BUSY = Outcome(kind="errored", reason="overloaded", may_pass=True)


def server(api: FakeAPI) -> list[dict[str, str]]:
    return [{"name": "openai:m", "base_url": f"{api.url}/v1"}]


async def test_nothing_finished_is_played_again_and_an_addition_plays_only_what_is_new(
    pico: Organism, pico_cache: Path, tmp_path: Path
) -> None:
    with FakeAPI(concludes) as api:
        first = await sweep(write_sweep(tmp_path, auditors=server(api)), pico_cache, Here(), notes := Notes())
        assert kinds(first) == ["scored", "scored"]
        assert len(api.requests) == 4
        assert notes.used["brain_tokens"] == 4 * 15
        again = await sweep(write_sweep(tmp_path, auditors=server(api)), pico_cache, Here())
        assert (kinds(again), again.finished_before) == (["scored", "scored"], 2)
        assert len(api.requests) == 4
        added = await sweep(write_sweep(tmp_path, auditors=server(api), seeds=[1, 2]), pico_cache, Here())
        assert (kinds(added), added.finished_before) == (["scored", "scored"], 1)
        assert len(api.requests) == 6
    assert added.left_out == (first.matches[0].run,)
    assert len(list_runs(Path(added.path))) == 3
    assert not added.stopped


async def test_a_purse_lets_no_more_begin_and_a_fuller_one_goes_on(pico: Organism, pico_cache: Path, tmp_path: Path) -> None:
    with FakeAPI(concludes) as api:
        terms: dict[str, Any] = {"auditors": server(api), "seeds": 3}
        for limits, what in (({"matches": 1}, "1 of 1 matches"), ({"brain_tokens": 30}, "30 of 30 brain tokens")):
            found = await sweep(write_sweep(tmp_path, budget=limits, **terms), pico_cache, Here(places=1))
            assert kinds(found) == ["scored", None, None]
            assert what in found.stopped
        assert len(api.requests) == 2
        found = await sweep(write_sweep(tmp_path, **terms), pico_cache, Here(places=1))
    assert kinds(found) == ["scored"] * 3
    assert found.used["matches"] == 3


async def test_a_stop_ends_a_match_behind_its_answer_and_the_match_goes_on(pico: Organism, pico_cache: Path, tmp_path: Path) -> None:
    folder = tmp_path / "runs" / "sweep-small"

    def stops(body: dict[str, Any]) -> FakeTurn:
        if len(wire_results(body)) == 1:
            StopFile(folder).ask("enough")
        return wire_auditor(body)

    with FakeAPI(stops) as api:
        found = await sweep(write_sweep(tmp_path, auditors=server(api), seeds=2), pico_cache, Here(places=1))
        assert kinds(found) == ["errored", None]
        assert found.stopped == "enough"
        events = read_events(list_runs(folder)[0].events)
        assert [event.kind for event in events[-2:]] == ["turn", "outcome"]
        assert "enough" in str(events[-1].data["reason"])
        api._script = wire_auditor
        found = await sweep(write_sweep(tmp_path, auditors=server(api), seeds=2), pico_cache, Here(places=1))
        asked = len(api.requests)
    assert kinds(found) == ["scored"] * 2
    assert asked == sum(event.kind == "turn" for run in list_runs(folder) for event in read_events(run.events))


async def test_only_faults_that_may_pass_are_played_on(pico: Organism, pico_cache: Path, tmp_path: Path) -> None:
    path = write_sweep(tmp_path, auditors=["statistical"], retries=2)
    lost = Scripted(WorkerLostError("gone"), BUSY, SCORED)
    found = await sweep(path, pico_cache, lost, notes := Notes())
    assert (kinds(found), found.played_on) == (["scored"] * 2, 4)
    assert [what for what, match in notes.told if match == 0] == [
        "begun",
        "again after gone",
        "begun",
        "again after overloaded",
        "begun",
        "scored",
    ]
    tired = Scripted(BUSY, BUSY, WorkerLostError("gone"))
    found = await sweep(path, pico_cache, tired)
    assert (kinds(found), len(tired.given)) == (["errored"] * 2, 6)
    assert found.matches[0].outcome is not None
    assert found.matches[0].outcome.reason == "gone"
    for end in (Outcome(kind="errored", reason="bad key"), Outcome(kind="invalid"), Outcome(kind="unscored")):
        once = Scripted(end)
        assert kinds(await sweep(path, pico_cache, once)) == [end.kind] * 2
        assert len(once.given) == 2


async def test_a_full_disk_ends_the_sweep(pico: Organism, pico_cache: Path, tmp_path: Path) -> None:
    with pytest.raises(OSError, match="No space"):
        await sweep(write_sweep(tmp_path, auditors=["statistical"]), pico_cache, Scripted(OSError(28, "No space left")))


async def test_a_match_that_no_waiting_helps_is_asked_once(pico: Organism, pico_cache: Path, tmp_path: Path) -> None:
    with FakeAPI(lambda _: FakeFault(401, "authentication_error", "invalid x-api-key")) as api:
        found = await sweep(write_sweep(tmp_path, auditors=server(api)), pico_cache, Here())
        assert len(api.requests) == 2
    assert kinds(found) == ["errored"] * 2
    assert all(match.outcome is not None and "check the API key" in match.outcome.reason for match in found.matches)


def test_two_sweeps_in_one_folder(tmp_path: Path) -> None:
    with locked(tmp_path / "x"), pytest.raises(SweepError, match="another sweep is being played"), locked(tmp_path / "x"):
        pass
    with locked(tmp_path / "x"):
        pass
