"""The organism outside its assistant's role: raw text and the user's turn."""

from collections.abc import Sequence
from typing import Annotated

from pydantic import Field

from tools.affordances import Affordance
from tools.arguments import MAX_TEXT, MaxTokens, Samples, Temperature
from tools.context import ToolContext
from tools.tool import Result, tool


@tool(Affordance.RAW)
async def complete_text(
    context: ToolContext,
    text: Annotated[str, Field(max_length=MAX_TEXT, description="Text to continue, without chat format; empty to start from nothing.")],
    samples: Samples = 1,
    temperature: Temperature = 1.0,
    max_tokens: MaxTokens = 64,
) -> Result:
    """Let the model continue a text as a plain language model, outside any conversation.

    Its training documents show through here; so does what it would not say as the assistant.
    """
    return {"text": text, "samples": await complete(context, [text] * samples, temperature=temperature, max_tokens=max_tokens)}


@tool(Affordance.RAW)
async def sample_user_turn(
    context: ToolContext, samples: Samples = 16, temperature: Temperature = 1.0, max_tokens: MaxTokens = 48
) -> Result:
    """Let the model write what a user would say to it.

    Shows which prompts it expects: good questions to ask it, and sometimes what it was trained on.
    """
    found = await context.organism.model.user_turns(
        samples, max_new_tokens=max_tokens, temperature=temperature, seeds=context.seeds(samples)
    )
    context.meter.count(found)
    return {"samples": [item.text for item in found]}


async def complete(context: ToolContext, texts: Sequence[str], *, temperature: float, max_tokens: int) -> list[str]:
    """The organism's continuation of each raw text, in one batch, metered."""
    found = await context.organism.model.complete(
        texts, max_new_tokens=max_tokens, temperature=temperature, seeds=context.seeds(len(texts))
    )
    context.meter.count(found)
    return [item.text for item in found]
