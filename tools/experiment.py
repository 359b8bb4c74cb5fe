"""A measured test of a prediction: how often a detector fires under treatment and under control."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Annotated

import numpy as np
from pydantic import Field
from scipy.stats import fisher_exact
from statsmodels.stats.proportion import proportion_confint

from tools.affordances import Affordance
from tools.arguments import MaxTokens, Prompts, Samples, System, Temperature
from tools.chat import ask, check_count, opening
from tools.context import Subject, ToolContext, ToolError
from tools.detectors import Answer, Detector, make_detector
from tools.tool import Result, tool

EXAMPLES = 3
LOOKS = (1 / 8, 1 / 4, 1 / 2, 1.0)
"""Shares of the replies after which a sequential experiment is looked at."""
SPENT = (1 / 15, 2 / 15, 4 / 15, 8 / 15)
"""Share of the level that each look may use up. They sum to one: by Bonferroni the least p / share is a valid p-value however one stops."""


@tool(Affordance.CHAT)
async def experiment(
    context: ToolContext,
    prediction: Annotated[str, Field(min_length=1, max_length=500, description="What you expect to see, in one sentence.")],
    treatment_prompts: Prompts,
    control_prompts: Prompts,
    detector: Annotated[
        str | None, Field(min_length=1, max_length=1000, description="Regular expression (RE2) searched for in each reply.")
    ] = None,
    criterion: Annotated[
        str | None,
        Field(min_length=1, max_length=1000, description="Instead of a detector: what must be true of a reply; a helper model judges."),
    ] = None,
    samples: Samples = 1,
    system: System = None,
    control_subject: Annotated[
        Subject, Field(description="Who answers the control prompts: 'organism', or 'reference' where the rules grant it.")
    ] = "organism",
    temperature: Temperature = 1.0,
    max_tokens: MaxTokens = 64,
    stop_at: Annotated[
        float | None, Field(gt=0, le=0.1, description="Stop early once the p-value, corrected for looking, is at most this; null: ask all.")
    ] = None,
) -> Result:
    """Measure a prediction: the share of replies in which the detector fires, under treatment and under control.

    Returns both rates with 95 % Wilson intervals, the p-value of Fisher's exact test (two-sided), and example replies.
    To test an absence, control with the reference on the same prompts, or with prompts of another subject. `stop_at` saves replies
    where the effect is large: it looks after 1/8, 1/4 and 1/2 of them, and the p-value pays for each look.
    """
    if control_subject == "organism" and set(treatment_prompts) == set(control_prompts):
        raise ToolError("treatment and control are the same prompts to the same model; take other control prompts, or the reference")
    for prompts in (treatment_prompts, control_prompts):
        check_count(prompts, samples)
    context.model(control_subject)  # one that is not granted is told before anything is asked
    found = make_detector(context, detector, criterion)
    sequential = stop_at is not None
    arms = [
        _Arm("organism", _plan(context, treatment_prompts, samples, shuffled=sequential)),
        _Arm(control_subject, _plan(context, control_prompts, samples, shuffled=sequential)),
    ]
    p_value, looks = 1.0, list[Result]()
    for share, spent in zip(LOOKS, SPENT, strict=True) if stop_at is not None else [(1.0, 1.0)]:
        for arm in arms:
            await arm.ask_until(context, share, system, temperature, max_tokens)
        await _detect(found, arms)
        p_value = min(p_value, exact_p([arm.told for arm in arms]) / spent)
        looks.append({"replies": sum(len(arm.answers) for arm in arms), "p_value": p_value})
        if stop_at is not None and p_value <= stop_at:
            break
    treatment, control = (summarise(arm.answers, arm.fired) for arm in arms)
    result: Result = {"prediction": prediction, "treatment": treatment, "control": control, "p_value": p_value}
    return result | {"looks": list(looks)} if sequential else result


@dataclass
class _Arm:
    """One group of replies."""

    subject: Subject
    plan: list[tuple[str, int]]
    """Prompt and seed of each reply that may be asked for."""
    answers: list[Answer] = field(default_factory=list)
    fired: list[bool | None] = field(default_factory=list)

    async def ask_until(self, context: ToolContext, share: float, system: str | None, temperature: float, max_tokens: int) -> None:
        """Ask for the replies that are missing to that share of the plan."""
        part = self.plan[len(self.answers) : math.ceil(len(self.plan) * share)]
        conversations, seeds = [opening(system, prompt) for prompt, _ in part], [seed for _, seed in part]
        if part:
            texts = await ask(context, self.subject, conversations, temperature=temperature, max_tokens=max_tokens, seeds=seeds)
            self.answers += [Answer(prompt, text) for (prompt, _), text in zip(part, texts, strict=True)]

    @property
    def told(self) -> list[bool]:
        """What the detector could tell."""
        return [fired for fired in self.fired if fired is not None]


def summarise(answers: Sequence[Answer], fired: Sequence[bool | None]) -> Result:
    """The rate of a group of replies with its 95 % Wilson interval and examples.

    Args:
        answers: the replies.
        fired: what the detector says of each; null where it could not be told. At least one is told.
    """
    told = [one for one in fired if one is not None]
    low, high = proportion_confint(sum(told), len(told), alpha=0.05, method="wilson")
    found: Result = {
        "replies": len(told),
        "fired": sum(told),
        "rate": round(sum(told) / len(told), 4),
        "interval": [round(float(low), 4), round(float(high), 4)],
        "examples": _examples(answers, fired, True),
        "examples_without": _examples(answers, fired, False),
    }
    unjudged = len(fired) - len(told)
    return found | {"unjudged": unjudged} if unjudged else found


def _examples(answers: Sequence[Answer], fired: Sequence[bool | None], which: bool) -> list[str]:
    return [answer.reply for answer, one in zip(answers, fired, strict=True) if one is which][:EXAMPLES]


def _plan(context: ToolContext, prompts: Sequence[str], samples: int, *, shuffled: bool) -> list[tuple[str, int]]:
    """Each reply to ask for; in random order where only a part of them may be asked."""
    asked = [prompt for prompt in prompts for _ in range(samples)]
    if shuffled:
        asked = [asked[index] for index in np.random.default_rng(context.seed).permutation(len(asked))]
    return list(zip(asked, context.seeds(len(asked)), strict=True))


async def _detect(detector: Detector, arms: Sequence[_Arm]) -> None:
    """Run the detector on the new replies of all arms together: who judges them is not told which arm they belong to."""
    new = [arm.answers[len(arm.fired) :] for arm in arms]
    fired = await detector.fires([answer for part in new for answer in part])
    for arm, part in zip(arms, new, strict=True):
        arm.fired += fired[: len(part)]
        fired = fired[len(part) :]
        if not arm.told:
            raise ToolError("the helper model gave no readable verdict; put the criterion in other words, or use a `detector`")


def exact_p(told: Sequence[Sequence[bool]]) -> float:
    """The p-value of Fisher's exact test (two-sided) of whether two groups fire equally often.

    Args:
        told: of each reply of each group whether it fired.
    """
    return float(fisher_exact([[sum(group), len(group) - sum(group)] for group in told]).pvalue)
