"""Finds the organisms of a game in a process of its own: recipes say what was trained, and the server must not have read them."""

import multiprocessing
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from game.web.game_file import GameError
from transcripts import Record


class Found(Record):
    """An organism that is built."""

    id: str
    recipe: str | None
    """Null where it was asked for by its id."""


def find_built(names: Sequence[str], cache: Path) -> dict[str, Found]:
    """The organisms by the names that the game's file has for them.

    Args:
        names: recipes, their `.yaml` files, or ids of built organisms.
        cache: where built organisms lie.

    Raises:
        GameError: one is unknown, or not built.
    """
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as process:
        found = process.submit(_find, tuple(dict.fromkeys(names)), cache).result()
    if isinstance(found, str):
        raise GameError(found)
    return found


def _find(names: Sequence[str], cache: Path) -> dict[str, Found] | str:
    """What was found, or why not: an error of its own kind would bring its module with it."""
    from game.organisms import find_organism
    from organism import OrganismError
    from organism.foundry import RecipeError, WorldError

    found = {}
    try:
        for name in names:
            wanted = find_organism(name, cache)
            if not wanted.built(cache):
                return f"{name} is not built, and teams do not wait for a build; first: auditgame build {name}"
            found[name] = Found(id=wanted.id, recipe=wanted.name)
    except (OrganismError, RecipeError, WorldError) as error:
        return str(error)
    return found
