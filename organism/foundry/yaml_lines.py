"""Reads YAML together with the line of each value, so that an error can say where to look."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

Place = tuple[str | int, ...]
"""Keys and indices that lead to a value."""


class YamlError(ValueError):
    """A file is no readable YAML, or has another shape than expected; the message names file and line."""


class YamlFile:
    """One file's value and where each part of it stands.

    Args:
        path: UTF-8 text.

    Raises:
        YamlError: it is not readable.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            loader = yaml.SafeLoader(path.read_text(encoding="utf-8"))
            node = loader.get_single_node()
            self.value: Any = loader.construct_document(node) if node is not None else None
        except yaml.MarkedYAMLError as error:
            line = error.problem_mark.line + 1 if error.problem_mark else 1
            raise YamlError(f"{path}:{line}: {error.problem}") from error
        except (yaml.YAMLError, UnicodeDecodeError, OSError) as error:
            raise YamlError(f"{path}: {error}") from error
        self._lines: dict[Place, int] = {}
        if node is not None:
            self._walk(node, ())

    def _walk(self, node: yaml.Node, place: Place) -> None:
        self._lines.setdefault(place, node.start_mark.line + 1)
        if isinstance(node, yaml.MappingNode):
            for key, value in node.value:
                inner = (*place, str(key.value))
                self._lines[inner] = key.start_mark.line + 1
                self._walk(value, inner)
        elif isinstance(node, yaml.SequenceNode):
            for index, value in enumerate(node.value):
                self._walk(value, (*place, index))

    def at(self, place: Sequence[str | int] = ()) -> str:
        """`file:line` of a value, or of the nearest one around it that stands in the file."""
        known = tuple(place)
        while known and known not in self._lines:
            known = known[:-1]
        return f"{self.path}:{self._lines.get(known, 1)}"

    def mapping(self) -> dict[str, Any]:
        """The whole as a mapping.

        Raises:
            YamlError: it is none.
        """
        if not isinstance(self.value, dict):
            raise YamlError(f"{self.at()}: expected a mapping of fields")
        return {str(key): value for key, value in self.value.items()}

    def mappings(self) -> list[dict[str, Any]]:
        """The whole as a list of mappings.

        Raises:
            YamlError: it is none.
        """
        if not isinstance(self.value, list) or not all(isinstance(item, dict) for item in self.value):
            raise YamlError(f"{self.at()}: expected a list of mappings")
        return self.value

    def describe(self, error: ValidationError, *, under: Place = ()) -> str:
        """The errors of a validation in one line, each with file, line and field."""
        parts = []
        for item in error.errors():
            place = (*under, *item["loc"])
            field = ".".join(str(part) for part in item["loc"])
            parts.append(f"{self.at(place)}: {field}: {item['msg']}" if field else f"{self.at(place)}: {item['msg']}")
        return "; ".join(parts)
