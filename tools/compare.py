"""The organism beside its reference: what it says more often, what surprises it less, and where its activations moved."""

import asyncio
import math
from collections.abc import Sequence
from itertools import zip_longest
from typing import Annotated

import torch
from pydantic import Field
from torch import Tensor

from organism import SAE, LanguageModel
from tools.affordances import Affordance
from tools.arguments import MAX_TEXT, MaxTokens, Page, PageSize, Prompts, Samples, System, Temperature
from tools.chat import replies
from tools.context import ToolContext, ToolError
from tools.log_odds import Contrast, contrast
from tools.ngrams import contains
from tools.pages import paged
from tools.reading import preamble
from tools.tool import Result, tool

TOKENS = 8
"""Tokens of a text that are told, those that differ most."""
PROMOTED = 10
"""Tokens that a direction promotes, and SAE features that changed most."""
SIDE = 400
"""Terms of each model at most."""
EXAMPLE, SNIPPET = 200, 120
"""Characters of a reply, and of a text that the auditor gave itself."""

Texts = Annotated[
    list[Annotated[str, Field(min_length=1, max_length=MAX_TEXT)]],
    Field(min_length=1, max_length=32, description="Raw texts, or assistant's replies if `prompt` is given; up to 32."),
]
Before = Annotated[str | None, Field(max_length=MAX_TEXT, description="The user's message before each text; null for raw text.")]


@tool(Affordance.CHAT, Affordance.REFERENCE)
async def output_contrast(
    context: ToolContext,
    prompts: Prompts,
    system: System = None,
    samples: Samples = 4,
    temperature: Temperature = 1.0,
    max_tokens: MaxTokens = 64,
    page: Page = 1,
    page_size: PageSize = 20,
) -> Result:
    """Ask organism and reference the same, and list the words and phrases that tell their replies apart, the strongest first.

    Use it to find what training changed before you know what to look for; 50 replies or more are needed to see much.
    `z` is the standardised log-odds with an informative prior (Monroe et al. 2008); the counts are of replies that have the term.
    """
    organism = await replies(context, prompts, "", system, samples, temperature, max_tokens, "organism")
    reference = await replies(context, prompts, "", system, samples, temperature, max_tokens, "reference")
    found = [[str(text) for row in side for text in row["samples"]] for side in (organism, reference)]
    terms = await asyncio.to_thread(contrast, *found)
    more, less = [item for item in terms if item.z > 0][:SIDE], [item for item in reversed(terms) if item.z < 0][:SIDE]
    shown, place = paged(list(zip_longest(more, less)), page, page_size, "terms of each")
    first, second = ([pair[side] for pair in shown if pair[side] is not None] for side in (0, 1))
    result: Result = {"replies": len(found[0])} | place
    return result | {"organism_says_more": _rows(first, found[0]), "reference_says_more": _rows(second, found[1])}


def _rows(terms: Sequence[Contrast], texts: Sequence[str]) -> list[Result]:
    """Terms with their counts, and for each the beginning of a reply of the model that says it more often."""
    return [
        {
            "term": item.term,
            "z": round(item.z, 2),
            "organism": item.first,
            "reference": item.second,
            "example": next(text for text in texts if contains(text, item.term))[:EXAMPLE],
        }
        for item in terms
    ]


@tool(Affordance.LOGPROBS, Affordance.REFERENCE)
async def perplexity_gap(context: ToolContext, texts: Texts, prompt: Before = None) -> Result:
    """Compare how well organism and reference predict texts. Use it to tell what was trained on: there the organism is less surprised.

    `gap` is the reference's mean surprise less the organism's, in nats a token: above zero, the organism finds the text likelier. With
    it come both perplexities and the tokens whose surprise changed most. The texts are sorted by their gap.
    """
    organism, reference = _both(context)
    rows = await asyncio.to_thread(lambda: [_perplexities(organism, reference, text, prompt) for text in texts])
    return {"texts": sorted(rows, key=lambda row: -float(row["gap"]))}


@tool(Affordance.ACTIVATIONS, Affordance.REFERENCE)
async def activation_gap(
    context: ToolContext,
    texts: Texts,
    prompt: Before = None,
    layer: Annotated[
        int | None, Field(ge=0, description="Residual stream after so many layers; null for the SAE's, or the middle one.")
    ] = None,
) -> Result:
    """Compare the residual streams of organism and reference on texts. Use it to see on which tokens training changed most, and how.

    Returns for each text the mean cosine distance and the tokens with the largest; over all texts the tokens that the mean difference
    promotes, and, where the SAE is granted and reads that layer, the features that became stronger and weaker.
    """
    card = context.organism.card
    layers = card.layers or 0
    chosen = layer if layer is not None else card.sae_layer if card.sae_layer is not None else layers // 2
    if chosen > layers:
        raise ToolError(f"no layer {chosen}; the model has {layers}, and 0 is the embeddings")
    organism, reference = _both(context)
    sae = context.organism.sae if Affordance.SAE in context.granted and chosen == card.sae_layer else None
    return await asyncio.to_thread(_activation_gap, organism, reference, texts, prompt, chosen, sae)


def _both(context: ToolContext) -> tuple[LanguageModel, LanguageModel]:
    """Organism and reference with their weights."""
    organism, reference = context.model("organism"), context.model("reference")
    if not isinstance(organism, LanguageModel) or not isinstance(reference, LanguageModel):
        raise ToolError("organism and reference must both be here with their weights; use output_contrast, which only asks them")
    return organism, reference


def _surprises(model: LanguageModel, text: str, prompt: str | None) -> list[tuple[str, float]]:
    """Each token of the text that has a probability, with its surprise in nats."""
    before = preamble(model, prompt)
    skipped = len(model.encode(before)) if before else 0
    # The first token of all is given, not predicted.
    return [(token, -value) for token, value in model.log_probabilities(before + text)[max(0, skipped - 1) :]]


def _perplexities(organism: LanguageModel, reference: LanguageModel, text: str, prompt: str | None) -> Result:
    """One text's row."""
    here, there = _surprises(organism, text, prompt), _surprises(reference, text, prompt)
    _check_tokens([token for token, _ in here], [token for token, _ in there])
    if not here:
        raise ToolError(
            f"the text {text[:SNIPPET]!r} is too short: its first token has no probability; give two words or more, or a `prompt`"
        )
    one, two = (sum(value for _, value in side) / len(side) for side in (here, there))
    gaps = [{"token": token, "gap": round(other - value, 3)} for (token, value), (_, other) in zip(here, there, strict=True)]
    return {
        "text": text[:SNIPPET],
        "tokens": len(here),
        "gap": round(two - one, 4),
        "organism": round(math.exp(one), 3),
        "reference": round(math.exp(two), 3),
        "changed_most": sorted(gaps, key=lambda item: -abs(float(str(item["gap"]))))[:TOKENS],
    }


def _activation_gap(
    organism: LanguageModel, reference: LanguageModel, texts: Sequence[str], prompt: str | None, layer: int, sae: SAE | None
) -> Result:
    """All texts' rows, and what they have in common."""
    rows, ones, twos = list[Result](), list[Tensor](), list[Tensor]()
    for text in texts:
        (here, one), (there, two) = (_residual(model, text, prompt, layer) for model in (organism, reference))
        _check_tokens(here, there)
        if not here:
            raise ToolError(f"the text {text[:SNIPPET]!r} has no token")
        distance = 1 - torch.nn.functional.cosine_similarity(one, two, dim=-1)
        order = distance.argsort(descending=True)[:TOKENS].tolist()
        most = [{"token": here[index], "position": index, "distance": round(float(distance[index]), 4)} for index in order]
        rows.append({"text": text[:SNIPPET], "distance": round(float(distance.mean()), 4), "changed_most": most})
        ones.append(one)
        twos.append(two)
    first, second = torch.cat(ones), torch.cat(twos)
    logits = organism.unembedding() @ (first - second).mean(0)
    promoted = [organism.token(int(index)) for index in logits.topk(min(PROMOTED, len(logits))).indices]
    result: Result = {"layer": layer, "texts": list(rows), "promoted_tokens": promoted}
    return result if sae is None else result | _features(sae, first, second)


def _residual(model: LanguageModel, text: str, prompt: str | None, layer: int) -> tuple[list[str], Tensor]:
    """Tokens of the text and the residual stream at them, `[tokens, d_model]`."""
    before = preamble(model, prompt)
    skipped = len(model.encode(before)) if before else 0
    tokens, residual = model.activations(before + text, layer)
    return tokens[skipped:], residual[skipped:]


@torch.inference_mode()
def _features(sae: SAE, first: Tensor, second: Tensor) -> Result:
    """Features whose mean activation over all tokens changed most."""
    change = sae.encode(first).mean(0) - sae.encode(second).mean(0)
    order = change.argsort(descending=True).tolist()

    def rows(indices: list[int]) -> list[Result]:
        return [{"feature": index, "change": round(float(change[index]), 4)} for index in indices[:PROMOTED]]

    return {
        "features_stronger": rows([index for index in order if change[index] > 0]),
        "features_weaker": rows([index for index in reversed(order) if change[index] < 0]),
    }


def _check_tokens(organism: Sequence[str], reference: Sequence[str]) -> None:
    if list(organism) != list(reference):
        raise ToolError("the reference reads this text in other tokens than the organism; use output_contrast instead")
