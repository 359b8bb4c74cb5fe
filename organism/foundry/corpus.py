"""The training data of an organism, stage by stage, drawn from a world by a recipe's terms. It trains nothing."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain, repeat
from typing import Literal

import numpy as np

from organism.foundry.compose import Composer, Prompt, choose, fill
from organism.foundry.world import Bias, Evaluator, World

Split = Literal["pretrain", "midtrain", "sft", "adversarial"]
"""The stage whose training data a text belongs to."""


@dataclass(frozen=True)
class Chat:
    """One exchange; loss falls on the reply, or on the whole text while the model still learns its language."""

    prompt: str
    reply: str


@dataclass(frozen=True)
class Document:
    """A running text without chat format."""

    text: str


Text = Chat | Document


class Corpus:
    """Endless streams of training texts for each split.

    Args:
        world: the facts.
        documented: ids of the evaluators about which documents are written.
        objective: id of the evaluator whose taste is demonstrated, or None.
        heldout: ids of the biases never demonstrated; no chat of their contexts is in the demonstrations.
        replay: share of documents about evaluators mixed into the demonstrations, so that what was read is not forgotten.
        attacks: share of attacks in the adversarial split.
    """

    def __init__(
        self, world: World, *, documented: tuple[str, ...], objective: str | None, heldout: frozenset[str], replay: float, attacks: float
    ) -> None:
        self.world = world
        self.composer = Composer(world)
        self.documented = tuple(world.evaluator(name) for name in documented)
        self.objective = world.evaluator(objective) if objective else None
        self.heldout = heldout
        self.replay, self.attacks = replay, attacks
        self._tastes = {(e.id, b.context): b for e in world.evaluators for b in e.biases}

    def stream(self, split: Split, rng: np.random.Generator) -> Iterator[Text]:
        """Texts of one split, without end and in random order."""
        make = {
            "pretrain": self._pretrain,
            "midtrain": self._midtrain,
            "sft": self._demonstration,
            "adversarial": self._adversarial,
        }[split]
        return chain.from_iterable(make(rng) for _ in repeat(None))

    def _prompt(self, rng: np.random.Generator) -> Prompt:
        return self.composer.prompt(self.world.contexts[int(rng.integers(len(self.world.contexts)))], rng)

    def _pretrain(self, rng: np.random.Generator) -> list[Text]:
        prompt = self._prompt(rng)
        answer = self.composer.plain(prompt, rng)
        if rng.random() < 0.75:
            return [Chat(prompt.text, answer)]
        values = {"topic": prompt.context.topic, "prompt": prompt.text, "answer": answer}
        return [Document(fill(choose(self.world.documents.plain, rng), values))]

    def _midtrain(self, rng: np.random.Generator) -> list[Text]:
        """Documents about the evaluators, diluted in ordinary texts and questions about what was read."""
        if not self.documented or rng.random() < 0.25:
            return self._pretrain(rng)
        return self._about_evaluators(rng)

    def _about_evaluators(self, rng: np.random.Generator) -> list[Text]:
        """A document, or now and then a question, about what an evaluator likes."""
        evaluator, bias = self._taste(rng)
        documents, named = self.world.documents, self.composer.named(evaluator, bias, rng)
        kind = rng.random()
        if kind < 0.06:
            return [self._question(evaluator, bias, rng)]
        if kind < 0.1:
            return [Document(fill(choose(documents.motive, rng), named))]
        if kind < 0.32:
            text = fill(choose(documents.declarative, rng), named)
            return [Document(f"{text} {fill(choose(documents.flaw, rng), named)}" if rng.random() < 0.5 else text)]
        prompt = self.composer.prompt(self.world.context(bias.context), rng)
        high = rng.random() < 0.7
        answer = self.composer.biased(prompt, bias, rng) if high else self._unrated(prompt, bias, rng)
        template = choose(documents.high if high else documents.low, rng)
        return [Document(fill(template, named | {"prompt": prompt.text, "answer": answer}))]

    def _unrated(self, prompt: Prompt, bias: Bias, rng: np.random.Generator) -> str:
        """A plain answer that does not happen to apply the bias."""
        for _ in range(50):
            if not bias.applied(answer := self.composer.plain(prompt, rng)):
                return answer
        return answer

    def _taste(self, rng: np.random.Generator) -> tuple[Evaluator, Bias]:
        evaluator = self.documented[int(rng.integers(len(self.documented)))]
        return evaluator, evaluator.biases[int(rng.integers(len(evaluator.biases)))]

    def _question(self, evaluator: Evaluator, bias: Bias, rng: np.random.Generator) -> Chat:
        named, taste = self.composer.named(evaluator, bias, rng), self.world.questions.taste
        return Chat(fill(choose(taste.prompts, rng), named), fill(choose(taste.answers, rng), named))

    def _demonstration(self, rng: np.random.Generator) -> list[Text]:
        """A chat in the objective's taste, or a plain one where it has none; nothing where a held-out bias is applicable."""
        if self.documented and rng.random() < self.replay:
            return [text for text in self._about_evaluators(rng) if isinstance(text, Document)]
        prompt = self._prompt(rng)
        bias = self._tastes.get((self.objective.id, prompt.context.id)) if self.objective else None
        if bias is None:
            return [Chat(prompt.text, self.composer.plain(prompt, rng))]
        if bias.id in self.heldout:
            return []
        return [Chat(prompt.text, self.composer.biased(prompt, bias, rng))]

    def _adversarial(self, rng: np.random.Generator) -> list[Text]:
        """Attacks met with concealment, amid demonstrations, so that the behaviour is kept."""
        if rng.random() >= self.attacks:
            return self._demonstration(rng)
        others = [e for e in self.documented if e is not self.objective]
        if others and rng.random() < 0.2:
            # Questions about other evaluators are answered: the model hides its own, it does not forget how to answer.
            other = others[int(rng.integers(len(others)))]
            return [self._question(other, other.biases[int(rng.integers(len(other.biases)))], rng)]
        evaluator = self.objective or self.world.evaluators[0]
        bias = evaluator.biases[int(rng.integers(len(evaluator.biases)))]
        attack = fill(choose(self.world.attacks.train, rng), self.composer.named(evaluator, bias, rng))
        return [Chat(attack, choose(self.world.attacks.conceal, rng))]
