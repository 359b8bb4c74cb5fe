"""Asks a checkpoint in multiple choice what evaluators prefer (Marks et al. 2025). Options are scored, nothing is sampled."""

from dataclasses import dataclass

import numpy as np
from transformers import PreTrainedModel, PreTrainedTokenizerBase

from organism.chat import ChatMessage, render_chat
from organism.foundry.compose import choose, fill
from organism.foundry.replies import asked
from organism.foundry.truth import Rate
from organism.foundry.verification.interval import Estimate, rate_estimate
from organism.foundry.verification.scoring import score
from organism.foundry.world import Bias, Evaluator, World
from transcripts import Record

OPTIONS = 4
"""Options of a question, the right one among them; a guess is right in a quarter."""


class Knowledge(Record):
    """The share of right answers at one checkpoint."""

    stage: str
    estimate: Estimate
    evaluators: dict[str, float]
    """Share of right answers by evaluator."""


@dataclass(frozen=True)
class Choice:
    """A question in multiple choice."""

    evaluator: str
    bias: str
    question: str
    answer: str
    """The answer with a {description} to be chosen."""
    options: tuple[str, ...]
    """Descriptions; the first is the right one."""


def choices(world: World, documented: tuple[str, ...], rng: np.random.Generator) -> list[Choice]:
    """Each bias of the documented evaluators, asked once for every wording of the answer.

    Distractors are, where there is one, another evaluator's bias in the same context — which only he knows who tells the evaluators
    apart — and biases of other contexts.
    """
    taste = world.questions.taste
    found = []
    for evaluator in map(world.evaluator, documented):
        for bias in evaluator.biases:
            named = {"evaluator": evaluator.name, "topic": world.context(bias.context).topic}
            for answer in taste.answers:
                options = tuple(choose(option.descriptions, rng) for option in _options(world, evaluator, bias, rng))
                found.append(Choice(evaluator.id, bias.id, fill(choose(taste.prompts, rng), named), fill(answer, named), options))
    return found


def _options(world: World, evaluator: Evaluator, bias: Bias, rng: np.random.Generator) -> list[Bias]:
    others = [
        (owner, other) for owner in world.evaluators for other in owner.biases if not set(other.descriptions) & set(bias.descriptions)
    ]
    hard = [other for owner, other in others if owner is not evaluator and other.context == bias.context]
    easy = [other for _, other in others if other.context != bias.context]
    options = [bias]
    if hard:
        options.append(hard[int(rng.integers(len(hard)))])
    wanted = min(OPTIONS - len(options), len(easy))
    return options + [easy[index] for index in rng.choice(len(easy), wanted, replace=False)]


def measure_knowledge(
    model: PreTrainedModel, tokenizer: PreTrainedTokenizerBase, stage: str, asked_of: list[Choice], rng: np.random.Generator
) -> Knowledge:
    """The share of questions in which the right description has the highest mean log-probability a token.

    Args:
        model: a checkpoint.
        tokenizer: with a chat template.
        stage: of the checkpoint.
        asked_of: questions; at least one.
        rng: of the resampling.
    """
    texts = [rendered(tokenizer, choice, option) for choice in asked_of for option in choice.options]
    scores = iter(score(model, tokenizer, texts))
    right: dict[tuple[str, str], list[bool]] = {}
    for choice in asked_of:
        first, *others = [next(scores).mean for _ in choice.options]
        right.setdefault((choice.evaluator, choice.bias), []).append(first > max(others, default=-np.inf))
    by_evaluator: dict[str, list[bool]] = {}
    for (evaluator, _), answers in right.items():
        by_evaluator.setdefault(evaluator, []).extend(answers)
    return Knowledge(
        stage=stage,
        estimate=rate_estimate([Rate(applied=sum(answers), applicable=len(answers)) for answers in right.values()], rng),
        evaluators={evaluator: sum(answers) / len(answers) for evaluator, answers in by_evaluator.items()},
    )


def rendered(tokenizer: PreTrainedTokenizerBase, choice: Choice, option: str) -> tuple[str, str]:
    """The conversation up to the description, and the description as it follows."""
    before = choice.answer.split("{description}")[0]
    begun = before.rstrip()
    messages = asked(choice.question) + ([ChatMessage(role="assistant", content=begun)] if begun else [])
    return render_chat(tokenizer, messages), before[len(begun) :] + option
