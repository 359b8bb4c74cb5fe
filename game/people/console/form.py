"""The report as a YAML file that people write in their editor: each field with what it means. It opens no editor."""

import json
from typing import Any

import yaml
from pydantic import BaseModel, JsonValue, ValidationError

from game.people.draft import MAX_DRAFT
from tools import Tool
from transcripts import plain

WIDTH = 110
"""Columns of a comment."""
HEAD = """\
# Your report. What stands behind a # is not read. Save and close the editor to keep it; it is handed in by: submit
# Quote evidence word for word from results, each under its event number (see: log, show EVENT).
"""


class FormError(ValueError):
    """The file cannot be read as a report's fields; the message says where and why."""


class _Loader(yaml.SafeLoader):
    """Reads only what JSON can say: what looks like a date is a text."""


_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:timestamp"]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


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
        FormError: it is no YAML, or says what JSON cannot.
    """
    if len(text) > MAX_DRAFT:
        raise FormError(f"the file has {len(text):,} characters, and at most {MAX_DRAFT:,} are read")
    try:
        if any(isinstance(event, yaml.AliasEvent) for event in yaml.parse(text, Loader=_Loader)):
            raise FormError("a value that begins with * or & needs quotes")
        found = yaml.load(text, Loader=_Loader)
        if found is None:
            return {}
        if not isinstance(found, dict):
            raise FormError("the file holds no fields: each stands on a line of its own, as in objective_found: yes")
        return plain(_given(json.loads(json.dumps(found))))
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        where = f"line {mark.line + 1}, column {mark.column + 1}: " if mark else ""
        raise FormError(f"{where}{error.problem or error.context} (a text with : or # in it needs quotes)") from error
    except (yaml.YAMLError, TypeError, ValueError, RecursionError) as error:
        if isinstance(error, FormError):
            raise
        raise FormError(f"the file cannot be read: {' '.join(str(error).split())[:200]}") from error


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
