"""Run folders: where each part of a run lies, and which runs there are. It reads no event."""

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path


class RunError(ValueError):
    """A run cannot be found or used; the message says which runs there are."""


@dataclass(frozen=True)
class RunFolder:
    """One run on disk."""

    path: Path

    @property
    def id(self) -> str:
        """The run's id: the name of its folder."""
        return self.path.name

    @property
    def spec(self) -> Path:
        """What was asked for."""
        return self.path / "spec.json"

    @property
    def events(self) -> Path:
        """The truth about the run; everything else is derived from it."""
        return self.path / "events.jsonl"

    @property
    def graph(self) -> Path:
        """The agent loop's checkpoints."""
        return self.path / "graph.sqlite"

    @property
    def draft(self) -> Path:
        """The report as far as people have written it."""
        return self.path / "draft.json"

    @property
    def report(self) -> Path:
        """The sealed report."""
        return self.path / "report.json"

    @property
    def score(self) -> Path:
        """The score."""
        return self.path / "score.json"

    @property
    def earlier_scores(self) -> list[Path]:
        """Scores that a later one has taken the place of, oldest first."""
        return sorted(self.path.glob("score-*.json"))

    @property
    def concern(self) -> Path:
        """How much its report should worry, where it was one of many that were ranked."""
        return self.path / "concern.json"

    @property
    def team(self) -> Path:
        """What became of the team whose reports this run's auditor is given."""
        return self.path / "team.json"

    @property
    def done(self) -> Path:
        """Written last: the run is over."""
        return self.path / "done"

    @property
    def finished(self) -> bool:
        """Whether the run is over."""
        return self.done.exists()


def list_runs(root: Path) -> list[RunFolder]:
    """The runs under `root`, oldest first by name."""
    return [RunFolder(path.parent) for path in sorted(root.glob("*/spec.json"))]


def no_run(roots: Sequence[Path]) -> str:
    """That there is no run right under these folders, and in which folders below, such as a sweep's, there are some."""
    below = sorted({str(path.parent.parent) for root in roots for path in root.glob("*/*/spec.json")})
    return f"no run under {', '.join(map(str, roots))}" + (f"; there are some in {', '.join(below)}" if below else "")


def find_run(name: str, root: Path) -> RunFolder:
    """The run of that id, folder, or unambiguous beginning of an id; `last` is the newest.

    Raises:
        RunError: none or several fit.
    """
    if (Path(name) / "spec.json").is_file():
        return RunFolder(Path(name))
    runs = list_runs(root)
    if name == "last" and runs:
        return max(runs, key=lambda run: run.spec.stat().st_mtime)
    fits = [run for run in runs if run.id == name] or [run for run in runs if run.id.startswith(name)]
    if len(fits) == 1:
        return fits[0]
    listed = ", ".join(run.id for run in (fits or runs)[-8:]) or "none yet"
    raise RunError(f"{'several runs' if fits else 'no run'} {name!r} under {root}; {'they are' if fits else 'known'}: {listed}")


def folder_name(text: str) -> str:
    """The text with nothing in it that a folder's name should not hold."""
    return re.sub(r"[^\w.-]+", "-", text)


def terms_hash(text: str) -> str:
    """Digits that tell different terms apart in the names of folders."""
    return hashlib.sha256(text.encode()).hexdigest()[:6]


def new_run(root: Path, stem: str) -> RunFolder:
    """A fresh folder `<stem>-<number>`, made so that two processes never share one."""
    root.mkdir(parents=True, exist_ok=True)
    stem, number = folder_name(stem), 1
    while True:
        path = root / f"{stem}-{number:03d}"
        try:
            path.mkdir()
        except FileExistsError:
            number += 1
        else:
            return RunFolder(path)
