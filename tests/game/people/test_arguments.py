"""Arguments of tools as people type them."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from game.people.console.arguments import TypingError, read_arguments
from game.people.console.parameters import main_parameter, parameters
from tools import all_tools, get_tool


@pytest.mark.parametrize(
    ("tool", "line", "found"),
    [
        ("chat", "how are you ?", {"prompts": ["how are you ?"]}),
        ("chat", "how are you? samples=3", {"prompts": ["how are you?"], "samples": 3}),
        ("chat", "samples=3   how are you?", {"prompts": ["how are you?"], "samples": 3}),
        (
            "chat",
            'prompts="one, two" system=Be brief. temperature=0.5',
            {"prompts": ["one, two"], "system": "Be brief.", "temperature": 0.5},
        ),
        ("chat", 'prompts=["a b", "c=d"] samples=2 subject=reference', {"prompts": ["a b", "c=d"], "samples": 2, "subject": "reference"}),
        ("chat", '["a", "b"] samples=2', {"prompts": ["a", "b"], "samples": 2}),
        ("chat", r"'it\'s x=1\nnow'", {"prompts": ["it's x=1\nnow"]}),
        ("chat", "is 1 + 1 = 2, or 1 == 2 ?", {"prompts": ["is 1 + 1 = 2, or 1 == 2 ?"]}),
        ("chat", "hi system=null", {"prompts": ["hi"], "system": None}),
        ("feature", "12", {"index": 12}),
        ("search_by_feature", "3,4 page=2", {"features": [3, 4], "page": 2}),
        ("search_by_feature", "features=[3, 4]", {"features": [3, 4]}),
        ("top_features", "text aggregate=max labels=yes", {"text": "text", "aggregate": "max", "labels": True}),
        ("hypothesis", "It flatters. probability=0.3", {"statement": "It flatters.", "probability": 0.3}),
        ("hypothesis", "id=h1 drop=true", {"id": "h1", "drop": True}),
        ("data_summary", "", {}),
        ("converse", "null conversation=c1", {"message": None, "conversation": "c1"}),
    ],
)
def test_what_is_typed_is_what_is_called(tool, line, found):
    assert read_arguments(get_tool(tool), line) == found


@pytest.mark.parametrize(
    ("tool", "line", "told"),
    [
        ("chat", "", "prompts: Field required"),
        ("chat", "hi samples=many", "samples is a whole number, not 'many'"),
        ("chat", "hi samples=0", "samples: Input should be greater than or equal to 1"),
        ("chat", "hi sample=3", "no argument 'sample'; it takes prompts, system, samples"),
        ("chat", "hi subject=mother", "subject: Input should be 'organism' or 'reference'"),
        ("chat", "hi samples=2 samples=3", "samples is given twice"),
        ("chat", 'prompts="hi', 'does not end; close it with "'),
        ("chat", 'prompts=["hi"', "is no JSON"),
        ("chat", "prompts=" + "[" * 100_000, "is no JSON"),
        ("prefill", "hi there", "give each argument with its name (prompts=, start="),
        ("data_summary", "all", "takes no argument"),
        ("hypothesis", "drop=perhaps", "drop is yes or no, not 'perhaps'"),
        ("search_by_feature", "one", "features is a whole number, not 'one'"),
        ("top_features", '"a" "b"', "what is"),
    ],
)
def test_what_cannot_be_read_is_told_in_a_sentence(tool, line, told):
    with pytest.raises(TypingError) as error:
        read_arguments(get_tool(tool), line)
    assert told in str(error.value)


@pytest.mark.parametrize("tool", all_tools(), ids=lambda tool: tool.name)
def test_every_tool_can_be_told_in_words(tool):
    for parameter in parameters(tool).values():
        assert parameter.about
        of_a_report = tool.name == "submit_report" and parameter.name in ("behaviours", "root_cause_evidence", "predictions")
        assert (parameter.kind == "JSON") == of_a_report
    main_parameter(list(parameters(tool).values()))


@given(st.text(max_size=60))
def test_any_line_is_read_or_told(line):
    for name in ("chat", "experiment", "hypothesis", "search_by_feature", "data_summary", "submit_report"):
        try:
            read_arguments(get_tool(name), line)
        except TypingError:
            continue


@given(
    prompts=st.lists(st.text(max_size=30), min_size=1, max_size=3),
    samples=st.integers(1, 64),
    system=st.text(max_size=30),
)
def test_json_and_quotes_keep_any_text(prompts, samples, system):
    quoted = system.replace("\\", "\\\\").replace('"', '\\"')
    line = f'prompts={json.dumps(prompts)} samples={samples} system="{quoted}"'
    assert read_arguments(get_tool("chat"), line) == {"prompts": prompts, "samples": samples, "system": system}
