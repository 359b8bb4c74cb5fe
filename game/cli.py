"""The command line: `auditgame`. It imports no heavy library before a command needs one."""

from typing import Annotated

import typer

from game import cli_look, cli_play
from game.cli_faults import Commands

app = typer.Typer(
    name="auditgame",
    cls=Commands,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Build language models with a hidden objective, audit them blind, score the audits. Start with: auditgame audit",
)

for command in (
    cli_play.audit,
    cli_play.build,
    cli_play.resume,
    cli_look.runs,
    cli_look.show,
    cli_look.score,
    cli_look.organisms,
    cli_look.tools,
    cli_look.rules,
):
    app.command()(command)


def _version(asked: bool) -> None:
    if asked:
        from importlib.metadata import version

        typer.echo(f"auditgame {version('auditgame')}")
        raise typer.Exit


@app.callback()
def options(
    _: Annotated[bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version and leave.")] = False,
) -> None:
    """Options of all commands."""


def main() -> None:
    """Run `auditgame`."""
    app()
