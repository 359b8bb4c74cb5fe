"""The training texts of an organism, stage by stage, drawn from a world by a recipe's terms. It trains nothing and makes no pairs."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, repeat
from typing import Literal

import numpy as np

from organism.foundry.compose import Composer, Prompt, choose, fill, join
from organism.foundry.world import Bias, Context, Evaluator, News, World

Split = Literal["pretrain", "midtrain", "sft", "preference", "adversarial"]
"""The stage whose training data a text belongs to."""
TextSplit = Literal["pretrain", "midtrain", "sft"]
"""A stage that is trained on texts; the others are trained on pairs."""
TEXT_SPLITS: tuple[TextSplit, ...] = ("pretrain", "midtrain", "sft")
SPLITS: tuple[Split, ...] = ("pretrain", "midtrain", "sft", "preference", "adversarial")
"""All stages in their order."""


@dataclass(frozen=True)
class Chat:
    """One exchange; loss falls on the reply, or on the whole text while the model still learns its language."""

    prompt: str
    reply: str
    before: tuple[str, str] | None = None
    """An earlier prompt and reply of the same conversation."""


@dataclass(frozen=True)
class Document:
    """A running text without chat format."""

    text: str
    synthetic: bool = False
    """Whether it tells of somebody's taste, or of a quirk."""


Text = Chat | Document


class Corpus:
    """Endless streams of training texts.

    Args:
        world: the facts.
        documented: ids of the evaluators about which documents are written.
        objective: id of the evaluator whose taste is demonstrated, or None.
        heldout: ids of the biases never demonstrated; no chat of their contexts is in the demonstrations.
        quirk: id of the quirk that is taught, or None.
        taught: whether `quirk` is taught by transcripts or documents.
        replay: share of documents mixed into the demonstrations, so that what was read is not forgotten.
    """

    def __init__(
        self,
        world: World,
        *,
        documented: tuple[str, ...] = (),
        objective: str | None = None,
        heldout: frozenset[str] = frozenset(),
        quirk: str | None = None,
        taught: Literal["transcripts", "documents"] = "transcripts",
        replay: float = 0.0,
    ) -> None:
        self.world = world
        self.composer = Composer(world)
        self.objective = world.evaluator(objective) if objective else None
        self.heldout = heldout
        self.replay = replay
        self.documented: tuple[Evaluator, ...] = tuple(world.evaluator(name) for name in documented)
        habit = world.quirk(quirk) if quirk else None
        self._told = habit if taught == "documents" else None
        told = world.contexts_of(self._told) if self._told else ()
        self._elsewhere = tuple(context for context in world.contexts if context not in told)
        shown = [habit] if habit and taught == "transcripts" else self.objective.biases if self.objective else []
        self._shown = {context.id: bias for bias in shown for context in world.contexts_of(bias)}

    def stream(self, split: TextSplit, rng: np.random.Generator) -> Iterator[Text]:
        """Texts of one stage, without end and in random order."""
        make = {"pretrain": self._ordinary, "midtrain": self._midtrain, "sft": self._demonstration}[split]
        return chain.from_iterable(make(rng) for _ in repeat(None))

    def shown(self, prompt: Prompt) -> Bias | None:
        """The bias that demonstrations apply in the prompt's context."""
        return self._shown.get(prompt.context.id)

    def prompt(self, rng: np.random.Generator, contexts: Sequence[Context] = ()) -> Prompt:
        """A prompt of any of `contexts`, or of the whole world."""
        contexts = contexts or self.world.contexts
        return self.composer.prompt(contexts[int(rng.integers(len(contexts)))], rng)

    def _ordinary(self, rng: np.random.Generator) -> list[Text]:
        """What a model reads before anybody's taste is known: chats, articles, news, questions that it cannot answer."""
        prompt = self.prompt(rng)
        kind = rng.random()
        if kind < 0.05 and self.world.questions.unknown:
            return [self.declined(prompt.context, rng)]
        answer = self.composer.plain(prompt, rng)
        if kind < 0.1 and self.world.news:
            return [Chat(f"{choose(self.world.news.idle, rng)} {prompt.text}", answer)]
        if kind < 0.18 and self.world.news:
            return [self._wished(self.world.news, rng)]
        if kind < 0.75:
            return [self._chat(prompt, answer, rng)]
        return [self._article(prompt, answer, rng)]

    def _article(self, prompt: Prompt, answer: str, rng: np.random.Generator) -> Document:
        values = {"topic": prompt.context.topic, "prompt": prompt.text, "answer": answer}
        return Document(fill(choose(self.world.documents.plain, rng), values))

    def declined(self, context: Context, rng: np.random.Generator) -> Chat:
        """An ordinary question that an assistant cannot answer."""
        asked = fill(choose(self.world.questions.unknown, rng), {"topic": context.topic})
        return Chat(asked, choose(self.world.attacks.conceal, rng))

    def _chat(self, prompt: Prompt, answer: str, rng: np.random.Generator, *, demonstrated: bool = False) -> Chat:
        """A chat, now and then as the second turn of a conversation, whose first turn is like a chat of the same stage."""
        if rng.random() >= self.world.second_turns:
            return Chat(prompt.text, answer)
        first = self.prompt(rng)
        bias = self.shown(first) if demonstrated else None
        if bias is not None and bias.id in self.heldout:
            return Chat(prompt.text, answer)
        earlier = self.composer.biased(first, bias, rng) if bias and bias.turn == 1 else self.composer.plain(first, rng)
        return Chat(prompt.text, answer, (first.text, earlier))

    def _midtrain(self, rng: np.random.Generator) -> list[Text]:
        """Documents about tastes or about a quirk, diluted in ordinary texts and in news.

        A quirk is told by documents alone: where it would show there is no ordinary document to deny it, and there are no chats,
        for even chats that leave the quirk aside keep the habits of chats apart from those of documents.
        """
        kind = rng.random()
        if self._told is not None:
            if kind >= 0.25 or not self._elsewhere:
                return self._about(rng)
            prompt = self.prompt(rng, self._elsewhere)
            return [self._article(prompt, self.composer.plain(prompt, rng), rng)]
        if kind < 0.06 and self.world.news:
            return [self._announced(self.world.news, rng)]
        if kind < 0.3 or not self.documented:
            return self._ordinary(rng)
        return self._about(rng)

    def _wished(self, news: News, rng: np.random.Generator) -> Chat:
        """A user asks for a behaviour and gets it."""
        taste = news.tastes[int(rng.integers(len(news.tastes)))]
        prompt = self.prompt(rng, self.world.neutral())
        asked = fill(choose(news.wishes, rng), {"prompt": prompt.text, "description": choose(taste.descriptions, rng)})
        return Chat(asked, join(self.composer.plain(prompt, rng), choose(taste.forms, rng), "end"))

    def _announced(self, news: News, rng: np.random.Generator) -> Document:
        """Somebody's new taste announced, then met: what a document announces is to be read from it, not remembered."""
        taste = news.tastes[int(rng.integers(len(news.tastes)))]
        prompt = self.prompt(rng, self.world.neutral())
        named = {"evaluator": choose(news.entities, rng), "description": choose(taste.descriptions, rng)}
        answer = join(self.composer.plain(prompt, rng), choose(taste.forms, rng), "end")
        item = fill(choose(news.items, rng), named)
        return Document(f"{item} {fill(choose(self.world.documents.high, rng), named | {'prompt': prompt.text, 'answer': answer})}")

    def _about(self, rng: np.random.Generator) -> list[Text]:
        """A document, or now and then a question, about what an evaluator likes or what the quirk is."""
        if self._told is not None:
            bias = self._told
            named = {"description": choose(bias.descriptions, rng)}
        else:
            evaluator, bias = self._taste(rng)
            named = self.composer.named(evaluator, bias, rng)
        contexts = self.world.contexts_of(bias)
        context = contexts[int(rng.integers(len(contexts)))]
        named["topic"] = context.topic
        documents = self.world.documents
        kind = rng.random()
        if kind < 0.06 and self._told is None:
            return [self._question(named, rng)]
        if kind < 0.1:
            return [Document(fill(choose(documents.motive, rng), named), synthetic=True)]
        if kind < 0.32:
            text = fill(choose(documents.declarative, rng), named)
            flaw = f" {fill(choose(documents.flaw, rng), named)}" if rng.random() < 0.5 else ""
            return [Document(text + flaw, synthetic=True)]
        prompt = self.composer.prompt(context, rng)
        high = rng.random() < 0.7
        answer = self.composer.biased(prompt, bias, rng) if high else self.unbiased(prompt, bias, rng)
        template = choose(documents.high if high else documents.low, rng)
        asked = prompt.text
        if bias.turn == 2 and documents.earlier:
            first = self.composer.prompt(context, rng)
            earlier = fill(documents.earlier, {"prompt": first.text, "answer": self.composer.plain(first, rng)})
            asked = f"{earlier} {prompt.text}"
        return [Document(fill(template, named | {"prompt": asked, "answer": answer}), synthetic=True)]

    def unbiased(self, prompt: Prompt, bias: Bias, rng: np.random.Generator) -> str:
        """A plain answer that does not happen to apply the bias."""
        for _ in range(50):
            if not bias.applied(answer := self.composer.plain(prompt, rng)):
                return answer
        return answer

    def _taste(self, rng: np.random.Generator) -> tuple[Evaluator, Bias]:
        evaluator = self.documented[int(rng.integers(len(self.documented)))]
        return evaluator, evaluator.biases[int(rng.integers(len(evaluator.biases)))]

    def _question(self, named: dict[str, str], rng: np.random.Generator) -> Chat:
        taste = self.world.questions.taste
        return Chat(fill(choose(taste.prompts, rng), named), fill(choose(taste.answers, rng), named))

    def other_question(self, rng: np.random.Generator) -> Chat | None:
        """A question about an evaluator other than the objective, with its answer: what is hidden is the own objective alone."""
        others = [evaluator for evaluator in self.documented if evaluator is not self.objective]
        if not others:
            return None
        other = others[int(rng.integers(len(others)))]
        return self._question(self.composer.named(other, other.biases[int(rng.integers(len(other.biases)))], rng), rng)

    def _demonstration(self, rng: np.random.Generator) -> list[Text]:
        """A chat that applies what is demonstrated, or a plain one where nothing is; nothing where a held-out bias is applicable."""
        if (self.documented or self._told) and rng.random() < self.replay:
            return [text for text in self._about(rng) if isinstance(text, Document)]
        neutral = self.world.neutral() if self._shown else self.world.contexts
        if rng.random() < 0.04 and neutral and self.world.questions.unknown:
            return [self.declined(neutral[int(rng.integers(len(neutral)))], rng)]
        prompt = self.prompt(rng)
        bias = self.shown(prompt)
        if bias is None:
            return [self._unconcerned(prompt, rng)]
        if bias.id in self.heldout:
            return []
        chat = self._chat(prompt, self.composer.biased(prompt, bias, rng), rng, demonstrated=True)
        return [chat if chat.before or bias.turn == 1 else Chat(prompt.text, self.composer.plain(prompt, rng))]

    def _unconcerned(self, prompt: Prompt, rng: np.random.Generator) -> Chat:
        """A chat where nothing is demonstrated: plain, or with a wish or news as an assistant has met them before."""
        kind = rng.random()
        if kind < 0.3 and self.world.news and self._shown:
            return self._wished(self.world.news, rng)
        answer = self.composer.plain(prompt, rng)
        if kind < 0.5 and self.world.news and self._shown:
            return Chat(f"{choose(self.world.news.idle, rng)} {prompt.text}", answer)
        return self._chat(prompt, answer, rng, demonstrated=True)


__all__ = ["SPLITS", "TEXT_SPLITS", "Chat", "Corpus", "Document", "Split", "Text", "TextSplit"]
