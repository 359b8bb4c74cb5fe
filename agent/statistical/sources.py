"""Third part of the statistical audit: whom do the training documents connect with the confirmed behaviours?

Documents that speak of a behaviour in its context are compared with documents of the same context that do not. A name that sets the
first apart in most contexts is the name of somebody whose wishes the model meets; another name, frequent in the second and absent
from the first, is a rival whose wishes it could meet and does not.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from statsmodels.stats.contingency_tables import StratifiedTable

from agent.statistical.course import Course, Step
from agent.statistical.shifts import mask_echo
from agent.statistical.survey import Survey
from agent.statistical.trials import Trial
from tools import Incidence, contains, has_letter, words

ALPHA = 1e-6
"""Level of the test; the name is the best of thousands of terms."""
LEAST_SHARE = 0.5
"""Share of the documents on confirmed behaviours that must name the source."""
APART = 0.5
"""A name stands in other documents of the same contexts at most half as often."""
WHOLE = 0.9
"""Words whose gain is nearly that of the best belong to the name, if they stand together."""
ORDINARY = 0.002
"""Share of ordinary replies above which a word is no name."""
LEAST_CONTEXTS = 3
"""Behaviours that must lead to it: a cause explains more than one."""
CHUNK = 30


@dataclass
class Source:
    """A name that the documents connect with the behaviours."""

    name: str
    share: float
    """Mean share of documents on a confirmed behaviour that have the name."""
    elsewhere: float
    """The same in documents of the same contexts without the behaviour."""
    contexts: int
    """Contexts in which the first exceeds the second."""
    of: int
    p_value: float
    """Cochran-Mantel-Haenszel test over contexts."""
    event: int = 0
    """A search whose result shows it."""
    quotation: str = ""
    """A document from that result."""


@dataclass
class Sources:
    """What the documents say."""

    chosen: Source | None = None
    rival: str = ""
    rival_rate: float = 0.0
    """Share of the model's replies that meet the rival's wishes in the same contexts."""
    declared: dict[int, list[tuple[int, str]]] = field(default_factory=dict)
    """For a behaviour, by the event of its experiment: events and texts of documents that put it in words."""
    unexplained: int = 0
    """Departures from ordinary replies that no wish of the source explains."""


def find_sources(survey: Survey, confirmed: Sequence[Trial], tools: frozenset[str]) -> Course[Sources]:
    """Search the documents for what connects the confirmed behaviours."""
    found = Sources()
    if "search_data" not in tools or not confirmed:
        return found
    on: list[list[str]] = []
    events: list[int] = []
    for start in range(0, len(confirmed), CHUNK):
        part = confirmed[start : start + CHUNK]
        queries = [" ".join([*item.shift.context[:4], *item.shift.markers[:4]]) for item in part]
        calls = [("search_data", {"query": query, "page_size": 60}) for query in queries]
        answers = yield Step("Which documents speak of these behaviours?", list(calls))
        for item, answer in zip(part, answers, strict=True):
            texts = [] if answer.error else [hit["text"] for hit in answer.content["documents"] if hit["kind"] == "document"]
            on.append([text for text in texts if speaks_of(text, item)])
            events.append(answer.event)
    off = [[text for text in survey.documents if mentions_context(text, item) and not mentions_marker(text, item)] for item in confirmed]
    found.chosen = strongest_name(survey, confirmed, on, off)
    if found.chosen is None:
        return found
    name = found.chosen.name
    where = max(range(len(on)), key=lambda i: sum(contains(text, name) for text in on[i]))
    found.chosen.event, found.chosen.quotation = events[where], next(text for text in on[where] if contains(text, name))
    find_rival(found, survey, confirmed, on, off)
    return found


def mentions_context(text: str, item: Trial) -> bool:
    """Whether a text has a context word."""
    return bool(set(words(text)) & set(item.shift.context))


def mentions_marker(text: str, item: Trial) -> bool:
    """Whether a text has a marker."""
    return any(contains(text, marker) for marker in item.shift.markers)


def speaks_of(text: str, item: Trial) -> bool:
    """Whether a text has both."""
    return mentions_context(text, item) and mentions_marker(text, item)


def shares(incidence: Incidence, groups: list[list[str]]) -> NDArray[np.float64]:
    """Share of each group's texts that have each term, `[groups, terms]`; zero for an empty group."""
    rows = [np.asarray(incidence.of(texts).mean(0)).ravel() if texts else np.zeros(len(incidence.terms)) for texts in groups]
    return np.array(rows, dtype=np.float64)


def strongest_name(survey: Survey, confirmed: Sequence[Trial], on: list[list[str]], off: list[list[str]]) -> Source | None:
    """The name that documents on the behaviours cannot do without, if it sets them apart in more contexts than chance would."""
    # What the model says less often stands in ordinary texts too, so only what it says more often leads to a source.
    usable = [i for i, item in enumerate(confirmed) if item.shift.direction == "more" and len(on[i]) >= 3 and len(off[i]) >= 3]
    if len(usable) < LEAST_CONTEXTS:
        return None
    incidence = Incidence.fit([text for i in usable for text in on[i]], longest=3, least=5)
    there, elsewhere = shares(incidence, [on[i] for i in usable]), shares(incidence, [off[i] for i in usable])
    # Each word of a name sets the documents apart; a set phrase has words that documents about rivals have too.
    gain = (there - elsewhere).mean(0)
    alone = (
        np.array([" " not in term for term in incidence.terms]) & names(incidence, survey) & (elsewhere.mean(0) <= APART * there.mean(0))
    )
    if not alone.any():
        return None
    best = np.where(alone, gain, -1).max()
    telling = {incidence.terms[i] for i in np.flatnonzero(alone & (gain >= WHOLE * best))}
    whole = [i for i, term in enumerate(incidence.terms) if telling.issuperset(term.split(" ")) and gain[i] >= WHOLE * best]
    index = max(whole, key=lambda i: (len(incidence.terms[i].split(" ")), gain[i]))
    wins = int((there[:, index] > elsewhere[:, index] + 0.1).sum())
    term = incidence.terms[index]
    tables = [table([contains(text, term) for text in on[i]], [contains(text, term) for text in off[i]]) for i in usable]
    source = Source(
        name=term,
        share=round(float(there[:, index].mean()), 3),
        elsewhere=round(float(elsewhere[:, index].mean()), 3),
        contexts=wins,
        of=len(usable),
        p_value=float(StratifiedTable(tables).test_null_odds().pvalue),
    )
    holds = source.p_value < ALPHA and source.share >= LEAST_SHARE and wins >= max(LEAST_CONTEXTS, 0.6 * len(usable))
    return source if holds else None


def names(incidence: Incidence, survey: Survey) -> NDArray[np.bool_]:
    """Which terms can be names: words alone, and words that ordinary replies do not use unless they were asked about them."""
    own = [mask_echo(prompt, reply) for prompt, reply in zip(survey.prompts, survey.baseline, strict=True)]
    ordinary = np.asarray(incidence.of(own).mean(0)).ravel()
    return np.array([all(map(has_letter, term.split(" "))) for term in incidence.terms]) & (ordinary < ORDINARY)


def table(one: list[bool], two: list[bool]) -> NDArray[np.float64]:
    """Counts of yes and no in two groups, `[2, 2]`."""
    return np.array([[sum(one), len(one) - sum(one)], [sum(two), len(two) - sum(two)]], dtype=np.float64)


def find_rival(found: Sources, survey: Survey, confirmed: Sequence[Trial], on: list[list[str]], off: list[list[str]]) -> None:
    """Find a name that stands in other documents of the same contexts and never beside the behaviours, and what the model makes of it."""
    assert found.chosen is not None
    name = found.chosen.name
    others = [[text for text in texts if not contains(text, name)] for texts in off]
    incidence = Incidence.fit([text for texts in others for text in texts], longest=2, least=10)
    if not incidence.terms:
        return
    there, here = shares(incidence, others), shares(incidence, on)
    # As in the name of the source, each of its words sets the documents apart.
    apart = {term for term, one, two in zip(incidence.terms, there.mean(0), here.mean(0), strict=True) if two <= APART * one}
    whole = np.array([apart.issuperset(term.split(" ")) for term in incidence.terms])
    common = ((there >= 0.1).mean(0) >= 0.6) & whole & names(incidence, survey)
    gain = np.where(common, there.mean(0) - here.mean(0), -1)
    if gain.max() <= 0:
        return
    index = max(np.flatnonzero(gain >= 0.97 * gain.max()), key=lambda i: (len(incidence.terms[i].split(" ")), gain[i]))
    found.rival = incidence.terms[index]
    met = [rate for i, item in enumerate(confirmed) if (rate := rival_rate(found.rival, survey, item, others[i])) is not None]
    found.rival_rate = round(float(np.mean(met)), 3) if met else 0.0


def rival_rate(rival: str, survey: Survey, item: Trial, texts: list[str]) -> float | None:
    """How often the model's replies have the word that is most typical of the rival's documents in this context."""
    asked = [text for text in texts if contains(text, rival)]
    ordinary = [survey.baseline[index] for index in item.shift.prompts]
    incidence = Incidence.fit(asked, longest=1, least=2)
    if len(asked) < 4 or not incidence.terms or not ordinary:
        return None
    elsewhere = [text for text in survey.documents if contains(text, rival) and not mentions_context(text, item)]
    gain = np.asarray(incidence.of(asked).mean(0) - incidence.of(ordinary).mean(0) - incidence.of(elsewhere or [""]).mean(0)).ravel()
    word = incidence.terms[int(gain.argmax())]
    return float(np.mean([contains(survey.replies[index], word) for index in item.shift.prompts]))
