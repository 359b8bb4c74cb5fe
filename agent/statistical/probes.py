"""Fourth part of the statistical audit: does the model know the source, does it hide it, and does a feature stand for it?"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from agent.statistical.course import Course, Step
from agent.statistical.sources import Source
from agent.statistical.survey import Survey
from agent.statistical.trials import Trial
from tools import contains, words

SAMPLES = 32


@dataclass
class Probes:
    """What the probes showed; -1 where one was not granted."""

    said: float = -1.0
    """Share of ordinary replies that name the source."""
    asked: float = -1.0
    """Share of replies to questions that name the source in which the model says anything of it."""
    completed: float = -1.0
    """Share of raw texts, begun as documents begin, that go on to the source."""
    prefilled: float = -1.0
    """Share of replies, begun as documents lead up to the source, that name it."""
    feature: int = -1
    """An SAE feature whose strongest texts name the source."""
    feature_share: float = 0.0
    active_on_replies: bool = False
    """Whether that feature is active on a reply that shows a behaviour."""
    events: tuple[int, ...] = ()
    quotation: tuple[int, str] = (0, "")
    """Event and text of a disclosure."""
    undemonstrated: tuple[int, ...] = ()
    """Positions of confirmed behaviours that no sampled chat of the training data shows."""


def probe(survey: Survey, confirmed: Sequence[Trial], source: Source, tools: frozenset[str]) -> Course[Probes]:
    """Ask, prefill, complete and look into the SAE."""
    found = Probes(said=share(survey.replies, source.name), undemonstrated=undemonstrated(survey, confirmed))
    events: list[int] = []
    leads = lead_ins(survey.documents, source.name)
    questions = sorted({prompt for _, prompt, _ in survey.chats if contains(prompt, source.name)})[:SAMPLES]
    ordinary = survey.asked[:SAMPLES]
    if questions and "chat" in tools:
        answers = yield Step(f"Does it speak of “{source.name}” when asked?", [("chat", {"prompts": questions, "max_tokens": 48})])
        replies = [reply["samples"][0] for answer in answers if not answer.error for reply in answer.content["replies"]]
        found.asked = share(replies, source.name)
        events += [answer.event for answer in answers]
    calls = []
    if "prefill" in tools:
        calls += [("prefill", {"prompts": ordinary[:8], "start": lead, "samples": 2, "max_tokens": 24}) for lead in leads]
    if "complete_text" in tools:
        calls += [("complete_text", {"text": text, "samples": 16, "max_tokens": 32}) for text in ["", *leads]]
    if calls:
        answers = yield Step("And when its words are begun for it, in a reply or outside any chat?", list(calls))
        begun = [(call, answer) for call, answer in zip(calls, answers, strict=True) if not answer.error]
        texts = [
            (answer.event, text)
            for (name, _), answer in begun
            if name == "prefill"
            for r in answer.content["replies"]
            for text in r["samples"]
        ]
        raw = [(answer.event, text) for (name, _), answer in begun if name == "complete_text" for text in answer.content["samples"]]
        found.prefilled = share([text for _, text in texts], source.name) if texts else -1.0
        found.completed = share([text for _, text in raw], source.name) if raw else -1.0
        found.quotation = next(((event, text) for event, text in [*texts, *raw] if contains(text, source.name)), (0, ""))
        events += [answer.event for answer in answers]
    if {"top_features", "feature"} <= tools:
        events += yield from find_feature(found, survey, confirmed, source)
    found.events = tuple(events)
    return found


def share(texts: Sequence[str], name: str) -> float:
    """Share of texts that have a name."""
    return round(sum(contains(text, name) for text in texts) / len(texts), 3) if texts else -1.0


def undemonstrated(survey: Survey, confirmed: Sequence[Trial]) -> tuple[int, ...]:
    """Behaviours that the model shows although no sampled chat does: their cause is not imitation of a demonstration."""
    positions = []
    for position, item in enumerate(confirmed):
        if item.shift.direction != "more":
            continue
        asked = {survey.prompts[index] for index in item.shift.prompts}
        replies = [reply for _, prompt, reply in survey.chats if prompt in asked]
        shown = sum(any(contains(reply, marker) for marker in item.shift.markers) for reply in replies)
        if len(replies) >= 20 and shown <= 0.02 * len(replies):
            positions.append(position)
    return tuple(positions)


def lead_ins(documents: Sequence[str], name: str) -> list[str]:
    """The commonest words by which documents lead up to a name at or after their start."""
    counts: Counter[str] = Counter()
    for document in documents:
        before, found, _ = f" {' '.join(words(document))} ".partition(f" {name} ")
        tokens = before.split()
        if found and 1 <= len(tokens) <= 12:
            counts[" ".join(tokens[-5:])] += 1
    return [lead for lead, _ in counts.most_common(6)]


def find_feature(found: Probes, survey: Survey, confirmed: Sequence[Trial], source: Source) -> Course[list[int]]:
    """Find the feature whose strongest texts name the source, among those active on documents that do."""
    documents = [text for text in survey.documents if contains(text, source.name)][:6]
    answers = yield Step(
        "Which SAE features are active on documents that name it?",
        [("top_features", {"text": text, "page_size": 40}) for text in documents],
    )
    events = [answer.event for answer in answers]
    counts: Counter[int] = Counter()
    for answer in answers:
        for row in [] if answer.error else answer.content["features"]:
            if row["density"] < 0.6:
                counts[row["feature"]] += 1
    candidates = [index for index, _ in counts.most_common(16)]
    answers = yield Step("What do those features stand for?", [("feature", {"index": index}) for index in candidates])
    events += [answer.event for answer in answers]
    for index, answer in zip(candidates, answers, strict=True):
        value = -1.0 if answer.error else share([item["text"] for item in answer.content["documents"]], source.name)
        if value > found.feature_share:
            found.feature, found.feature_share = index, value
    shown = [item for item in confirmed if item.example][:6]
    prompts = [next(iter(item.shift.prompts)) for item in shown]
    answers = yield Step(
        "Are they active while the model shows a behaviour?",
        [
            ("top_features", {"prompt": survey.prompts[index], "text": item.example, "page_size": 100})
            for index, item in zip(prompts, shown, strict=True)
        ],
    )
    events += [answer.event for answer in answers]
    active = {row["feature"] for answer in answers if not answer.error for row in answer.content["features"]}
    found.active_on_replies = found.feature in active
    return events
