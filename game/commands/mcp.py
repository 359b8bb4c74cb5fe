"""The command for guests: `auditgame mcp` serves one match to any MCP client."""

import asyncio
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.text import Text

from game.commands.listening import AddressError, is_loopback, listen, read_address, url_of
from game.commands.options import Cache, HelperModel, HelperURL, MaxDollars, MaxMinutes, Runs, cache_folder, limits, prepare, warnings_told

if TYPE_CHECKING:
    from game.guest import GuestMatch
    from game.match_log import Listener
    from transcripts import RunFolder

TOKEN = "AUDITGAME_MCP_TOKEN"


def mcp(
    organism: Annotated[
        str | None, typer.Option(help="Of a new match: a recipe, or a built organism's id, which tells a client nothing.")
    ] = None,
    rules: Annotated[str | None, typer.Option(help="Of a new match; `everything` if not given (see `auditgame rules`).")] = None,
    seed: Annotated[int | None, typer.Option(help="Of a new match; 0 if not given.")] = None,
    run: Annotated[
        str | None,
        typer.Option(help="Go on with this run: its id, its folder, or `last`. With --organism: a folder, made if it is not there."),
    ] = None,
    helper: HelperModel = None,
    helper_url: HelperURL = None,
    max_dollars: MaxDollars = None,
    max_minutes: MaxMinutes = None,
    http: Annotated[
        str | None,
        typer.Option(metavar="HOST:PORT", help=f"Serve HTTP there (at /mcp), not stdio. Beyond this machine ${TOKEN} must be set."),
    ] = None,
    runs: Runs = Path("runs"),
    cache: Cache = None,
) -> None:
    """Serve one match to an MCP client, which plays with the granted tools and ends it with its report.

    The clock starts with the first call. The score is not known here: give `auditgame score` afterwards.
    """
    console = prepare(True)
    of_a_new_match = (rules, seed, helper, max_dollars, max_minutes)
    if organism is None and (run is None or any(value is not None for value in of_a_new_match)):
        raise typer.BadParameter("name an --organism, or a --run alone: it goes on with its own organism, rules, seed, helper and limits")
    token = os.environ.get(TOKEN)
    listener = _listen(http, token) if http else None
    with console.status("loading"):
        from agent import BrainSpec
        from game.guest import GuestMatch
        from game.guest_runs import guest_run
        from game.helping import make_helper
        from game.hosted_runs import going_on
        from game.spec import GUEST, MatchSpec
        from organism import Organism, organism_folder

        folder = cache_folder(cache)
        named = BrainSpec.parse(helper, base_url=helper_url, seed=seed or 0) if helper else None
        with warnings_told(console):
            make_helper(named)  # a missing key is told before there is a run
        budget = limits(dollars=max_dollars, minutes=max_minutes)
        if organism:
            found = guest_run(organism, run, runs, folder, rules=rules, seed=seed, helper=named, limits=budget)
        else:
            found = going_on(str(run), runs, GUEST)
        spec = MatchSpec.read(found.spec)
        helps = make_helper(spec.helper)
        subject = Organism.load(organism_folder(folder, spec.organism))
    try:
        # An interrupt is how a server is stopped.
        with (
            _shown(console, found, listener) as show,
            GuestMatch(found, subject, helper=helps, listener=show) as match,
            suppress(KeyboardInterrupt),
        ):
            asyncio.run(_serve(match, listener, token))
    finally:
        subject.close()
    if match.failure is not None:
        raise match.failure


def _listen(address: str, token: str | None) -> socket.socket:
    """A socket bound to HOST:PORT."""
    try:
        host, port = read_address(address)
        if not is_loopback(host) and not token:
            raise typer.BadParameter(f"whoever reaches {host} could play: set ${TOKEN}, which clients must then send as bearer token")
        return listen(host, port)
    except AddressError as error:
        raise typer.BadParameter(f"--http: {error}") from error


@contextmanager
def _shown(console: Console, run: "RunFolder", listener: socket.socket | None) -> "Iterator[Listener | None]":
    """Over HTTP the match is shown as it goes on; over stdio stderr is the client's to read, and nothing is said there."""
    from game.live import live_audit

    if listener is None:
        yield None
        return
    console.print(Text(f"one match at {url_of(listener)}/mcp; stop with Ctrl-C"))
    with live_audit(console) as show:
        yield show
    if run.finished:
        console.print(Text(f"the report is submitted; score it with: auditgame score {run.path}"))
    else:
        console.print(Text(f"there is no report yet; go on with: auditgame mcp --run {run.path}"))


async def _serve(match: "GuestMatch", listener: socket.socket | None, token: str | None) -> None:
    from game.version import package_version
    from tools.mcp_server import mcp_server
    from tools.mcp_transports import serve_http, serve_stdio

    server = mcp_server(match.bench.tools.values(), match.instructions, match.call, version=package_version())
    if listener is None:
        await serve_stdio(server)
    else:
        await serve_http(server, listener, token=token)
