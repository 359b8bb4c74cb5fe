"""Speeds of the whole house, side by side with plain transformers: `python -m tests.bench [--organism ID]`, or `make bench`.

With `--search N` it measures search alone, in N texts made for it; with `--matches N` many matches at once, beside inspect_ai; with
`--sweep N` how much of this machine's cores a sweep of N matches uses; with `--standings N` the standings of N recorded runs of 500 events;
with `--web N` how long N teams of a served game wait when all of them chat at once.

It prints a table (or `--json`) and asserts nothing: what is fast enough depends on the machine.
"""

import asyncio
import json
import sys
from contextlib import redirect_stdout
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from agent import BrainSpec, make_brain
from game.match import open_match, play
from game.organisms import find_organism
from game.rules import load_rules
from game.scoring import cost
from game.spec import make_spec
from organism import Organism, default_cache, organism_folder
from organism.foundry import build_organism
from tests.bench_many import many_chats
from tests.bench_matches import concurrent
from tests.bench_search import at_scale, searching
from tests.bench_speeds import Row, generation, sharing, stopwatch, training
from tests.bench_standings import summed_up
from tests.bench_sweep import cores_used
from tests.bench_web import many_teams
from transcripts import read_events


def audit(organism: Organism, cache: Path) -> list[Row]:
    """Wall time of a statistical audit under `everything`, from its first question to its score."""
    with TemporaryDirectory() as folder:
        spec = BrainSpec.parse("statistical")
        run = open_match(make_spec(organism.card.id, None, spec, load_rules("everything"), 0), Path(folder))
        seconds = stopwatch(lambda: asyncio.run(play(run, organism, make_brain(spec), cache)))
        used = cost(read_events(run.events))
    return [Row("statistical audit", "seconds", seconds, note=f"{used.turns} turns, {used.calls} calls, {used.generated_tokens} tokens")]


def house(organism: str, steps: int, repeats: int, skip_audit: bool) -> tuple[str, list[Row]]:
    """An organism's id, and its rows: build, generation, search and audit."""
    cache = default_cache()
    wanted = find_organism(organism, cache)
    subject = build_organism(wanted.recipe, cache) if wanted.recipe else Organism.load(organism_folder(cache, wanted.id))
    try:
        rows = [
            *training(steps),
            *generation(subject, repeats),
            *sharing(subject, repeats),
            *many_chats(subject, repeats),
            *searching(subject.data),
        ]
        return subject.card.id, rows + ([] if skip_audit else audit(subject, cache))
    finally:
        subject.close()


def table(rows: list[Row]) -> Table:
    """The rows for people."""
    made = Table(box=None, pad_edge=False)
    for column in ("what", "unit", "auditgame", "plain", "ratio", "note"):
        made.add_column(column, justify="right" if column in ("auditgame", "plain", "ratio") else "left")
    for row in rows:
        plain = "" if row.plain is None else f"{row.plain:,.1f}"
        made.add_row(row.what, row.unit, f"{row.value:,.1f}", plain, "" if row.ratio is None else f"{row.ratio:.2f}", row.note)
    return made


def main(
    organism: Annotated[str, typer.Option(help="A recipe's name or the id of a built organism.")] = "pico",
    steps: Annotated[int, typer.Option(min=1, help="Training steps of the build's measurement.")] = 200,
    repeats: Annotated[int, typer.Option(min=1, help="Runs of each generation; the median counts.")] = 5,
    skip_audit: Annotated[bool, typer.Option("--skip-audit", help="Leave the audit out.")] = False,
    search: Annotated[int | None, typer.Option(min=1000, help="Measure search alone, in that many texts.")] = None,
    matches: Annotated[int | None, typer.Option(min=1, help="Measure that many matches at once alone, beside inspect_ai's react.")] = None,
    sweep: Annotated[int | None, typer.Option(min=1, help="Measure a sweep of that many matches alone.")] = None,
    rules: Annotated[str, typer.Option(help="Of the sweep's matches.")] = "everything",
    standings: Annotated[int | None, typer.Option(min=1, help="Measure the standings of that many recorded runs alone.")] = None,
    web: Annotated[int | None, typer.Option(min=2, help="Measure a served game of that many teams alone.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object on stdout.")] = False,
) -> None:
    """Measure build, generation, search and audit."""
    console = Console(stderr=as_json, highlight=False)
    # Libraries that print while they train must not get between a program and its JSON.
    with redirect_stdout(sys.stderr), console.status("measuring"):
        swept = partial(cores_used, organism, rules=rules)
        served = partial(many_teams, organism)
        alone = [(at_scale, search), (concurrent, matches), (swept, sweep), (summed_up, standings), (served, web)]
        if any(count for _, count in alone):
            name, rows = organism if sweep or web else "", [row for measure, count in alone if count for row in measure(count)]
        else:
            name, rows = house(organism, steps, repeats, skip_audit)
    if as_json:
        sys.stdout.write(json.dumps({"organism": name, "rows": [row.as_dict() for row in rows]}) + "\n")
    else:
        console.print(table(rows))


if __name__ == "__main__":
    typer.run(main)
