"""What a model has said SAE features stand for: a journal beside the SAE, a line a feature. It asks no model."""

from pathlib import Path

from organism.journal import KeyedRecord
from organism.json_lines import parse_line


class FeatureDescription(KeyedRecord):
    """One feature in the words of a model; its id is the feature's number."""

    text: str
    by: str
    """Who said it, as `provider:model`."""


def read_descriptions(path: Path) -> dict[int, str]:
    """What is said of each feature so far, by its number; empty where nobody was asked.

    Raises:
        RecordError: a line holds no description; a last line that is torn, or still being written, is left out.
    """
    if not path.exists():
        return {}
    with path.open("rb") as file:
        lines = [parse_line(line, FeatureDescription, path, number) for number, line in enumerate(file, 1) if line.endswith(b"\n")]
    return {int(line.id): line.text for line in lines}
