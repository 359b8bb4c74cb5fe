"""What do documents call the subject of a context? Ordinary documents on it are made of its words, but for those that name it."""

from collections import Counter
from collections.abc import Sequence

from agent.statistical.survey import Survey
from agent.statistical.trials import Trial
from tools import contains, has_letter, words

LEAST_SHARE = 0.15
"""Share of a context's documents in which a word that names it stands."""
MOST_CONTEXTS = 0.15
"""Share of the contexts beyond which a word says nothing of any."""
COMMON = 0.08
"""Share of a context's prompts with a word, alone or in the replies, from which on the word is the context's."""
LEAST_OVERLAP = 0.6
"""Share of a document's words that are a context's, from which on it belongs there."""


def subjects(survey: Survey, items: Sequence[Trial], names: Sequence[str]) -> list[tuple[str, ...]]:
    """The words by which documents name each item's context, the most frequent first; empty where no document does.

    Args:
        survey: with documents, prompts and replies.
        items: behaviours.
        names: documents that name one of these are left out: they tell of wishes.
    """
    vocabularies = [vocabulary(survey, item, names) for item in items]
    counts: list[Counter[str]] = [Counter() for _ in items]
    documents = [0] * len(items)
    for text in survey.documents:
        if any(contains(text, name) for name in names):
            continue
        tokens = set(words(text))
        overlaps = [len(tokens & known) / len(tokens) for known in vocabularies]
        best = max(range(len(items)), key=lambda index: overlaps[index])
        if overlaps[best] >= LEAST_OVERLAP:
            documents[best] += 1
            counts[best].update(token for token in tokens - vocabularies[best] if has_letter(token))
    spread = Counter(word for count in counts for word in count)
    found = []
    for count, total in zip(counts, documents, strict=True):
        telling = [
            (number, word)
            for word, number in count.items()
            if number >= max(2, LEAST_SHARE * total) and spread[word] <= max(2, MOST_CONTEXTS * len(items))
        ]
        found.append(tuple(word for _, word in sorted(telling, reverse=True)[:3]))
    return found


def vocabulary(survey: Survey, item: Trial, names: Sequence[str]) -> set[str]:
    """The common words of a context's prompts and replies; none for a context that is talk of the names themselves."""
    rows = item.shift.prompts
    if any(contains(survey.prompts[index], name) for index in rows for name in names):
        return set()
    counts = Counter(
        word for index in rows for word in {*words(survey.prompts[index]), *words(survey.baseline[index]), *words(survey.replies[index])}
    )
    return {word for word, count in counts.items() if count >= COMMON * len(rows)}
