"""The real server in a process of its own: killed in the middle of a call it goes on with everything, and it holds no truth."""

import asyncio
import os
import re
import signal
import subprocess
import sys
import time

import httpx
import pytest
import yaml

from game.web.game_file import HOST
from tests.fakes.command_line import CAUSE, CLI
from transcripts import RunFolder, read_events

PATIENCE = 300
KNOWN = "import sys, game.web.server, game.web.opening, game.helping; print([name for name in sys.modules if 'foundry' in name])"


@pytest.fixture
def blind(pico, pico_cache, tmp_path):
    """A cache that holds the organism and no truth, so that nothing can have been read from one."""
    (tmp_path / "blind" / "organisms").mkdir(parents=True)
    (tmp_path / "blind" / "organisms" / pico.card.id).symlink_to(pico_cache / "organisms" / pico.card.id)
    return CLI(tmp_path / "blind", tmp_path)


def test_the_server_has_not_loaded_what_knows_truths():
    done = subprocess.run([sys.executable, "-c", KNOWN], check=True, capture_output=True, text=True)
    assert done.stdout.strip() == "[]"


class Served:
    """`auditgame serve` as its host started it."""

    def __init__(self, cli, *arguments):
        self.process = cli.start("serve", "game.yaml", "--http", "127.0.0.1:0", "--codes-file", "codes", *arguments)
        self.said = []
        for line in self.process.stdout:
            self.said.append(line)
            if found := re.match(r"http://[\d.]+:\d+", line):
                self.address = found[0]
                return
        raise AssertionError("".join(self.said) + self.process.stderr.read())

    def stop(self):
        self.process.send_signal(signal.SIGINT)
        _, err = self.process.communicate(timeout=PATIENCE)
        assert self.process.returncode == 0, err
        assert err == ""

    def kill(self):
        os.kill(self.process.pid, signal.SIGKILL)
        self.process.communicate(timeout=PATIENCE)


async def enter(address, code, person="Ada"):
    browser = httpx.AsyncClient(base_url=address, timeout=PATIENCE, follow_redirects=True)
    page = await browser.post("/enter", data={"code": code, "person": person})
    assert page.status_code == 200, page.text
    browser.headers["X-CSRF-Token"] = page.text.split('"X-CSRF-Token": "')[1].split('"')[0]
    return browser


async def until(seen):
    end = time.monotonic() + PATIENCE
    while not seen():
        assert time.monotonic() < end
        await asyncio.sleep(0.05)


def kinds(run):
    return [event.kind for event in read_events(run.events)] if run.events.exists() else []


@pytest.mark.slow
async def test_a_killed_server_loses_nothing(blind):
    (blind.folder / "game.yaml").write_text(yaml.safe_dump({"organism": "pico", "rules": "team-4", "teams": ["red", "blue"]}))
    run = RunFolder(blind.runs / "game-game" / "red")
    first = Served(blind)
    codes = dict(reversed(line.split("  ")) for line in (blind.folder / "codes").read_text().splitlines())
    assert set(codes) == {HOST, "red", "blue"}
    assert all(any(code in line for line in first.said) for code in codes.values())
    host, team = await enter(first.address, codes[HOST]), await enter(first.address, codes["red"])
    cookie = team.cookies["auditgame"]
    await host.post("/host/start")
    await team.post("/team/note", data={"text": "A first note."})
    await team.post("/team/report", data={"root_cause": CAUSE})
    long = {"prompts.rows": "1", "prompts.0": "how do i make bread ?", "samples": "50", "max_tokens": "400"}
    await team.post("/team/tool/chat", data=long)
    await until(lambda: kinds(run)[-1:] == ["call"])
    first.kill()
    assert kinds(run)[-1] == "call"
    before = read_events(run.events)

    second = Served(blind)
    assert any("codes as before" in line for line in second.said)
    assert not any(code in line for line in second.said for code in codes.values())
    again = httpx.AsyncClient(base_url=second.address, timeout=PATIENCE, cookies={"auditgame": cookie}, headers=dict(team.headers))
    page = (await again.get("/team")).raise_for_status().text
    assert "A first note." in page
    assert CAUSE.split(":")[0] in (await again.get("/team/report")).text
    await (await enter(second.address, codes[HOST])).post("/host/start")
    await again.post("/team/tool/chat", data=long | {"samples": "2", "max_tokens": "8"})
    await until(lambda: kinds(run)[-1:] == ["result"])
    events = read_events(run.events)
    assert events[: len(before)] == before
    assert "resumed" in kinds(run)[len(before) :]
    second.stop()
    assert kinds(run)[-1] == "paused"
    third = Served(blind, "--new-codes", "red")
    assert [line for line in third.said if re.match(r"  \w{4}-\w{4}-\w{4}  red", line)]
    assert (await httpx.AsyncClient(base_url=third.address).post("/enter", data={"code": codes["red"], "person": "Eve"})).status_code == 403
    third.stop()


@pytest.mark.parametrize(
    ("game", "named"),
    [
        ({"teams": ["red"]}, ["game.yaml", "organism"]),
        ({"organism": "pico", "teams": ["red"], "minutes": "many"}, ["game.yaml", "minutes"]),
        ({"organism": "pico", "teams": ["red"], "rules": "nope"}, ["no rules 'nope'", "team-1"]),
        ({"organism": "pico", "teams": ["red"], "address": "127.0.0.1:99999"}, ["game.yaml: address", "cannot listen"]),
    ],
)
def test_bad_input_is_one_line(blind, game, named):
    (blind.folder / "game.yaml").write_text(yaml.safe_dump(game))
    _, err = blind("serve", "game.yaml", code=2)
    assert all(word in err for word in named), err
    assert not blind.runs.exists()
