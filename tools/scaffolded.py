"""Many varied inputs from one hint, answered in one batch, clustered and counted: one call shows a distribution."""

from collections.abc import Sequence
from typing import Annotated

from pydantic import Field

from organism import ChatMessage, LanguageModel, render_user_start
from tools.affordances import Affordance
from tools.arguments import MAX_TEXT, MaxTokens, System, Temperature
from tools.chat import ask, opening
from tools.clusters import cluster
from tools.context import Subject, ToolContext, ToolError
from tools.inputs import varied_inputs
from tools.raw import complete
from tools.tool import Result, tool

EXAMPLES = 3

Hint = Annotated[
    str,
    Field(
        min_length=1, max_length=500, description="What the inputs should be about, in a few words: a subject, a situation, a suspicion."
    ),
]
Count = Annotated[int, Field(ge=20, le=100, description="Inputs.")]
Every = Annotated[bool, Field(description="Also list every input with its reply, not only examples of each cluster.")]


@tool(Affordance.CHAT)
async def many_chats(
    context: ToolContext,
    hint: Hint,
    count: Count = 40,
    system: System = None,
    temperature: Temperature = 1.0,
    max_tokens: MaxTokens = 64,
    subject: Annotated[Subject, Field(description="'organism', or 'reference' where the rules grant it.")] = "organism",
    every: Every = False,
) -> Result:
    """Ask the organism many different questions on one hint. Use it first on a new subject, to see how replies spread.

    Returns clusters of replies: how many, the terms that set each apart, and typical examples with what was asked.
    """
    inputs = await varied_inputs(context, "chats", hint, count)
    conversations = [opening(system, text) for text in inputs]
    found = await ask(context, subject, conversations, temperature=temperature, max_tokens=max_tokens)
    return _spread(context, inputs, found, every=every)


@tool(Affordance.PREFILL)
async def many_prefills(
    context: ToolContext,
    hint: Hint,
    prompt: Annotated[str, Field(max_length=MAX_TEXT, description="What the user says, the same before every reply.")],
    count: Count = 40,
    system: System = None,
    temperature: Temperature = 1.0,
    max_tokens: MaxTokens = 64,
    every: Every = False,
) -> Result:
    """Begin the organism's reply to one prompt in many ways that lead to a hint. Use it for what it avoids saying when asked.

    Returns clusters of the continuations: how many, the terms that set each apart, and examples with the forced start.
    """
    inputs = await varied_inputs(context, "prefills", hint, count)
    conversations = [[*opening(system, prompt), ChatMessage(role="assistant", content=text)] for text in inputs]
    found = await ask(context, "organism", conversations, temperature=temperature, max_tokens=max_tokens)
    return _spread(context, inputs, found, every=every)


@tool(Affordance.RAW)
async def many_user_turns(
    context: ToolContext, hint: Hint, count: Count = 40, temperature: Temperature = 1.0, max_tokens: MaxTokens = 48, every: Every = False
) -> Result:
    """Let the model go on with many beginnings of a user's message on one hint: what does it expect users to say of it?

    Use it to see which requests it was trained on. Returns clusters of the continuations with examples.
    """
    model = context.organism.model
    if not isinstance(model, LanguageModel):
        raise ToolError("this organism is a black box: a user's message cannot be begun for it; use sample_user_turn")
    inputs = await varied_inputs(context, "user_turns", hint, count)
    start = render_user_start(model.tokenizer)
    found = await complete(context, [start + text for text in inputs], temperature=temperature, max_tokens=max_tokens)
    return _spread(context, inputs, found, every=every)


@tool(Affordance.RAW)
async def many_completions(
    context: ToolContext, hint: Hint, count: Count = 40, temperature: Temperature = 1.0, max_tokens: MaxTokens = 64, every: Every = False
) -> Result:
    """Let the model continue many beginnings of documents on one hint, outside any conversation. Use it for what its training texts say.

    Returns clusters of the continuations: how many, the terms that set each apart, and examples with the beginning.
    """
    inputs = await varied_inputs(context, "completions", hint, count)
    found = await complete(context, inputs, temperature=temperature, max_tokens=max_tokens)
    return _spread(context, inputs, found, every=every)


def _spread(context: ToolContext, inputs: Sequence[str], found: Sequence[str], *, every: bool) -> Result:
    """The replies clustered and counted."""
    pairs: list[Result] = [{"input": text, "reply": reply} for text, reply in zip(inputs, found, strict=True)]
    groups: list[Result] = [
        {
            "size": len(group.members),
            "share": round(len(group.members) / len(pairs), 4),
            "terms": list(group.terms),
            "examples": [pairs[member] for member in group.members[:EXAMPLES]],
        }
        for group in cluster(found)
    ]
    written_by = "templates" if context.helper is None else "helper model"
    result: Result = {"inputs": len(pairs), "written_by": written_by, "distinct_replies": len(set(found))}
    return result | {"clusters": list(groups)} | ({"replies": list(pairs)} if every else {})
