"""What pages show of a run's spec beside its summary; the whole record would load every library an audit needs."""

from datetime import datetime

from pydantic import BaseModel, ValidationError

from tools import Budget
from transcripts import RecordError, RunFolder, describe


class ForkedFrom(BaseModel):
    """Where the run branched off."""

    run: str
    event: int


class Asked(BaseModel):
    """What was asked for."""

    budget: Budget
    affordances: tuple[str, ...] = ()
    focus: str = ""
    members: tuple[str, ...] = ()
    created: datetime
    version: str
    forked_from: ForkedFrom | None = None


def read_asked(run: RunFolder) -> Asked:
    """What was asked for.

    Raises:
        RecordError: the spec cannot be read.
    """
    try:
        return Asked.model_validate_json(run.spec.read_bytes())
    except ValidationError as error:
        raise RecordError(f"{run.spec}: {describe(error)}") from error
