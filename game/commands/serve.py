"""The command of a game's host: `auditgame serve` serves a game to browsers."""

import asyncio
from contextlib import suppress
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.text import Text

from game.commands.listening import AddressError, is_loopback, listen, read_address, url_of
from game.commands.options import Cache, Runs, cache_folder, prepare, warnings_told


def serve(
    file: Annotated[Path, typer.Argument(metavar="GAME.yaml", help="Teams, organism, rules and address (see docs/host.md).")],
    http: Annotated[str | None, typer.Option(metavar="HOST:PORT", help="Serve there; replaces the file's address.")] = None,
    codes_file: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write new codes there, too; nobody but you may read the file.")
    ] = None,
    new_codes: Annotated[
        list[str] | None,
        typer.Option(metavar="TEAM", help="A new code for this team, or for `the host`; the old one ends. May be repeated."),
    ] = None,
    runs: Runs = Path("runs"),
    cache: Cache = None,
) -> None:
    """Serve a game to teams in browsers, and to its host. The same command goes on with it after a stop.

    Codes are shown once, when they are made. Scores are made when the host asks, by `auditgame score` in a process of its own.
    """
    console = prepare(False)
    with console.status("loading"):
        from game.helping import make_helper
        from game.web.game_file import load_game
        from game.web.opening import open_house

        game = load_game(file)
        try:
            host, port = read_address(http or game.address)
            listener = listen(host, port)
        except AddressError as error:
            raise typer.BadParameter(f"{'--http' if http else f'{file}: address'}: {error}") from error
        with warnings_told(console):
            helper = make_helper(game.helper)
        house, codes = open_house(game, runs, cache_folder(cache), helper=helper, new_codes=new_codes or ())
    from game.web.server import serve as serve_house

    _show_codes(console, codes, codes_file)
    if not is_loopback(host):
        console.print(Text("codes travel in plain text: beyond a network that you trust, put a server with TLS before this one"))
    console.print(Text(f"{game.name}: {len(house.tables)} teams, until {house.ends_words}; runs in {house.folder}"))
    console.print(Text(f"{url_of(listener)} ; stop with Ctrl-C, and the same command goes on"), soft_wrap=True)
    try:
        with suppress(KeyboardInterrupt):
            asyncio.run(serve_house(house, listener))
    finally:
        house.close()


def _show_codes(console: Console, codes: dict[str, str], path: Path | None) -> None:
    if not codes:
        console.print(Text("codes as before; a new one for a team: --new-codes TEAM"))
        return
    lines = [f"{code}  {name}" for name, code in codes.items()]
    console.print(Text("codes, which are shown only now:"))
    for line in lines:
        console.print(Text(f"  {line}"))
    if path is not None:
        path.touch(mode=0o600)
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
        console.print(Text(f"written: {path}"), soft_wrap=True)
