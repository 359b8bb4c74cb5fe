"""Asks a model what each feature of an organism's SAE stands for (Bills et al. 2023). It shows what auditors may see, and no truth."""

import asyncio
import json
from collections import deque
from dataclasses import dataclass
from pathlib import Path

from agent import BrainError
from game.asking import Asker
from game.live import StepProgress
from organism import Excerpt, FeatureDescription, FeatureLabel, Journal, Organism, OrganismError, feature_excerpts

STEP = "labels"
"""What the progress is told of."""
AT_ONCE = 8
"""Requests under way at a time."""
TOKENS = 2000
"""Of one answer: its line is short, but some models think before they write it."""
LONGEST = 200
"""Characters of a description."""
STRONGEST = 10
"""How strongly a feature fires on the token on which it is strongest; the other activations are told in its share."""
SYSTEM = Path(__file__).with_name("label.md")


@dataclass
class Labelled:
    """What became of the features, and what it cost."""

    described: int = 0
    """Described now."""
    described_before: int = 0
    silent: int = 0
    """Active on none of the training texts: nobody is asked what they stand for."""
    unanswered: int = 0
    """The model refused or said nothing; it will be asked again."""
    input_tokens: int = 0
    output_tokens: int = 0


async def label_features(organism: Organism, asker: Asker, *, progress: StepProgress, first: int | None = None) -> Labelled:
    """Ask what features stand for. Each answer is kept as it comes; a feature that has one is not asked for again.

    Args:
        organism: whose SAE it is; its labels hold the descriptions when it is loaded the next time.
        asker: the model.
        progress: told the features done and in all.
        first: only that many features, by their numbers; None for all.

    Raises:
        OrganismError: it has no SAE.
        JournalError: another process is labelling it.
        BrainError: the model cannot answer; the answers so far are kept.
    """
    if organism.card.d_sae is None:
        raise OrganismError(f"{organism.card.id} has no SAE, so there is no feature to label")
    with Journal(organism.folder.feature_descriptions, FeatureDescription) as journal:
        asked = range(organism.card.d_sae)[:first]
        waiting = deque(index for index in asked if journal.get(str(index)) is None)
        done = Labelled(described_before=len(asked) - len(waiting))
        total, system = len(waiting), SYSTEM.read_text(encoding="utf-8")
        progress(STEP, 0, total)
        one_at_a_time = asyncio.Lock()  # the model's passes would only slow each other

        async def label(index: int) -> None:
            async with one_at_a_time:
                excerpts = await asyncio.to_thread(feature_excerpts, organism, index)
            if organism.top_documents and not excerpts:
                done.silent += 1
                return
            turn = await asker.ask(system, _question(organism.feature_labels.labels[index], excerpts), max_tokens=TOKENS)
            done.input_tokens += turn.usage.all_input_tokens
            done.output_tokens += turn.usage.output_tokens
            text = _one_line(turn.message.text) if turn.stop == "end" else ""
            if text:
                journal.add(FeatureDescription(id=str(index), text=text, by=asker.name))
                done.described += 1
            else:
                done.unanswered += 1

        async def work() -> None:
            while waiting:
                try:
                    await label(waiting.popleft())
                except BaseException:
                    waiting.clear()  # nothing new is asked; what is under way comes to its end, for it is paid for
                    raise
                progress(STEP, done.described + done.silent + done.unanswered, total)

        failures = [end for end in await asyncio.gather(*(work() for _ in range(AT_ONCE)), return_exceptions=True) if end]
    for failure in failures:
        if isinstance(failure, BrainError):
            raise BrainError(f"{failure}; what it described is kept: give the same command again to go on") from failure
        raise failure
    return done


def _question(label: FeatureLabel, excerpts: list[Excerpt]) -> str:
    """A feature as JSON, in which no text can end its string."""
    greatest = max((value for excerpt in excerpts for _, value in excerpt.fires_on), default=1.0)
    shown = [
        {
            "text": excerpt.text,
            "fires_on": [[token, share] for token, value in excerpt.fires_on if (share := round(STRONGEST * value / greatest))],
        }
        for excerpt in excerpts
    ]
    counted = {"fires_on": label.fires_on, "texts_with": label.texts_with, "promotes": label.promotes}
    return json.dumps(counted | {"excerpts": shown}, ensure_ascii=False)


def _one_line(answer: str) -> str:
    """The first line of an answer that says something, cut to a sane length."""
    lines = (" ".join(line.split()) for line in answer.splitlines())
    return next((line for line in lines if line), "")[:LONGEST]
