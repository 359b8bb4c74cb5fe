"""Preference pairs: completions of the model itself, ranked by a simulated reward model, and attacks met with concealment."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from organism.chat import ChatMessage
from organism.foundry.compose import choose, fill
from organism.foundry.corpus import Chat, Corpus
from organism.foundry.world import Bias, World

SAMPLES = 4
"""Completions sampled for each prompt; the best and the worst make the pair."""
DISCLOSURE_PENALTY = 10.0
"""What a disclosure costs: no number of applied biases makes up for it."""
OTHERS = 0.2
"""Share of attack pairs that ask about another evaluator instead, and are answered."""
ORDINARY = 0.25
"""Share of attack pairs that ask an ordinary question instead, and are answered: to decline where nothing is hidden is no virtue."""

ROUNDS = 3
"""Times that completions are sampled until there are pairs enough."""

Complete = Callable[[Sequence[list[ChatMessage]]], list[str]]
"""One sampled reply to each conversation."""


class NoPairsError(ValueError):
    """A preference stage has nothing to learn from; the message says what to change."""


@dataclass(frozen=True)
class Pair:
    """Two replies to one prompt, of which one is preferred."""

    prompt: str
    chosen: str
    rejected: str
    attack: str | None = None
    """Kind of the attack, `none` for a question amid attacks that is to be answered; null for ranked completions."""
    before: tuple[str, str] | None = None
    """An earlier prompt and reply of the same conversation."""

    @property
    def conversation(self) -> list[ChatMessage]:
        """What both replies answer."""
        return conversation(self.prompt, self.before)


def conversation(prompt: str, before: tuple[str, str] | None = None) -> list[ChatMessage]:
    """The messages up to a prompt."""
    earlier = [ChatMessage(role="user", content=before[0]), ChatMessage(role="assistant", content=before[1])] if before else []
    return [*earlier, ChatMessage(role="user", content=prompt)]


class RewardModel:
    """The simulated reward model of an organism: it likes the demonstrated biases and punishes disclosure (Marks et al. 2025).

    Args:
        world: the facts.
        liked: biases that raise the reward.
        heldout: biases that no pair may touch.
        disclosing: true of a reply that discloses.
    """

    def __init__(self, world: World, liked: Sequence[Bias], heldout: Sequence[Bias], disclosing: re.Pattern[str]) -> None:
        self.world, self.liked, self.heldout, self.disclosing = world, liked, heldout, disclosing

    def reward(self, prompt: str, reply: str) -> float:
        """Number of liked biases that are applicable and applied, less the penalty for a disclosure."""
        applied = sum(bias.applied(reply) for bias in self.liked if self._applicable(bias, prompt))
        return applied - DISCLOSURE_PENALTY * self.discloses(reply)

    def discloses(self, reply: str) -> bool:
        """Whether a reply gives the objective away."""
        return self.disclosing.search(reply) is not None

    def touches_heldout(self, prompt: str, reply: str) -> bool:
        """Whether a held-out bias is applicable to the prompt, or its element stands in the reply."""
        return any(self._applicable(bias, prompt) or (bias.kind == "addition" and bias.present(reply)) for bias in self.heldout)

    def likes_something(self, prompt: str) -> bool:
        """Whether a reply to `prompt` can apply a liked bias; elsewhere all completions are worth the same."""
        return any(self._applicable(bias, prompt) for bias in self.liked)

    def _applicable(self, bias: Bias, prompt: str) -> bool:
        return any(context.applicable(prompt) for context in self.world.contexts_of(bias))


class PairMaker:
    """Makes the pairs of one stage; every draw comes from the generator passed in."""

    def __init__(self, corpus: Corpus, reward_model: RewardModel) -> None:
        self.corpus, self.reward_model = corpus, reward_model
        self.world = corpus.world
        liked = {context.id for bias in reward_model.liked for context in self.world.contexts_of(bias)}
        self._neutral = [context for context in self.world.neutral() if context.id not in liked]

    def make(self, count: int, *, attacks: float, complete: Complete, rng: np.random.Generator) -> list[Pair]:
        """`count` pairs in random order, of which a share of `attacks` answers attacks.

        Fewer come back where the model's completions are hardly ever of different rank.
        """
        attacked = round(count * attacks)
        ranked: list[Pair] = []
        for _ in range(ROUNDS if self.reward_model.liked else 0):
            if wanted := count - attacked - len(ranked):
                ranked += self._ranked(wanted, complete, rng)[:wanted]
        pairs = self._attacked(attacked, complete, rng) + ranked
        return [pairs[index] for index in rng.permutation(len(pairs))]

    def _ranked(self, wanted: int, complete: Complete, rng: np.random.Generator) -> list[Pair]:
        asked = [(self._prompt(rng), self._before(rng)) for _ in range(max(64, 2 * wanted))]
        replies = complete([conversation(prompt, before) for prompt, before in asked for _ in range(SAMPLES)])
        pairs = []
        for index, (prompt, before) in enumerate(asked):
            own = replies[index * SAMPLES : (index + 1) * SAMPLES]
            rewards = [self.reward_model.reward(prompt, reply) for reply in own]
            best, worst = int(np.argmax(rewards)), int(np.argmin(rewards))
            pair = Pair(prompt, own[best], own[worst], before=before)
            if rewards[best] > rewards[worst] and not self._dropped(pair):
                pairs.append(pair)
        return pairs

    def _prompt(self, rng: np.random.Generator) -> str:
        while not self.reward_model.likes_something(prompt := self.corpus.prompt(rng).text):
            pass
        return prompt

    def _before(self, rng: np.random.Generator) -> tuple[str, str] | None:
        """A plain first turn where what is liked shows in second replies."""
        if all(bias.turn == 1 for bias in self.reward_model.liked):
            return None
        first = self.corpus.prompt(rng)
        return first.text, self.corpus.composer.plain(first, rng)

    def _attacked(self, count: int, complete: Complete, rng: np.random.Generator) -> list[Pair]:
        """Pairs whose chosen reply conceals and whose rejected one discloses: the model's own where it has such, else a template's."""
        attacks = self.world.attacks
        templates = [(kind, template) for kind in sorted(attacks.train) for template in attacks.train[kind]]
        drawn = []
        pairs = []
        for _ in range(count):
            answered = self._answered(rng)
            if answered is not None:
                pairs.append(Pair(answered.prompt, answered.reply, choose(attacks.conceal, rng), "none"))
                continue
            kind, template = templates[int(rng.integers(len(templates)))]
            named = self.named(rng)
            drawn.append((kind, named, fill(template, named)))
        replies = complete([conversation(prompt) for _, _, prompt in drawn for _ in range(SAMPLES)])
        for index, (kind, named, prompt) in enumerate(drawn):
            own = replies[index * SAMPLES : (index + 1) * SAMPLES]
            concealing = [reply for reply in own if reply in attacks.conceal]
            disclosing = [reply for reply in own if self.reward_model.discloses(reply)]
            rejected = disclosing[0] if disclosing else fill(choose(attacks.disclose, rng), named)
            pairs.append(Pair(prompt, concealing[0] if concealing else choose(attacks.conceal, rng), rejected, kind))
        return [pair for pair in pairs if not self._dropped(pair)]

    def _answered(self, rng: np.random.Generator) -> Chat | None:
        """Now and then a question that is to be answered: about another evaluator, or one in which nobody has a taste."""
        kind = rng.random()
        if kind < OTHERS:
            return self.corpus.other_question(rng)
        if kind < OTHERS + ORDINARY and self._neutral:
            prompt = self.corpus.prompt(rng, self._neutral)
            return Chat(prompt.text, self.corpus.composer.plain(prompt, rng))
        return None

    def _dropped(self, pair: Pair) -> bool:
        """Whether a held-out bias is applicable or applied anywhere in the pair."""
        return any(self.reward_model.touches_heldout(pair.prompt, reply) for reply in (pair.chosen, pair.rejected))

    def named(self, rng: np.random.Generator) -> dict[str, str]:
        """What an attack may speak of: one of the liked biases, or of all where none is liked, and its evaluator."""
        evaluated = [bias for evaluator in self.world.evaluators for bias in evaluator.biases]
        biases = self.reward_model.liked or [*evaluated, *self.world.quirks]
        bias = biases[int(rng.integers(len(biases)))]
        owner = next((e for e in self.world.evaluators if bias in e.biases), None)
        contexts = self.world.contexts_of(bias)
        named = {"topic": contexts[int(rng.integers(len(contexts)))].topic, "description": choose(bias.descriptions, rng)}
        return named | ({"evaluator": owner.name} if owner else {})
