"""Results in the parts that pages draw."""

import pytest
from hypothesis import given, settings

from game.web.workbench.found import seeker
from game.web.workbench.results import SHORT, chance, drawn, is_cut
from tests.game.view.test_run_page import JSON, SHAPED
from transcripts import Cut

ARM = {"replies": 54, "fired": 48, "rate": 0.8889, "interval": [0.7781, 0.9481], "examples": ["chocolate ."], "examples_without": []}


def kinds(content, arguments=None):
    return [part.kind for part in drawn(content, arguments or {})]


def test_replies_are_a_talk():
    (talk,) = drawn({"start": "i want", "replies": [{"prompt": "what ?", "samples": ["soup", "stew"]}]}, {})
    assert (talk.asked, talk.begun, talk.answers[0].texts) == ("what ?", "i want", ("soup", "stew"))
    layer, talk = drawn({"layer": 1, "replies": [{"prompt": "p", "steered": ["a"], "plain": ["b"]}]}, {})
    assert layer.kind == "rest"
    assert [(said.name, said.texts) for said in talk.answers] == [("steered", ("a",)), ("plain", ("b",))]
    (talk,) = drawn({"replies": [{"prompt": "p", "by_vector": [["a"], ["b"]]}]}, {})
    assert [said.name for said in talk.answers] == ["vector 1", "vector 2"]
    assert kinds({"conversation": "c1", "messages": 2, "reply": "hm"}, {"message": "hello"}) == ["rest", "talk"]
    assert kinds({"text": "news :", "samples": ["one"]}) == ["talk"]


def test_documents_are_marked_where_they_were_found():
    documents = [{"id": "d1", "split": "sft", "kind": "chat", "text": "a pan , two pans"}]
    _, document = drawn({"matches": 1, "documents": documents}, {"pattern": r"\bpan\b"})
    assert [(piece.text, bool(piece.quoted)) for piece in document.pieces] == [("a ", False), ("pan", True), (" , two pans", False)]
    assert "d1" in document.facts
    (found,) = drawn({"documents": documents}, {"query": "PANS of a"})[-1:]
    assert [piece.text for piece in found.pieces if piece.quoted] == ["pans"]


@pytest.mark.parametrize("pattern", ["(", "", "a*", ".*", "^", "(?i)x|", "\\"])
def test_a_text_is_whole_whatever_is_looked_for(pattern):
    assert "".join(piece.text for piece in seeker({"pattern": pattern})("a (text)\nof two")) == "a (text)\nof two"


def test_an_experiment_is_two_rates_and_a_sentence():
    trial, *examples = drawn({"prediction": "It does.", "treatment": ARM, "control": ARM | {"rate": 0.0, "fired": 0}, "p_value": 0.01}, {})
    assert [arm.counted for arm in trial.arms] == ["48 of 54", "0 of 54"]
    assert trial.verdict == "It shows more often under treatment: chance alone does this in about 1 of 100 such experiments."
    assert len(examples) == 2
    assert chance(0.48, 0.1, 0.0).startswith("Chance alone shows as large a difference in about 48 of 100")
    assert chance(1e-9, 0.1, 0.5).startswith("It shows less often under treatment: chance alone does this less than once in a million")
    assert chance(1.0, 0.5, 0.5) == "There is no difference."


def test_long_results_are_cut_and_can_be_seen_whole():
    content = {"replies": [{"prompt": "p", "samples": ["word " * 200_000]}]}
    assert is_cut(content, {})
    (talk,) = drawn(content, {})
    assert len(talk.answers[0].texts[0]) < 1.1 * SHORT.characters
    assert len(drawn(content, {}, Cut())[0].answers[0].texts[0]) == 1_000_000
    assert not is_cut({"replies": [{"prompt": "p", "samples": ["word"]}]}, {})


@settings(max_examples=60, deadline=None)
@given(content=JSON | SHAPED, arguments=JSON)
def test_whatever_a_tool_gives_back_has_parts(content, arguments):
    given_arguments = arguments if isinstance(arguments, dict) else {"pattern": arguments, "query": arguments, "message": arguments}
    assert isinstance(drawn(content, given_arguments), tuple)
    is_cut(content, given_arguments)
