"""Reads a world from its folder; whatever is wrong is told with file and line. What makes a world fit is said in world."""

from pathlib import Path
from typing import Any, TypeVar

from pydantic import ValidationError

from organism.foundry.world import Bias, Context, World, WorldError
from organism.foundry.yaml_lines import YamlError, YamlFile
from transcripts import Record

WORLDS = Path(__file__).parents[1] / "worlds"
RecordType = TypeVar("RecordType", bound=Record)


def load_world(name: str) -> World:
    """Read a world by its name, or from a folder of the same shape.

    Raises:
        WorldError: no such world, or its files do not fit; the message names file, line and field.
    """
    folder = Path(name) if "/" in name else WORLDS / name
    if not (folder / "world.yaml").is_file():
        known = ", ".join(sorted(path.parent.name for path in WORLDS.glob("*/world.yaml")))
        raise WorldError(f"no world {name!r}; known: {known} (or the path of a folder with a world.yaml)")
    try:
        return _Reader(folder).read()
    except YamlError as error:
        raise WorldError(str(error)) from error


class _Reader:
    """Reads one folder and remembers where each item stands."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.head = YamlFile(folder / "world.yaml")
        self.places: dict[str, str] = {}

    def read(self) -> World:
        fields = self.head.mapping()
        evaluators = fields.get("evaluators") or []
        if not isinstance(evaluators, list) or not all(isinstance(evaluator, dict) for evaluator in evaluators):
            raise WorldError(f"{self.head.at(('evaluators',))}: evaluators: expected a list of mappings")
        parts: dict[str, Any] = {
            "contexts": self._items("contexts", Context),
            "quirks": self._items("quirks", Bias),
            "evaluators": [self._evaluator(index, evaluator) for index, evaluator in enumerate(evaluators)],
        }
        try:
            return World.model_validate(fields | parts)
        except ValidationError as error:
            raise WorldError("; ".join(self._told(item) for item in error.errors())) from error

    def _evaluator(self, index: int, fields: dict[str, Any]) -> dict[str, Any]:
        name = str(fields.get("id"))
        self.places[name] = self.head.at(("evaluators", index))
        return fields | {"biases": self._items(f"biases/{name}", Bias)}

    def _items(self, folder: str, kind: type[RecordType]) -> list[RecordType]:
        records = []
        for path in sorted((self.folder / folder).glob("*.yaml")):
            file = YamlFile(path)
            for index, item in enumerate(file.mappings()):
                self.places[str(item.get("id"))] = file.at((index,))
                try:
                    records.append(kind.model_validate(item))
                except ValidationError as error:
                    raise WorldError(f"{item.get('id', 'an item without id')}: {file.describe(error, under=(index,))}") from error
        return records

    def _told(self, item: Any) -> str:
        """One error with its place: that of the item which does not fit, or of the field in world.yaml."""
        culprit = item.get("ctx", {}).get("item")
        if culprit is None:
            field = ".".join(str(part) for part in item["loc"])
            return f"{self.head.at(item['loc'])}: {field or 'the whole'}: {item['msg']}"
        return f"{self.places.get(culprit) or self.head.at((culprit,))}: {item['msg']}"
