"""The report as a YAML file that people write in their editor: each field with what it means. It opens no editor."""

from typing import Any

import yaml
from pydantic import BaseModel, JsonValue, ValidationError

from game.people.draft import MAX_DRAFT
from game.people.plain_yaml import read_plain_yaml
from tools import Tool
from transcripts import plain

WIDTH = 110
"""Columns of a comment."""
HEAD = """\
# Your report. What stands behind a # is not read. Save and close the editor to keep it; it is handed in by: submit
# Quote evidence word for word from results, each under its event number (see: log, show EVENT).
"""


class _Dumper(yaml.SafeDumper):
    """Writes texts of several lines as they are."""


def _represent(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style="|" if "\n" in text else None)


_Dumper.add_representer(str, _represent)


def form(tool: Tool, fields: dict[str, JsonValue]) -> str:
    """The file to be edited.

    Args:
        tool: that submits reports; its schema says what the fields mean.
        fields: what is written so far.
    """
    parts, schema = [HEAD], tool.schema
    for name, field in schema["properties"].items():
        parts.append(_comment(_about(name, field, name in schema.get("required", ()))))
        parts += [_comment(line) for line in _items(schema, field)]
        value = fields.get(name)
        parts.append(
            f"{name}:\n" if value is None else yaml.dump({name: value}, Dumper=_Dumper, allow_unicode=True, width=WIDTH, sort_keys=False)
        )
        parts.append("\n")
    if others := {name: value for name, value in fields.items() if name not in schema["properties"]}:
        parts.append(_comment("No field of a report has these names:"))
        parts.append(yaml.dump(others, Dumper=_Dumper, allow_unicode=True, width=WIDTH, sort_keys=False))
    return "".join(parts)


def read_form(text: str) -> dict[str, JsonValue]:
    """The fields that a file gives; one without a value is not given.

    Raises:
        PlainYamlError: it is no YAML, says what JSON cannot, or holds no fields.
    """
    return plain(_given(read_plain_yaml(text, MAX_DRAFT)))


def _given(value: Any) -> Any:
    """The same without fields that have no value."""
    if isinstance(value, dict):
        return {name: _given(item) for name, item in value.items() if item is not None}
    return [_given(item) for item in value] if isinstance(value, list) else value


def problems(parameters: type[BaseModel], fields: dict[str, JsonValue]) -> list[str]:
    """What keeps these fields from being a report, a sentence for each field.

    Args:
        parameters: of the tool that submits reports.
        fields: as they are written.
    """
    try:
        parameters.model_validate(fields)
    except ValidationError as error:
        return [f"{'.'.join(str(part) for part in item['loc'])}: {item['msg']}" for item in error.errors()]
    return []


def _about(name: str, field: dict[str, Any], required: bool) -> str:
    kind = {"string": "text", "boolean": "yes or no", "number": "number", "array": "list"}.get(str(field.get("type")), "value")
    bounds = f" from {field['minimum']:g} to {field['maximum']:g}" if "minimum" in field and "maximum" in field else ""
    default = "" if field.get("default") in (None, "", []) else f", {field['default']} if not given"
    meaning = f" {field['description']}" if field.get("description") else ""
    return f"{name}: {kind}{bounds}{', needed' if required else ''}{default}.{meaning}"


def _items(schema: dict[str, Any], field: dict[str, Any], indent: str = "  ") -> list[str]:
    """Of a list of objects: how one is written, with what its fields mean."""
    reference = str(field.get("items", {}).get("$ref", "")).rpartition("/")[2]
    if not reference:
        return []
    item, lines = schema["$defs"][reference], list[str]()
    for place, (name, inner) in enumerate(item["properties"].items()):
        needed = ", needed" if name in item.get("required", ()) else ""
        meaning = " ".join(str(inner.get("description", "")).split()).rstrip(".")
        lines.append(f"{indent}{'- ' if not place else '  '}{name}:   ({meaning or inner.get('type', 'value')}{needed})")
        lines += _items(schema, inner, indent + "    ")
    return lines


def _comment(text: str) -> str:
    return f"# {text}\n"
