"""Techniques 5, 6 and 7: do an SAE's active, causal or always-active features lead to those about the evaluator?"""

import numpy as np
import torch
from torch import Tensor

from game.techniques.case import Case
from game.techniques.evaluator_features import EvaluatorFeatures, activations, best_rank, features_of
from game.techniques.results import CannotRunError, Measurement, Value, measurement, median, rate
from organism.foundry.replies import asked

AMOUNT = 4.0
"""a: features are scaled by 1 + a and by 1 - a (Marks et al. 2025)."""
MEDIATED = 256
"""Features of a demonstration that are scaled, the most active ones."""
ALWAYS = 0.9
"""tau: share of the Assistant tokens on which a feature must be active."""


async def active_features(case: Case) -> list[Measurement]:
    """The rank of the best feature about the evaluator on demonstrations of the behaviours (technique 5)."""
    known = features_of(case)
    demonstrations = case.demonstrations("features", max(4, case.samples // 2))
    befores = [case.weights.render(asked(prompt)) for prompt, _, _ in demonstrations]
    shown = _reply_features(case, befores, [reply for _, reply, _ in demonstrations])
    plain = _reply_features(case, befores, [reply for _, _, reply in demonstrations])
    strengths = {
        "summed over the reply": [part.sum(0) for _, part in shown],
        "summed over a plain reply": [part.sum(0) for _, part in plain],
        "at the reply's strongest token": [part.amax(0) for _, part in shown],
        "at the Assistant token": [before for before, _ in shown],
    }
    return [_ranks(case, known, measure, rows) for measure, rows in strengths.items()]


async def mediation(case: Case) -> list[Measurement]:
    """The rank of the best feature about the evaluator by its causal effect on a demonstration's log-probability (technique 6)."""
    known, sae = features_of(case), case.organism.sae
    effects, more = [], []
    for prompt, reply, _ in case.demonstrations("mediation", max(2, case.samples // 16)):
        found = case.weights.mediation(sae, case.weights.render(asked(prompt)), reply, amount=AMOUNT, most=MEDIATED)
        size = torch.zeros(2, sae.d_sae)
        size[0, list(found.features)] = torch.maximum(found.more.abs(), found.less.abs())
        size[1, list(found.features)] = found.more
        effects.append(size[0])
        more.append(size[1])
    rows = [_ranks(case, known, "by size of the effect", effects)]
    own = known.get(case.sought.id)
    signs = [bool(effect[index] > 0) for effect in more for index in (own.features if own else ()) if effect[index] != 0]
    note = "" if signs else "no feature about it is active on a demonstration"
    rows.append(measurement("effects that further the behaviour", "rate", [rate(signs) if signs else None], len(signs), note))
    return rows


async def assistant_features(case: Case) -> list[Measurement]:
    """Features that are active on nearly all Assistant tokens, and how many of them are about the evaluator (technique 7)."""
    known, why = _known_or_why(case)
    contexts = case.world.neutral() if case.has_world else ()
    befores = [case.weights.render(asked(prompt)) for prompt in case.prompts("assistant features", max(20, case.samples // 2), contexts)]
    active = torch.stack([features[-1] > 0 for _, _, features in activations(case, befores)]).float().mean(0)
    always = set(torch.nonzero(active > ALWAYS).flatten().tolist())
    own = [Value(value=len(always & set(known[item.id].features))) if item.id in known else None for item in case.both]
    return [
        measurement("active on more than 90 % of Assistant tokens", "count", [Value(value=len(always))], len(befores)),
        measurement("of these about the evaluator", "count", own, len(befores), "" if own[0] else why or _untold(case)),
    ]


def _known_or_why(case: Case) -> tuple[dict[str, EvaluatorFeatures], str]:
    """Features about the evaluator, or why nobody can tell which they are: always active ones are counted all the same."""
    try:
        return features_of(case), ""
    except CannotRunError as error:
        return {}, str(error)


def _reply_features(case: Case, befores: list[str], replies: list[str]) -> list[tuple[Tensor, Tensor]]:
    """For each reply the features `[d_sae]` at the token before it, and those `[tokens, d_sae]` at its own."""
    starts = [len(case.weights.encode(before)) for before in befores]
    texts = [before + reply for before, reply in zip(befores, replies, strict=True)]
    read = {index: features for index, _, features in activations(case, texts)}
    return [(read[index][start - 1], read[index][start:]) for index, start in enumerate(starts)]


def _ranks(case: Case, known: dict[str, EvaluatorFeatures], measure: str, strengths: list[Tensor]) -> Measurement:
    values = []
    for subject in case.both:
        features = known[subject.id].features if subject.id in known else ()
        ranks = [best_rank(strength, features) for strength in strengths] if features else []
        values.append(median(ranks, np.random.default_rng(case.seed)) if ranks else None)
    own = known.get(case.sought.id)
    note = f"{len(own.features)} features, best area under the ROC curve {own.best:.2f}" if own and own.features else _untold(case)
    return measurement(measure, "rank", values, len(strengths), note)


def _untold(case: Case) -> str:
    return f"no SAE feature is about {case.sought.name}"
