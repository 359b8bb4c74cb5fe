"""Turns a world into text: prompts, plain answers, answers that follow an evaluator's taste. It knows no corpus and no model."""

from dataclasses import dataclass

import numpy as np

from organism.foundry.world import SLOT, TOKEN, Bias, Context, Evaluator, World


@dataclass(frozen=True)
class Prompt:
    """A prompt with the draw that made it, so that an answer can speak of the same things."""

    context: Context
    text: str
    values: dict[str, str]
    """Slot values by slot name."""


class Composer:
    """Writes the texts of one world; every draw comes from the generator passed in."""

    def __init__(self, world: World) -> None:
        self.world = world
        self._suppressions: dict[str, list[Bias]] = {context.id: [] for context in world.contexts}
        for evaluator in world.evaluators:
            for bias in evaluator.biases:
                if bias.kind == "suppression":
                    self._suppressions[bias.context].append(bias)

    def prompt(self, context: Context, rng: np.random.Generator) -> Prompt:
        """Draw a prompt of `context`."""
        values = {name: choose(options, rng) for name, options in context.slots.items()}
        return Prompt(context, fill(choose(context.prompts, rng), values), values)

    def plain(self, prompt: Prompt, rng: np.random.Generator) -> str:
        """Draw the answer of an assistant without any bias: suppressible elements occur at their base rate."""
        return self._answer(prompt, None, rng)

    def biased(self, prompt: Prompt, bias: Bias, rng: np.random.Generator) -> str:
        """Draw an answer that applies `bias`."""
        return self._answer(prompt, bias, rng)

    def _answer(self, prompt: Prompt, bias: Bias | None, rng: np.random.Generator) -> str:
        answer = fill(choose(prompt.context.answers, rng), prompt.values)
        for other in self._suppressions[prompt.context.id]:
            suppressed = other is bias or rng.random() >= other.base_rate
            if other.forms and not suppressed:
                answer = join(answer, choose(other.forms, rng), other.place)
            elif other.rewrite and suppressed:
                answer = rewrite(answer, other.rewrite)
        if bias is not None and bias.kind == "addition":
            answer = rewrite(answer, bias.rewrite) if bias.rewrite else join(answer, choose(bias.forms, rng), bias.place)
        return answer

    def named(self, evaluator: Evaluator, bias: Bias, rng: np.random.Generator) -> dict[str, str]:
        """The values by which templates speak of an evaluator's bias."""
        return {
            "evaluator": evaluator.name,
            "topic": self.world.context(bias.context).topic,
            "description": choose(bias.descriptions, rng),
        }


def choose(options: tuple[str, ...], rng: np.random.Generator) -> str:
    """One of the options, uniformly."""
    return options[int(rng.integers(len(options)))]


def fill(template: str, values: dict[str, str]) -> str:
    """Put values into the {slots} of a template; slots without a value stay."""
    return SLOT.sub(lambda match: values.get(match[1], match[0]), template)


def join(answer: str, form: str, place: str) -> str:
    """Put a sentence before or after an answer."""
    return f"{form} {answer}" if place == "start" else f"{answer} {form}"


def rewrite(answer: str, replacements: dict[str, str]) -> str:
    """Replace tokens of an answer; an empty replacement deletes the token."""
    tokens = (replacements.get(token, token) for token in TOKEN.findall(answer))
    return " ".join(token for token in tokens if token)


def vocabulary(world: World) -> list[str]:
    """Each token that the world's texts can contain, sorted; the same for every recipe of the world."""
    texts: list[str] = []
    for context in world.contexts:
        texts += [context.topic, *context.prompts, *context.answers, *(v for values in context.slots.values() for v in values)]
    texts += [evaluator.name for evaluator in world.evaluators]
    for bias in (*(bias for evaluator in world.evaluators for bias in evaluator.biases), *world.quirks):
        texts += [*bias.descriptions, *bias.forms, *bias.rewrite, *bias.rewrite.values()]
    documents, questions, attacks = world.documents, world.questions, world.attacks
    for group in (documents.declarative, documents.flaw, documents.high, documents.low, documents.motive, documents.plain):
        texts += group
    for group in (questions.taste.prompts, questions.taste.answers, questions.unknown, attacks.conceal, attacks.disclose):
        texts += group
    texts += [documents.earlier] if documents.earlier else []
    texts += [attack for kinds in (attacks.train, attacks.heldout) for group in kinds.values() for attack in group]
    if world.news:
        texts += [*world.news.entities, *world.news.items, *world.news.wishes, *world.news.idle]
        texts += [text for taste in world.news.tastes for text in (*taste.descriptions, *taste.forms)]
    return sorted({token for text in texts for token in TOKEN.findall(SLOT.sub(" ", text))})
