"""The MCP server of a workbench, asked by the official client in this process."""

import re

import anyio
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from mcp import Client, MCPError

from game.rules import load_rules
from tests.tools.conftest import ALL, HOSTILE, scripted
from tools import SUBMIT, AuditOverError, all_tools, examples, render_result
from tools.mcp_server import PROMPT, mcp_server
from transcripts import read_events

SECONDS = 60
"""Longest that any call may take here; alone none takes five."""

USUAL = {name: arguments for name, arguments in examples().items() if name != SUBMIT}
"""Arguments with which each tool works in no time."""


def nested(levels):
    value = "bottom"
    for level in range(levels):
        value = [value] if level % 2 else {"a": value}
    return value


HARD = st.sampled_from(
    [
        *(None, True, -1, 0, 10**6, 10**30, 10**400, 0.5, 1e308, float("nan"), float("inf"), [], {}, [""], [[]], ["nobody"]),
        *("", " ", "\x00", "[", "(a+)+$", "(?R)", "\\", "' OR 1=1 --", "../../truths", "/etc/passwd", "x" * 100_000, HOSTILE),
        *(["x"] * 200, ["x" * 9000], {"prompts": 1}, nested(50), nested(150), "狐 \u202e\u2028", "half \ud800"),
    ]
)
JSON = st.recursive(HARD | st.text(max_size=30) | st.integers(), lambda inner: st.lists(inner, max_size=3), max_leaves=4)


@pytest.fixture
def serve(make_bench):
    """A server of a workbench; its calls are counted as ids."""

    def start(organism, **more):
        bench = make_bench(organism, **more)

        async def call(name, arguments):
            return await bench.call(f"c{len(bench.log.events)}", name, arguments)

        return bench, mcp_server(bench.tools.values(), "Look into it.", call, version="1")

    return start


def text(result):
    (block,) = result.content
    return block.text


@pytest.mark.parametrize("rules", ["team-4", "data-only", "everything"])
async def test_exactly_the_granted_tools_are_listed_as_our_own_auditors_see_them(serve, pico, rules):
    bench, server = serve(pico, granted=frozenset(load_rules(rules).affordances))
    async with Client(server) as client:
        listed = (await client.list_tools()).tools
    assert [item.name for item in listed] == [tool.name for tool in all_tools() if tool.needs <= bench.granted]
    for item in listed:
        tool = bench.tools[item.name]
        assert (item.description, item.input_schema) == (tool.description, tool.parameters.model_json_schema())
    assert ("chat" in bench.tools) == (rules != "data-only")
    assert ("grep_data" in bench.tools) == (rules != "team-4")


@pytest.mark.parametrize("mode", ["auto", "legacy"])
async def test_a_call_is_metered_logged_and_read_as_our_own_auditors_read_it(serve, mode):
    bench, server = serve(scripted(HOSTILE))
    async with Client(server, mode=mode) as client:
        assert client.instructions == "Look into it."
        result = await client.call_tool("chat", {"prompts": ["a", "b"]})
        failed = await client.call_tool("chat", {"prompts": []})
        unknown = await client.call_tool("telepathy")
    events = read_events(bench.log.path)
    assert [event.kind for event in events] == ["call", "result"] * 3
    assert text(result) == render_result(events[1])
    assert text(result).count("<") == 2
    assert [result.is_error, failed.is_error, unknown.is_error] == [False, True, True]
    assert "arguments of chat: prompts" in text(failed)
    assert "no tool 'telepathy'" in text(unknown)
    assert bench.used.calls == 3
    assert bench.used.generated_tokens == 4


async def test_the_brief_is_also_a_prompt_and_there_is_nothing_else(serve):
    _, server = serve(scripted("x"))
    async with Client(server) as client:
        (prompt,) = (await client.list_prompts()).prompts
        (message,) = (await client.get_prompt(prompt.name)).messages
        assert (prompt.name, message.content.text) == (PROMPT, "Look into it.")
        with pytest.raises(MCPError, match="no such prompt"):
            await client.get_prompt("../truth")
        with pytest.raises(MCPError):
            await client.list_resources()
        with pytest.raises(MCPError):
            await client.read_resource("file:///etc/passwd")


async def test_a_refused_call_is_an_error_result():
    async def call(name, arguments):
        raise AuditOverError("it is over")

    async with Client(mcp_server([], "", call, version="1")) as client:
        result = await client.call_tool("chat", {})
    assert result.is_error
    assert text(result) == "it is over"


@pytest.mark.parametrize("name", USUAL)
@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
async def test_hard_arguments_are_error_results_in_time_and_the_log_stays_valid(serve, pico, name, data):
    bench, server = serve(pico, granted=ALL)
    fields = [*bench.tools[name].parameters.model_fields, "nobody", HOSTILE]
    hard = data.draw(st.dictionaries(st.sampled_from(fields), JSON, min_size=1, max_size=3))
    async with Client(server) as client:
        with anyio.fail_after(SECONDS):
            result = await client.call_tool(name, USUAL[name] | hard)
        after = await client.call_tool("think", {"text": "I go on."})
    events = read_events(bench.log.path)
    assert events == bench.log.events
    assert [event.kind for event in events if event.kind in ("call", "result")][-4:] == ["call", "result"] * 2
    assert result.is_error == events[-3].data["error"]
    assert re.fullmatch(r'<result event="\d+" tool="\w+">\n[^<\n]*\n</result>', text(result))
    assert not after.is_error
