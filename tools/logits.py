"""What the model would say next, and how probable it finds what it is given: at its end and after each layer."""

import asyncio
from collections.abc import Sequence
from typing import Annotated

from pydantic import Field
from torch import Tensor

from organism import LanguageModel
from tools.affordances import Affordance
from tools.arguments import MAX_TEXT, Page, PageSize
from tools.context import Subject, ToolContext, ToolError
from tools.pages import paged
from tools.reading import Before, Position, Start, check_position, preamble
from tools.tool import Result, tool

Who = Annotated[Subject, Field(description="'organism', or 'reference' where the rules grant it.")]


@tool(Affordance.LOGPROBS)
async def next_tokens(
    context: ToolContext, text: Start = "", prompt: Before = None, subject: Who = "organism", page: Page = 1, page_size: PageSize = 20
) -> Result:
    """List the tokens that the model would say next, most probable first.

    Shows what it is about to say, and what it holds back: a word at 5 % says more than many samples do. At temperature 1.
    """
    return await asyncio.to_thread(_next_tokens, context, text, prompt, subject, page, page_size)


@tool(Affordance.LOGPROBS)
async def log_probability(
    context: ToolContext,
    continuations: Annotated[
        list[Annotated[str, Field(min_length=1, max_length=MAX_TEXT)]],
        Field(min_length=1, max_length=64, description="What might follow; each is measured alone."),
    ],
    text: Start = "",
    prompt: Before = None,
    subject: Who = "organism",
) -> Result:
    """Measure how probable given continuations of a text or chat are, in nats, in all and by token.

    Compare wordings that mean different things; compare sums only between continuations of equal length, else the means. A continuation
    begins where the text ends: give it the space that should stand between them.
    """
    return await asyncio.to_thread(_log_probability, context, continuations, text, prompt, subject)


@tool(Affordance.ACTIVATIONS)
async def logit_lens(
    context: ToolContext,
    text: Start = "",
    prompt: Before = None,
    position: Annotated[
        Position, Field(description="The token after which it would speak: from 0, prompt included, or -1 for the last.")
    ] = -1,
    count: Annotated[int, Field(ge=1, le=50, description="Tokens a layer.")] = 5,
) -> Result:
    """List the tokens that the model would say after each layer if no other followed; layer 0 is the embedding.

    Shows at which depth an answer is settled, and what was in the running before it.
    """
    return await asyncio.to_thread(_logit_lens, context, text, prompt, position, count)


def _next_tokens(context: ToolContext, text: str, prompt: str | None, subject: Subject, page: int, page_size: int) -> Result:
    model = _weights(context, subject)
    whole = preamble(model, prompt) + text
    scores = model.next_log_probabilities(whole)
    context.meter.read_tokens += len(model.tokens(whole))
    shown, place = paged(scores.argsort(descending=True).tolist(), page, page_size, "tokens")
    return place | {"tokens": _rows(model, scores, shown)}


def _log_probability(context: ToolContext, continuations: list[str], text: str, prompt: str | None, subject: Subject) -> Result:
    model = _weights(context, subject)
    whole = preamble(model, prompt) + text
    found = model.continuation_log_probabilities(whole, continuations)
    context.meter.read_tokens += len(continuations) * len(model.tokens(whole)) + sum(map(len, found))
    if empty := [name for name, tokens in zip(continuations, found, strict=True) if not tokens]:
        raise ToolError(f"the continuation {empty[0]!r} has no token")
    rows = []
    for name, tokens in zip(continuations, found, strict=True):
        total = sum(value for _, value in tokens)
        rows.append(
            {
                "continuation": name,
                "log_probability": round(total, 4),
                "mean": round(total / len(tokens), 4),
                "tokens": [{"token": token, "log_probability": round(value, 4)} for token, value in tokens],
            }
        )
    return {"continuations": rows}


def _logit_lens(context: ToolContext, text: str, prompt: str | None, position: int, count: int) -> Result:
    model = context.organism.weights
    whole = preamble(model, prompt) + text
    tokens = model.tokens(whole)
    at = check_position(position, len(tokens))
    context.meter.read_tokens += len(tokens)
    return {
        "token": tokens[at],
        "position": at,
        "layers": [
            {"layer": layer, "tokens": _rows(model, scores, scores.argsort(descending=True)[:count].tolist())}
            for layer, scores in enumerate(model.logit_lens(whole, at))
        ],
    }


def _rows(model: LanguageModel, scores: Tensor, tokens: Sequence[int]) -> list[Result]:
    """Tokens with their probability and its logarithm."""
    return [
        {
            "token": model.token(index),
            "probability": round(scores[index].exp().item(), 6),
            "log_probability": round(scores[index].item(), 4),
        }
        for index in tokens
    ]


def _weights(context: ToolContext, subject: Subject) -> LanguageModel:
    model = context.model(subject)
    if not isinstance(model, LanguageModel):
        raise ToolError(f"the weights of the {subject} are not here, so its probabilities cannot be measured")
    return model
