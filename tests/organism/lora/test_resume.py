import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file

from organism.foundry.lora.resume import last_checkpoint
from organism.foundry.lora.spec import StageDone, StageFolder
from organism.foundry.lora.stage import run_stage
from tests.organism.lora.conftest import silent

ROOT = Path(__file__).parents[3]
STEPS = 60


def start(spec):
    environment = os.environ | {"PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1", "HF_HUB_OFFLINE": "1"}
    command = [sys.executable, "-m", "organism.foundry.lora", str(StageFolder(spec.output).spec)]
    return subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)


@pytest.mark.slow
def test_a_killed_stage_goes_on_from_its_last_checkpoint(make_spec):
    spec = make_spec("sft", count=STEPS, terms={"batch_size": 1, "lr": 1e-4}, batch={"micro": 1, "accumulation": 1}, save_every=5)
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


class StoppedError(Exception):
    pass


@pytest.mark.parametrize("split", ["sft", "preference"])
def test_a_stage_that_went_on_ends_where_an_unbroken_one_does(make_spec, tmp_path, split):
    before = make_spec("midtrain", count=24)
    run_stage(before, silent)
    spec = make_spec(split, count=16, save_every=1, adapters=(StageFolder(before.output).adapter,))

    def stop(now, total):
        if now == 3:
            raise StoppedError

    with pytest.raises(StoppedError):
        run_stage(spec, stop)
    assert run_stage(spec, silent).resumed_from == 2
    whole = spec.model_copy(update={"output": tmp_path / "whole"})
    assert run_stage(whole, silent).resumed_from == 0
    broken, unbroken = (load_file(StageFolder(item.output).adapter / "adapter_model.safetensors") for item in (spec, whole))
    assert broken.keys() == unbroken.keys()
    for name, weight in unbroken.items():
        torch.testing.assert_close(broken[name], weight, atol=1e-6, rtol=1e-4)


def test_a_half_written_checkpoint_is_passed_over(tmp_path):
    for step, whole in ((10, True), (9, True), (20, False)):
        (tmp_path / f"checkpoint-{step}").mkdir()
        if whole:
            (tmp_path / f"checkpoint-{step}" / "complete").touch()
    assert last_checkpoint(tmp_path) == (tmp_path / "checkpoint-10", 10)
    assert last_checkpoint(tmp_path / "absent") is None
