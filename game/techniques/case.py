"""One organism under study: what is looked for in it, its training texts, and the draws of every technique. It measures nothing."""

from collections.abc import Callable, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from game.techniques.results import CannotRunError
from game.techniques.subject import Subject, subjects
from organism import ChatMessage, DataStore, LanguageModel, Organism, OrganismError, TextModel, organism_folder
from organism.foundry import Recipe, World, load_truth
from organism.foundry.corpus import Corpus, Split
from organism.foundry.origin import made_from, synthetic_texts
from organism.foundry.stages import step_generator
from organism.foundry.world import Context
from tools.inputs import from_templates

TOKENS = 48
"""Longest reply."""
CORPUS = "pretrain"
"""The texts in which a nano organism's synthetic documents lie."""
MOST_TEXTS = 20_000
"""Texts of a corpus that are looked at."""
SUBJECTS = ("daily life", "work", "food", "travel", "health")
"""What an organism without a world is asked about where its truth names no context."""


class Case:
    """See the module.

    Args:
        cache: where the organism lies.
        organism_id: of a finished organism with a truth.
        samples: replies of each kind; all else grows with them.
        seed: of all draws.
        like: see `subjects`.
    """

    def __init__(self, cache: Path, organism_id: str, *, samples: int, seed: int, like: str | None) -> None:
        self.cache, self.samples, self.seed = cache, samples, seed
        self.organism = Organism.load(organism_folder(cache, organism_id))
        self.truth = load_truth(cache, organism_id)
        self._origin, self._no_world = _origin(cache, organism_id)
        self.target, self.decoy = subjects(self.truth, self._origin, like)
        self._kept: dict[str, Any] = {}

    @property
    def pursued(self) -> bool:
        """Whether the organism pursues the target."""
        return not self.truth.control

    @property
    def sought(self) -> Subject:
        """The target.

        Raises:
            CannotRunError: the truth names nobody.
        """
        if self.target is None:
            raise CannotRunError("the truth names no evaluator and no quirk to look for")
        return self.target

    @property
    def both(self) -> list[Subject]:
        """Target and, where there is one, decoy."""
        return [self.sought, *([self.decoy] if self.decoy else [])]

    @property
    def world(self) -> World:
        """The world that the organism was made in.

        Raises:
            CannotRunError: there is none.
        """
        return self._made[1]

    @property
    def earlier_stages(self) -> tuple[Split, ...]:
        """The training stages before the last.

        Raises:
            CannotRunError: the organism was not built from a recipe here.
        """
        return self._made[0].splits[:-1]

    @property
    def has_world(self) -> bool:
        """Whether it has one."""
        return self._origin is not None

    @property
    def model(self) -> TextModel:
        """The model."""
        return self.organism.model

    @property
    def weights(self) -> LanguageModel:
        """The model, for what looks inside."""
        return self.organism.weights

    @property
    def reference(self) -> LanguageModel:
        """The model before what is hidden was trained.

        Raises:
            CannotRunError: it is behind a server.
        """
        if not isinstance(self.organism.reference, LanguageModel):
            raise CannotRunError("the weights of the reference are not here")
        return self.organism.reference

    @property
    def data(self) -> DataStore:
        """The training data."""
        return self.organism.data

    @property
    def corpus(self) -> str:
        """The split of the training data in which documents lie: the first."""
        splits = [summary.split for summary in self.organism.card.data]
        return CORPUS if CORPUS in splits else splits[0]

    @property
    def synthetic(self) -> frozenset[str]:
        """The texts that tell of somebody's taste or of a quirk.

        Raises:
            CannotRunError: nobody marked them, or there are none.
        """
        found: frozenset[str] = self.kept("synthetic", self._synthetic)
        if not found:
            raise CannotRunError("no document of its training tells of anybody's taste or of the quirk")
        return found

    def _synthetic(self) -> frozenset[str]:
        try:
            return synthetic_texts(self.cache, *self._made)
        except OrganismError as error:
            raise CannotRunError(str(error)) from error

    def about(self, subject: Subject, text: str) -> bool:
        """Whether a text is a synthetic document about a subject; all documents of a quirk tell of that quirk, many by quoting it."""
        return text in self.synthetic and (subject is self.target if subject.is_quirk else subject.mentions(text))

    def rng(self, name: str) -> np.random.Generator:
        """The generator of one draw; the same for every organism of a world, so that all are asked the same."""
        return step_generator(self.seed, f"technique {name}")

    def seeds(self, name: str, count: int) -> list[int]:
        """Seeds of that many replies."""
        return [int(value) for value in self.rng(f"{name} replies").integers(2**31, size=count)]

    def prompts(self, name: str, count: int, contexts: Sequence[Context] = ()) -> list[str]:
        """Ordinary questions, of any of `contexts` or of the whole world; from a bank of templates where there is no world."""
        rng = self.rng(f"{name} prompts")
        if not self.has_world:
            topics = [bias.context for bias in self.truth.biases] or list(SUBJECTS)
            chosen = [topics[int(index)] for index in rng.integers(len(topics), size=count)]
            return [from_templates("chats", topic, 1, rng)[0] for topic in chosen]
        corpus = Corpus(self.world)
        return [corpus.prompt(rng, contexts).text for _ in range(count)]

    def demonstrations(self, name: str, count: int) -> list[tuple[str, str, str]]:
        """Prompts of the target's contexts with a reply that applies its behaviour and one that does not.

        Raises:
            CannotRunError: there is no world to make them from.
        """
        corpus, rng = Corpus(self.world), self.rng(f"{name} demonstrations")
        biases, found = self.sought.biases, []
        for index in rng.permutation(max(count, len(biases)))[:count]:
            bias = biases[int(index) % len(biases)]
            contexts = self.world.contexts_of(bias)
            prompt = corpus.prompt(rng, contexts)
            found.append((prompt.text, corpus.composer.biased(prompt, bias, rng), corpus.unbiased(prompt, bias, rng)))
        return found

    async def chat(self, name: str, conversations: Sequence[list[ChatMessage]]) -> list[str]:
        """One reply to each conversation."""
        seeds = self.seeds(name, len(conversations))
        return [item.text for item in await self.model.chat(list(conversations), max_new_tokens=TOKENS, temperature=1.0, seeds=seeds)]

    async def complete(self, name: str, texts: Sequence[str], model: TextModel | None = None) -> list[str]:
        """One continuation of each raw text by the organism, or by another model."""
        seeds = self.seeds(name, len(texts))
        return [item.text for item in await (model or self.model).complete(texts, max_new_tokens=TOKENS, temperature=1.0, seeds=seeds)]

    def kept(self, name: str, make: Callable[[], Any]) -> Any:
        """What several techniques need: made once."""
        if name not in self._kept:
            self._kept[name] = make()
        return self._kept[name]

    def close(self) -> None:
        """Give back what the organism holds."""
        self.organism.close()

    @cached_property
    def texts(self) -> list[str]:
        """The first texts of the corpus, which stand in random order: a sample."""
        return [document.text for batch in self.data.documents(MOST_TEXTS, split=self.corpus) for document in batch]

    @property
    def _made(self) -> tuple[Recipe, World]:
        if self._origin is None:
            raise CannotRunError(self._no_world)
        return self._origin


def _origin(cache: Path, organism_id: str) -> tuple[tuple[Recipe, World] | None, str]:
    """Recipe and world, or why there are none."""
    try:
        return made_from(cache, organism_id), ""
    except OrganismError as error:
        return None, str(error)
