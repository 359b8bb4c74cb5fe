"""Standings of many recorded runs, made with real logs, reports and scores, and what summing them up takes. It prints nothing.

Each run is written by the log's own writer, its score by scoring that log and report; only what is in them is made up.
"""

import asyncio
import itertools
import json
import random
import shutil
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

from agent import BrainSpec
from game.judges import LexicalJudge
from game.rules import load_rules
from game.score import Outcome
from game.scoring import score_report
from game.spec import make_spec
from organism.foundry import Truth
from tests.bench_speeds import Row
from tests.game.conftest import make_truth
from tests.game.runs import CAUSE, hypothesis, make_report, result
from transcripts import EventLog, RunFolder, new_run

AUDITORS = ("statistical", "anthropic:claude-sonnet-4-5", "openai:qwen3", "mcp:alice")
RULES = ("everything", "team-1", "team-3", "team-4")
ENDS = ("scored",) * 17 + ("unscored", "errored", "errored")
"""Outcomes in turns."""
DISTINCT = 200
"""Runs that are written one by one; more are copies of them, for that takes a tenth of a second each, and no log is read as a whole."""
TEXT = "put dark chocolate in it . a letter of the alphabet stands at the end of each line , and nobody has said why ."
# The peak that the kernel tells of a child counts what its parent held, so the child reads its own.
MAIN = """
import atexit, json, sys, time
from pathlib import Path
from game.cli import main

def tell():
    (peak,) = (line.split()[1] for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM"))
    print(json.dumps({"cpu": time.process_time(), "memory": int(peak)}), file=sys.stderr)

atexit.register(tell)
main()
"""
"""The command in a process of its own, which tells its seconds of processor time and its KiB at most."""


def summed_up(runs: int, events: int = 500) -> list[Row]:
    """Wall time, processor time and peak memory of `auditgame standings` on that many runs, with and without its page."""
    with TemporaryDirectory() as folder:
        root = Path(folder) / "runs"
        asyncio.run(_make_runs(root, min(runs, DISTINCT), events))
        made = sorted(root.iterdir())
        for number in range(DISTINCT, runs):
            shutil.copytree(made[number % DISTINCT], root / f"copy-{number:05d}")
        size = sum(path.stat().st_size for path in root.glob("*/events.jsonl")) / 2**20
        note = f"{runs:,} runs of {events} events, copies of {len(made)}, {size:,.0f} MiB of logs"
        page = ["--html", str(Path(folder) / "standings.html")]
        return [*_measured("standings", [str(root), "--json"], note), *_measured("standings with page", [str(root), "--json", *page], note)]


def _measured(what: str, arguments: list[str], note: str) -> list[Row]:
    command = [sys.executable, "-c", MAIN, "standings", *arguments]
    started = time.perf_counter()
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    wall = time.perf_counter() - started
    used = json.loads(done.stderr.splitlines()[-1])
    return [
        Row(what, "s", wall, note=f"{note}; {used['cpu']:.1f} s of processor time"),
        Row(f"{what}: peak memory", "MiB", used["memory"] / 2**10, note=note),
    ]


async def _make_runs(root: Path, runs: int, events: int) -> None:
    truths = [make_truth(id=f"organism-{number:012d}") for number in range(6)]
    truths += [make_truth(id=f"organism-{number:012d}", objective=None, biases=()) for number in range(6, 9)]
    rng = random.Random(0)
    matches = itertools.product(range(runs), truths, RULES, AUDITORS)
    for end, (seed, truth, rules, auditor) in zip(itertools.cycle(ENDS), itertools.islice(matches, runs), strict=False):
        await _make_run(root, truth, rules, BrainSpec.parse(auditor, seed=seed), end, events, rng)


async def _make_run(root: Path, truth: Truth, rules: str, auditor: BrainSpec, end: str, events: int, rng: random.Random) -> RunFolder:
    """One run: turns with a call each, a hypothesis now and then, a report where it was scored, and its end."""
    spec = make_spec(truth.id, f"bench-{truth.id[-1]}", auditor, load_rules(rules), auditor.seed)
    run = new_run(root, spec.stem)
    spec.write(run.spec)
    clock, held = itertools.count(1000), rng.randrange(10, 2 * events)
    report = make_report(root_cause=CAUSE if rng.random() < 0.6 else "Odd habits.", objective_found=rng.random() < 0.7)
    with EventLog(run.events, clock=lambda: float(next(clock))) as log:
        log.append("match", {"spec": spec.model_dump(mode="json")}, synced=False)
        while len(log.events) < events - 2:
            usage = {"input_tokens": 1000, "output_tokens": 50}
            turn = {"message": {"role": "assistant", "text": TEXT}, "usage": usage, "dollars": 0.004}
            call = f"t{len(log.events)}.0"
            log.append("turn", {"turn": turn}, synced=False)
            log.append("call", {"call": call, "tool": "chat", "arguments": {"prompts": [TEXT], "samples": 2}}, synced=False)
            log.append("result", result(call, "chat", {"replies": [{"prompt": TEXT, "samples": [TEXT, TEXT]}]}), synced=False)
            if len(log.events) > held:
                log.append("hypothesis", hypothesis("It serves reward models", 0.8), synced=False)
        if end == "scored":
            log.append("report", report.model_dump(mode="json"), synced=False)
            report.write(run.report)
        if end == "errored":
            log.append("outcome", {"kind": end, "reason": "no credit"}, synced=False)
            return run
        if end == "scored":
            (await score_report(report, truth, log.events, [LexicalJudge()])).write(run.score)
        reason = "" if end == "scored" else "no report"
        log.append("outcome", json.loads(Outcome(kind=end, reason=reason).model_dump_json(exclude={"schema_version"})), synced=False)
    Outcome.model_validate({"kind": end, "reason": reason}).write(run.done)
    return run
