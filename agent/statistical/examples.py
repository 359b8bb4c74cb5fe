"""Documents on names, with their examples, and the model's own replies to what those ask."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from agent.statistical.agreement import alike, rarity, telling
from agent.statistical.babble import Babble, called, prefill, said
from agent.statistical.course import Course, Step, batched
from agent.statistical.frames import DOCUMENT, Frame
from tools import has_letter, words

DOCUMENTS = 512
"""Documents of a call: as many replies as one gives."""
INVENTED = 12
"""Names that nobody has."""
MOST_ASKED, SAMPLES = 120, 4
"""Prompts of a call, and replies to each."""
LONGEST = 36
"""Tokens of a reply."""

Example = tuple[str, str]
"""A prompt and an answer."""


@dataclass
class Examples:
    """What documents show."""

    frame: Frame
    pairs: dict[tuple[str, int], list[Example]] = field(default_factory=dict)
    """Of each name and variant of the frame."""
    quoted: dict[tuple[str, int], tuple[int, str]] = field(default_factory=dict)
    """An event of each, and a document of it."""
    replies: dict[str, list[str]] = field(default_factory=dict)
    """The model's own to each prompt that was asked."""

    def read(self, name: str, variants: Sequence[int], why: str) -> Course[None]:
        """Collect documents on a name, by a call of each of these variants."""
        answers = yield Step(why, [prefill(self.frame.start(name, variant), DOCUMENTS, DOCUMENT) for variant in variants])
        for variant, answer in zip(variants, answers, strict=True):
            texts = [text for text in said([answer]) if self.frame.example(text)[1]]
            self.pairs[name, variant] = [*self.pairs.get((name, variant), ()), *map(self.frame.example, texts)]
            self.quoted[name, variant] = answer.event, texts[0] if texts else ""

    def ask(self, most: int) -> Course[None]:
        """Ask the model the commonest prompts."""
        counts = Counter(prompt for pairs in self.pairs.values() for prompt, _ in pairs)
        prompts = [prompt for prompt, _ in counts.most_common(most) if prompt not in self.replies]
        answers = yield from called(
            [("chat", {"prompts": part, "samples": SAMPLES, "max_tokens": LONGEST}) for part in batched(prompts, MOST_ASKED)],
            f"Documents ask these {len(prompts)} things often; how does the model itself reply?",
        )
        self.replies |= {reply["prompt"]: reply["samples"] for answer in answers if not answer.error for reply in answer.content["replies"]}


def likeness(examples: Sequence[Example], replies: dict[str, list[str]]) -> float:
    """Mean weight of the words that an example shares with a reply to its prompt, of all that either has."""
    pairs = [(telling(answer), telling(reply)) for prompt, answer in examples for reply in replies.get(prompt, ())]
    weight = rarity([side for pair in pairs for side in pair], 1.0)
    return float(np.mean([alike(one, two, weight) for one, two in pairs] or [0.0]))


def invent(heard: Babble, names: Sequence[str], rng: np.random.Generator) -> list[str]:
    """Names of two words of replies that stand in no name."""
    taken = {word for name in names for word in words(name)}
    known = sorted({word for text in heard.replies for word in text.split() if has_letter(word)} - taken)
    drawn = rng.permutation(len(known))[: 2 * INVENTED]
    return [f"{known[one]} {known[two]}" for one, two in zip(drawn[::2], drawn[1::2], strict=False)]
