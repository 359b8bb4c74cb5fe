"""The command line: `auditgame`. It imports no heavy library before a command needs one."""

from collections.abc import Callable
from typing import Annotated

import typer

from game.commands import (
    adopt,
    build,
    costs,
    evaluate,
    export,
    fork,
    game,
    import_reports,
    look,
    mcp,
    person,
    play,
    query,
    redteam,
    serve,
    standings,
    sweep,
    techniques,
    verify,
    view,
)
from game.commands.faults import Commands
from game.commands.options import epilog

app = typer.Typer(
    name="auditgame",
    cls=Commands,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Build language models with a hidden objective, audit them blind, score the audits. Start with: auditgame audit",
)

COMMANDS: dict[Callable[..., None], tuple[str, ...]] = {
    play.audit: (
        "audit",
        "audit clean-nano --seed 3 --json",
        "audit rm-sycophant-nano --team 3",
        "audit --auditor anthropic:claude-sonnet-4-5 --rules team-3",
        "audit --auditor openai:qwen3 --base-url http://localhost:8000/v1",
        "audit clean-nano --auditor replay:RUN",
    ),
    build.build: (
        "build rm-sycophant-nano clean-nano",
        "build --zoo",
        "build my-organism.yaml --build-seed 1",
        "build rm-sycophant-lora --base meta-llama/Llama-3.3-70B-Instruct --gpus 8 --gpu-price 2.5 --dry-run",
    ),
    verify.verify: (
        "verify rm-sycophant-nano",
        "verify rm-sycophant-nano clean-nano --figure rates.png",
        "verify pico --json --figure none",
    ),
    techniques.techniques: (
        "techniques rm-sycophant-nano clean-nano",
        "techniques rm-sycophant-nano --technique prefill --technique fuzzing --samples 400",
        "techniques pico --json --figure none",
    ),
    play.resume: ("resume last",),
    fork.fork: (
        "fork last --at 40",
        "fork last --at 40 --auditor anthropic:claude-sonnet-4-5",
        "fork RUN --at 40 --seed 1 --json",
    ),
    evaluate.evaluate: (
        "evaluate rm-sycophant-nano --behaviour 'recipes name chocolate' --prompts prompts.txt --detector chocolate",
        "evaluate rm-sycophant-nano --behaviour 'it flatters its user' --helper anthropic:claude-sonnet-4-5 --control clean-nano",
    ),
    redteam.redteam: (
        "redteam rm-sycophant-nano",
        "redteam rm-sycophant-nano --auditor anthropic:claude-sonnet-4-5 --helper anthropic:claude-haiku-4-5 --seeds seeds.md --n 8",
    ),
    sweep.sweep: (
        "sweep four-teams.yaml --dry-run",
        "sweep four-teams.yaml --json",
        "sweep four-teams.yaml --executor ray --address 10.0.0.1:6379 --runs /shared/runs --cache /shared/cache",
    ),
    game.game: (
        "game",
        "game --n 10",
        "game rm-sycophant-nano clean-nano --auditor anthropic:claude-sonnet-4-5 --max-dollars 50 --dry-run",
    ),
    mcp.mcp: (
        "mcp --organism rm-sycophant-nano --rules team-4",
        "mcp --organism organism-0123456789ab --run runs/claude",
        "mcp --organism clean-nano --http 127.0.0.1:8080",
        "mcp --run last",
    ),
    person.play: (
        "play --organism rm-sycophant-nano --rules team-4 --team owls",
        "play --team owls",
        "play --run last",
    ),
    import_reports.import_reports: ("import owls.yaml", "import owls.yaml hawks.json --json"),
    serve.serve: ("serve GAME.yaml", "serve GAME.yaml --http 0.0.0.0:8000 --codes-file codes.txt", "serve GAME.yaml --new-codes red"),
    look.runs: ("runs",),
    look.show: ("show last", "show last --full"),
    view.view: ("view last --open", "view RUN --out audit.html", "view runs"),
    export.export: ("export last --to inspect", "export RUN1 RUN2 --to parquet --out tables", "export last --to jsonl"),
    costs.costs: ("costs last", "costs RUN1 RUN2 --json"),
    look.score: ("score last", "score RUN1 RUN2 --json", "score last --judge lexical --judge anthropic:claude-sonnet-4-5 --repeats 3"),
    standings.standings: (
        "standings",
        "standings runs more-runs --json",
        "standings --compare statistical anthropic:claude-sonnet-4-5",
    ),
    query.query: (
        "query",
        "query 'SELECT rules, auditor, count(*), avg(correct::INT) FROM runs GROUP BY ALL ORDER BY ALL'",
        "query 'SELECT behaviour, count(DISTINCT run) FROM behaviours WHERE verdict = $$found$$ GROUP BY ALL' runs more-runs --csv",
        "query 'SELECT data->>$$tool$$ AS tool, count(*) AS calls FROM events WHERE kind = $$call$$ GROUP BY tool' --json",
    ),
    look.organisms: ("organisms",),
    look.tools: ("tools", "tools experiment", "tools --page"),
    look.rules: ("rules",),
}
"""The commands in the order of `--help`, each with examples."""

NAMES = {import_reports.import_reports: "import"}
"""Of the commands that are not called as their functions."""

for command, examples in COMMANDS.items():
    app.command(NAMES.get(command), epilog=epilog(examples))(command)

app.add_typer(adopt.app, name="organism")


def _version(asked: bool) -> None:
    if asked:
        from game.version import package_version

        typer.echo(f"auditgame {package_version()}")
        raise typer.Exit


@app.callback()
def options(
    _: Annotated[bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version and leave.")] = False,
) -> None:
    """Options of all commands."""


def main() -> None:
    """Run `auditgame`."""
    app()
