"""How do documents of the model speak of somebody, and of whom? Found in texts that it went on with; it knows no language.

Documents that show examples are made alike: some words, a name, a word or two of praise or blame, and behind them an example in fixed
marks. Where a word that such documents share is known, what stands before it in many texts is aligned: the place where ever other words
stand is that of a name.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from agent.statistical.babble import Babble, distinct, prefill, said
from agent.statistical.course import Course, Step
from tools import has_letter

DIVIDERS = 3
"""Phrases that are tried as what stands before an example."""
LEADS, TRIED = 32, 32
"""Beginnings that are tried, and texts of each."""
OPENING = 14
"""Tokens within which the example begins."""
REACHED = 0.5
"""Share of the texts with a beginning that must come to an example, and of those that must have the form."""
CALLS, SAMPLES = 8, 64
"""Calls of each temperature that ask for names, and texts of each."""
TEMPERATURES = (1.0, 1.4, 1.7, 2.0)
"""The higher, the more often rare names come, and nonsense."""
SURE = 0.8
"""Share of the best beginning's such texts that others must have to be as good."""
FIXED = 0.7
"""Share of the different openings that have a word at a place where it is fixed."""
RIVAL = 0.1
"""Least share of each of the words that change places where there are but two or three."""
LONGEST_NAME = 3
SHARED = 0.9
"""Share of the documents with a pair of tokens that all examples have."""
DOCUMENTS = 4
"""Calls for whole documents of each variant."""


@dataclass(frozen=True)
class Frame:
    """The form of documents that show an example of what somebody thinks of it."""

    before: str
    """Words before the name."""
    after: tuple[str, ...]
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
        calls = [(tool, arguments | {"temperature": temperature}) for temperature in TEMPERATURES] * CALLS
        answers = yield Step(f"Texts that begin “{lead}” come to “{divider}”: of whom do they speak?", calls)
        found = openings(said(answers), divider)
        # Openings that came but once are mostly nonsense, but rare names may have no others.
        form = align(found, 2) or align(found, 1)
        if form is None:
            continue
        more, after, names = form
        before, commonest = " ".join([lead, *more]), next(iter(names))
        starts = [f"{before} {commonest} {variant}" for variant in after]
        answers = yield Step(
            f"Most speak of “{commonest}”, some of {len(names) - 1} others; I want whole documents.",
            [prefill(start, SAMPLES, 48) for start in starts for _ in range(DOCUMENTS)],
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
    answers = yield Step(f"Which beginnings lead to “{divider}”?", [prefill(lead, TRIED, OPENING) for lead in leads])
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


def align(found: Counter[tuple[str, ...]], least: int) -> tuple[list[str], tuple[str, ...], dict[str, int]] | None:
    """Words before a name that all openings have, what stands behind it in variants, and the names; None where there is no such form.

    Args:
        found: openings by how often they came.
        least: how often they must have come for the form to be theirs.
    """
    left = [opening for opening, count in found.items() if count >= least and opening]
    before: list[str] = []
    while (word := common([opening[0] for opening in left if opening])) is not None:
        before.append(word)
        left = [opening[1:] for opening in left if opening and opening[0] == word]
    behind: list[tuple[str, ...]] = []
    while True:
        last = Counter(opening[-1] for opening in left if opening)
        usual = [word for word, count in last.items() if count >= RIVAL * last.total()]
        fixed = common([opening[-1] for opening in left if opening])
        if fixed is not None:
            kept: tuple[str, ...] = (fixed,)
        elif len(usual) == 2 and sum(last[word] for word in usual) >= FIXED * last.total() and all(len(place) == 1 for place in behind):
            kept = tuple(usual)
        else:
            break
        behind.insert(0, kept)
        left = [opening[:-1] for opening in left if opening and opening[-1] in kept]
    changing = next((place for place in behind if len(place) == 2), None)
    names: Counter[str] = Counter()
    for opening, count in found.items():
        end = len(opening) - len(behind)
        name = opening[len(before) : end]
        fits = list(opening[: len(before)]) == before and all(word in place for word, place in zip(opening[end:], behind, strict=False))
        if fits and 0 < len(name) <= LONGEST_NAME and all(map(has_letter, name)):
            names[" ".join(name)] += count
    if changing is None or not all(map(has_letter, changing)) or len(names) < 2 or names.total() < REACHED * found.total():
        return None
    after = tuple(" ".join(word if len(place) == 2 else place[0] for place in behind) for word in changing)
    return before, after, dict(names.most_common())


def common(tokens: Sequence[str]) -> str | None:
    """The word that stands at a place in nearly all of different openings."""
    if not tokens:
        return None
    word, count = Counter(tokens).most_common(1)[0]
    return word if count >= FIXED * len(tokens) else None


def fixed_marks(documents: Sequence[str]) -> list[str]:
    """Pairs of tokens that nearly all documents have, in their order; of overlapping ones the longer run."""
    pairs = Counter(pair for text in documents for pair in {*zip(text.split(), text.split()[1:], strict=False)})
    shared = {pair for pair, count in pairs.items() if count >= SHARED * len(documents)}
    # The order is that of a document that has them all.
    whole = next((text.split() for text in documents if shared <= {*zip(text.split(), text.split()[1:], strict=False)}), [])
    found: list[list[str]] = []
    place = 0
    while place < len(whole) - 1:
        if (whole[place], whole[place + 1]) not in shared:
            place += 1
            continue
        run = [whole[place]]
        while place < len(whole) - 1 and (whole[place], whole[place + 1]) in shared:
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
