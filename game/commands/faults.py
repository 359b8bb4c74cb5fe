"""Turns the errors that a user can mend into one line and exit code 2. Bugs go through with their traceback."""

import errno
import sys
from typing import Any, NoReturn

import typer
from typer.core import TyperGroup

EXPECTED = {
    "agent.brain": ("BrainError",),
    "game.evaluation.grading": ("EvaluationError",),
    "game.exporting.exporters": ("ExportError",),
    "game.exporting.inspect_log": ("InspectMissingError",),
    "game.figure_style": ("FigureError",),
    "game.judge": ("JudgeError", "UnjudgedError"),
    "game.people.import_file": ("ImportFileError",),
    "game.people.runs": ("TeamNameError",),
    "game.purse": ("PurseSpentError",),
    "game.query.ask": ("QueryError",),
    "game.rules": ("RulesError",),
    "game.redteam.seeds": ("SeedsError",),
    "game.structured": ("UnreadableError",),
    "game.sweep.file": ("SweepError",),
    "game.sweep.ray_cluster": ("ClusterError",),
    "game.team": ("TeamError",),
    "game.techniques.study": ("UnknownTechniqueError",),
    "game.web.game_file": ("GameError",),
    "organism.foundry.lora.errors": ("LoraError",),
    "organism.foundry.pairs": ("NoPairsError",),
    "organism.foundry.recipe": ("RecipeError",),
    "organism.foundry.universe.budget": ("BudgetSpentError",),
    "organism.foundry.universe.generate": ("LossError",),
    "organism.foundry.universe.universe": ("UniverseError",),
    "organism.foundry.universe.writer": ("WriterError",),
    "organism.foundry.world": ("WorldError",),
    "organism.journal": ("JournalError",),
    "organism.places": ("OrganismError",),
    "tools.context": ("ToolError",),
    "tools.tool": ("UnknownToolError",),
    "transcripts.events": ("LogError",),
    "transcripts.records": ("RecordError",),
    "transcripts.runs": ("RunError",),
}
"""Errors by module. Named, not imported: a module that nothing has imported cannot have raised, and importing it takes seconds."""

STOPPED = 130
"""Exit code after Ctrl-C, as a shell gives it."""
DISK = {errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EACCES, errno.EPERM, errno.ENOENT, errno.ENOTDIR, errno.EISDIR, errno.EMFILE}
"""Operating-system errors whose own message says what is wrong."""


class Commands(TyperGroup):
    """The group of all commands, with one place for errors."""

    def invoke(self, ctx: Any) -> Any:
        """Run the command; see the module."""
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt:
            fail("stopped; what is finished is kept, and the same command does the rest", STOPPED)
        except Exception as error:
            if not is_expected(error):
                raise
            fail(_line(error), 2)


def is_expected(error: BaseException) -> bool:
    """Whether the user, not a developer, can mend this."""
    if isinstance(error, OSError) and error.errno in DISK:
        return True
    kinds = tuple(getattr(sys.modules[module], name) for module, names in EXPECTED.items() if module in sys.modules for name in names)
    return isinstance(error, kinds)


def fail(line: str, code: int) -> NoReturn:
    """Say it on stderr and leave."""
    sys.stderr.write(f"auditgame: {line}\n")
    raise typer.Exit(code)


def _line(error: BaseException) -> str:
    from transcripts import visible

    return visible(" ".join(str(error).split()) or type(error).__name__)
