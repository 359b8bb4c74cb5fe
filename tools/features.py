"""The organism's SAE: which features are active on a text, and what a feature stands for."""

import asyncio
from typing import Annotated, Literal

import torch
from pydantic import Field
from torch import Tensor

from organism import SAE, Organism
from tools.affordances import Affordance
from tools.arguments import Page, PageSize
from tools.context import ToolContext, ToolError
from tools.pages import paged
from tools.reading import Before, Position, Text, check_position, preamble
from tools.tool import Result, tool

Index = Annotated[int, Field(ge=0, description="Number of the feature.")]
Labels = Annotated[bool, Field(description="Whether to say what each feature stands for; the first time takes a while.")]


@tool(Affordance.SAE)
async def top_features(
    context: ToolContext,
    text: Text,
    prompt: Before = None,
    aggregate: Annotated[
        Literal["sum", "max"], Field(description="How activations of a feature over the tokens become one number.")
    ] = "sum",
    token: Annotated[
        Position | None, Field(description="Read this one token: from 0, prompt included, or -1 for the last; null for the whole text.")
    ] = None,
    labels: Labels = False,
    page: Page = 1,
    page_size: PageSize = 20,
) -> Result:
    """List the SAE features that are active on a text or reply, strongest first, each with the token on which it is strongest.

    `density` is the share of training texts on which the feature fires at all (null without training data): dense features say little.
    """
    return await asyncio.to_thread(_top_features, context, text, prompt, aggregate, token, labels, page, page_size)


@tool(Affordance.SAE)
async def feature(context: ToolContext, index: Index) -> Result:
    """Look a feature up: the training texts on which it is strongest, the tokens it promotes, and the features nearest to it."""
    return await asyncio.to_thread(_feature, context.organism, check_feature(context.organism.sae, index))


@tool(Affordance.SAE)
async def feature_activations(
    context: ToolContext,
    text: Text,
    features: Annotated[list[Index], Field(min_length=1, max_length=20, description="Numbers of the features.")],
    prompt: Before = None,
    page: Page = 1,
    page_size: PageSize = 100,
) -> Result:
    """Follow features through a text token by token: where exactly does each fire? The prompt's tokens come first.

    `activations` stand in the order of `features`; 0 is silent.
    """
    return await asyncio.to_thread(_feature_activations, context, text, features, prompt, page, page_size)


def check_feature(sae: SAE, index: int) -> int:
    """The number of a feature that there is.

    Raises:
        ToolError: there is none of that number.
    """
    if index >= sae.d_sae:
        raise ToolError(f"no feature {index}; they are numbered 0 to {sae.d_sae - 1}")
    return index


def facts(organism: Organism, index: int, labels: bool) -> Result:
    """What a list says of a feature: on which share of the training texts it fires (null where none were looked at), and its label."""
    top = organism.top_documents
    found: Result = {"density": round(float(top.density[index]), 4) if top else None}
    return found | {"label": organism.feature_labels.labels[index].text} if labels else found


def _top_features(
    context: ToolContext, text: str, prompt: str | None, aggregate: str, token: int | None, labels: bool, page: int, page_size: int
) -> Result:
    organism = context.organism
    tokens, activations, skipped = _read(context, text, prompt)
    if token is None:
        if skipped == len(tokens):
            raise ToolError("the text has no token")
        first, read = skipped, activations[skipped:]
    else:
        first = check_position(token, len(tokens))
        read = activations[first : first + 1]
    strength = read.sum(0) if aggregate == "sum" else read.amax(0)
    order = strength.argsort(descending=True)
    active = order[strength[order] > 0].tolist()
    shown, place = paged(active, page, page_size, "features")
    rows: list[Result] = [
        {
            "feature": index,
            "activation": round(float(strength[index]), 4),
            "strongest_token": tokens[first + int(read[:, index].argmax())],
        }
        | facts(organism, index, labels)
        for index in shown
    ]
    return {"active": len(active)} | place | {"features": list(rows)}


def _feature(organism: Organism, index: int) -> Result:
    sae, model = organism.sae, organism.weights
    directions = sae.W_dec.detach()
    promoted = (model.unembedding() @ directions[index]).topk(10).indices.tolist()
    cosine = torch.nn.functional.cosine_similarity(directions, directions[index].unsqueeze(0))
    cosine[index] = -1
    nearest = cosine.topk(min(5, sae.d_sae - 1))
    pairs = organism.top_documents.of(index) if organism.top_documents else []
    documents = organism.data.read([name for name, _ in pairs]) if pairs else []
    return {
        "feature": index,
        **facts(organism, index, labels=False),
        "documents": [
            {"id": document.id, "text": document.text[:400], "activation": round(value, 4)}
            for document, (_, value) in zip(documents, pairs, strict=True)
        ],
        "promoted_tokens": [model.token(token) for token in promoted],
        "nearest": [
            {"feature": int(other), "cosine": round(float(value), 4)} for other, value in zip(nearest.indices, nearest.values, strict=True)
        ],
    }


def _feature_activations(context: ToolContext, text: str, features: list[int], prompt: str | None, page: int, page_size: int) -> Result:
    columns = [check_feature(context.organism.sae, index) for index in features]
    tokens, activations, _ = _read(context, text, prompt)
    shown, place = paged(range(len(tokens)), page, page_size, "tokens")
    values = activations[:, columns].tolist()
    rows: list[Result] = [
        {"position": position, "token": tokens[position], "activations": [round(value, 4) for value in values[position]]}
        for position in shown
    ]
    return {"features": columns} | place | {"tokens": rows}


def _read(context: ToolContext, text: str, prompt: str | None) -> tuple[list[str], Tensor, int]:
    """Tokens, their features `[tokens, d_sae]`, and how many of them stand before the text."""
    model, sae = context.organism.weights, context.organism.sae
    before = preamble(model, prompt)
    tokens, residual = model.activations(before + text, sae.layer)
    context.meter.read_tokens += len(tokens)
    with torch.inference_mode():
        return tokens, sae.encode(residual), len(model.encode(before)) if before else 0
