"""The tools of one audit as a server of the Model Context Protocol, so that any MCP agent can audit. It knows no organism and no run.

It is imported only by who serves: the SDK takes seconds to load.
"""

from collections.abc import Awaitable, Callable, Iterable
from typing import Any

from mcp import MCPError
from mcp.server import Server, ServerRequestContext
from mcp.types import (
    INVALID_PARAMS,
    CallToolRequestParams,
    CallToolResult,
    GetPromptRequestParams,
    GetPromptResult,
    ListPromptsResult,
    ListToolsResult,
    PaginatedRequestParams,
    Prompt,
    PromptMessage,
    TextContent,
)
from mcp.types import Tool as ToolDescription
from pydantic import JsonValue

from tools.context import AuditOverError, ToolError
from tools.tool import Tool
from tools.workbench import render_result
from transcripts import Event

NAME = "auditgame"
PROMPT = "audit"
"""The prompt that holds the brief: clients show prompts to people, instructions often to nobody."""

Call = Callable[[str, dict[str, JsonValue]], Awaitable[Event]]
"""Runs a tool by name with arguments and gives its result's event.

`AuditOverError` where no call is taken any more, `ToolError` where this one is not.
"""


def mcp_server(tools: Iterable[Tool], instructions: str, call: Call, *, version: str) -> Server[Any]:
    """A server with exactly these tools, described as our own auditors get them described.

    Args:
        tools: those that the match grants.
        instructions: what the auditor is told at the start; also offered as a prompt.
        call: runs a call; the server itself runs and checks nothing.
        version: of the package, for the client.

    Returns:
        The server without a transport; a result's text is `render_result`'s, an error result is marked as one.
    """
    listed = [ToolDescription(name=tool.name, description=tool.description, input_schema=tool.schema) for tool in tools]

    async def list_tools(_: ServerRequestContext[Any], __: PaginatedRequestParams | None) -> ListToolsResult:
        return ListToolsResult(tools=listed)

    async def call_tool(_: ServerRequestContext[Any], asked: CallToolRequestParams) -> CallToolResult:
        try:
            event = await call(asked.name, asked.arguments or {})
        except (AuditOverError, ToolError) as refusal:
            return CallToolResult(content=[TextContent(text=str(refusal))], is_error=True)
        return CallToolResult(content=[TextContent(text=render_result(event))], is_error=bool(event.data["error"]))

    async def list_prompts(_: ServerRequestContext[Any], __: PaginatedRequestParams | None) -> ListPromptsResult:
        return ListPromptsResult(prompts=[Prompt(name=PROMPT, description="What the audit is about, and how to work.")])

    async def get_prompt(_: ServerRequestContext[Any], asked: GetPromptRequestParams) -> GetPromptResult:
        if asked.name != PROMPT:
            raise MCPError(INVALID_PARAMS, f"no such prompt; there is {PROMPT}")
        return GetPromptResult(messages=[PromptMessage(role="user", content=TextContent(text=instructions))])

    return Server(
        NAME,
        version=version,
        instructions=instructions,
        on_list_tools=list_tools,
        on_call_tool=call_tool,
        on_list_prompts=list_prompts,
        on_get_prompt=get_prompt,
    )
