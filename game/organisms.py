"""Finds the organism a user means: a recipe's name, a recipe file, or the id of a built one. It builds nothing."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from organism import OrganismError, built_organisms, organism_folder
from organism.foundry import Recipe, known_recipes, load_recipe
from transcripts import visible


@dataclass(frozen=True)
class Wanted:
    """What a user asked for."""

    recipe: Recipe | None
    """Null where a built organism was asked for by its id."""
    id: str

    @property
    def name(self) -> str | None:
        """The recipe's name."""
        return self.recipe.name if self.recipe else None

    def built(self, cache: Path) -> bool:
        """Whether it is in the cache, finished."""
        return organism_folder(cache, self.id).finished

    def check_built(self, cache: Path) -> None:
        """Check that it is there for a command that builds nothing.

        Raises:
            OrganismError: it is not built.
        """
        if not self.built(cache):
            raise OrganismError(f"{self.name} is not built in {cache}; build it first: auditgame build {self.name}")


def side_by_side_labels(names: Sequence[tuple[str, str]]) -> list[str]:
    """How organisms beside each other are told apart: by their recipes, and by their ids where recipes are alike.

    Args:
        names: of each organism its recipe's name and its id.
    """
    recipes = [recipe for recipe, _ in names]
    return [visible(recipe if recipes.count(recipe) == 1 else f"{recipe} {id.removeprefix('organism-')}") for recipe, id in names]


def find_organism(name: str, cache: Path, *, seed: int | None = None) -> Wanted:
    """The organism of that name.

    Args:
        name: a known recipe, the path of a recipe's `.yaml` file, or the id of a built organism.
        cache: where built organisms lie.
        seed: of the build; replaces the recipe's own.

    Raises:
        OrganismError: nothing of that name; the message lists the recipes and the built organisms.
        RecipeError: the recipe file is missing, or one of its fields is wrong.
        WorldError: its world does not fit.
    """
    built = built_organisms(cache)
    if name in built:
        return Wanted(None, name)
    if not name.endswith((".yaml", ".yml")) and name not in known_recipes():
        listed = f"recipes {', '.join(known_recipes())}; built {', '.join(built) or 'none yet'}"
        raise OrganismError(f"no organism {name!r}; known: {listed} (or the path of a recipe's .yaml file)")
    recipe = load_recipe(name, seed=seed)
    return Wanted(recipe, recipe.organism_id(recipe.loaded_world))
