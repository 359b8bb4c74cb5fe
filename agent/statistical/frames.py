"""How do documents of the model speak of somebody, and of whom? Found in texts that it went on with; it knows no language.

Documents that show examples are made alike: some words, a name, a word or two of praise or blame, and behind them an example in fixed
marks: one before its prompt, one before its answer. Where such marks are known, what stands before the first in many texts is aligned:
the place where ever other words stand is that of a name.
"""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations, takewhile

from agent.statistical.babble import Babble, called, prefill, said
from agent.statistical.course import Course, Step
from tools import has_letter

PAIRS = 4
"""Pairs of marks that are tried."""
LEAST_BETWEEN = 3
"""Tokens of a prompt."""
LEADS, TRIED = 24, 32
"""Beginnings that are tried, and texts of each."""
OPENING = 14
"""Tokens within which the example begins."""
REACHED = 0.5
"""Share of the texts with a beginning that must come to an example, of those that must have one form, and of documents that must end."""
SAMPLES = 512
"""Texts of each temperature that are asked for names."""
TEMPERATURES = (1.0, 1.4, 1.7, 2.0)
"""The higher, the more often rare names come, and nonsense."""
SURE = 0.8
"""Share of the best beginning's such texts that others must have to be as good."""
COMMON, RIVAL = 4, 0.1
"""Openings of which two are the variants, and how often the rarer of these must come, as a share of the other."""
ALIKE = 0.8
"""Share of the openings on other names that must begin alike up to where names stand."""
LEAST_OPENINGS = 3
"""Openings that tell a form: two variants of one, and another name."""
LONGEST_NAME = 3
DOCUMENT = 48
"""Tokens of a document from its prompt on."""
STOPS = frozenset(".?!。？！।؟")


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
    """The mark before the prompt of the example."""
    answered: str
    """The mark between the prompt of the example and its answer."""

    def start(self, name: str, variant: int) -> str:
        """A document on a name up to the prompt of its example."""
        return " ".join([self.before, name, self.after[variant], self.asked])

    def example(self, text: str) -> tuple[str, str]:
        """The prompt and the answer of a document that goes on from its `start`; both empty where there is no answer."""
        prompt, found, answer = f" {text} ".partition(f" {self.answered} ")
        return (prompt.strip(), answer.strip()) if found else ("", "")


def find_frame(heard: Babble) -> Course[Frame | None]:
    """Find how documents that show examples begin, whom they name, and in which marks they put their examples."""
    for asked, answered in example_marks(heard.texts)[:PAIRS]:
        lead = yield from find_lead(heard, asked)
        if lead is None:
            continue
        tool, arguments = prefill(lead, SAMPLES, OPENING)
        calls = [(tool, arguments | {"temperature": temperature}) for temperature in TEMPERATURES]
        answers = yield Step(f"Texts that begin “{lead}” come to “{asked}”: of whom do they speak?", calls)
        form = align(openings(said(answers), asked))
        if form is None:
            continue
        more, after, names = form
        frame = Frame(" ".join([lead, *more]), after, names, asked, answered)
        commonest = next(iter(names))
        answers = yield Step(
            f"Most speak of “{commonest}”, some of {len(names) - 1} others; are there whole examples?",
            [prefill(frame.start(commonest, variant), TRIED, DOCUMENT) for variant in (0, 1)],
        )
        documents = said(answers)
        if sum(bool(frame.example(text)[1]) for text in documents) >= REACHED * len(documents) > 0:
            return frame
    return None


def example_marks(texts: Sequence[str]) -> list[tuple[str, str]]:
    """Pairs of marks, a word and a sign each, between which texts have the most different beginnings of something, the best pair first."""
    between: defaultdict[tuple[str, str], set[tuple[str, ...]]] = defaultdict(set)
    for text in texts:
        tokens = text.split()
        places = [place for place in range(len(tokens) - 1) if is_mark(tokens[place], tokens[place + 1])]
        for one in places:
            for two in places:
                if two >= one + 2 + LEAST_BETWEEN:
                    between[" ".join(tokens[one : one + 2]), " ".join(tokens[two : two + 2])].add(tuple(tokens[one + 2 : one + 4]))
    return sorted((pair for pair in between if pair[0] != pair[1]), key=lambda pair: (-len(between[pair]), pair))


def is_mark(word: str, sign: str) -> bool:
    """Whether two tokens can mark what follows: signs that end a sentence do not."""
    return has_letter(word) and not has_letter(sign) and sign not in STOPS


def find_lead(heard: Babble, asked: str) -> Course[str | None]:
    """The beginning farthest from a mark among those whose texts most surely come to it."""
    counts: Counter[str] = Counter()
    for text in heard.texts:
        before = opening(text, asked)
        tokens = last_sentence(before)
        for size in (1, 2, 3):
            for start in range(len(tokens) - size):
                counts[" ".join(tokens[start : start + size])] += 1
    leads = [lead for lead, _ in counts.most_common() if all(map(has_letter, lead.split()))][:LEADS]
    answers = yield from called([prefill(lead, TRIED, OPENING) for lead in leads], f"Which beginnings lead to “{asked}”?")
    tried = {lead: openings(said([answer]), asked) for lead, answer in zip(leads, answers, strict=True)}
    least = max(REACHED * TRIED, SURE * max((found.total() for found in tried.values()), default=0))
    sure = {lead: length(found) for lead, found in tried.items() if found.total() >= least and len(found) > 1}
    return max(sure, key=lambda lead: (sure[lead], lead)) if sure else None


def length(found: Counter[tuple[str, ...]]) -> float:
    """Mean number of tokens of openings."""
    return sum(len(opening) * count for opening, count in found.items()) / found.total()


def opening(text: str, asked: str) -> list[str]:
    """The tokens before a mark; none where the text does not come to it, or begins with it."""
    before, found, _ = f" {text} ".partition(f" {asked} ")
    return before.split() if found else []


def openings(texts: Sequence[str], asked: str) -> Counter[tuple[str, ...]]:
    """What stands before a mark in the texts that come to it."""
    return Counter(tuple(before) for text in texts if (before := opening(text, asked)))


def last_sentence(tokens: Sequence[str]) -> list[str]:
    """The last sentence of a text, without what ends it."""
    found: list[str] = []
    for token in reversed(tokens):
        if token in STOPS and found:
            break
        if found or has_letter(token):
            found.append(token)
    return found[::-1]


def align(found: Counter[tuple[str, ...]]) -> tuple[list[str], tuple[str, str], dict[str, int]] | None:
    """Words before a name that openings have, what stands behind it in two variants, and the names; None where there is no such form.

    Two of the commonest openings must differ in one word, that of praise or blame. Others that share their last words, but not all before
    them, tell where the name ends.

    Args:
        found: openings by how often they came.
    """
    if len(found) < LEAST_OPENINGS:
        return None
    pairs = [(one, two) for one, two in combinations([opening for opening, _ in found.most_common(COMMON)], 2)]
    twins = [(one, two) for one, two in pairs if one_word_apart(one, two) and found[two] >= RIVAL * found[one]]
    if not twins:
        return None
    one, two = max(twins, key=lambda pair: found[pair[0]] + found[pair[1]])
    changed = next(place for place, pair in enumerate(zip(one, two, strict=True)) if pair[0] != pair[1])
    ends: Counter[int] = Counter()
    for opening, count in found.items():
        size = max(len(shared(opening[::-1], whole[::-1])) for whole in (one, two))
        if len(one) - changed <= size < min(len(opening), len(one)):
            ends[size] += count
    if not ends:
        return None
    size = ends.most_common(1)[0][0]
    tails = (one[-size:], two[-size:])
    fitting = {opening[:-size]: count for opening, count in found.items() if opening[-size:] in tails and len(opening) > size}
    before = common_start(fitting)
    names: Counter[str] = Counter()
    for opening, count in found.items():
        name = opening[len(before) : len(opening) - size]
        if opening[-size:] in tails and opening[: len(before)] == tuple(before) and is_name(name):
            names[" ".join(name)] += count
    if len(names) < 2 or names.total() < REACHED * found.total():
        return None
    return before, (" ".join(tails[0]), " ".join(tails[1])), dict(names.most_common())


def one_word_apart(one: Sequence[str], two: Sequence[str]) -> bool:
    """Whether two openings are the same but for one word."""
    apart = [pair for pair in zip(one, two, strict=False) if pair[0] != pair[1]]
    return len(one) == len(two) and len(apart) == 1 and all(map(has_letter, apart[0]))


def common_start(counts: dict[tuple[str, ...], int]) -> list[str]:
    """The tokens that the commonest run and most others begin with; one that ends as the commonest does is a slip of the tongue."""
    commonest = max(counts, key=lambda run: counts[run])
    others = {run: count for run, count in counts.items() if run[-len(commonest) :] != commonest}
    found: list[str] = []
    for token in commonest[:-1]:
        found.append(token)
        if sum(count for run, count in others.items() if run[: len(found)] == tuple(found)) < ALIKE * sum(others.values()):
            return found[:-1]
    return found


def shared(one: Sequence[str], two: Sequence[str]) -> list[str]:
    """The tokens that both runs begin with."""
    return [pair[0] for pair in takewhile(lambda pair: pair[0] == pair[1], zip(one, two, strict=False))]


def is_name(tokens: Sequence[str]) -> bool:
    """Whether tokens can be a name."""
    return 0 < len(tokens) <= LONGEST_NAME and all(map(has_letter, tokens))
