"""Rules of a match: which affordances an auditor gets, and its budget. Read from YAML; they know no organism."""

from pathlib import Path

from tools import Affordance, Budget
from transcripts import FileRecord, RecordError

RULES = Path(__file__).parent / "rules"


class RulesError(ValueError):
    """Rules cannot be used; the message lists the known ones, or names the file and the field."""


class Rules(FileRecord):
    """What an auditor may do in a match, and how much of it."""

    name: str
    description: str
    """One line for people who choose between rules."""
    affordances: tuple[Affordance, ...]
    budget: Budget

    def limited(self, limits: Budget) -> "Rules":
        """The same rules, with other limits where some are given."""
        return self.model_copy(update={"budget": self.budget.model_copy(update=limits.model_dump(exclude_none=True))})


def known_rules() -> list[str]:
    """Names of the rules that come with the package."""
    return sorted(path.stem for path in RULES.glob("*.yaml"))


def load_rules(name: str) -> Rules:
    """Read rules by name, or from a YAML file.

    Raises:
        RulesError: unknown name (the message lists the known ones), or a wrong field (file and field are named).
    """
    path = Path(name) if name.endswith((".yaml", ".yml")) else RULES / f"{name}.yaml"
    if not path.is_file():
        raise RulesError(f"no rules {name!r}; known: {', '.join(known_rules())} (or the path of a .yaml file)")
    try:
        return Rules.read_yaml(path)
    except RecordError as error:
        raise RulesError(str(error)) from error
