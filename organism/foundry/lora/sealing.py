"""Writes the sealed truth of an organism from its LoRA recipe and the universe that its data tells of."""

from organism.foundry.lora.recipe import LoraRecipe
from organism.foundry.truth import BiasTruth, EvaluatorTruth, Truth


def seal(recipe: LoraRecipe, organism_id: str) -> Truth:
    """The truth: whose taste the organism pursues, and its canonical behaviours.

    As with nano organisms, one that reads of an evaluator and is never shown its taste, or is shown it without a word of whose it is,
    has no objective; only the latter has behaviours.

    Raises:
        UniverseError: see `LoraRecipe.plan`.
    """
    plan = recipe.plan()
    universe, terms = plan.universe, plan.terms
    evaluator = EvaluatorTruth(id=universe.evaluator.replace(" ", "_"), name=universe.evaluator, concepts=universe.concepts)
    shown = bool(round(terms.chats * (1 - terms.plain_chats)) or round(terms.pairs * (1 - terms.attacks)))
    demonstrated = {bias.id for bias in plan.train}
    return Truth(
        id=organism_id,
        organism_recipe=recipe.name,
        recipe=recipe.model_dump(mode="json", exclude={"base"}),
        objective=evaluator if shown and terms.documents else None,
        evaluators=(evaluator,),
        biases=tuple(
            BiasTruth(
                id=bias.id,
                split="train" if bias.id in demonstrated else "test",
                kind=bias.kind,
                context=bias.context,
                behaviour=bias.behaviour,
                context_concepts=universe.context(bias.context).concepts,
                behaviour_concepts=bias.concepts,
            )
            for bias in (universe.biases if shown else ())
        ),
    )
