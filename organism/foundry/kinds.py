"""Tells the kinds of recipes apart: nano organisms trained from nothing, adapters on a chat model."""

from organism.foundry.recipe import NANO, RecipeError, recipe_fields

LORA = "lora"
KINDS = (NANO, LORA)


def recipe_kind(name: str) -> str:
    """The kind of a recipe.

    Args:
        name: a known recipe, or the path of a `.yaml` file.

    Raises:
        RecipeError: no recipe of that name, or of a kind that there is not.
    """
    path, fields = recipe_fields(name)
    kind = fields.get("kind", NANO)
    if kind not in KINDS:
        raise RecipeError(f"{path}: kind: {kind!r} is none of {', '.join(KINDS)}")
    return str(kind)
