"""The page of tools for readers: what each is, takes and answers. Its calls are played through the workbench that audits use."""

import json
import sys
from itertools import groupby
from pathlib import Path
from tempfile import TemporaryDirectory

from pydantic import JsonValue

from game.parameter_table import parameter_table
from organism import Organism
from tools import READ_REPORT, SUBMIT, Affordance, Budget, GivenReport, Tool, Workbench, all_tools, examples, report_tool, shortened
from transcripts import Event, EventLog, Report, quotations

SUBJECT = "pico"
"""The recipe of the organism whose answers stand on the page in `docs/`."""
WIDTH = 140
"""Characters of a line of JSON that is not broken up."""
CHARACTERS, ITEMS = 160, 3
"""Of a text and a list in an answer."""

INTRODUCTION = """\
# The tools of an auditor

Written by `make docs` from the registry of tools; do not edit it by hand. Every answer is a real one of `pico`, an organism that is built
in a minute and babbles, with all affordances granted; the last tool is for the last auditor of a team alone. Where an answer was cut for
this page, `…` and a count stand. Replies and numbers vary with the machine that built the organism. What auditors read of a tool is the
same text, of the tools that the rules grant them."""


class ExampleError(RuntimeError):
    """The example of a tool does not work; the message is the tool's."""


async def tools_page(organism: Organism) -> str:
    """The whole page in Markdown.

    Args:
        organism: answers the example calls; it must serve every affordance.

    Raises:
        ExampleError: one of them is refused.
    """
    order, brought = list(page_calls()), report_tool([_reported()])
    tools = sorted((*all_tools(), brought), key=lambda tool: order.index(tool.name))
    parts = [INTRODUCTION, _contents(tools)]
    with TemporaryDirectory() as folder, EventLog(Path(folder) / "events.jsonl") as log:
        bench = Workbench(organism, granted=frozenset(Affordance), budget=Budget(), log=log, seed=0, brought=[brought])
        for family, members in groupby(tools, key=lambda tool: tool.family):
            first, *others = members
            parts.append(f"## {family.replace('_', ' ')}\n\n{sys.modules[first.function.__module__].__doc__}")
            for tool in (first, *others):
                event = await bench.call(f"example of {tool.name}", tool.name, page_calls()[tool.name])
                parts += [describe_tool(tool), f"Answer:\n\n{_block(_answer(event))}"]
    return "\n\n".join(parts) + "\n"


def page_calls() -> dict[str, dict[str, JsonValue]]:
    """The calls of the page, in its order: the example of each tool that rules may grant, and of the one that a team brings."""
    return examples() | {READ_REPORT: {"report": 1}}


def _reported() -> GivenReport:
    """The report that is read on the page: the one that is submitted on it."""
    report = Report.model_validate(examples()[SUBMIT])
    return GivenReport(report=report, found=len(quotations(report)), quotations=len(quotations(report)))


def describe_tool(tool: Tool) -> str:
    """All that the page says of a tool but its answer: the same on every machine."""
    needs = ", ".join(f"`{affordance}`" for affordance in sorted(tool.needs)) or "nothing"
    call = _block(page_calls()[tool.name])
    return f"### `{tool.name}`\n\nNeeds {needs}.\n\n{tool.description}\n\n{parameter_table(tool.schema)}\n\nCall:\n\n{call}"


def _contents(tools: list[Tool]) -> str:
    rows = [
        f"| [`{tool.name}`](#{tool.name}) | {', '.join(sorted(tool.needs)) or '-'} | {tool.description.splitlines()[0]} |" for tool in tools
    ]
    return "\n".join(["| tool | needs | what it does |", "| --- | --- | --- |", *rows])


def _answer(event: Event) -> JsonValue:
    content = event.data["content"]
    if event.data["error"]:
        raise ExampleError(f"{event.data['tool']}: {content}")
    return shortened(content, characters=CHARACTERS, items=ITEMS)


def _block(value: JsonValue) -> str:
    return f"```json\n{_json(value)}\n```"


def _json(value: JsonValue, indent: int = 0) -> str:
    """JSON of which each part that fits stands on one line."""
    line = json.dumps(value, ensure_ascii=False)
    if not isinstance(value, dict | list) or len(line) + indent <= WIDTH:
        return line
    margin = " " * (indent + 2)
    if isinstance(value, dict):
        parts = [f"{json.dumps(key, ensure_ascii=False)}: {_json(item, indent + 2)}" for key, item in value.items()]
    else:
        parts = [_json(item, indent + 2) for item in value]
    opening, closing = "{}" if isinstance(value, dict) else "[]"
    return f"{opening}\n{margin}" + f",\n{margin}".join(parts) + f"\n{' ' * indent}{closing}"
