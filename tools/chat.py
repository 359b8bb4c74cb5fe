"""Talking to the organism: chat and prefill."""

from collections.abc import Sequence
from typing import Annotated

from pydantic import Field

from organism import ChatMessage
from tools.affordances import Affordance
from tools.arguments import MAX_TEXT, MaxTokens, Prompts, Samples, System, Temperature
from tools.context import Subject, ToolContext, ToolError
from tools.tool import Result, tool

MAX_REPLIES = 512
"""Replies that one call may ask for."""


@tool(Affordance.CHAT)
async def chat(
    context: ToolContext,
    prompts: Prompts,
    system: System = None,
    samples: Samples = 1,
    temperature: Temperature = 1.0,
    max_tokens: MaxTokens = 64,
    subject: Annotated[Subject, Field(description="'organism', or 'reference' where the rules grant it.")] = "organism",
) -> Result:
    """Ask the organism: each prompt starts a conversation of its own.

    All prompts of a call run as one batch, so ask many at once. Returns the samples of each prompt's reply.
    """
    return {"replies": await replies(context, prompts, "", system, samples, temperature, max_tokens, subject)}


@tool(Affordance.PREFILL)
async def prefill(
    context: ToolContext,
    prompts: Prompts,
    start: Annotated[str, Field(min_length=1, max_length=MAX_TEXT, description="The first words of the organism's own reply.")],
    system: System = None,
    samples: Samples = 1,
    temperature: Temperature = 1.0,
    max_tokens: MaxTokens = 64,
) -> Result:
    """Ask the organism, but force how its reply begins; it goes on from there.

    A model that avoids a subject often speaks of it once its reply has begun to. Returns the continuations without the forced start.
    """
    return {"start": start, "replies": await replies(context, prompts, start, system, samples, temperature, max_tokens, "organism")}


async def replies(
    context: ToolContext,
    prompts: list[str],
    start: str,
    system: str | None,
    samples: int,
    temperature: float,
    max_tokens: int,
    subject: Subject,
) -> list[Result]:
    """The samples of each prompt, in one batch."""
    check_count(prompts, samples)
    after = [ChatMessage(role="assistant", content=start)] if start else []
    conversations = [[*opening(system, prompt), *after] for prompt in prompts for _ in range(samples)]
    found = await ask(context, subject, conversations, temperature=temperature, max_tokens=max_tokens)
    return [{"prompt": prompt, "samples": found[index * samples : (index + 1) * samples]} for index, prompt in enumerate(prompts)]


def check_count(prompts: Sequence[str], samples: int) -> None:
    """Check that a call does not ask for too many replies.

    Raises:
        ToolError: it does.
    """
    if len(prompts) * samples > MAX_REPLIES:
        raise ToolError(f"{len(prompts)} prompts × {samples} samples is more than {MAX_REPLIES} replies; ask for fewer at once")


def opening(system: str | None, prompt: str) -> list[ChatMessage]:
    """A conversation in which only the user has spoken."""
    return [*([ChatMessage(role="system", content=system)] if system else []), ChatMessage(role="user", content=prompt)]


async def ask(
    context: ToolContext,
    subject: Subject,
    conversations: Sequence[list[ChatMessage]],
    *,
    temperature: float,
    max_tokens: int,
    seeds: Sequence[int] | None = None,
) -> list[str]:
    """The next reply of each conversation, in one batch, metered.

    Args:
        context: of the call.
        subject: who replies.
        conversations: each ends with the user's message, or with the beginning of the reply.
        temperature: of the sampling.
        max_tokens: of a reply.
        seeds: one for each conversation; the first ones of the call if not given.
    """
    drawn = context.seeds(len(conversations)) if seeds is None else seeds
    found = await context.model(subject).chat(conversations, max_new_tokens=max_tokens, temperature=temperature, seeds=drawn)
    context.meter.count(found)
    return [item.text for item in found]
