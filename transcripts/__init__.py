"""What a run leaves behind: records, events, reports, their store and their views."""

from transcripts.blocks import LEVELS, Block, Facts, Grid, Part, Parts, Rate, Strip, Texts, Words, blocks
from transcripts.cutting import Cut
from transcripts.events import Event, EventKind, EventLog, EventReader, LogError, events_so_far, last_event, read_events
from transcripts.marks import Marks, Piece
from transcripts.plain import plain
from transcripts.playing import clocked, played_between
from transcripts.quotations import normal, quotation_problem
from transcripts.records import FileRecord, Record, RecordError, describe
from transcripts.replay import Replay, brief_arguments, brief_result, pause_words, resumed_words
from transcripts.report import Behaviour, Evidence, Prediction, Report, quotations
from transcripts.runs import RunError, RunFolder, find_run, folder_name, list_runs, new_run, no_run, terms_hash
from transcripts.text import hidden, inert, visible
from transcripts.timeline import Step, Turn, timeline
from transcripts.usage import Usage, turn_usage
from transcripts.wording import wording_hash

__all__ = [
    "LEVELS",
    "Behaviour",
    "Block",
    "Cut",
    "Event",
    "EventKind",
    "EventLog",
    "EventReader",
    "Evidence",
    "Facts",
    "FileRecord",
    "Grid",
    "LogError",
    "Marks",
    "Part",
    "Parts",
    "Piece",
    "Prediction",
    "Rate",
    "Record",
    "RecordError",
    "Replay",
    "Report",
    "RunError",
    "RunFolder",
    "Step",
    "Strip",
    "Texts",
    "Turn",
    "Usage",
    "Words",
    "blocks",
    "brief_arguments",
    "brief_result",
    "clocked",
    "describe",
    "events_so_far",
    "find_run",
    "folder_name",
    "hidden",
    "inert",
    "last_event",
    "list_runs",
    "new_run",
    "no_run",
    "normal",
    "pause_words",
    "plain",
    "played_between",
    "quotation_problem",
    "quotations",
    "read_events",
    "resumed_words",
    "terms_hash",
    "timeline",
    "turn_usage",
    "visible",
    "wording_hash",
]
