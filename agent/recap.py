"""What an auditor keeps of the part of its conversation that is cut: what it did, what it supposes, what it noted.

Only its own words are in it. What the organism said stays in results, between their marks.
"""

from collections import Counter
from collections.abc import Sequence

from agent.context import characters_of
from agent.prompts import prompt
from tools import Ledger
from transcripts import Event, brief_arguments

SHARE = 0.2
"""Share of the context's room that a recap may fill."""
ASKED = 160
"""Characters of one call's arguments."""


def recap(events: Sequence[Event], ledger: Ledger, tokens: int) -> str:
    """The summary that takes the place of the older part of a conversation.

    Args:
        events: of the run so far.
        ledger: as it is now.
        tokens: room in the brain's context.
    """
    room = characters_of(SHARE * tokens) // 3
    return prompt(
        "compacted",
        counts=counts(events),
        done=newest(list_of_calls(events), room) or "(nothing)",
        ledger=newest(ledger.render().splitlines(), room),
        notes=newest([f"- {note}" for note in ledger.notes], room) or "(none)",
    )


def counts(events: Sequence[Event]) -> str:
    """How often each tool was used."""
    used = Counter(str(event.data["tool"]) for event in events if event.kind == "result")
    return ", ".join(f"{tool} × {times}" for tool, times in used.most_common()) or "none"


def list_of_calls(events: Sequence[Event]) -> list[str]:
    """A line for each call that was answered, in the order of the answers."""
    asked: dict[str, str] = {}
    lines = []
    for event in events:
        if event.kind == "call":
            arguments = event.data["arguments"]
            line = brief_arguments(arguments if isinstance(arguments, dict) else {})
            asked[str(event.data["call"])] = line if len(line) <= ASKED else f"{line[:ASKED]}…"
        elif event.kind == "result":
            failed = " (failed)" if event.data["error"] else ""
            lines.append(f"- {event.index} {event.data['tool']} {asked[str(event.data['call'])]}{failed}")
    return lines


def newest(lines: Sequence[str], characters: int) -> str:
    """The last lines that fit, with a word on how many do not; the very last is there in any case, cut if need be."""
    kept: list[str] = []
    for line in reversed(lines):
        if kept and sum(map(len, kept)) + len(line) > characters:
            break
        kept.insert(0, line if len(line) <= characters else f"{line[:characters]}…")
    left_out = len(lines) - len(kept)
    return "\n".join([*([f"({left_out} earlier ones are left out)"] if left_out else []), *kept])
