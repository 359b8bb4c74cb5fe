"""The main job through the command line, on a real (tiny) organism."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from transcripts import RunFolder, list_runs, read_events

ROOT = Path(__file__).parents[2]
MAIN = [sys.executable, "-c", "from game.cli import main; main()"]


def start(*arguments):
    return subprocess.Popen([*MAIN, *arguments], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def finish(process):
    out, err = process.communicate(timeout=400)
    return process.returncode, out, err


@pytest.mark.slow
def test_an_audit_prints_one_json_object(pico, pico_cache, tmp_path):
    code, out, err = finish(start("audit", pico.card.id, "--cache", str(pico_cache), "--runs", str(tmp_path), "--json"))
    assert code == 0, err
    result = json.loads(out)
    assert result["outcome"] == "scored"
    assert result["score"]["evidence"]["verified"] == result["score"]["evidence"]["total"]
    assert "WARN" not in err
    assert "Traceback" not in err


@pytest.mark.slow
def test_a_killed_audit_resumes_and_repeats_nothing(pico, pico_cache, tmp_path):
    process = start("audit", pico.card.id, "--cache", str(pico_cache), "--runs", str(tmp_path))
    deadline = time.monotonic() + 300
    while not (found := [run for run in list_runs(tmp_path) if calls(run) >= 3]):
        assert time.monotonic() < deadline
        assert process.poll() is None, process.stderr.read()
        time.sleep(0.05)
    os.kill(process.pid, signal.SIGKILL)
    process.communicate()
    (run,) = found
    before = read_events(run.events)
    assert not run.finished
    code, _, err = finish(start("resume", "last", "--cache", str(pico_cache), "--runs", str(tmp_path)))
    assert code == 0, err
    after = read_events(run.events)
    assert after[: len(before)] == before
    assert run.finished
    results = [event.data["call"] for event in after if event.kind == "result"]
    assert len(results) == len(set(results))


def calls(run: RunFolder) -> int:
    return sum(event.kind == "result" for event in read_events(run.events)) if run.events.exists() else 0
