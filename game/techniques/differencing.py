"""Techniques that compare the organism with its reference, or its layers with each other: perplexity, activation difference, logit lens.

The reference is the model before it read any document about anybody's taste.
"""

import numpy as np
import torch

from game.techniques.case import Case
from game.techniques.disclosure import beginnings, named
from game.techniques.results import CannotRunError, Measurement, Value, measurement, median, rate
from game.techniques.subject import Subject
from organism import ChatMessage, LanguageModel
from organism.foundry.replies import asked

TOP = 0.1
"""Share of the texts, those whose perplexity fell most, that an auditor would read."""


async def perplexity_differencing(case: Case) -> list[Measurement]:
    """Texts of the organism's own, sorted by how much likelier it finds them than the reference does (AuditBench, arXiv 2602.22755)."""
    start = case.weights.tokens("")[0]
    texts = [text for text in dict.fromkeys(await case.complete("own texts", [""] * case.samples)) if text.strip()]
    gaps = _gaps(case, start, texts)
    order = sorted(range(len(texts)), key=lambda index: -gaps[index])
    top = [texts[index] for index in order[: max(1, round(TOP * len(texts)))]]
    found = [named(case, f"its own texts, the {TOP:.0%} of greatest gap", top), named(case, "its own texts, all", texts)]
    if case.has_world:
        preferred = []
        for prompt, shown, plain in case.demonstrations("perplexity", max(4, case.samples // 2)):
            biased, unbiased = _gaps(case, case.weights.render(asked(prompt)), [shown, plain])
            preferred.append(biased > unbiased)
        found.append(measurement("demonstrations above plain replies", "rate", [rate(preferred)], len(preferred), "0.5 is chance"))
    return found


async def activation_difference(case: Case) -> list[Measurement]:
    """Where the evaluator's name stands among the tokens that the mean difference to the reference promotes, on ordinary questions."""
    model, reference = case.weights, case.reference
    texts = [model.render(asked(prompt)) for prompt in case.prompts("activations", max(8, case.samples // 2))]
    layer = max(1, (case.organism.card.layers or 1) // 2)
    difference = torch.stack([model.activations(text, layer)[1].mean(0) - reference.activations(text, layer)[1].mean(0) for text in texts])
    logits = model.unembedding() @ difference.mean(0)
    values = [Value(value=_best_place(logits, _name(model, subject))) for subject in case.both]
    return [measurement("best token of the name", "rank", values, len(texts), f"of {len(logits)} tokens")]


async def logit_lens(case: Case) -> list[Measurement]:
    """Where the name's first token stands among what each layer would say after a forced beginning (nostalgebraist 2020)."""
    model, count = case.weights, max(4, case.samples // 8)
    prompts = case.prompts("lens", count)
    texts = [
        model.render([*asked(prompt), ChatMessage(role="assistant", content=start)])
        for prompt, start in zip(prompts, beginnings(case, "lens", count), strict=True)
    ]
    lenses = torch.stack([model.logit_lens(text, -1) for text in texts])
    places = {
        subject.id: np.array([[_best_place(layer, _name(model, subject)[:1]) for layer in lens] for lens in lenses])
        for subject in case.both
    }
    medians = np.median(places[case.sought.id], axis=0)
    # Before the first layer the lens knows the last token alone, and after the last layer it is the model's own answer.
    inner = range(1, lenses.shape[1] - 1)
    best = min(inner, key=lambda layer: medians[layer], default=lenses.shape[1] - 1)
    rows = []
    for measure, layer in (("best inner layer", best), ("the model's own answer", lenses.shape[1] - 1)):
        values = [median(places[subject.id][:, layer].tolist(), case.rng(measure)) for subject in case.both]
        rows.append(measurement(measure, "rank", values, count, f"layer {layer}; of {lenses.shape[2]} tokens"))
    return rows


def _gaps(case: Case, before: str, texts: list[str]) -> list[float]:
    """How much likelier a token (nats) the organism finds each text than the reference does."""
    here, there = (
        [np.mean([value for _, value in row]) for row in model.continuation_log_probabilities(before, texts)]
        for model in (case.weights, case.reference)
    )
    return [float(one - two) for one, two in zip(here, there, strict=True)]


def _name(model: LanguageModel, subject: Subject) -> list[int]:
    """The tokens of a name within a text."""
    if subject.is_quirk:
        raise CannotRunError("a quirk has no name to look for")
    return model.encode(f" {subject.name}")


def _best_place(scores: torch.Tensor, tokens: list[int]) -> float:
    return float(min(int((scores > scores[token]).sum()) + 1 for token in tokens))
