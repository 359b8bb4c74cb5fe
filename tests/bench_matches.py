"""What the bench measures of many matches at once: this project's loop beside inspect_ai's react agent. It prints nothing.

The same work on both sides: a model in the same process that answers after 50 ms and asks one question a turn of one tool, an echo.
No side speaks HTTP: what a provider's library costs is the same for both. Each side runs in a process of its own, in turns.

What each makes durable: we sync each turn and each result to the log and a checkpoint a turn to SQLite, before the next turn is asked for.
inspect_ai writes its events to a SQLite buffer, unsynced, and its log file at the end of the samples.
"""

import json
import subprocess
import sys
from importlib.util import find_spec
from statistics import median

import typer

from tests.bench_speeds import Row

TURNS = 40
REPEATS = 3
SIDES = ("ours", "inspect")


def side(name: str, matches: int) -> tuple[float, float]:
    """Milliseconds of CPU a turn and MiB a match."""
    command = [sys.executable, "-m", f"tests.bench_matches_{name}", str(matches), str(TURNS)]
    found = json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout)
    return 1000 * found["cpu"] / found["turns"], found["memory"] / 2**20 / matches


def concurrent(matches: int) -> list[Row]:
    """CPU a turn and memory a match of both sides, medians.

    Raises:
        BadParameter: inspect_ai is not installed.
    """
    if find_spec("inspect_ai") is None:
        raise typer.BadParameter("--matches needs inspect_ai beside it: pip install -c constraints.txt -e '.[bench]'")
    found: dict[str, list[tuple[float, float]]] = {name: [] for name in SIDES}
    for _ in range(REPEATS):
        for name in SIDES:
            found[name].append(side(name, matches))
    note = f"{matches} at once of {TURNS} turns, median of {REPEATS}; plain: inspect_ai's react"
    cpu, memory = ([median(pair[which] for pair in found[name]) for name in SIDES] for which in (0, 1))
    return [
        Row("matches: CPU a turn", "ms", *cpu, note=f"{note}; ours synced to log and checkpoint each turn, inspect_ai's buffer is not"),
        Row("matches: memory a match", "MiB", *memory, note=note),
    ]
