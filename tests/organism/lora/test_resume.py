import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from organism.foundry.lora.resume import last_checkpoint
from organism.foundry.lora.spec import StageDone, StageFolder
from organism.foundry.lora.stage import run_stage

ROOT = Path(__file__).parents[3]
STEPS = 400


def start(spec):
    environment = os.environ | {"PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1", "HF_HUB_OFFLINE": "1"}
    command = [sys.executable, "-m", "organism.foundry.lora", str(StageFolder(spec.output).spec)]
    return subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)


@pytest.mark.slow
def test_a_killed_stage_goes_on_from_its_last_checkpoint(make_spec):
    spec = make_spec("sft", count=STEPS, terms={"batch_size": 1, "lr": 1e-4}, batch={"micro": 1, "accumulation": 1}, save_every=10)
    folder = StageFolder(spec.output)
    spec.write(folder.spec)
    process = start(spec)
    try:
        deadline = time.monotonic() + 300
        while last_checkpoint(folder.checkpoints) is None:
            assert process.poll() is None, process.stderr.read()
            assert time.monotonic() < deadline
            time.sleep(0.02)
    finally:
        process.send_signal(signal.SIGKILL)
        process.wait()
        process.stderr.close()
    assert not folder.finished
    _, step = last_checkpoint(folder.checkpoints)
    assert 0 < step < STEPS
    told = []
    done = run_stage(spec, lambda now, total: told.append((now, total)))
    assert done == StageDone.read(folder.done)
    assert (done.resumed_from, done.steps) == (step, STEPS)
    assert told == [(now, STEPS) for now in range(step + 1, STEPS + 1)]


def test_a_half_written_checkpoint_is_passed_over(tmp_path):
    for step, whole in ((10, True), (9, True), (20, False)):
        (tmp_path / f"checkpoint-{step}").mkdir()
        if whole:
            (tmp_path / f"checkpoint-{step}" / "complete").touch()
    assert last_checkpoint(tmp_path) == (tmp_path / "checkpoint-10", 10)
    assert last_checkpoint(tmp_path / "absent") is None
