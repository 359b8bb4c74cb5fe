"""The matches of a sweep: what its file names is looked up, checked and crossed. It builds nothing and pays nothing."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import product
from pathlib import Path
from typing import TypeVar

from agent import BrainError, BrainSpec, check_dollars, check_spec, make_brain, warn_unknown
from game.helping import make_helper
from game.organisms import Wanted, find_organism, side_by_side_labels
from game.rules import Rules, RulesError, load_rules
from game.spec import MatchSpec, make_spec
from game.sweep.file import SweepError, SweepFile, load_sweep
from organism import OrganismError
from organism.foundry import RecipeError, WorldError
from tools import Budget
from transcripts import RecordError, folder_name, terms_hash

T = TypeVar("T")


@dataclass(frozen=True)
class Cell:
    """One match of a sweep, whether it was played or not."""

    organism: str
    """As the sweep's tables call it."""
    auditor: str
    spec: MatchSpec

    @property
    def name(self) -> str:
        """Of its run's folder: the same terms always lead to the same one, in whatever file they stand."""
        # Fields that later versions add to a spec must not change the names of matches that do not use them.
        terms = self.spec.model_dump_json(exclude={"created", "version", "recipe"}, exclude_defaults=True)
        return folder_name(f"{self.spec.stem}-{self.spec.rules}-seed-{self.spec.seed}-{terms_hash(terms)}")


@dataclass(frozen=True)
class Grid:
    """A sweep whose names are all known."""

    file: SweepFile
    organisms: tuple[Wanted, ...]
    rules: tuple[Rules, ...]
    """With the limits of the file."""

    @property
    def cells(self) -> list[Cell]:
        """Every match. Those of one organism follow each other: it is loaded once."""
        labels = side_by_side_labels([(wanted.name or wanted.id, wanted.id) for wanted in self.organisms])
        auditors = list(zip(auditor_labels(self.file.auditors), self.file.auditors, strict=True))
        return [
            Cell(label, name, make_spec(wanted.id, wanted.name, _seeded(auditor, seed), rules, seed, helper=self.file.helper))
            for (label, wanted), seed, rules, (name, auditor) in product(
                zip(labels, self.organisms, strict=True), self.file.seeds, self.rules, auditors
            )
        ]


def auditor_labels(auditors: Sequence[BrainSpec]) -> list[str]:
    """How auditors beside each other are told apart: by their names, and by their options where names are alike."""
    names = [str(auditor) for auditor in auditors]
    given = [auditor.model_dump(exclude={"kind", "model", "seed"}, exclude_defaults=True, mode="json") for auditor in auditors]
    told = [", ".join(f"{key} {value}" for key, value in options.items()) for options in given]
    return [name if names.count(name) == 1 or not options else f"{name} ({options})" for name, options in zip(names, told, strict=True)]


def _seeded(auditor: BrainSpec, seed: int) -> BrainSpec:
    return auditor.model_copy(update={"seed": seed})


def read_grid(path: Path, cache: Path) -> Grid:
    """Read a sweep's file and look up what it names.

    Raises:
        SweepError: a wrong field, or an unknown name; file and field are named.
    """
    return make_grid(load_sweep(path), path, cache)


def make_grid(file: SweepFile, source: Path | str, cache: Path) -> Grid:
    """Look up what a sweep names.

    Args:
        file: the sweep's terms.
        source: where they come from, for errors.
        cache: where built organisms lie.

    Raises:
        SweepError: an unknown name; source and field are named.
    """
    organisms = [
        _known(source, "organisms", partial(find_organism, name, cache, seed=seed))
        for name in file.organisms
        for seed in file.build_seeds or (None,)
    ]
    rules = [_known(source, "rules", partial(load_rules, name)).limited(file.limits) for name in file.rules]
    if file.build_seeds and (built := [wanted.id for wanted in organisms if wanted.recipe is None]):
        raise SweepError(f"{source}: build_seeds: {built[0]} is built already; name its recipe instead of its id")
    for field, names in (("organisms", [wanted.id for wanted in organisms]), ("rules", [item.name for item in rules])):
        if twice := [name for place, name in enumerate(names) if name in names[:place]]:
            raise SweepError(f"{source}: {field}: two of them are the same: {twice[0]}")
    for field, spec in _models(file):
        _known(source, field, partial(check_spec, spec))
        for item in rules:
            _known(source, field, partial(check_dollars, item.budget, spec))
        _known(source, field, partial(check_dollars, Budget(dollars=file.budget.dollars), spec))
    return Grid(file, tuple(organisms), tuple(rules))


def check_models(grid: Grid, source: Path | str) -> None:
    """Check that all models can be asked, as far as that can be known without asking them; it warns of unknown ones.

    Raises:
        SweepError: a key is missing.
    """
    for field, spec in _models(grid.file):
        warn_unknown(spec)
        if field == "helper":
            _known(source, field, partial(make_helper, spec))
        else:
            _known(source, field, partial(make_brain, spec))


def _models(file: SweepFile) -> Iterator[tuple[str, BrainSpec]]:
    """All models of a file, each with the field that names it."""
    yield from (("auditors", spec) for spec in file.auditors)
    if file.helper:
        yield "helper", file.helper


def _known(source: Path | str, field: str, look_up: Callable[[], T]) -> T:
    """What a look-up finds; an error is the field's."""
    try:
        return look_up()
    except (BrainError, OrganismError, RecipeError, RecordError, RulesError, WorldError) as error:
        raise SweepError(f"{source}: {field}: {error}") from error
