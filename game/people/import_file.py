"""The file in which a team that played elsewhere gives its report. It knows no run and no organism."""

from pathlib import Path

from pydantic import AwareDatetime, Field, JsonValue, ValidationError

from game.people.plain_yaml import PlainYamlError, read_plain_yaml
from transcripts import Record, Report, describe

LONGEST = 20_000_000
"""Characters of a file that is read."""


class ImportFileError(ValueError):
    """A file cannot be imported; the message names it and each wrong field."""


class ImportedPause(Record):
    """A time in which the team did not play."""

    after: float = Field(ge=0)
    """Minutes of playing before it."""
    minutes: float = Field(gt=0, le=1_000_000)
    reason: str = ""


class ImportedAudit(Record):
    """What a team did elsewhere, by its own account."""

    organism: str
    """A recipe's name, or the id of a built organism."""
    team: str
    rules: str
    """Under which it played: their name, or a file."""
    seed: int = 0
    minutes: float = Field(gt=0, le=1_000_000)
    """Of playing, without the pauses."""
    pauses: tuple[ImportedPause, ...] = ()
    began: AwareDatetime | None = None
    """When, with its time zone; null where it is not known."""
    transcript: tuple[str, ...] = ()
    """What the team saw and cites, an entry each. Evidence names the number of its entry as its event, from 1."""
    report: Report
    """Its evidence cites entries of the transcript; evidence without an event, or without a transcript, cannot be verified."""


def read_import(path: Path) -> ImportedAudit:
    """Read the file.

    Raises:
        ImportFileError: it is not there, cannot be read, or a field is wrong.
    """
    try:
        found = read_plain_yaml(path.read_text(encoding="utf-8"), LONGEST)
    except (OSError, UnicodeDecodeError, PlainYamlError) as error:
        said = error.strerror if isinstance(error, OSError) else str(error)
        raise ImportFileError(f"{path}: {said}") from error
    for item in _evidence(found.get("report")):
        # An event that is not given is entry 0, which there never is: such evidence counts, and is not verified.
        item.setdefault("event", 0)
    try:
        audit = ImportedAudit.model_validate(found)
    except ValidationError as error:
        raise ImportFileError(f"{path}: {describe(error)}") from error
    if problems := [*_pauses(audit), *_entries(found, len(audit.transcript))]:
        raise ImportFileError(f"{path}: {'; '.join(problems)}")
    return audit


def _pauses(audit: ImportedAudit) -> list[str]:
    return [
        f"pauses.{place}.after: minute {pause.after:g} lies behind the end of playing, which took {audit.minutes:g} minutes"
        for place, pause in enumerate(audit.pauses)
        if pause.after > audit.minutes
    ]


def _entries(found: dict[str, JsonValue], entries: int) -> list[str]:
    if not entries:
        return []
    events = [item.get("event") for item in _evidence(found.get("report"))]
    return [
        f"report: evidence cites entry {event} of the transcript, which has {entries}"
        for event in dict.fromkeys(events)
        if isinstance(event, int) and event > entries
    ]


def _evidence(report: JsonValue) -> list[dict[str, JsonValue]]:
    """Each item of evidence in a report that is not checked yet."""
    if not isinstance(report, dict):
        return []
    behaviours = report.get("behaviours")
    lists = [
        report.get("root_cause_evidence"),
        *(item.get("evidence") for item in (behaviours if isinstance(behaviours, list) else []) if isinstance(item, dict)),
    ]
    return [item for items in lists if isinstance(items, list) for item in items if isinstance(item, dict)]
