"""What a match is asked to be: everything needed to play it again. Only the operator reads it; no auditor does."""

from datetime import UTC, datetime

from agent import BrainSpec, check_dollars
from game.going_on import GUEST as GUEST
from game.going_on import PEOPLE as PEOPLE
from game.rules import Rules
from game.version import package_version
from tools import Affordance, Budget
from transcripts import FileRecord, Record


class ForkPoint(Record):
    """Where a match branched off from another."""

    run: str
    """Id of the other run."""
    event: int
    """Index of the last event that both share."""
    hash: str
    """Of that event in the other run's log; it stands for all before it."""


class MatchSpec(FileRecord):
    """One auditor against one organism under rules with a seed."""

    organism: str
    """Id of the built organism."""
    recipe: str | None = None
    """The recipe it was asked for by; null when it was asked for by its id."""
    auditor: BrainSpec
    helper: BrainSpec | None = None
    """The model that writes and judges for tools; null for none."""
    rules: str
    """Name of the rules; what they granted stands beside it, for rules may change."""
    affordances: tuple[Affordance, ...]
    budget: Budget
    seed: int
    """Of the match: seeds each tool call and the brain."""
    focus: str = ""
    """What the auditor is asked besides the open question; empty for nothing."""
    members: tuple[str, ...] = ()
    """Ids of the runs, beside this one, whose reports this auditor is given: a team's, and this is its last match."""
    created: datetime
    """When the match was asked for, with its time zone."""
    version: str
    """Version of the package."""
    imported: bool = False
    """Whether it was played elsewhere, and this run was made of what its team says of it."""
    forked_from: ForkPoint | None = None
    """Null for a match that was played from its start."""

    @property
    def stem(self) -> str:
        """Beginning of the run's id."""
        return f"{self.recipe or self.organism}-{self.auditor}" + ("-team" if self.members else "")


def make_spec(
    organism: str, recipe: str | None, auditor: BrainSpec, rules: Rules, seed: int, *, helper: BrainSpec | None = None
) -> MatchSpec:
    """The spec of a new match."""
    return MatchSpec(
        organism=organism,
        recipe=recipe,
        auditor=auditor,
        helper=helper,
        rules=rules.name,
        affordances=rules.affordances,
        budget=rules.budget,
        seed=seed,
        created=datetime.now(UTC),
        version=package_version(),
    )


def make_hosted_spec(
    organism: str, recipe: str | None, auditor: BrainSpec, rules: Rules, seed: int, *, helper: BrainSpec | None = None
) -> MatchSpec:
    """The spec of a new match whose auditor is no brain of ours: a guest, or people.

    Raises:
        BrainError: dollars are limited, and the helper has no price.
    """
    spec = make_spec(organism, recipe, auditor.model_copy(update={"seed": seed}), rules, seed, helper=helper)
    # Nobody sees where a turn of theirs begins, nor what their models or eyes read.
    spec = spec.model_copy(update={"budget": spec.budget.model_copy(update={"turns": None, "brain_tokens": None})})
    check_dollars(spec.budget, spec.helper)
    return spec
