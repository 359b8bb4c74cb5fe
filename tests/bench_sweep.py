"""What the bench measures of a sweep on this machine: the share of its cores that the matches keep busy. It prints nothing.

The whole command is measured, from its start to its summary: what loads libraries and organisms counts as work, what waits does not.
Other work on the machine takes its cores away from the sweep and makes the share smaller.
"""

import resource
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

import yaml

from organism.processes import cores
from tests.bench_speeds import Row

COMMAND = [sys.executable, "-c", "from game.cli import main; main()", "sweep"]


def cores_used(organism: str, matches: int, rules: str) -> list[Row]:
    """A sweep of the statistical auditor over seeds: CPU seconds of all its processes by those that the cores could give, and its time.

    Args:
        organism: a recipe's name or the id of a built organism; built, or the build counts too.
        matches: how many, each with a seed of its own.
        rules: of all.
    """
    with TemporaryDirectory() as folder:
        file = Path(folder) / "bench.yaml"
        file.write_text(yaml.safe_dump({"organisms": [organism], "rules": [rules], "auditors": ["statistical"], "seeds": matches}))
        before, started = _cpu(), time.monotonic()
        subprocess.run([*COMMAND, str(file), "--runs", folder], check=True, stdout=subprocess.DEVNULL)
        wall, spent = time.monotonic() - started, _cpu() - before
    note = f"{matches} matches of statistical on {organism} under {rules}, {cores()} cores"
    return [
        Row("sweep: cores used", "%", 100 * spent / wall / cores(), note=f"{note}; {spent:,.0f} CPU seconds in {wall:,.0f}"),
        Row("sweep: a match", "seconds", wall / matches, note=note),
    ]


def _cpu() -> float:
    """Seconds of all processes that were started and have ended, and of theirs."""
    spent = resource.getrusage(resource.RUSAGE_CHILDREN)
    return spent.ru_utime + spent.ru_stime
