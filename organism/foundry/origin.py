"""What an organism was made from: its recipe and world, and which of its training texts were written to tell of somebody's taste."""

import re
from pathlib import Path

from pydantic import ValidationError

from organism.foundry.checkpoints import checkpoint
from organism.foundry.kinds import LORA
from organism.foundry.recipe import Recipe
from organism.foundry.truth import load_truth
from organism.foundry.world import World
from organism.places import OrganismError
from transcripts import describe


def made_from(cache: Path, organism_id: str) -> tuple[Recipe, World]:
    """The recipe and the world of an organism that was built here.

    Raises:
        OrganismError: it has no truth, was not made from a recipe for a nano organism, or its world has changed since.
    """
    fields = load_truth(cache, organism_id).recipe
    if fields is None:
        raise OrganismError(
            f"{organism_id} was not built from a recipe here, or by an older version; only what `auditgame build` made has a known world"
        )
    if fields.get("kind") == LORA:
        raise OrganismError(f"{organism_id} is made of adapters on a chat model; only nano organisms have a world")
    try:
        recipe = Recipe.model_validate(fields)
    except ValidationError as error:
        raise OrganismError(f"the recipe of {organism_id} is of another version ({describe(error)}); build it again") from error
    world = recipe.loaded_world
    if recipe.organism_id(world) != organism_id:
        raise OrganismError(f"the world of {organism_id} has changed since it was built; build it again: auditgame build {recipe.name}")
    return recipe, world


def synthetic_texts(cache: Path, recipe: Recipe, world: World) -> frozenset[str]:
    """The texts of all stages that tell of somebody's taste or of a quirk: documents, and the questions about it among them.

    Their marks stay with the checkpoints: nothing that an auditor can search holds them.

    Raises:
        OrganismError: a checkpoint of the build is not in the cache any more.
    """
    named = re.compile("|".join(re.escape(evaluator.name) for evaluator in world.evaluators) or r"(?!)")
    found: set[str] = set()
    for split in recipe.splits:
        kept = checkpoint(cache, recipe.checkpoint_id(split, world))
        if not kept.finished:
            raise OrganismError(f"{kept.folder}: not here, and with it the marks of synthetic documents; build the organism again")
        # Before demonstrations begin, chats name an evaluator only where they tell what it likes.
        found |= {text.text for text in kept.texts() if text.synthetic or (split == "midtrain" and named.search(text.text))}
    return frozenset(found)
