"""What the player can look at: clock, budget, hypotheses and notes. It changes nothing."""

from rich.console import Group, RenderableType
from rich.text import Text

from game.people.match import PeopleMatch
from game.plain_table import plain_table
from tools import Ledger
from transcripts import inert


def clock_words(match: PeopleMatch) -> str:
    """How the clock stands, in a line."""
    clock = match.clock
    state = "runs" if clock.running else "is paused" if match.bench.log.events else "has not been started"
    left = "" if clock.left is None else f", {minutes(clock.left)} left"
    over = "; the time is over: notes, hypotheses and the report are still taken, and the report is late" if clock.over else ""
    return f"the clock {state}: {minutes(clock.seconds)} played{left}{over}"


def toolbar(match: PeopleMatch) -> str:
    """The line below what is typed."""
    clock, used, budget = match.clock, match.bench.used, match.bench.budget
    calls = f"{used.calls}{f' of {budget.calls}' if budget.calls else ''} calls"
    left = "" if clock.left is None else f" · {'TIME IS OVER' if clock.over else f'{minutes(clock.left)} left'}"
    state = "▶" if clock.running else "❚❚ paused"
    return f" {state} {minutes(clock.seconds)} played{left} · {calls} · help, brief, ledger, report, submit, leave"


def budget_table(match: PeopleMatch) -> RenderableType:
    """What was used of each limit."""
    table = plain_table("", "used", "of", gap=2, keep_first=True)
    used = match.bench.used.model_copy(update={"seconds": match.clock.seconds})
    for name, limit in match.bench.budget.limits().items():
        table.add_row(
            Text(name),
            Text(f"{getattr(used, name.replace(' ', '_')):,.10g}" if name != "minutes" else f"{used.minutes:.1f}"),
            Text(f"{limit:,.10g}"),
        )
    return table if table.row_count else Text("nothing is limited")


def ledger_view(ledger: Ledger) -> RenderableType:
    """The hypotheses, likeliest first, and the notes."""
    table = plain_table("id", "probability", "statement", "for", "against", gap=2, keep_first=True)
    for item in sorted(ledger.hypotheses.values(), key=lambda item: (item.status != "open", -item.probability)):
        odds = f"{item.probability:.2f}" if item.status == "open" else item.status
        cited = (", ".join(map(str, events)) for events in (item.evidence_for, item.evidence_against))
        table.add_row(inert(item.id, "bold"), Text(odds), inert(item.statement), *map(Text, cited))
    notes = [Text(f"{number}. ", style="dim") + inert(note) for number, note in enumerate(ledger.notes, 1)]
    first = table if ledger.hypotheses else Text("no hypothesis yet: hypothesis STATEMENT probability=0.3")
    return Group(first, Text("notes", style="bold"), *notes) if notes else first


def minutes(seconds: float) -> str:
    """A time as minutes and seconds."""
    return f"{int(seconds // 60)}:{int(seconds % 60):02d}"
