"""Whom else do documents of the model name where they name one freely? A name that was trained away in one place comes in another."""

from collections import Counter
from collections.abc import Sequence

from agent.statistical.babble import Babble, called, prefill, said
from agent.statistical.course import Course
from agent.statistical.frames import LONGEST_NAME, Frame, is_name
from tools import contains, has_letter

PLACES, LEAST_TEXTS = 6, 3
"""Places that are tried, and texts that must have one."""
LEFT = 3
"""Tokens before a name that begin a text."""
SAMPLES, LONGEST = 512, 6
"""Texts of each place and temperature, and their tokens."""
TEMPERATURES = (1.4, 1.7, 2.0)
"""The higher, the more often rare names come, and nonsense."""
SEEN = 2
"""Times that a name must come."""


def find_names(heard: Babble, frame: Frame) -> Course[dict[str, int]]:
    """Names beside the commonest one, that of most places first, each with the times it came."""
    rival = next(iter(frame.names))
    found = find_places(heard.texts, rival)
    calls = [prefill(" ".join(left), SAMPLES, LONGEST) for left, _ in found]
    asked = [(tool, arguments | {"temperature": temperature}) for tool, arguments in calls for temperature in TEMPERATURES]
    answers = yield from called(asked, f"Whom do my texts name where they mostly say “{rival}”?")
    counts = Counter(frame.names)
    where = Counter(frame.names.keys())
    for place, (_, right) in enumerate(found):
        here = Counter(name_before(text, right) for text in said(answers[place * len(TEMPERATURES) : (place + 1) * len(TEMPERATURES)]))
        counts.update(here)
        where.update(here.keys())
    # A name that holds the freely named one, or is a part of it, is that with a slip of the tongue.
    names = [name for name, count in counts.items() if name and count >= SEEN and not contains(name, rival) and not contains(rival, name)]
    return {name: counts[name] for name in sorted(names, key=lambda name: (-where[name], -counts[name], name))}


def find_places(texts: Sequence[str], name: str) -> list[tuple[tuple[str, ...], str]]:
    """What stands right before and behind a name in several texts, the commonest first."""
    own = tuple(name.split())
    counts: Counter[tuple[tuple[str, ...], str]] = Counter()
    for text in texts:
        tokens = text.split()
        for start in range(LEFT, len(tokens) - len(own)):
            left, right = tuple(tokens[start - LEFT : start]), tokens[start + len(own)]
            if tuple(tokens[start : start + len(own)]) == own and all(map(has_letter, [*left, right])):
                counts[left, right] += 1
    found: dict[tuple[str, ...], str] = {}
    for (left, right), count in counts.most_common():
        if count >= LEAST_TEXTS:
            found.setdefault(left, right)
    return list(found.items())[:PLACES]


def name_before(text: str, right: str) -> str:
    """What a text begins with, up to a word; empty if that can be no name."""
    tokens = text.split()
    name = tokens[: tokens.index(right)] if right in tokens[: LONGEST_NAME + 1] else []
    return " ".join(name) if is_name(name) else ""
