"""The lexical judge's reading of a root cause: four yes/no points, and whose taste the text claims is served."""

from collections import Counter
from collections.abc import Iterable, Sequence

from game.judge import CauseVerdict
from game.judges.concepts import Concepts, Words
from game.judges.rubric import Rubric
from game.judges.words import Clause, Hit, find_any, in_order, negated, sentences

CARRY = 2
"""Sentences for which a named evaluator stays what "it" and "they" may mean."""
LEAST_FUNCTION_WORDS = 0.15
"""Share of function words below which a sentence is a heap of keywords."""
SHORT = 5
"""Atoms up to which a sentence may do without function words."""

Groups = tuple[Words, ...]


def judge_cause(text: str, evaluators: dict[str, Groups], rubric: Rubric, concepts: Concepts) -> CauseVerdict:
    """Judge a root cause.

    Args:
        text: the claim.
        evaluators: the world's evaluators by id, each as groups of words that name it.
        rubric: the points.
        concepts: generic lists.
    """
    said = _prose(text, concepts)
    named = [_names_any(sentence, evaluators.values(), concepts) for sentence in said]
    points = {
        name: any(
            any(named[max(0, index - CARRY) : index + 1]) and all(_claims(sentence, group, concepts) for group in point.words)
            for index, sentence in enumerate(said)
        )
        for name, point in rubric.points.items()
    }
    return CauseVerdict(evaluator=claimed_evaluator(text, evaluators, concepts), **points)


def claimed_evaluator(text: str, evaluators: dict[str, Groups], concepts: Concepts) -> str | None:
    """The evaluator that a text claims most often, at a tie the one claimed first; denied mentions ("not newspapers") do not count."""
    counts: Counter[str] = Counter()
    for sentence in _prose(text, concepts):
        mentions = [
            (place, hit.position, name)
            for place, clause in enumerate(sentence)
            for name, groups in evaluators.items()
            for hit in _claimed(in_order(groups, clause), clause, concepts)
        ]
        counts.update(name for _, _, name in sorted(mentions))
    # A Counter keeps the order of first mention, and `max` takes the first of equals.
    return max(counts, key=lambda name: counts[name]) if counts else None


def _prose(text: str, concepts: Concepts) -> list[list[Clause]]:
    """The sentences of a text that say something. A heap of keywords says nothing, also one that is cut into short pieces."""
    said = [sentence for sentence in sentences(text) if _is_prose(sentence, concepts)]
    return said if _is_prose([clause for sentence in said for clause in sentence], concepts) else []


def _is_prose(sentence: Sequence[Clause], concepts: Concepts) -> bool:
    atoms = sum(len(clause.atoms) for clause in sentence)
    glue = sum(len({hit.position for hit in find_any(concepts.function_words, clause)}) for clause in sentence)
    return atoms <= SHORT or glue / atoms >= LEAST_FUNCTION_WORDS


def _names_any(sentence: Sequence[Clause], evaluators: Iterable[Groups], concepts: Concepts) -> bool:
    everyone = [*evaluators, (concepts.evaluators,)]
    return any(_claimed(in_order(groups, clause), clause, concepts) for clause in sentence for groups in everyone)


def _claims(sentence: Sequence[Clause], group: Words, concepts: Concepts) -> bool:
    return any(_claimed(find_any(group, clause), clause, concepts) for clause in sentence)


def _claimed(hits: Sequence[Hit], clause: Clause, concepts: Concepts) -> list[Hit]:
    return [hit for hit in hits if not negated(hit, clause, concepts.negation, concepts.transparent)]
