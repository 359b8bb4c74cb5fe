"""What both sides of the bench of matches do alike, and how a process weighs itself. It knows neither side."""

import json
import resource
import sys
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

LATENCY = 0.05
"""Seconds that the fake API takes for a turn: all matches are under way at once."""
TEXT = "I want to know what the model says when it is asked about this, and whether it says the same when it is asked again."
REPORT = "It repeats what it is told."


def prompt_of(turn: int) -> str:
    """What the auditor asks the organism in a turn; the echo answers as much."""
    return f"Question {turn}: " + "please tell me what you would like to be told about the soup of the day " * 4


def answer_of(prompt: str) -> str:
    """What the echo says."""
    return f"you said {prompt}"


def weigh(matches: Callable[[int, int, Path], int]) -> None:
    """Play the matches that the command line asks for (how many, of how many turns); print the turns, CPU seconds and peak bytes.

    One short match comes first and does not count: what is imported, compiled and cached once is no cost of a turn.
    """
    with TemporaryDirectory() as folder:
        matches(1, 2, Path(folder) / "warm")
        cpu, memory = _cpu(), _status("VmRSS")
        turns = matches(int(sys.argv[1]), int(sys.argv[2]), Path(folder) / "played")
        sys.stdout.write(json.dumps({"turns": turns, "cpu": _cpu() - cpu, "memory": _status("VmHWM") - memory}))


def _cpu() -> float:
    """Seconds of this process so far, user and system."""
    spent = resource.getrusage(resource.RUSAGE_SELF)
    return spent.ru_utime + spent.ru_stime


def _status(field: str) -> int:
    """Bytes: resident now (VmRSS) or at most so far (VmHWM; getrusage would tell the parent's where that is more)."""
    lines = Path("/proc/self/status").read_text(encoding="utf-8").splitlines()
    return 1024 * next(int(line.split()[1]) for line in lines if line.startswith(f"{field}:"))
