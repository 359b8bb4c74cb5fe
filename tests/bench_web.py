"""What the bench measures of a served game: how long people of many teams wait for a chat when all of them chat at once. It prints nothing.

The server is the command in a process of its own. Each team is one client that does what a page does: it sends the form of `chat`, asks
every two seconds for news, and chats again once it has seen the reply. The time of a chat runs from before its form is sent to its result
in the log; all clients live in this process, and take their part of the machine.
"""

import asyncio
import html
import re
import subprocess
import sys
import time
from pathlib import Path
from statistics import quantiles
from tempfile import TemporaryDirectory

import httpx
import yaml

from game.web.game_file import HOST
from organism.processes import cores
from tests.bench_speeds import Row
from transcripts import read_events

COMMAND = [sys.executable, "-c", "from game.cli import main; main()", "serve"]
CHATS = 8
"""Of each team."""
EVERY = 2.0
"""Seconds between two questions for news, as on the page."""
PATIENCE = 600.0


def many_teams(organism: str, teams: int) -> list[Row]:
    """Median and 95th percentile of a chat's time, and of a question for news.

    Args:
        organism: a recipe's name or the id of a built organism.
        teams: each with one person.
    """
    with TemporaryDirectory() as folder:
        root = Path(folder)
        names = [f"team-{number}" for number in range(teams)]
        terms = {"name": "bench", "organism": organism, "rules": "team-4", "teams": names, "address": "127.0.0.1:0"}
        (root / "game.yaml").write_text(yaml.safe_dump(terms))
        server = subprocess.Popen(
            [*COMMAND, str(root / "game.yaml"), "--runs", folder, "--codes-file", str(root / "codes")], stdout=subprocess.PIPE, text=True
        )
        try:
            address = _address(server)
            codes = dict(reversed(line.split("  ")) for line in (root / "codes").read_text().splitlines())
            asked, polls = asyncio.run(_play(address, codes, names))
        finally:
            server.terminate()
            server.communicate(timeout=60)
        waits = [wait for name in names for wait in _waits(root / "game-bench" / name / "events.jsonl", asked[name])]
    if len(waits) != teams * CHATS:
        raise AssertionError(f"{teams * CHATS} chats were asked for, and {len(waits)} are in the logs")
    note = f"{teams} teams on {organism}, {CHATS} chats each, {cores()} cores"
    rows = []
    for what, values in (("web: a chat", waits), ("web: news", polls)):
        cuts = quantiles(values, n=20)
        rows += [Row(f"{what}, p50", "ms", 1000 * cuts[9], note=note), Row(f"{what}, p95", "ms", 1000 * cuts[18], note=note)]
    return rows


def _address(server: "subprocess.Popen[str]") -> str:
    lines = server.stdout or ()
    for line in lines:
        if found := re.match(r"http://[\d.]+:\d+", line):
            return found[0]
    raise AssertionError("the server did not start")


def _waits(log: Path, asked: list[float]) -> list[float]:
    """From each question to its result."""
    results = [event for event in read_events(log) if event.kind == "result"]
    if wrong := next((event for event in results if event.data["error"]), None):
        raise AssertionError(f"a chat failed: {wrong.data}")
    return [event.time - then for event, then in zip(results, asked, strict=True)]


async def _play(address: str, codes: dict[str, str], names: list[str]) -> tuple[dict[str, list[float]], list[float]]:
    """When each team asked, and how long questions for news took."""
    polls, asked = list[float](), {name: list[float]() for name in names}
    host = _Person(address, codes[HOST])
    await host.enter("/host")
    await host.client.post("/host/start", headers=host.headers)
    people = [_Person(address, codes[name]) for name in names]
    for person in people:
        await person.enter("/team")
    await asyncio.wait_for(
        asyncio.gather(*(person.chats(asked[name], polls) for person, name in zip(people, names, strict=True))), PATIENCE
    )
    for person in (host, *people):
        await person.client.aclose()
    return asked, polls


class _Person:
    """One browser."""

    def __init__(self, address: str, code: str) -> None:
        self.client, self._code = httpx.AsyncClient(base_url=address, timeout=120), code
        self.headers = {"HX-Request": "true"}

    async def enter(self, page: str) -> None:
        """Enter, wait where too many have, and read the page."""
        while (answer := await self.client.post("/enter", data={"code": self._code, "person": "Ada"})).status_code == 429:
            await asyncio.sleep(float(answer.headers["retry-after"]))
        text = (await self.client.get(page)).raise_for_status().text
        (token,) = re.findall(r'"X-CSRF-Token": "([^"]+)"', text)
        self.headers["X-CSRF-Token"] = token
        self._news = _news(text)

    async def chats(self, asked: list[float], polls: list[float]) -> None:
        """Chat so many times, each when the reply before it is seen."""
        for number in range(CHATS):
            asked.append(time.time())
            form = {"prompts.rows": "1", "prompts.0": f"how do i make bread number {number} ?"}
            (await self.client.post("/team/tool/chat", data=form, headers=self.headers)).raise_for_status()
            while not await self._seen(polls):
                await asyncio.sleep(EVERY)

    async def _seen(self, polls: list[float]) -> bool:
        started = time.perf_counter()
        answer = await self.client.get(self._news, headers=self.headers)
        polls.append(time.perf_counter() - started)
        if answer.status_code == 204:
            return False
        self._news = _news(answer.raise_for_status().text)
        return "chat came back" in answer.text


def _news(text: str) -> str:
    """Where a team's page asks for what is new; empty on the host's."""
    found = re.search(r'hx-get="(/team/live[^"]*)"', text)
    return html.unescape(found[1]) if found else ""
