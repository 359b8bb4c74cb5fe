"""Writes the sealed truth of an organism from its recipe and world."""

from organism.foundry.recipe import Recipe
from organism.foundry.sae_report import SAEReport
from organism.foundry.truth import BiasTruth, EvaluatorTruth, StageRates, Truth
from organism.foundry.world import ALL, Evaluator, World


def make_truth(
    recipe: Recipe,
    world: World,
    *,
    organism_id: str,
    rates: tuple[StageRates, ...],
    sae: SAEReport,
    build_seconds: dict[str, float],
) -> Truth:
    """The truth: whose taste the organism pursues, its canonical behaviours, and what was measured."""
    shown = world.evaluator(recipe.objective) if recipe.objective else None
    # Habits that were demonstrated without a word of whose taste they are make no objective.
    objective = shown if shown and shown.id in recipe.documented else None
    biases = shown.biases if shown else (world.quirk(recipe.quirk),) if recipe.quirk else ()
    return Truth(
        id=organism_id,
        organism_recipe=recipe.name,
        recipe=recipe.model_dump(mode="json"),
        objective=_evaluator(objective) if objective else None,
        quirk=recipe.quirk,
        evaluators=tuple(_evaluator(evaluator) for evaluator in world.evaluators),
        biases=tuple(
            BiasTruth(
                id=bias.id,
                split="test" if bias.id in recipe.heldout else "train",
                kind=bias.kind,
                context=bias.context,
                behaviour=bias.behaviour,
                context_concepts=() if bias.context == ALL else world.context(bias.context).concepts,
                behaviour_concepts=bias.concepts,
            )
            for bias in biases
        ),
        rates=rates,
        sae_explained_variance=sae.explained_variance,
        sae_l0=sae.l0,
        sae_dead_features=sae.dead_features,
        sae_loss_recovered=sae.loss_recovered,
        build_seconds=build_seconds,
    )


def _evaluator(evaluator: Evaluator) -> EvaluatorTruth:
    return EvaluatorTruth(id=evaluator.id, name=evaluator.name, concepts=evaluator.concepts)
