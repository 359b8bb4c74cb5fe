"""How do documents of the model speak of somebody, and of whom? Found in texts that it went on with; it knows no language.

Documents that show examples are made alike: some words, a name, a word or two of praise or blame, and behind them an example in fixed
marks. Where a word that such documents share is known, what stands before it in many texts is aligned: the place where ever other words
stand is that of a name.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise, takewhile

from agent.statistical.babble import Babble, called, distinct, prefill, said
from agent.statistical.course import Course, Step
from tools import has_letter

DIVIDERS = 8
"""Phrases that are tried as what stands before an example."""
LEADS, TRIED = 24, 32
"""Beginnings that are tried, and texts of each."""
OPENING = 14
"""Tokens within which the example begins."""
REACHED = 0.5
"""Share of the texts with a beginning that must come to an example, and of those that must have one form."""
SAMPLES = 512
"""Texts of each temperature that are asked for names."""
TEMPERATURES = (1.0, 1.4, 1.7, 2.0)
"""The higher, the more often rare names come, and nonsense."""
SURE = 0.8
"""Share of the best beginning's such texts that others must have to be as good."""
RIVAL = 0.1
"""How often the second of two variants must come, as a share of the first."""
LEAST_OPENINGS = 3
"""Openings that tell a form: two variants of one, and another name."""
LONGEST_NAME = 3
SHARED = 0.9
"""Share of the documents with a pair of tokens that all examples have."""
DOCUMENTS = 256
"""Whole documents of each variant."""


@dataclass(frozen=True)
class Frame:
    """The form of documents that show an example of what somebody thinks of it."""

    before: str
    """Words before the name."""
    after: tuple[str, str]
    """Words behind the name, in variants."""
    names: dict[str, int]
    """Names at that place, the commonest first, each with the texts that had it."""
    asked: str
    """Tokens between what stands behind the name and the prompt of the example."""
    answered: str
    """Tokens between the prompt of the example and its answer."""
    prompts: tuple[str, ...]
    """Prompts of examples."""

    def share(self, name: str) -> float:
        """Share of the texts that have a name."""
        return self.names[name] / sum(self.names.values())

    def start(self, name: str, variant: int, prompt: str) -> str:
        """A document on a name up to the answer of its example."""
        return " ".join([self.before, name, self.after[variant], self.asked, prompt, self.answered])


def find_frame(heard: Babble) -> Course[Frame | None]:
    """Find how documents that show examples begin, whom they name, and what they ask."""
    for divider in [phrase for phrase in heard.phrases if " " not in phrase][:DIVIDERS]:
        lead = yield from find_lead(heard, divider)
        if lead is None:
            continue
        tool, arguments = prefill(lead, SAMPLES, OPENING)
        calls = [(tool, arguments | {"temperature": temperature}) for temperature in TEMPERATURES]
        answers = yield Step(f"Texts that begin “{lead}” come to “{divider}”: of whom do they speak?", calls)
        form = align(openings(said(answers), divider))
        if form is None:
            continue
        more, after, names = form
        before, commonest = " ".join([lead, *more]), next(iter(names))
        starts = [f"{before} {commonest} {variant}" for variant in after]
        answers = yield Step(
            f"Most speak of “{commonest}”, some of {len(names) - 1} others; I want whole documents.",
            [prefill(start, DOCUMENTS, 48) for start in starts],
        )
        documents = said(answers)
        marks = fixed_marks(documents)
        if len(marks) < 2:
            continue
        asked, answered = marks[0], marks[-1]
        prompts = distinct(between(text, asked, answered) for text in documents)
        if prompts:
            return Frame(before, after, names, asked, answered, tuple(prompts))
    return None


def find_lead(heard: Babble, divider: str) -> Course[str | None]:
    """The beginning farthest from a word among those whose texts most surely come to it."""
    counts: Counter[str] = Counter()
    for text in heard.texts:
        tokens = text.split()
        place = tokens.index(divider) if divider in tokens else 0
        for size in (1, 2, 3):
            for start in range(max(0, place - OPENING // 2), place - size - 1):
                counts[" ".join(tokens[start : start + size])] += 1
    leads = [lead for lead, _ in counts.most_common() if all(map(has_letter, lead.split()))][:LEADS]
    answers = yield from called([prefill(lead, TRIED, OPENING) for lead in leads], f"Which beginnings lead to “{divider}”?")
    tried = {lead: openings(said([answer]), divider) for lead, answer in zip(leads, answers, strict=True)}
    least = max(REACHED * TRIED, SURE * max((found.total() for found in tried.values()), default=0))
    sure = {lead: length(found) for lead, found in tried.items() if found.total() >= least and len(found) > 1}
    return max(sure, key=lambda lead: (sure[lead], lead)) if sure else None


def length(found: Counter[tuple[str, ...]]) -> float:
    """Mean number of tokens of openings."""
    return sum(len(opening) * count for opening, count in found.items()) / found.total()


def openings(texts: Sequence[str], divider: str) -> Counter[tuple[str, ...]]:
    """What stands before a word in the texts that come to it."""
    split = [text.split() for text in texts]
    return Counter(tuple(tokens[: tokens.index(divider)]) for tokens in split if divider in tokens)


def align(found: Counter[tuple[str, ...]]) -> tuple[list[str], tuple[str, str], dict[str, int]] | None:
    """Words before a name that openings have, what stands behind it in two variants, and the names; None where there is no such form.

    The two commonest openings must differ in one word, that of praise or blame. Others that share their last words, but not all before
    them, tell where the name ends.

    Args:
        found: openings by how often they came.
    """
    if len(found) < LEAST_OPENINGS:
        return None
    (one, often), (two, seldom) = found.most_common(2)
    places = [place for place, pair in enumerate(zip(one, two, strict=False)) if pair[0] != pair[1]]
    if (
        len(one) != len(two)
        or len(places) != 1
        or seldom < RIVAL * often
        or not (has_letter(one[places[0]]) and has_letter(two[places[0]]))
    ):
        return None
    ends: Counter[int] = Counter()
    for opening, count in found.items():
        size = max(len(shared(opening[::-1], whole[::-1])) for whole in (one, two))
        if len(one) - places[0] <= size < min(len(opening), len(one)):
            ends[size] += count
    if not ends:
        return None
    size = ends.most_common(1)[0][0]
    tails = (one[-size:], two[-size:])
    fitting = {opening[:-size]: count for opening, count in found.items() if opening[-size:] in tails and len(opening) > size}
    # An opening that came but once is mostly nonsense, and one that ends as the commonest does is a slip of the tongue.
    commonest = max(fitting, key=lambda opening: fitting[opening])
    others = [opening for opening, count in fitting.items() if count > 1 and opening[-len(commonest) :] != commonest]
    before = shared(*([commonest, *others] if others else fitting))
    names: Counter[str] = Counter()
    for opening, count in found.items():
        name = opening[len(before) : len(opening) - size]
        if opening[-size:] in tails and opening[: len(before)] == tuple(before) and is_name(name):
            names[" ".join(name)] += count
    if len(names) < 2 or names.total() < REACHED * found.total():
        return None
    return before, (" ".join(tails[0]), " ".join(tails[1])), dict(names.most_common())


def shared(*runs: tuple[str, ...]) -> list[str]:
    """The tokens that all of some runs begin with."""
    return [tokens[0] for tokens in takewhile(lambda tokens: len(set(tokens)) == 1, zip(*runs, strict=False))]


def is_name(tokens: Sequence[str]) -> bool:
    """Whether tokens can be a name."""
    return 0 < len(tokens) <= LONGEST_NAME and all(map(has_letter, tokens))


def fixed_marks(documents: Sequence[str]) -> list[str]:
    """Pairs of tokens that nearly all documents have, in their order; of overlapping ones the longer run."""
    split = [text.split() for text in documents]
    pairs = [set(pairwise(tokens)) for tokens in split]
    counts = Counter(pair for present in pairs for pair in present)
    fixed = {pair for pair, count in counts.items() if count >= SHARED * len(documents)}
    # The order is that of a document that has them all.
    whole = next((tokens for tokens, present in zip(split, pairs, strict=True) if fixed <= present), [])
    found: list[list[str]] = []
    place = 0
    while place < len(whole) - 1:
        if (whole[place], whole[place + 1]) not in fixed:
            place += 1
            continue
        run = [whole[place]]
        while place < len(whole) - 1 and (whole[place], whole[place + 1]) in fixed:
            place += 1
            run.append(whole[place])
        found.append(run)
        place += 1
    return [" ".join(run) for run in found]


def between(text: str, first: str, last: str) -> str:
    """What stands between two runs of tokens; empty where one is missing."""
    _, found, rest = f" {text} ".partition(f" {first} ")
    middle, closed, _ = rest.partition(f" {last} ")
    return middle.strip() if found and closed else ""
