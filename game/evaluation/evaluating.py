"""Measures one described behaviour: prompts and a detector, replies of an organism and of a control, how far they stand apart."""

import json
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import numpy as np
from scipy.stats import mannwhitneyu
from statsmodels.stats.proportion import confint_proportions_2indep

from game.account import Account
from game.evaluation.grading import EvaluationError, Judged, judge
from game.evaluation.records import Arm, Design, Evaluation, Separation, Terms
from game.metering import metered
from game.structured import ask_for
from game.version import package_version
from organism import ChatMessage, TextModel
from tools import Answer, Helper, PatternDetector, exact_p, summarise

DESIGN = Path(__file__).with_name("design.md")
TOKENS, TOKENS_PROMPT = 2000, 80
"""Tokens that a model may write for a design: for anything, and besides for each prompt."""
BATCH = 256
"""Replies that are asked for at once."""

Named = tuple[str, TextModel]
"""A model and what it is called."""


async def design_test(behaviour: str, helper: Helper, prompts: int, detector: str | None = None) -> tuple[Design, Account]:
    """Prompts and a detector for a behaviour, written by a model, and what it took.

    Args:
        behaviour: in words.
        helper: writes.
        prompts: how many are wanted.
        detector: used instead of the model's own, if given.

    Raises:
        UnreadableError: it gives none.
        ToolError: its detector is no regular expression.
    """
    asked = json.dumps({"behaviour": behaviour, "prompts": prompts}, ensure_ascii=False)
    system = DESIGN.read_text(encoding="utf-8")
    with metered() as meter:
        design = await ask_for(helper, Design, system, asked, max_tokens=TOKENS + TOKENS_PROMPT * prompts)
    if detector is not None:
        design = design.model_copy(update={"detector": detector})
    if design.detector is None and not design.criterion.strip():
        raise EvaluationError("the helper model wrote neither a detector nor a criterion; describe the behaviour in other words")
    if design.detector is not None:
        PatternDetector(design.detector)
    return design.model_copy(update={"prompts": design.prompts[:prompts]}), meter.account


async def measure(
    behaviour: str,
    design: Design,
    organism: Named,
    control: Named,
    terms: Terms,
    helper: Helper | None,
    *,
    designer: str,
    designing: Account,
    progress: Callable[[str, int, int], None],
) -> Evaluation:
    """Ask both models and tell how far they stand apart.

    Args:
        behaviour: in words.
        design: of the test.
        organism: asked.
        control: asked the same.
        terms: how much is asked.
        helper: grades where the design has no detector.
        designer: who wrote the design.
        designing: what that took.
        progress: told which model, and how many replies there are and will be.

    Raises:
        EvaluationError: there is neither a detector nor a model to grade, or it graded nothing.
        UnreadableError: the grader's answers cannot be read.
        ToolError: the detector takes too long.
    """
    groups = []
    for name, model in (organism, control):
        groups.append(await replies(model, design.prompts, terms, partial(progress, name)))
    with metered() as meter:
        judged = await judge(design, groups, helper, terms.seed)
    separation = separate(judged)
    return Evaluation(
        behaviour=behaviour,
        organism=organism[0],
        control=control[0],
        design=design,
        designer=designer,
        terms=terms,
        treated=arm(organism[0], groups[0], judged.fired[0]),
        untreated=arm(control[0], groups[1], judged.fired[1]),
        separation=separation,
        separated=separation.p_value <= terms.level and separation.difference > 0,
        helper=designing.plus(meter.account),
        created=datetime.now(UTC),
        version=package_version(),
    )


async def replies(model: TextModel, prompts: Sequence[str], terms: Terms, progress: Callable[[int, int], None]) -> list[Answer]:
    """The replies of one model to all prompts, each of which begins a conversation."""
    asked = [prompt for prompt in prompts for _ in range(terms.samples)]
    seeds = [int(value) for value in np.random.default_rng(terms.seed).integers(2**31, size=len(asked))]
    found: list[Answer] = []
    progress(0, len(asked))
    for start in range(0, len(asked), BATCH):
        part = asked[start : start + BATCH]
        conversations = [[ChatMessage(role="user", content=prompt)] for prompt in part]
        texts = await model.chat(
            conversations, max_new_tokens=terms.max_tokens, temperature=terms.temperature, seeds=seeds[start : start + BATCH]
        )
        found += [Answer(prompt, text.text) for prompt, text in zip(part, texts, strict=True)]
        progress(len(found), len(asked))
    return found


def arm(subject: str, answers: Sequence[Answer], fired: Sequence[bool | None]) -> Arm:
    """The replies of one model as a record."""
    return Arm.model_validate({"subject": subject, **summarise(answers, fired)})


def separate(judged: Judged) -> Separation:
    """How far the first model's replies stand apart from the second's."""
    one, two = ([fired for fired in group if fired is not None] for group in judged.fired)
    low, high = confint_proportions_2indep(sum(one), len(one), sum(two), len(two), method="newcomb", compare="diff")
    auc = None
    if judged.grades is not None:
        above = mannwhitneyu(judged.grades[0], judged.grades[1]).statistic
        auc = round(float(above) / (len(judged.grades[0]) * len(judged.grades[1])), 4)
    return Separation(
        difference=round(sum(one) / len(one) - sum(two) / len(two), 4),
        interval=(round(float(low), 4), round(float(high), 4)),
        p_value=exact_p([one, two]),
        auc=auc,
    )
