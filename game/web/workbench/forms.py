"""Forms of tools: what is typed in them becomes a tool's arguments, or comes back with a sentence beside each field that is wrong."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from pydantic import JsonValue, ValidationError

from game.web.workbench.fields import Field, fields
from game.web.workbench.filled import EMPTY, ON, ROWS, Values, fill, path_of, read, rows_of
from tools import Tool

ADD, REMOVE, SPLIT = "row-add", "row-remove", "row-split"
"""Names of the buttons that change how many rows there are, which no argument can have; their value is a path of a list or a row."""


@dataclass(frozen=True)
class Form:
    """A form as it is shown."""

    name: str
    """Of what it asks for; ids on the page begin with it."""
    fields: tuple[Field, ...]
    values: Values
    problems: Mapping[str, str] = field(default_factory=dict)
    """What is wrong, by path; each completes a sentence that begins with the field."""
    focus: str = ""
    """Path of the field in which one goes on to write."""

    def value(self, path: str) -> str:
        """What stands in a field."""
        return self.values.get(path, "")

    def ticked(self, path: str) -> bool:
        """Whether a box is ticked."""
        return self.values.get(path) == ON

    def rows(self, path: str) -> int:
        """How many rows a list has."""
        return rows_of(self.values, path)

    def emptied(self, path: str) -> bool:
        """Whether a text is empty on purpose."""
        return path_of(path, EMPTY) in self.values

    def problem(self, path: str) -> str:
        """What is wrong with a field; empty for nothing."""
        return self.problems.get(path, "")

    def troubled(self, path: str) -> bool:
        """Whether something is wrong with a field or inside it."""
        return any(at == path or at.startswith(f"{path}.") for at in self.problems)


def tool_form(tool: Tool, arguments: Mapping[str, JsonValue] | None = None) -> Form:
    """The form of a tool, filled with these arguments; a field that they leave out has its default."""
    asked = fields(tool.schema)
    return Form(tool.name, asked, fill(asked, arguments or {}))


def typed_form(tool: Tool, values: Values) -> tuple[Form, dict[str, JsonValue]]:
    """The form of a tool as somebody has filled it, and the arguments that it says: valid ones, if it has no problems.

    Args:
        tool: whose form it is.
        values: as the browser sent them.
    """
    asked = fields(tool.schema)
    # Filled anew from what it says, its rows are numbered as the items of its lists are: problems stand beside the right ones.
    kept = fill(asked, read(asked, values)[0])
    said, problems = read(asked, kept)
    return Form(tool.name, asked, kept, complaints(tool, said) | problems), said


def complaints(tool: Tool, arguments: Mapping[str, JsonValue]) -> dict[str, str]:
    """What is wrong with arguments, by path."""
    try:
        tool.parameters.model_validate(arguments)
    except ValidationError as error:
        return {".".join(str(part) for part in item["loc"]): _sentence(item["type"], item["msg"]) for item in error.errors()}
    return {}


def _sentence(kind: str, message: str) -> str:
    if kind == "missing":
        return "is missing"
    if kind == "string_too_short":
        return "is empty"
    return (
        message.replace("Input should", "should")
        .replace("List should", "should")
        .replace("String should", "should")
        .replace("Value error, ", "")
    )


def changed_rows(form: Form, button: str, path: str) -> Form:
    """The form with a row more or less, or with the lines of a row as rows of their own; unchanged where there is no such row.

    Args:
        form: as it was typed, blank rows and all.
        button: `ADD`, `REMOVE` or `SPLIT`.
        path: of the list to add to, or of the row.
    """
    parent, _, number = (path, "", "") if button == ADD else path.rpartition(".")
    rows = [_below(form.values, path_of(parent, row)) for row in range(form.rows(parent))]
    focus = len(rows)
    if button == ADD:
        rows.append({})
    elif number.isdecimal() and int(number) < len(rows):
        focus = int(number)
        lines = [{"": line} for line in rows[focus].get("", "").splitlines() if line.strip()]
        rows[focus : focus + 1] = lines if button == SPLIT else []
        focus = min(focus, len(rows) - 1)
    kept = {name: text for name, text in form.values.items() if not name.startswith(f"{parent}.")}
    moved = {path_of(parent, row) + rest: text for row, texts in enumerate(rows) for rest, text in texts.items()}
    values = {**kept, **moved, path_of(parent, ROWS): str(len(rows))}
    return replace(form, values=values, problems={}, focus=path_of(parent, focus) if rows else parent)


def _below(values: Values, path: str) -> dict[str, str]:
    """The texts at a path and inside it, by what follows the path in their names."""
    return {name[len(path) :]: text for name, text in values.items() if name == path or name.startswith(f"{path}.")}
