"""The Ray executor on real local clusters: matches of the pico organism with an LLM auditor, and a worker process killed among them."""

import asyncio
import os
import signal
import sys
import threading
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from agent import BrainSpec
from game.match import open_match
from game.rules import load_rules
from game.score import Outcome
from game.spec import make_spec
from game.sweep import ray_executor
from game.sweep.executor import Executor, Job, WorkerLostError
from game.sweep.local_executor import LocalExecutor
from game.sweep.ray_cluster import OWN, ClusterError, check_room, load_ray
from game.sweep.ray_executor import RayExecutor, RemoteWorker
from organism import Organism
from organism.processes import cores
from tests.fakes.api_server import FakeAPI, FakeRequest, Reply
from tests.fakes.command_line import wire_auditor, wire_results
from transcripts import Report, RunFolder, list_runs, read_events


class HeldAPI(FakeAPI):
    """Gives no match its second answer before it is let go."""

    def __init__(self) -> None:
        super().__init__(wire_auditor)
        self.go_on = threading.Event()
        self.held = threading.Semaphore(0)
        """Released for each match that waits."""

    def answer(self, request: FakeRequest) -> tuple[int, Reply]:
        if len(wire_results(request.body)) == 1 and not self.go_on.is_set():
            self.held.release()
            self.go_on.wait(400)
        return super().answer(request)


def open_jobs(cache: Path, runs: Path, organism: Organism, brain: BrainSpec, count: int) -> list[Job]:
    rules = load_rules("team-4")
    specs = [make_spec(organism.card.id, "pico", brain.model_copy(update={"seed": seed}), rules, seed) for seed in range(count)]
    return [Job(run=open_match(spec, runs).path, cache=cache, organism=organism.card.id) for spec in specs]


def worker_processes() -> list[int]:
    """Ids of the worker processes of the cluster that this process has started."""
    children = psutil.Process().children(recursive=True)
    return [child.pid for child in children if " ".join(child.cmdline()).startswith("ray::RemoteWorker")]


@pytest.mark.slow
async def test_a_killed_worker_costs_no_finished_call(
    pico: Organism, pico_cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("ANTHROPIC_API_KEY", "test")
    lost: list[RunFolder] = []
    with HeldAPI() as api:
        jobs = open_jobs(pico_cache, tmp_path / "runs", pico, BrainSpec.parse("anthropic:claude-test", base_url=api.url), 6)

        async def play(job: Job) -> Outcome:
            try:
                return await executor.play(job)
            except WorkerLostError:
                lost.append(RunFolder(job.run))
                return await executor.play(job)

        async with RayExecutor(workers=2, at_once=2, organisms=1) as executor:
            assert executor.places == 4
            playing = asyncio.gather(*map(play, jobs))
            for _ in range(4):
                assert await asyncio.to_thread(api.held.acquire, timeout=400), "a match does not begin"
            first, second = worker_processes()
            os.kill(first, signal.SIGKILL)
            while not lost:
                await asyncio.sleep(0.05)
            api.go_on.set()
            outcomes = await playing
            assert second in worker_processes()
            assert first not in worker_processes()
            check_room(load_ray(), {"CPU": 1.0})
            with pytest.raises(ClusterError, match=r"1e\+06 GPU"):
                check_room(load_ray(), {"CPU": 1.0, "GPU": 1e6})
            nowhere = jobs[0].model_copy(update={"run": tmp_path / "nowhere"})
            with pytest.raises(ClusterError, match="nowhere"):
                await executor.play(nowhere)
        asked = len(api.requests)
    assert outcomes == [Outcome(kind="scored")] * 6
    assert len(lost) == 2
    turns = 0
    for run in [RunFolder(job.run) for job in jobs]:
        events = read_events(run.events)
        kinds = Counter(event.kind for event in events)
        assert run.finished
        assert kinds["outcome"] == kinds["report"] == 1
        assert kinds["resumed"] == (run in lost)
        answered = Counter(str(event.data["call"]) for event in events if event.kind == "result")
        assert set(answered.values()) == {1}
        turns += kinds["turn"]
    assert asked == turns + len(lost), "only the answers that the killed process waited for are asked for again"
    assert not worker_processes()
    said = capfd.readouterr()
    assert said.out == said.err == ""


@pytest.fixture
def two_machines(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The address of a cluster of two machines, each with room for one worker, that lie on this one."""
    for name, value in OWN.items():
        monkeypatch.setenv(name, value)
    load_ray()
    from ray.cluster_utils import Cluster

    cluster = Cluster(initialize_head=True, head_node_args={"num_cpus": 1, "include_dashboard": False})
    try:
        cluster.add_node(num_cpus=1)
        yield cluster.address
    finally:
        cluster.shutdown()


@pytest.mark.slow
async def test_ray_and_local_play_the_same(
    two_machines: str, pico: Organism, pico_cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("ANTHROPIC_API_KEY", "test")
    executors: dict[str, Executor] = {
        "ray": RayExecutor(workers=2, at_once=1, organisms=1, address=two_machines),
        "local": LocalExecutor(workers=cores()),  # one thread each, as the workers of the cluster have
    }
    with FakeAPI(wire_auditor) as api:
        for folder, executor in executors.items():
            jobs = open_jobs(pico_cache, Path(folder), pico, BrainSpec.parse("anthropic:claude-test", base_url=api.url), 3)
            async with executor:
                outcomes = await asyncio.gather(*map(executor.play, jobs))
            assert outcomes == [Outcome(kind="scored")] * 3
    assert found(tmp_path / "ray") == found(tmp_path / "local")
    async with RayExecutor(workers=1, at_once=1, organisms=1, address=two_machines):  # its first end has left the cluster running
        pass


def found(runs: Path) -> list[tuple[Report, list[object]]]:
    """The report of each run, and what every call gave."""
    return [
        (Report.read(run.report), [event.data["content"] for event in read_events(run.events) if event.kind == "result"])
        for run in list_runs(runs)
    ]


async def test_a_worker_that_does_not_see_the_run_says_so(pico: Organism, pico_cache: Path, tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr(ray_executor, "LATE_SECONDS", 0.0)
    job = Job(run=tmp_path / "run", cache=pico_cache, organism=pico.card.id)
    with pytest.raises(ClusterError, match="must lie on a disk that all share"):
        await RemoteWorker(1).play(job)


async def test_without_ray_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "ray", None)
    with pytest.raises(ClusterError, match=r"pip install 'auditgame\[ray\]'"):
        await RayExecutor(workers=1, at_once=1, organisms=1).__aenter__()


@pytest.mark.parametrize("address", ["127.0.0.1:1", "nonsense"])
async def test_no_cluster_at_the_address(address: str) -> None:
    with pytest.raises(ClusterError, match=f"the Ray cluster at {address}"):
        await RayExecutor(workers=1, at_once=1, organisms=1, address=address).__aenter__()
