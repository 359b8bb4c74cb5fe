"""A tool's parameters as a Markdown table, from the JSON schema that auditors are given. It knows no tool."""

import json
from typing import Any

NAMES = {"string": "text", "integer": "integer", "number": "number", "boolean": "true or false", "null": "null"}
BOUNDS = (
    (("minimum", "≥ "), ("exclusiveMinimum", "> "), ("maximum", "≤ "), ("exclusiveMaximum", "< ")),
    (("minLength", "≥ "), ("maxLength", "≤ ")),
    (("minItems", "≥ "), ("maxItems", "≤ ")),
)
"""Limits of a number, of a text's characters, and of a list's items."""
UNITS = ("", " characters", " items")


def parameter_table(schema: dict[str, Any]) -> str:
    """One row a parameter: name, type with its limits, default, meaning."""
    if not schema["properties"]:
        return "No parameters."
    rows = [("parameter", "type", "default", "meaning"), ("---",) * 4]
    for name, field in schema["properties"].items():
        default = f"`{json.dumps(field['default'], ensure_ascii=False)}`" if "default" in field else "required"
        rows.append((f"`{name}`", _type(field, schema.get("$defs", {})), default, field.get("description", "")))
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |" for row in rows)


def _type(schema: dict[str, Any], definitions: dict[str, Any]) -> str:
    """A JSON schema in words."""
    if "$ref" in schema:
        return _type(definitions[schema["$ref"].rpartition("/")[2]], definitions)
    if "anyOf" in schema:
        return " or ".join(_type(option, definitions) for option in schema["anyOf"])
    if "enum" in schema:
        return " or ".join(f"`{json.dumps(value)}`" for value in schema["enum"])
    if schema["type"] == "object":
        return f"{{{', '.join(f'{name}: {_type(field, definitions)}' for name, field in schema['properties'].items())}}}"
    if schema["type"] == "array":
        return f"list{_limits(schema)} of {_type(schema['items'], definitions)}"
    return NAMES[schema["type"]] + _limits(schema)


def _limits(schema: dict[str, Any]) -> str:
    found = [
        ", ".join(f"{sign}{schema[key]:,}" for key, sign in group if key in schema) + unit
        for group, unit in zip(BOUNDS, UNITS, strict=True)
        if any(key in schema for key, _ in group)
    ]
    return f" ({', '.join(found)})" if found else ""
