"""The report from the draft into the player's editor and back: nothing that was written is lost. It hands nothing in."""

from collections.abc import Callable
from pathlib import Path

import click

from game.people.console.form import form, problems, read_form
from game.people.console.screen import Screen
from game.people.match import PeopleMatch
from game.people.plain_yaml import PlainYamlError
from tools import SUBMIT, ToolError, citable
from transcripts import Report, quotation_problem, quotations

FILE = "report.yaml"
"""In the run's folder: what the editor shows."""
Edit = Callable[[Path], None]
"""Opens an editor on a file, and comes back when it is closed."""


class EditorError(RuntimeError):
    """The editor cannot be opened; the message says what to do."""


def open_editor(path: Path) -> None:
    """Open the player's own editor: $VISUAL, $EDITOR, or what this machine has.

    Raises:
        EditorError: it failed.
    """
    try:
        click.edit(filename=str(path))
    except click.ClickException as error:
        raise EditorError(f"{error.format_message()}; set $EDITOR to another, or write {path} yourself and give `report` again") from error


class ReportWriting:
    """Lets a player write the report of a match.

    Args:
        match: whose draft is written.
        screen: what the player sees.
        edit: opens the editor.
    """

    def __init__(self, match: PeopleMatch, screen: Screen, edit: Edit) -> None:
        self._match, self._screen, self._edit = match, screen, edit
        self._path = match.run.path / FILE
        self._tool = match.bench.tools[SUBMIT]

    def write(self) -> bool:
        """Open the editor once, and keep what it leaves; whether that is a report that could be handed in."""
        if self._readable():
            self._path.write_text(form(self._tool, self._match.draft), encoding="utf-8")
        try:
            self._edit(self._path)
        except EditorError as error:
            self._screen.wrong(str(error))
            return False
        return self._take()

    def told(self) -> bool:
        """Tell what keeps the draft from being a report, and which of its quotations do not hold; whether it is one."""
        wrong = problems(self._tool.parameters, self._match.draft)
        for line in wrong:
            self._screen.wrong(f"  {line}")
        if not wrong:
            self._tell_quotations(Report.model_validate(self._match.draft))
        return not wrong

    def _readable(self) -> bool:
        """Whether the file holds nothing that the draft does not: one that could not be read is opened as it is."""
        if not self._path.exists():
            return True
        try:
            read_form(self._path.read_text(encoding="utf-8", errors="replace"))
        except PlainYamlError:
            return False
        return True

    def _take(self) -> bool:
        try:
            self._match.save_draft(read_form(self._path.read_text(encoding="utf-8", errors="replace")))
        except (PlainYamlError, ToolError, OSError) as error:
            self._screen.wrong(f"the report is not taken: {error}")
            self._screen.say(f"what you wrote is kept in {self._path}")
            return False
        if not self.told():
            self._screen.say("the draft is kept, but this is no report yet")
            return False
        self._screen.say("the draft is kept; hand it in with: submit", "green")
        return True

    def _tell_quotations(self, report: Report) -> None:
        for evidence in quotations(report):
            if problem := quotation_problem(evidence, self._match.bench.log.events, citable):
                self._screen.say(f"  a quotation does not hold, {problem}: {evidence.quotation[:80]!r}", "yellow")
