"""Runs a stage: in this process on one device, under `accelerate launch` on several GPUs. It knows no recipe."""

import subprocess
import sys
import time
from pathlib import Path

from organism.foundry.lora.errors import StageError
from organism.foundry.lora.spec import StageDone, StageFolder, StageProgress, StageSpec
from organism.foundry.training import Progress

FSDP_CONFIG = Path(__file__).with_name("fsdp.yaml")
POLL = 1.0
"""Seconds between two looks at a stage's progress."""


def train_stage(spec: StageSpec, gpus: int, progress: Progress) -> StageDone:
    """Train a stage unless it is finished.

    Args:
        spec: the orders.
        gpus: number of processes; up to 1 it is trained in this one.
        progress: told the steps done and in all.

    Raises:
        DataError: the data file is missing, or of another shape (one device).
        StageError: the processes failed; the message names their log.
    """
    folder = StageFolder(spec.output)
    if folder.finished:
        return StageDone.read(folder.done)
    spec.write(folder.spec)
    if gpus <= 1:
        from organism.foundry.lora.stage import run_stage

        return run_stage(spec, progress)
    folder.progress.unlink(missing_ok=True)
    with folder.log.open("ab") as log:
        process = subprocess.Popen(launch_command(folder.spec, gpus, precision=spec.precision), stdout=log, stderr=subprocess.STDOUT)
        try:
            _watch(process, folder, progress)
        finally:
            if process.poll() is None:
                process.terminate()  # the launcher ends the processes that it began
                process.wait()
    if process.returncode or not folder.finished:
        lines = folder.log.read_text(encoding="utf-8", errors="replace").strip().splitlines()
        raise StageError(f"stage {spec.stage} failed ({lines[-1] if lines else 'no output'}); all that it said is in {folder.log}")
    return StageDone.read(folder.done)


def launch_command(spec: Path, gpus: int, *, precision: str) -> list[str]:
    """The command that trains a stage on several GPUs."""
    mixed = "bf16" if precision == "bf16" else "no"
    launcher = [sys.executable, "-m", "accelerate.commands.launch", "--config_file", str(FSDP_CONFIG)]
    return [*launcher, "--num_processes", str(gpus), "--mixed_precision", mixed, "-m", "organism.foundry.lora", str(spec)]


def _watch(process: "subprocess.Popen[bytes]", folder: StageFolder, progress: Progress) -> None:
    told = -1
    while process.poll() is None:
        time.sleep(POLL)
        if folder.progress.exists() and (come := StageProgress.read(folder.progress)).done != told:
            told = come.done
            progress(come.done, come.total)
