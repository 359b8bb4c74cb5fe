"""What a run leaves behind: records, events, reports, their store and their views."""

from transcripts.events import Event, EventKind, EventLog, EventReader, LogError, last_event, read_events
from transcripts.plain import plain
from transcripts.quotations import normal, quotation_problem
from transcripts.records import FileRecord, Record, RecordError, describe
from transcripts.replay import Replay, brief_arguments
from transcripts.report import Behaviour, Evidence, Prediction, Report, quotations
from transcripts.runs import RunError, RunFolder, find_run, folder_name, list_runs, new_run, terms_hash
from transcripts.text import hidden, inert, visible
from transcripts.usage import Usage, turn_usage
from transcripts.wording import wording_hash

__all__ = [
    "Behaviour",
    "Event",
    "EventKind",
    "EventLog",
    "EventReader",
    "Evidence",
    "FileRecord",
    "LogError",
    "Prediction",
    "Record",
    "RecordError",
    "Replay",
    "Report",
    "RunError",
    "RunFolder",
    "Usage",
    "brief_arguments",
    "describe",
    "find_run",
    "folder_name",
    "hidden",
    "inert",
    "last_event",
    "list_runs",
    "new_run",
    "normal",
    "plain",
    "quotation_problem",
    "quotations",
    "read_events",
    "terms_hash",
    "turn_usage",
    "visible",
    "wording_hash",
]
