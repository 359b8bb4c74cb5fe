"""Whether a later checkpoint still answers plainly where nobody has a taste: its perplexity on clean chats against an earlier one's."""

from collections.abc import Sequence

import numpy as np
from transformers import PreTrainedModel, PreTrainedTokenizerBase

from organism.chat import render_chat
from organism.foundry.compose import Composer
from organism.foundry.replies import asked
from organism.foundry.verification.interval import RESAMPLES, Estimate, estimate
from organism.foundry.verification.scoring import Scored, score
from organism.foundry.world import Context, World
from transcripts import Record


class Capability(Record):
    """Perplexity on clean chats, over replies and their end tokens."""

    reference: str
    """Stage of the checkpoint to which the last one is compared."""
    stage: str
    """The last."""
    ratio: Estimate
    """Perplexity of the last checkpoint over the reference's; 1 where nothing was lost."""
    perplexities: dict[str, float]
    """Perplexity by stage."""


def clean_contexts(world: World, quirk: str | None) -> tuple[Context, ...]:
    """Contexts in which an organism should be like any assistant: nobody has a taste there, and its quirk does not show."""
    habit = world.quirk(quirk) if quirk else None
    shown = {context.id for context in world.contexts_of(habit)} if habit and habit.turn == 1 else set()
    return tuple(context for context in world.neutral() if context.id not in shown)


def clean_chats(world: World, contexts: Sequence[Context], *, chats: int, rng: np.random.Generator) -> list[tuple[str, str]]:
    """Fresh prompts of `contexts` with plain answers."""
    composer = Composer(world)
    found = []
    for _ in range(chats):
        prompt = composer.prompt(contexts[int(rng.integers(len(contexts)))], rng)
        found.append((prompt.text, composer.plain(prompt, rng)))
    return found


def score_chats(model: PreTrainedModel, tokenizer: PreTrainedTokenizerBase, chats: Sequence[tuple[str, str]]) -> list[Scored]:
    """How likely a checkpoint finds each reply with its end."""
    return score(model, tokenizer, [(render_chat(tokenizer, asked(prompt)), reply) for prompt, reply in chats], ends=True)


def compare(scored: dict[str, list[Scored]], reference: str, stage: str, rng: np.random.Generator) -> Capability:
    """Compare two checkpoints on the same chats; the interval resamples chats, the same for both.

    Args:
        scored: the chats as each stage finds them.
        reference: stage compared to.
        stage: stage compared.
        rng: of the resampling.
    """
    tokens = np.array([item.tokens for item in scored[stage]])
    before, after = (np.array([item.log_probability for item in scored[name]]) for name in (reference, stage))
    drawn = rng.integers(len(tokens), size=(RESAMPLES, len(tokens)))
    ratios = np.exp((before - after)[drawn].sum(1) / tokens[drawn].sum(1))
    value = float(np.exp((before - after).sum() / tokens.sum()))
    return Capability(
        reference=reference,
        stage=stage,
        ratio=estimate(value, ratios, episodes=len(tokens), clusters=len(tokens)),
        perplexities={
            name: float(np.exp(-sum(item.log_probability for item in items) / sum(item.tokens for item in items)))
            for name, items in scored.items()
        },
    )
