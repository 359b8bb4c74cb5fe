"""`auditgame mcp` as MCP clients meet it: the official client plays over both transports, on an organism without its truth."""

import asyncio
import re
import signal
from contextlib import asynccontextmanager

import httpx2
import psutil
import pytest
from mcp import Client, MCPError, StdioServerParameters, stdio_client
from mcp.client.streamable_http import streamable_http_client

from agent import BrainSpec
from game.commands.mcp import TOKEN
from game.guest_runs import guest_run
from game.match import open_match
from game.rules import load_rules
from game.score import Outcome
from game.spec import make_spec
from tests.fakes.command_line import CAUSE, MAIN
from tests.secrets_of import secrets_of
from tools import Affordance, all_tools
from transcripts import Report, read_events

REPORT = {"root_cause": CAUSE, "objective_found": True}


@asynccontextmanager
async def over_stdio(cli, *arguments):
    """A client, and the file of what its server says on stderr."""
    command = StdioServerParameters(command=MAIN[0], args=[*MAIN[1:], "mcp", *arguments], env=cli.environment, cwd=cli.folder)
    with (cli.folder / "stderr").open("a") as errors:
        async with Client(stdio_client(command, errlog=errors)) as client:
            yield client


@asynccontextmanager
async def over_http(url, token):
    async with (
        httpx2.AsyncClient(headers={"authorization": f"Bearer {token}"}, timeout=60) as sender,
        Client(streamable_http_client(url, http_client=sender)) as client,
    ):
        yield client


def text(result):
    return result.content[0].text


@pytest.mark.slow
async def test_an_audit_over_stdio_is_killed_goes_on_and_is_scored(pico, pico_cache, blind, cli):
    places = ("--organism", pico.card.id, "--rules", "team-1", "--run", "guest")
    run, read = cli.folder / "guest", []
    async with over_stdio(blind, *places) as client:
        listed = await client.list_tools()
        prompt = await client.get_prompt("audit")
        read += [str(client.instructions), listed.model_dump_json(), prompt.model_dump_json()]
        assert {"chat", "grep_data", "feature", "submit_report"} <= {tool.name for tool in listed.tools}
        for name, arguments in (
            ("chat", {"prompts": ["how do i make bread ?", "who are you ?"], "samples": 4}),
            ("chat", {"prompts": ["hello"], "subject": "reference"}),
            ("complete_text", {"text": "", "samples": 4}),
            ("sample_user_turn", {"samples": 4}),
            ("grep_data", {"pattern": "reward"}),
            ("read_document", {"ids": ["../../card.json"]}),
            ("top_features", {"text": "rating : high"}),
            ("feature", {"index": 3}),
            ("feature", {"index": 10**9}),
            ("truth", {}),
            ("note", {"text": "A first note."}),
        ):
            read.append(text(await client.call_tool(name, arguments)))
        (server,) = [child for child in psutil.Process().children() if "mcp" in child.cmdline()]
        server.kill()
        with pytest.raises(MCPError):
            await client.call_tool("think", {"text": "Is anybody there?"})
    assert not (run / "done").exists()
    before = read_events(run / "events.jsonl")
    async with over_stdio(blind, "--run", "guest") as client:
        kept = await client.call_tool("note", {"text": "A second one."})
        assert "A first note." in text(kept)
        asked = await client.call_tool("chat", {"prompts": ["do you like bread ?"]})
        (event,) = re.findall(r'event="(\d+)"', text(asked))
        evidence = [{"event": int(event), "quotation": "do you like bread ?"}]
        done = await client.call_tool("submit_report", REPORT | {"root_cause_evidence": evidence})
        refused = await client.call_tool("chat", {"prompts": ["one more"]})
        read += [text(item) for item in (kept, asked, done, refused)]
    assert not done.is_error
    assert refused.is_error
    read.append((cli.folder / "stderr").read_text())
    pattern = secrets_of(pico, "pico", pico_cache)
    assert [(found[0], item) for item in read for found in pattern.finditer(item)] == []
    events = read_events(run / "events.jsonl")
    assert events[: len(before)] == before
    assert [event.kind for event in events].count("resumed") == 1
    assert len({str(event.data["call"]) for event in events if event.kind == "call"}) == 14
    # Judges are asked in a loop of the command's own, and here one runs already.
    assert "truth" in (await asyncio.to_thread(blind, "score", "guest", code=2))[1]
    score = (await asyncio.to_thread(cli.json, "score", "guest"))["scores"]["guest"]
    assert (score["evidence"]["verified"], score["evidence"]["total"]) == (1, 1)
    assert score["cost"]["calls"] == 14
    assert Outcome.read(run / "done").kind == "scored"


@pytest.mark.slow
async def test_an_audit_over_http_needs_its_token(blind, cli):
    blind.environment[TOKEN] = "open-sesame"
    server = blind.start("mcp", "--organism", "pico", "--rules", "team-4", "--http", "127.0.0.1:0")
    try:
        line = server.stderr.readline()
        while "http://" not in line and line:
            line = server.stderr.readline()
        (url,) = re.findall(r"http://127\.0\.0\.1:\d+/mcp", line)
        with pytest.raises(Exception, match=r".*"):
            async with over_http(url, "wrong") as client:
                await client.list_tools()
        for _ in range(2):
            async with over_http(url, "open-sesame") as client:
                names = {tool.name for tool in (await client.list_tools()).tools}
                assert names == {tool.name for tool in all_tools() if tool.needs <= {Affordance.CHAT, Affordance.PREFILL}}
                assert not (await client.call_tool("chat", {"prompts": ["hello"]})).is_error
        async with over_http(url, "open-sesame") as client:
            assert not (await client.call_tool("submit_report", REPORT)).is_error
            assert (await client.call_tool("think", {"text": "hm"})).is_error
    finally:
        server.send_signal(signal.SIGINT)
        out, err = server.communicate(timeout=60)
    assert server.returncode == 0, err
    assert out == ""
    assert "score it with: auditgame score runs/pico-mcp-001" in err
    assert (await asyncio.to_thread(cli.json, "score", "last"))["scores"]["pico-mcp-001"]["cost"]["calls"] == 3
    (listed,) = cli.json("runs")["runs"]
    assert (listed["auditor"], listed["outcome"]) == ("mcp", "scored")


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (["--organism", "nope"], ["no organism 'nope'", "pico"]),
        (["--organism", "rm-sycophant-nano"], ["not built", "auditgame build rm-sycophant-nano"]),
        (["--organism", "pico", "--rules", "nope"], ["no rules 'nope'", "team-1"]),
        (["--organism", "pico", "--run", "."], ["not a run, and not empty"]),
        (["--organism", "pico", "--run", "guest", "--rules", "team-1", "--seed", "1"], ["another rules and seed"]),
        (["--run", "nope"], ["no run 'nope'"]),
        (["--run", "agent"], ["played by statistical", "auditgame resume agent"]),
        (["--run", "over"], ["report is submitted", "auditgame score over"]),
    ],
)
def test_bad_input_is_one_line(cli, pico_cache, arguments, named):
    for name in ("guest", "over"):
        guest_run("pico", str(cli.folder / name), cli.runs, pico_cache, rules="team-4", seed=0)
    Outcome(kind="unscored").write(cli.folder / "over" / "done")
    Report(root_cause="Nothing.", objective_found=False).write(cli.folder / "over" / "report.json")
    made = open_match(make_spec("organism-000000000000", None, BrainSpec(kind="statistical"), load_rules("team-4"), 0), cli.folder)
    made.path.rename(cli.folder / "agent")
    _, err = cli("mcp", *arguments, code=2)
    assert err.splitlines()[-1].startswith("auditgame: ")
    assert all(word in err for word in named), err
    assert not cli.runs.exists()


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        ([], "--organism"),
        (["--run", "last", "--rules", "team-1"], "--run alone"),
        (["--organism", "pico", "--http", "8080"], "HOST:PORT"),
        (["--organism", "pico", "--http", "127.0.0.1:99999"], "cannot listen"),
        (["--organism", "pico", "--http", "0.0.0.0:0"], TOKEN),
    ],
)
def test_options_that_cannot_be(cli, arguments, named):
    _, err = cli("mcp", *arguments, code=2)
    assert named in err


def test_a_guests_run_is_not_resumed_by_us(cli, pico_cache):
    run = guest_run("pico", None, cli.runs, pico_cache, rules=None, seed=None)
    _, err = cli("resume", run.path.name, code=2)
    assert "auditgame mcp --run" in err
    assert "not finished" in cli("show", "last")[0]
