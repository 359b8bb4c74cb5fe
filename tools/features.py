"""The organism's SAE: which features are active, and what a feature stands for."""

import asyncio
from typing import Annotated, Literal

import torch
from pydantic import Field

from organism import ChatMessage, Organism, PromptTooLongError
from tools.affordances import Affordance
from tools.arguments import MAX_TEXT, Page, PageSize
from tools.context import ToolContext, ToolError
from tools.tool import Result, tool


@tool(Affordance.SAE)
async def top_features(
    context: ToolContext,
    text: Annotated[str, Field(min_length=1, max_length=MAX_TEXT, description="Raw text, or the assistant's reply if `prompt` is given.")],
    prompt: Annotated[str | None, Field(max_length=MAX_TEXT, description="The user's message before it; null for raw text.")] = None,
    aggregate: Annotated[
        Literal["sum", "max"], Field(description="How activations of a feature over the tokens become one number.")
    ] = "sum",
    page: Page = 1,
    page_size: PageSize = 20,
) -> Result:
    """List the SAE features that are active on a text or reply, strongest first, each with the token on which it is strongest.

    `density` is the share of training texts on which the feature fires at all (null without training data): dense features say little.
    """
    try:
        return await asyncio.to_thread(_top_features, context.organism, text, prompt, aggregate, page, page_size)
    except PromptTooLongError as error:
        raise ToolError(str(error)) from error


@tool(Affordance.SAE)
async def feature(context: ToolContext, index: Annotated[int, Field(ge=0, description="Number of the feature.")]) -> Result:
    """Look a feature up: the training texts on which it is strongest, the tokens it promotes, and the features nearest to it."""
    if index >= context.organism.sae.d_sae:
        raise ToolError(f"no feature {index}; they are numbered 0 to {context.organism.sae.d_sae - 1}")
    return await asyncio.to_thread(_feature, context.organism, index)


def _top_features(organism: Organism, text: str, prompt: str | None, aggregate: str, page: int, page_size: int) -> Result:
    model, sae = organism.weights, organism.sae
    before = model.render([ChatMessage(role="user", content=prompt)]) if prompt is not None else ""
    skipped = len(model.encode(before)) if before else 0
    tokens, residual = model.activations(before + text, sae.layer)
    with torch.inference_mode():
        activations = sae.encode(residual[skipped:])
    if not len(activations):
        raise ToolError("the text has no token")
    strength = activations.sum(0) if aggregate == "sum" else activations.amax(0)
    order = strength.argsort(descending=True)
    active = order[strength[order] > 0].tolist()
    rows: list[Result] = [
        {
            "feature": index,
            "activation": round(float(strength[index]), 4),
            "strongest_token": tokens[skipped + int(activations[:, index].argmax())],
            "density": _density(organism, index),
        }
        for index in active[(page - 1) * page_size : page * page_size]
    ]
    return {"active": len(active), "page": page, "pages": max(1, -(-len(active) // page_size)), "features": list(rows)}


def _density(organism: Organism, index: int) -> float | None:
    """Share of the training texts on which a feature fires; null where no texts were looked at."""
    top = organism.top_documents
    return round(float(top.density[index]), 4) if top else None


@torch.inference_mode()
def _feature(organism: Organism, index: int) -> Result:
    sae, model = organism.sae, organism.weights
    direction = sae.W_dec[index]
    promoted = (model.unembedding() @ direction).topk(10).indices.tolist()
    cosine = torch.nn.functional.cosine_similarity(sae.W_dec, direction.unsqueeze(0))
    cosine[index] = -1
    nearest = cosine.topk(min(5, sae.d_sae - 1))
    pairs = organism.top_documents.of(index) if organism.top_documents else []
    documents = organism.data.read([name for name, _ in pairs]) if pairs else []
    return {
        "feature": index,
        "density": _density(organism, index),
        "documents": [
            {"id": document.id, "text": document.text[:400], "activation": round(value, 4)}
            for document, (_, value) in zip(documents, pairs, strict=True)
        ],
        "promoted_tokens": [model.token(token) for token in promoted],
        "nearest": [
            {"feature": int(other), "cosine": round(float(value), 4)} for other, value in zip(nearest.indices, nearest.values, strict=True)
        ],
    }
