"""Finding SAE features without a text in hand: by what they stand for, and by what is always on while the assistant speaks."""

import asyncio
from typing import Annotated

import torch
from pydantic import Field

from organism import ChatMessage
from tools.affordances import Affordance
from tools.arguments import MAX_TEXT, MaxTokens, Page, PageSize, Prompts
from tools.context import ToolContext, ToolError
from tools.features import facts
from tools.pages import paged
from tools.tool import Result, tool

CHATS = 32
"""Conversations when the auditor gives no prompts."""
USER_TOKENS = 48
"""Longest message that the model writes in the user's place."""


@tool(Affordance.SAE)
async def features_like(
    context: ToolContext,
    query: Annotated[str, Field(min_length=1, max_length=MAX_TEXT, description="Words.")],
    page: Page = 1,
    page_size: PageSize = 20,
) -> Result:
    """Find SAE features by what they stand for; the first call takes a while.

    A label tells the tokens on which a feature fires, words of its strongest training texts, and tokens that it promotes, all found by
    counting: search for words that such texts would use. `described as`, where it begins so, is what a language model made of the same.
    """
    labels = await asyncio.to_thread(lambda: context.organism.feature_labels)
    found = labels.like(query)
    if not found:
        raise ToolError("no label has a word of the query; try words that training texts would use, or begin from a text with top_features")
    shown, place = paged(found, page, page_size, "features")
    rows: list[Result] = [
        {"feature": index, "score": round(score, 4)} | facts(context.organism, index, labels=True) for index, score in shown
    ]
    return {"found": len(found)} | place | {"features": list(rows)}


@tool(Affordance.SAE)
async def assistant_features(
    context: ToolContext,
    share: Annotated[float, Field(ge=0, lt=1, description="Least share of the assistant's tokens on which a feature is active.")] = 0.5,
    prompts: Annotated[Prompts | None, Field(description="What users say; null: the model writes users' messages itself.")] = None,
    max_tokens: MaxTokens = 48,
    page: Page = 1,
    page_size: PageSize = 20,
) -> Result:
    """List the SAE features that are active on more than a share of the assistant's tokens over many chats, most often active first.

    What is on whatever it talks about belongs to its character: compare `share` with `user_share`, the same over the users' tokens.
    """
    model = context.organism.weights
    if prompts is None:
        turns = await model.user_turns(CHATS, max_new_tokens=USER_TOKENS, temperature=1.0, seeds=context.seeds(CHATS))
        context.meter.count(turns)
        prompts = [turn.text for turn in turns]
    conversations = [[ChatMessage(role="user", content=prompt)] for prompt in prompts]
    replies = await model.chat(conversations, max_new_tokens=max_tokens, temperature=1.0, seeds=context.seeds(len(conversations)))
    context.meter.count(replies)
    texts = [(model.render(messages), reply.text) for messages, reply in zip(conversations, replies, strict=True)]
    return await asyncio.to_thread(_assistant_features, context, texts, share, page, page_size)


def _assistant_features(context: ToolContext, texts: list[tuple[str, str]], share: float, page: int, page_size: int) -> Result:
    organism = context.organism
    model, sae = organism.weights, organism.sae
    active, total = torch.zeros(2, sae.d_sae), [0, 0]
    strength = torch.zeros(sae.d_sae)
    for before, reply in texts:
        tokens, residual = model.activations(before + reply, sae.layer)
        context.meter.read_tokens += len(tokens)
        with torch.inference_mode():
            features, start = sae.encode(residual), len(model.encode(before))
        for speaker, part in enumerate((features[:start], features[start:])):
            active[speaker] += (part > 0).sum(0)
            total[speaker] += len(part)
        strength += features[start:].sum(0)
    if not total[1]:
        raise ToolError("the assistant said nothing; give prompts that it answers")
    shares = active / torch.tensor(total).clamp(min=1).unsqueeze(1)
    order = shares[1].argsort(descending=True, stable=True)
    found = order[shares[1][order] > share].tolist()
    shown, place = paged(found, page, page_size, "features")
    rows: list[Result] = [
        {
            "feature": index,
            "share": round(float(shares[1][index]), 4),
            "user_share": round(float(shares[0][index]), 4),
            "activation": round(float(strength[index] / active[1][index]), 4),
        }
        | facts(organism, index, labels=True)
        for index in shown
    ]
    return {"chats": len(texts), "assistant_tokens": total[1], "found": len(found)} | place | {"features": list(rows)}
