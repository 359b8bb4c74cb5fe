"""What the bench measures of a served game: how long people of many teams wait for a chat, and the server's work for it. It prints nothing.

The server is the command in a process of its own. Each team is one client that does what a page does: it sends the form of `chat`, asks
at once and then every two seconds for news, and goes on once it has seen the reply. It does so in two ways: all teams in the very same
moment, again and again, and people who think before each chat. The time of a chat runs from before its form is sent to its result in the
log; all clients live in this process, and take their part of the machine.
"""

import asyncio
import html
import os
import random
import re
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from statistics import quantiles
from tempfile import TemporaryDirectory

import httpx
import psutil
import yaml

from game.web.game_file import HOST
from organism.processes import cores
from tests.bench_speeds import Row
from transcripts import read_events

COMMAND = [sys.executable, "-c", "from game.cli import main; main()", "serve"]
CHATS = 5
"""Of each team, in each way."""
WAYS = {"at the same moment": (0.0, 0.0), "after 5 to 10 s": (5.0, 10.0)}
"""Seconds, from and to, that a person thinks before each chat."""
EVERY = 2.0
"""Seconds between two questions for news, as on the page."""
PATIENCE = 600.0


@dataclass
class _Measured:
    """One way of playing."""

    asked: dict[str, list[float]]
    """When each team asked."""
    polls: list[float] = field(default_factory=list)
    """Seconds that questions for news took."""
    spent: float = 0.0
    """CPU seconds of the server."""


def many_teams(organism: str, teams: int) -> list[Row]:
    """Median and 95th percentile of a chat's time and of a question for news, and CPU time of the server for a chat.

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
            measured = asyncio.run(_play(address, codes, names, psutil.Process(server.pid)))
        finally:
            server.terminate()
            server.communicate(timeout=60)
        results = {name: _results(root / "game-bench" / name / "events.jsonl") for name in names}
    note = f"{teams} teams on {organism}, {CHATS} chats each, {cores()} cores, load {os.getloadavg()[0]:.1f}"
    rows = []
    for number, (way, found) in enumerate(measured.items()):
        done = {name: results[name][number * CHATS : (number + 1) * CHATS] for name in names}
        waits = [end - start for name in names for start, end in zip(found.asked[name], done[name], strict=True)]
        for what, values in (("a chat", waits), ("news", found.polls)):
            cuts = quantiles(values, n=20)
            rows += [Row(f"web, {way}: {what}, p{share}", "ms", 1000 * cuts[at], note=note) for share, at in ((50, 9), (95, 18))]
        rows.append(Row(f"web, {way}: server's CPU, a chat", "ms", 1000 * found.spent / (teams * CHATS), note=note))
    return rows


def _address(server: "subprocess.Popen[str]") -> str:
    lines = server.stdout or ()
    for line in lines:
        if found := re.match(r"http://[\d.]+:\d+", line):
            return found[0]
    raise AssertionError("the server did not start")


def _results(log: Path) -> list[float]:
    """When each result of a team came."""
    results = [event for event in read_events(log) if event.kind == "result"]
    if wrong := next((event for event in results if event.data["error"]), None):
        raise AssertionError(f"a chat failed: {wrong.data}")
    return [event.time for event in results]


async def _play(address: str, codes: dict[str, str], names: list[str], server: psutil.Process) -> dict[str, _Measured]:
    """Each way of playing, measured."""
    host = _Person(address, codes[HOST])
    await host.enter("/host")
    await host.client.post("/host/start", headers=host.headers)
    people = {name: _Person(address, codes[name]) for name in names}
    for person in people.values():
        await person.enter("/team")
    measured = {way: _Measured({name: [] for name in names}) for way in WAYS}
    for way, found in measured.items():
        before = server.cpu_times()
        playing = (person.chats(found.asked[name], found.polls, WAYS[way]) for name, person in people.items())
        await asyncio.wait_for(asyncio.gather(*playing), PATIENCE)
        after = server.cpu_times()
        found.spent = after.user + after.system - before.user - before.system
    for person in (host, *people.values()):
        await person.client.aclose()
    return measured


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

    async def chats(self, asked: list[float], polls: list[float], thinks: tuple[float, float]) -> None:
        """Chat so many times, each when the reply before it is seen and thought about."""
        for number in range(CHATS):
            await self._think(random.uniform(*thinks), polls)
            asked.append(time.time())
            form = {"prompts.rows": "1", "prompts.0": f"how do i make bread number {number} ?"}
            (await self.client.post("/team/tool/chat", data=form, headers=self.headers)).raise_for_status()
            while not await self._seen(polls):
                await asyncio.sleep(EVERY)

    async def _think(self, seconds: float, polls: list[float]) -> None:
        """Let time pass, in which the page goes on to ask for news."""
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0:
            await asyncio.sleep(min(EVERY, left))
            if left > EVERY:
                await self._seen(polls)

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
