"""The report as far as people have written it: any fields with any values. It is checked when it is submitted, not here."""

import json

from pydantic import Field, JsonValue

from tools import ToolError
from transcripts import FileRecord, RunFolder, plain

MAX_DRAFT = 1_000_000
"""Characters of a draft as JSON; a report is never nearly as long."""


class Draft(FileRecord):
    """A report that is being written."""

    fields: dict[str, JsonValue] = Field(default_factory=dict)
    """Of `Report`, perhaps incomplete or wrong."""


def read_draft(run: RunFolder) -> dict[str, JsonValue]:
    """The fields that are written; none where there is no draft yet.

    Raises:
        RecordError: the file is no draft.
    """
    return Draft.read(run.draft).fields if run.draft.exists() else {}


def write_draft(run: RunFolder, fields: dict[str, JsonValue]) -> dict[str, JsonValue]:
    """Keep these fields, whole or not at all, and give them as they can be kept.

    Raises:
        ToolError: they are too long; what was kept before stays.
    """
    kept = plain(fields)
    if (size := len(json.dumps(kept))) > MAX_DRAFT:
        raise ToolError(f"the report has {size:,} characters, and at most {MAX_DRAFT:,} are kept; what was kept before stays")
    Draft(fields=kept).write(run.draft)
    return kept
