"""Shows a build, a verification and an audit as they happen; plain lines where the output is no terminal. It decides nothing."""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Protocol

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn, TimeRemainingColumn
from rich.status import Status
from rich.text import Text

from tools import Tally
from transcripts import Event, Replay, inert

NAMES = {
    "model": "look the model over",
    "data": "write and index the data",
    "pretrain": "pre-training",
    "midtrain": "mid-training on documents",
    "sft": "supervised fine-tuning",
    "preference": "preference training",
    "adversarial": "adversarial training",
    "sae": "sparse autoencoder",
    "verify": "measure exploit rates",
    "labels": "ask what features stand for",
}
"""What a build's steps are called; a step without a name here is called as it is."""


class StepProgress(Protocol):
    """Told how a build comes along."""

    def __call__(self, step: str, done: int, total: int) -> None:
        """`done` of `total` units of `step`."""
        ...


@contextmanager
def live_build(console: Console, steps: Sequence[str], doing: str = "build") -> Iterator[StepProgress]:
    """A progress bar for each step of a build, or of what else is done in steps, with an estimate; yields what the build is to call."""
    if not console.is_terminal:
        yield _plain_build(console, doing)
        return
    columns = (TextColumn("{task.description:<26}"), BarColumn(), TextColumn("{task.percentage:>3.0f} %"), TimeElapsedColumn())
    with Progress(*columns, TextColumn("left"), TimeRemainingColumn(), console=console) as progress:
        tasks: dict[str, TaskID] = {step: progress.add_task(NAMES.get(step, step), total=None, start=False) for step in steps}
        begun: set[str] = set()

        def report(step: str, done: int, total: int) -> None:
            if step not in tasks:
                tasks[step] = progress.add_task(NAMES.get(step, step), total=None, start=False)
            if step not in begun:
                begun.add(step)
                progress.start_task(tasks[step])
            # A step of one unit has nothing to estimate from: its bar pulses until it is done.
            progress.update(tasks[step], completed=done, total=None if total == 1 and not done else total)

        yield report


def _plain_build(console: Console, doing: str) -> StepProgress:
    started: dict[str, float] = {}
    finished: set[str] = set()

    def report(step: str, done: int, total: int) -> None:
        name = NAMES.get(step, step)
        if done < total and step not in started:
            started[step] = time.monotonic()
            console.print(Text(f"{doing}: {name} …"))
        # The last unit of a training comes before the step's own end: only one of them is told.
        if done == total and step not in finished:
            finished.add(step)
            spent = f"{time.monotonic() - started[step]:.0f} s" if step in started else "there already"
            console.print(Text(f"{doing}: {name}: {spent}"))

    return report


@contextmanager
def live_audit(console: Console, before: Sequence[Event] = ()) -> Iterator[Callable[[Event], None]]:
    """A line for each event as it is logged, and below them what is going on; yields the log's listener.

    Args:
        console: for people.
        before: events of a run that goes on; they are not shown, but what they used is counted.
    """
    replay, started = Replay(), time.monotonic()
    events = list(before)
    tally = Tally()
    status = Status("the auditor begins", console=console) if console.is_terminal else None

    def listen(event: Event) -> None:
        events.append(event)
        for line in replay.show(event):
            console.print(line, soft_wrap=True)
        if status is not None:
            doing = f"running {event.data.get('tool')}" if event.kind == "call" else "deciding"
            used = tally.used(events)
            paid = f" · {used.dollars:.2f} dollars" if used.dollars else ""
            spent = f" · {used.turns} turns · {used.calls} calls{paid} · {time.monotonic() - started:.0f} s"
            status.update(inert(doing) + Text(spent))

    if status is None:
        yield listen
    else:
        with status:
            yield listen
