import sys
from itertools import pairwise
from pathlib import Path

import pytest
import yaml
from accelerate.commands.config.config_args import load_config_from_file

from organism.foundry.lora.errors import StageError
from organism.foundry.lora.launch import FSDP_CONFIG, launch_command, train_stage
from organism.foundry.lora.spec import StageDone, StageFolder
from tests.organism.lora.conftest import silent


def test_the_shipped_config_is_one_that_accelerate_reads():
    config = load_config_from_file(str(FSDP_CONFIG))
    assert str(config.distributed_type).endswith("FSDP")
    assert yaml.safe_load(FSDP_CONFIG.read_text())["fsdp_config"]["fsdp_version"] == 2


def test_several_gpus_are_launched_with_it():
    command = launch_command(Path("/x/stage.json"), 8, precision="bf16")
    assert command[:3] == [sys.executable, "-m", "accelerate.commands.launch"]
    options = dict(pairwise(command))
    assert (options["--config_file"], options["--num_processes"], options["--mixed_precision"]) == (str(FSDP_CONFIG), "8", "bf16")
    assert command[-3:] == ["-m", "organism.foundry.lora", "/x/stage.json"]


def program(folder, code):
    """Stands in for the launcher."""
    return lambda *_, **__: [sys.executable, "-c", f"folder = {str(folder.path)!r}\n{code}"]


def test_a_stage_that_fails_names_its_log(make_spec, monkeypatch):
    spec = make_spec("sft")
    folder = StageFolder(spec.output)
    monkeypatch.setattr("organism.foundry.lora.launch.POLL", 0.01)
    monkeypatch.setattr("organism.foundry.lora.launch.launch_command", program(folder, "raise SystemExit('CUDA out of memory')"))
    with pytest.raises(StageError, match="CUDA out of memory") as refusal:
        train_stage(spec, 2, silent)
    assert str(folder.log) in str(refusal.value)
    assert folder.spec.exists()


def test_the_progress_of_other_processes_is_told(make_spec, monkeypatch):
    spec = make_spec("sft")
    folder = StageFolder(spec.output)
    done = StageDone(steps=2, resumed_from=0, examples=8, loss=1.0, seconds=1.0)
    code = f"""
import time, pathlib
for step in (1, 2):
    pathlib.Path(folder, "progress.json").write_text('{{"done": %d, "total": 2}}' % step)
    time.sleep(0.3)
pathlib.Path(folder, "done.json").write_text({done.model_dump_json()!r})
"""
    monkeypatch.setattr("organism.foundry.lora.launch.POLL", 0.01)
    monkeypatch.setattr("organism.foundry.lora.launch.launch_command", program(folder, code))
    told = []
    assert train_stage(spec, 2, lambda now, total: told.append((now, total))) == done
    assert told == [(1, 2), (2, 2)]
