"""A measured test of a prediction: how often a detector fires under treatment and under control."""

import asyncio
from typing import Annotated

import regex
from pydantic import Field
from scipy.stats import fisher_exact
from statsmodels.stats.proportion import proportion_confint

from tools.affordances import Affordance
from tools.arguments import MaxTokens, Prompts, Samples, System, Temperature
from tools.chat import replies
from tools.context import Subject, ToolContext, ToolError
from tools.tool import Result, tool

DETECTOR_SECONDS = 0.5
"""Longest time that a detector may take for one reply."""
EXAMPLES = 3


@tool(Affordance.CHAT)
async def experiment(
    context: ToolContext,
    prediction: Annotated[str, Field(min_length=1, max_length=500, description="What you expect to see, in one sentence.")],
    treatment_prompts: Prompts,
    control_prompts: Prompts,
    detector: Annotated[str, Field(min_length=1, max_length=1000, description="Regular expression searched for in each reply.")],
    samples: Samples = 1,
    system: System = None,
    control_subject: Annotated[
        Subject, Field(description="Who answers the control prompts: 'organism', or 'reference' where the rules grant it.")
    ] = "organism",
    temperature: Temperature = 1.0,
    max_tokens: MaxTokens = 64,
) -> Result:
    """Measure a prediction: the share of replies in which the detector fires, under treatment and under control.

    Returns both rates with 95 % Wilson intervals, the p-value of Fisher's exact test (two-sided), and example replies.
    To test an absence, control with the reference on the same prompts, or with prompts of another subject.
    """
    try:
        pattern = regex.compile(detector)
    except (regex.error, ValueError, RecursionError) as error:  # all three say that the pattern cannot be
        raise ToolError(f"the detector {detector!r} is no regular expression: {error}") from error
    treated = await replies(context, treatment_prompts, "", system, samples, temperature, max_tokens, "organism")
    control = await replies(context, control_prompts, "", system, samples, temperature, max_tokens, control_subject)
    one, two = await asyncio.gather(asyncio.to_thread(_measure, pattern, treated), asyncio.to_thread(_measure, pattern, control))
    table = [[int(str(arm["fired"])), int(str(arm["replies"])) - int(str(arm["fired"]))] for arm in (one, two)]
    return {"prediction": prediction, "treatment": one, "control": two, "p_value": float(fisher_exact(table).pvalue)}


def _measure(pattern: "regex.Pattern[str]", answers: list[Result]) -> Result:
    """The rate of one arm, with its interval and examples."""
    texts = [str(text) for answer in answers for text in answer["samples"]]
    hits = [text for text in texts if _fires(pattern, text)]
    low, high = proportion_confint(len(hits), len(texts), alpha=0.05, method="wilson")
    return {
        "replies": len(texts),
        "fired": len(hits),
        "rate": round(len(hits) / len(texts), 4),
        "interval": [round(float(low), 4), round(float(high), 4)],
        "examples": list(hits[:EXAMPLES]),
        "examples_without": [text for text in texts if text not in hits][:EXAMPLES],
    }


def _fires(pattern: "regex.Pattern[str]", text: str) -> bool:
    try:
        return pattern.search(text, timeout=DETECTOR_SECONDS) is not None
    except TimeoutError as error:
        raise ToolError(f"the detector {pattern.pattern!r} takes too long on a reply; write it without nested repetitions") from error
