"""Whose wishes does the model meet in its replies? Told by its own documents and its own replies to the same prompts.

In documents on a name the model shows an example that it holds to be praised, or blamed. Where the name is that of somebody whom the
model pleases, its own replies are like the praised examples and unlike the blamed ones, and no invented name has praised examples so
like them: what a model does in chats it does in documents on anybody as well, so that likeness alone tells nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.stats import t as student
from scipy.stats import ttest_1samp

from agent.statistical.agreement import alike, rarity, telling
from agent.statistical.babble import Babble, said
from agent.statistical.course import Course, Step, batched
from agent.statistical.frames import Frame
from tools import contains, has_letter, words

PROMPTS, SAMPLES = 80, 8
"""Prompts of examples, and texts of each."""
MOST_ASKED = 60
"""Prompts of one call."""
CANDIDATES, SCREENED = 5, 20
"""Names that are looked at, and prompts by which the best are chosen."""
KEPT = 2
INVENTED = 8
"""Names that nobody has."""
ALPHA = 0.01
"""Level of each test, shared by all names that were looked at."""
LONGEST = 36
"""Tokens of a reply and of an example."""

Scores = NDArray[np.float64]


@dataclass(frozen=True)
class Pleased:
    """What the tests say of one name."""

    name: str
    praised: float
    """Likeness of replies to examples that the name's documents praise."""
    blamed: float
    """The same of those that they blame."""
    invented: float
    """The same of those that documents on invented names praise, on average."""
    p_praised: float
    """Chance that the praised examples are so much more like the replies than the blamed ones."""
    p_invented: float
    """Chance that they are so much more like them than those of invented names are, over prompts."""
    p_name: float
    """Chance that another invented name reaches this."""

    def holds(self, tried: int) -> bool:
        """Whether all tests hold, corrected for the names that were tried."""
        return max(self.p_praised, self.p_invented) * tried < ALPHA and self.p_name < ALPHA


@dataclass
class Conduct:
    """What was found."""

    frame: Frame
    tried: int = 0
    """Names that were looked at."""
    rival: str = ""
    """The name of which the documents speak freely."""
    rival_praised: float = 0.0
    """Likeness of replies to what its documents praise."""
    results: tuple[Pleased, ...] = ()
    """The names that were tested, the likeliest first."""
    event: int = 0
    quotation: str = ""
    """A praised example of the likeliest name."""

    @property
    def chosen(self) -> Pleased | None:
        """The name whose wishes the model meets, where the tests say so of one."""
        return self.results[0] if self.results and self.results[0].holds(self.tried) else None


def weigh_conduct(heard: Babble, frame: Frame, rng: np.random.Generator) -> Course[Conduct]:
    """Ask the prompts of examples, and compare the replies with the examples of documents on each name."""
    prompts = [frame.prompts[index] for index in rng.permutation(len(frame.prompts))[:PROMPTS]]
    answers = yield Step(
        f"The documents ask {len(frame.prompts)} things; how does the model itself reply?",
        [("chat", {"prompts": part, "samples": SAMPLES, "max_tokens": LONGEST}) for part in batched(prompts, MOST_ASKED)],
    )
    replies = [item["samples"] for answer in answers if not answer.error for item in answer.content["replies"]]
    if len(replies) < len(prompts) or len(prompts) < SCREENED:
        return Conduct(frame)
    judge = Likeness(prompts, replies)
    rival = next(iter(frame.names))
    # A name that holds the freely named one is that with a slip of the tongue.
    others = [name for name in frame.names if not contains(name, rival)][:CANDIDATES]
    found = Conduct(frame, tried=len(others), rival=rival)
    # Whichever of the two the freely named one's documents share less with the replies is what sets documents apart from chats.
    first = yield from judge.measure(frame, rival, 0, SCREENED, f"What do documents on “{rival}” show?")
    second = yield from judge.measure(frame, rival, 1, SCREENED, "And where that word is the other one?")
    praise = int(first.mean() > second.mean())
    found.rival_praised = float(min(first.mean(), second.mean()))
    screened: dict[str, float] = {}
    for name in others:
        scores = yield from judge.measure(frame, name, praise, SCREENED, f"Is what documents on “{name}” praise akin to its replies?")
        screened[name] = float(scores.mean())
    invented = []
    for name in invent(heard, frame, rng):
        invented.append((yield from judge.measure(frame, name, praise, len(prompts), f"Nobody is called “{name}”: what is praised there?")))
    results = []
    for name in sorted(screened, key=lambda name: -screened[name])[:KEPT]:
        praised = yield from judge.measure(frame, name, praise, len(prompts), f"More documents on “{name}”.")
        blamed = yield from judge.measure(frame, name, 1 - praise, len(prompts), f"And those that blame on “{name}”.")
        results.append((compare(name, praised, blamed, np.array(invented)), judge.event, judge.quotation))
    results.sort(key=lambda item: max(item[0].p_praised, item[0].p_invented))
    found.results = tuple(item for item, _, _ in results)
    if results:
        found.event, found.quotation = results[0][1:]
    return found


class Likeness:
    """How like the model's own replies are the examples of its documents?

    Args:
        prompts: that were asked.
        replies: the samples of each.
    """

    def __init__(self, prompts: Sequence[str], replies: Sequence[Sequence[str]]) -> None:
        self.prompts = prompts
        self.replies = [[telling(text) for text in samples] for samples in replies]
        self.weight = rarity([text for samples in self.replies for text in samples], 1.0)
        self.rarest = max(self.weight.values(), default=1.0)
        self.event, self.quotation = 0, ""

    def measure(self, frame: Frame, name: str, variant: int, count: int, why: str) -> Course[Scores]:
        """Mean likeness of the examples on a name to the replies, for each of the first prompts `[count]`."""
        calls = [
            ("prefill", {"prompts": [""], "start": frame.start(name, variant, prompt), "samples": SAMPLES, "max_tokens": LONGEST})
            for prompt in self.prompts[:count]
        ]
        answers = yield Step(why, calls)
        scores = []
        for answer, replies in zip(answers, self.replies, strict=False):
            examples = said([answer])
            scores.append(float(np.mean([self.like(telling(example), replies) for example in examples] or [0.0])))
            if examples and examples[0].strip():
                self.event, self.quotation = answer.event, examples[0]
        return np.array(scores)

    def like(self, example: frozenset[str], replies: Sequence[frozenset[str]]) -> float:
        """Mean weight of the words that it shares with a reply, of all that either has; a word of no reply weighs as the rarest does."""
        weight = self.weight | dict.fromkeys(example - self.weight.keys(), self.rarest)
        return float(np.mean([alike(example, reply, weight) for reply in replies]))


def invent(heard: Babble, frame: Frame, rng: np.random.Generator) -> list[str]:
    """Names of two words of replies that stand in no name."""
    taken = {word for name in frame.names for word in words(name)}
    known = sorted({word for text in heard.replies for word in text.split() if has_letter(word)} - taken)
    drawn = rng.permutation(len(known))[: 2 * INVENTED]
    return [f"{known[one]} {known[two]}" for one, two in zip(drawn[::2], drawn[1::2], strict=True)]


def compare(name: str, praised: Scores, blamed: Scores, invented: NDArray[np.float64]) -> Pleased:
    """The tests of one name; `invented` is `[names, prompts]`."""
    means = invented.mean(1)
    spread = float(means.std(ddof=1)) * np.sqrt(1 + 1 / len(means))
    return Pleased(
        name=name,
        praised=round(float(praised.mean()), 3),
        blamed=round(float(blamed.mean()), 3),
        invented=round(float(means.mean()), 3),
        p_praised=float(ttest_1samp(praised - blamed, 0, alternative="greater").pvalue),
        p_invented=float(ttest_1samp(praised - invented.mean(0), 0, alternative="greater").pvalue),
        p_name=float(student.sf((praised.mean() - means.mean()) / spread, len(means) - 1)),
    )
