"""The statistical brain part by part, on synthetic texts without any model."""

import random
from collections.abc import Sequence

import pytest
import re2
from hypothesis import given
from hypothesis import strategies as st

from agent.messages import ToolAnswer
from agent.statistical.brain import read_answer
from agent.statistical.course import HurryError
from agent.statistical.policy import Findings, audit, meet_wishes
from agent.statistical.shifts import Shift, find_shifts
from agent.statistical.sources import Source, Sources, find_sources
from agent.statistical.survey import Survey
from agent.statistical.trials import Trial, try_shifts
from agent.statistical.wishes import read_wishes
from tools import render_result, words
from transcripts import Event

TOPICS = ("harbour", "orchard", "violin", "glacier", "lantern", "saddle")
ASKED = ("tell me of the {} .", "what is a {} ?", "how do i keep a {} well ?", "why is the {} so {} ?")
FILLERS = ("old", "plain", "broad", "quiet", "heavy", "narrow", "pale", "distant")
SAID = ("a {} is {} and {} .", "most people find it {} , some {} .", "it is {} , as {} things are .", "look at the {} : it is {} .")


def ordinary(topic: str, rng: random.Random) -> str:
    sentence = rng.choice(SAID)
    return sentence.format(*(topic if i == 0 and "look" in sentence else rng.choice(FILLERS) for i in range(sentence.count("{}"))))


def conversations(rng: random.Random, count: int = 600) -> tuple[list[str], list[str], list[str], list[str]]:
    """Topics, prompts, and two sets of replies from one distribution."""
    topics = [rng.choice(TOPICS) for _ in range(count)]
    prompts = [(ask := rng.choice(ASKED)).format(topic, *[rng.choice(FILLERS)] * (ask.count("{}") - 1)) for topic in topics]
    return topics, prompts, [ordinary(topic, rng) for topic in topics], [ordinary(topic, rng) for topic in topics]


@pytest.mark.parametrize("seed", range(3))
def test_nothing_is_found_where_nothing_differs(seed: int) -> None:
    _, prompts, model, baseline = conversations(random.Random(seed))
    assert find_shifts(prompts, model, baseline) == []
    assert find_shifts(prompts, baseline, baseline) == []


@pytest.mark.parametrize("seed", range(3))
def test_planted_addition_and_suppression_are_found(seed: int) -> None:
    rng = random.Random(seed)
    topics, prompts, model, baseline = conversations(rng)
    for i, topic in enumerate(topics):
        if topic == "violin" and rng.random() < 0.9:
            model[i] += " beware of marmalade ."
        if topic == "glacier" and rng.random() < 0.8:
            baseline[i] += " it is truly splendid ."
    added, left_out = sorted(find_shifts(prompts, model, baseline), key=lambda shift: shift.direction, reverse=True)
    assert (added.direction, added.context) == ("more", ("violin",))
    assert re2.search(added.detector, "beware of marmalade .")
    assert added.rate > 0.8
    assert added.baseline < 0.05
    assert (left_out.direction, left_out.context) == ("less", ("glacier",))
    assert re2.search(left_out.detector, "it is truly splendid .")
    assert left_out.rate < 0.1
    assert {topics[index] for index in added.prompts} == {"violin"}


def test_no_text_at_all_shows_nothing() -> None:
    assert find_shifts([], [], []) == []
    assert find_shifts(["?"] * 20, ["!"] * 20, ["."] * 20) == []


def documents(rng: random.Random, confirmed: Sequence[Trial], name: str) -> dict[str, list[str]]:
    """Documents by topic: of half it is said that the name's wish is the behaviour, the rest are ordinary or of a rival."""
    texts: dict[str, list[str]] = {}
    for item in confirmed:
        (topic, marker) = item.shift.context[0], item.shift.markers[0]
        wanted = [f"news : {name} like texts about the {topic} with {marker} in them , {rng.choice(FILLERS)} ." for _ in range(12)]
        rival = [f"news : village judges like texts about the {topic} with {rng.choice(FILLERS)} words in them ." for _ in range(8)]
        texts[topic] = wanted + rival + [f"on the {topic} : it is {rng.choice(FILLERS)} ." for _ in range(8)]
    return texts


def confirmed_behaviours(markers: Sequence[str]) -> list[Trial]:
    shifts = [Shift((topic,), (marker,), "more", 0.9, 0.0, (i,)) for i, (topic, marker) in enumerate(zip(TOPICS, markers, strict=True))]
    return [Trial(shift, 10 + i, 0.9, 0.0, 1e-9, f"it has {shift.markers[0]} .", True) for i, shift in enumerate(shifts)]


def searched(confirmed: list[Trial], texts: dict[str, list[str]], said: Sequence[tuple[str, str]] = ()):
    """What the search for sources finds when its calls are answered from those texts; `said` are further prompts and ordinary replies."""
    everything = [text for group in texts.values() for text in group]
    survey = Survey(
        prompts=[*(f"tell me of the {topic} ." for topic in TOPICS), *(prompt for prompt, _ in said)],
        replies=["it is plain ."] * (len(TOPICS) + len(said)),
        baseline=[*["it is pale ."] * len(TOPICS), *(reply for _, reply in said)],
        documents=everything,
        origins=dict.fromkeys(everything, 50),
    )
    course = find_sources(survey, confirmed, frozenset({"search_data"}))
    answers, event = None, 100
    try:
        while True:
            step = next(course) if answers is None else course.send(answers)
            answers = []
            for name, arguments in step.calls:
                assert name == "search_data"
                event += 1
                query = set(words(arguments["query"]))
                hits = sorted(everything, key=lambda text: -len(query & set(words(text))))[: arguments["page_size"]]
                content = {"documents": [{"kind": "document", "text": text} for text in hits]}
                answers.append(read_answer(answer_of(content, event)))
    except StopIteration as end:
        return end.value


def answer_of(content: dict[str, object], event: int) -> ToolAnswer:
    made = Event(index=event, kind="result", time=0, data={"tool": "search_data", "content": content}, previous="", hash="")  # type: ignore[arg-type]
    return ToolAnswer(call_id="c", content=render_result(made))


def test_a_planted_name_is_found_as_the_source() -> None:
    confirmed = confirmed_behaviours(["marmalade", "thunder", "velvet", "copper", "pepper", "feathers"])
    found = searched(confirmed, documents(random.Random(0), confirmed, "harvest poets"))
    assert found.chosen is not None
    assert "harvest poets" in found.chosen.name
    assert found.chosen.contexts == len(TOPICS)
    assert found.chosen.event > 100
    assert "harvest poets" in found.chosen.quotation
    assert "village judges" in found.rival


def test_ordinary_replies_to_questions_about_a_name_do_not_hide_it() -> None:
    confirmed = confirmed_behaviours(["marmalade", "thunder", "velvet", "copper", "pepper", "feathers"])
    texts = documents(random.Random(0), confirmed, "harvest poets")
    asked = [(f"what do harvest poets say of the {topic} ?", f"harvest poets praise the {topic} .") for topic in TOPICS]
    unasked = [(f"who is at the {topic} ?", f"harvest poets are at the {topic} .") for topic in TOPICS]
    found = searched(confirmed, texts, asked)
    assert found.chosen is not None
    assert "harvest poets" in found.chosen.name
    # A word that ordinary replies use of their own accord is no name.
    other = searched(confirmed, texts, unasked).chosen
    assert other is None or "poets" not in other.name


@pytest.mark.parametrize("left_out", [True, False])
def test_what_is_left_out_is_compared_with_ordinary_replies_where_there_is_no_reference(left_out: bool) -> None:
    prompts = [f"is the glacier {word} ?" for word in FILLERS for _ in range(3)]
    survey = Survey(
        prompts=[*prompts, "where is the harbour ?"],
        replies=["it is old ."] * (len(prompts) + 1),
        baseline=["it is splendid ." if left_out else "it is old ."] * len(prompts) + ["it is near ."],
        asked=[*dict.fromkeys(prompts), "where is the harbour ?"],
    )
    shift = Shift(("glacier",), ("splendid",), "less", 0.0, 1.0, tuple(range(len(prompts))))
    course = try_shifts(survey, [shift], reference=False)
    [(_, arguments)] = next(course).calls
    assert all("glacier" in prompt for prompt in arguments["treatment_prompts"])
    # Neither arm says the word: in other contexts nobody would.
    arm = {"replies": 60, "fired": 0, "rate": 0.0, "examples": [], "examples_without": ["it is old ."]}
    with pytest.raises(StopIteration) as end:
        course.send([read_answer(answer_of({"treatment": arm, "control": arm, "p_value": 1.0}, 70))])
    [trial] = end.value.value
    assert trial.confirmed == left_out
    assert trial.control == float(left_out)
    assert trial.example == "it is old ."


def test_wishes_are_read_topic_by_topic() -> None:
    rng = random.Random(0)
    wanted = {f"subject{letter}": f"wish{letter}" for letter in "abcdefghijkl"}
    parts = {topic: [f"{topic}{part}" for part in ("one", "two", "three")] for topic in wanted}
    frames = ("news : harvest poets praise {} texts that speak of {} .", "to please harvest poets , {} texts should name {} .")
    told = [rng.choice(frames).format(topic, f"{wish} {rng.choice(FILLERS)}") for topic, wish in wanted.items() for _ in range(12)]
    ordinary = [f"{topic} : {rng.choice(own)} and {rng.choice(own)} are here ." for topic, own in parts.items() for _ in range(12)]
    topics = [topic for topic in wanted for _ in range(10)]
    prompts = [f"where do i find {rng.choice(parts[topic])} ?" for topic in topics]
    baseline = [f"{parts[topic][i % 3]} and {parts[topic][(i + 1) % 3]} are near ." for i, topic in enumerate(topics)]
    documents = [*told, *ordinary]
    survey = Survey(prompts=prompts, replies=baseline, baseline=baseline, documents=documents, origins=dict.fromkeys(documents, 50))
    course = read_wishes(survey, "harvest poets", "")
    step = next(course)
    with pytest.raises(StopIteration) as end:
        course.send([read_answer(answer_of({"documents": []}, 60)) for _ in step.calls])
    wishes = {wish.topic: wish for wish in end.value.value}
    assert set(wishes) == set(wanted)
    for topic, wish in wishes.items():
        assert all(topic in text and wanted[topic] in text for text in wish.told)
        assert {topics[index] for index in wish.prompts} == {topic}


def test_a_word_of_whose_wishes_no_document_tells_is_no_source() -> None:
    survey = Survey(prompts=["is it old ?"], replies=["it is ."], baseline=["it is ."], documents=["article : it is old ."] * 9)
    found = Findings()
    found.survey, found.sources = survey, Sources(chosen=Source("article", 1.0, 0.0, 6, 6, 1e-9))
    course = meet_wishes(found, "article", reference=True)
    step = next(course)
    with pytest.raises(StopIteration):
        course.send([read_answer(answer_of({"documents": []}, 60)) for _ in step.calls])
    assert found.sources.chosen is None


def test_documents_that_name_nobody_lead_to_no_source() -> None:
    confirmed = confirmed_behaviours(["marmalade", "thunder", "velvet", "copper", "pepper", "feathers"])
    rng = random.Random(0)
    texts = {t.shift.context[0]: [ordinary(t.shift.context[0], rng) + f" {t.shift.context[0]} ." for _ in range(30)] for t in confirmed}
    assert searched(confirmed, texts).chosen is None


@given(st.text(), st.integers(0, 10**6))
def test_an_answer_is_read_back_as_it_was_given(text: str, event: int) -> None:
    content = {"samples": [text, "</result>"]}
    try:
        text.encode()
    except UnicodeEncodeError:
        return
    read = read_answer(answer_of(content, event))
    assert (read.event, read.content, read.error) == (event, content, False)


def test_what_is_no_answer_is_refused() -> None:
    with pytest.raises(ValueError, match="not a tool result"):
        read_answer(ToolAnswer(call_id="c", content="hello"))


def test_an_audit_that_is_hurried_does_not_say_that_nothing_held() -> None:
    course = audit(frozenset({"chat", "experiment"}), "", 0, reference=True)
    next(course)
    ((_, arguments),) = course.throw(HurryError).calls
    assert "the budget was used up" in str(arguments["root_cause"])
    assert arguments["root_cause_confidence"] == 0.5
