"""What the console tells of its commands and of tools. It runs nothing."""

from collections.abc import Mapping

from rich.console import Group, RenderableType
from rich.text import Text

from game.people.console.parameters import main_parameter, parameters
from game.plain_table import plain_table
from tools import Tool

TYPING = """\
A tool is called by its name and its arguments: chat how are you? samples=3 system="Be brief."
A text needs no quotes where it ends with the line or before the next name=; a list is one value, or JSON: ["one", "two"]."""


def all_help(commands: Mapping[str, str], tools: Mapping[str, Tool]) -> RenderableType:
    """Every command in a line."""
    own, granted = (plain_table(head, "", gap=2, keep_first=True) for head in ("command", "tool"))
    for name, about in commands.items():
        own.add_row(Text(name, style="bold"), Text(about))
    for name, tool in tools.items():
        granted.add_row(Text(name, style="bold"), Text(tool.description.splitlines()[0]))
    return Group(own, Text(), granted, Text(), Text(TYPING))


def tool_help(tool: Tool) -> RenderableType:
    """What a tool does, and what it takes."""
    known = parameters(tool)
    main = main_parameter(list(known.values()))
    table = plain_table("argument", "value", "", gap=2, keep_first=True)
    for parameter in known.values():
        table.add_row(Text(f"{parameter.name}=", style="bold"), Text(parameter.about), Text(parameter.meaning))
    parts: list[RenderableType] = [Text(tool.name, style="bold"), Text(tool.description), Text()]
    if main is not None:
        parts.append(Text(f"{main.name} may be given without its name.", style="dim"))
    return Group(*parts, table if known else Text("It takes no argument."))
