"""`python -m organism.foundry.lora STAGE.json`: one stage in a process of its own, alone or under `accelerate launch`."""

import sys
from pathlib import Path

from organism.foundry.lora.spec import StageFolder, StageProgress, StageSpec
from organism.foundry.lora.stage import run_stage


def main(path: Path) -> None:
    """Train the stage of a spec."""
    spec = StageSpec.read(path)
    progress = StageFolder(spec.output).progress
    run_stage(spec, lambda done, total: StageProgress(done=done, total=total).write(progress))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
