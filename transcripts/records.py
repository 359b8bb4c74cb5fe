"""The base of every record that is written to disk. It knows no particular record."""

from pathlib import Path
from typing import Literal, Self

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError


class RecordError(ValueError):
    """A file does not hold the record it should; the message names the file and each wrong field."""


class Record(BaseModel):
    """A frozen record: unknown fields are refused, attribute docstrings become field descriptions."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)


class FileRecord(Record):
    """A record that is a whole file of its own and therefore carries the version of its schema."""

    schema_version: Literal[1] = 1
    """Version of the file's schema; a newer one is refused rather than half understood."""

    @classmethod
    def read(cls, path: Path) -> Self:
        """Read the record from a JSON file.

        Raises:
            RecordError: the file is missing, is not JSON, or a field is wrong.
        """
        if not path.is_file():
            raise RecordError(f"{path}: no such file")
        try:
            return cls.model_validate_json(path.read_bytes())
        except ValidationError as error:
            raise RecordError(f"{path}: {describe(error)}") from error

    @classmethod
    def read_yaml(cls, path: Path) -> Self:
        """Read the record from a YAML file, as people write it.

        Raises:
            RecordError: the file is missing, is not YAML, or a field is wrong.
        """
        if not path.is_file():
            raise RecordError(f"{path}: no such file")
        try:
            return cls.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))
        except ValidationError as error:
            raise RecordError(f"{path}: {describe(error)}") from error
        except (yaml.YAMLError, UnicodeDecodeError) as error:
            raise RecordError(f"{path}: {' '.join(str(error).split())}") from error

    def write(self, path: Path) -> None:
        """Write the record as JSON, whole or not at all (a temporary file is renamed over `path`)."""
        path.parent.mkdir(parents=True, exist_ok=True)
        partial = path.with_name(path.name + ".partial")
        partial.write_text(self.model_dump_json(indent=2) + "\n", encoding="utf-8")
        partial.replace(path)


def describe(error: ValidationError) -> str:
    """The errors of a validation in one line, each with the path of its field; of a file of another version, only that it is one."""
    for item in error.errors():
        if item["loc"] == ("schema_version",):
            # What else is wrong follows from it.
            return f"schema_version: {item['msg']}: the file is of another version of auditgame; a newer one may read it"
    return "; ".join(f"{'.'.join(str(part) for part in item['loc']) or 'the whole'}: {item['msg']}" for item in error.errors())
