"""Forms from schemas: every tool has one, and whatever it can be called with survives being typed."""

from typing import Annotated

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import Field

from game.web.workbench.fields import fields
from game.web.workbench.filled import fill, read
from game.web.workbench.forms import ADD, REMOVE, SPLIT, changed_rows, tool_form, typed_form
from tests.game.web.workbench.schemas import CHARACTERS, valid
from tools import all_tools, get_tool
from tools.tool import as_tool
from transcripts import Record

TOOLS = all_tools()
NAMES = [tool.name for tool in TOOLS]


class Message(Record):
    """A message of a chat."""

    role: Annotated[str, Field(json_schema_extra={"enum": ["user", "assistant"]})]
    text: Annotated[str, Field(min_length=1)]


async def brought(
    context,
    messages: list[Message],
    lists: list[list[str]] = [],  # noqa: B006
    answers: list[bool] = [],  # noqa: B006
    extra: dict[str, int] | None = None,
    first: Message | None = None,
    either: int | str = 3,
):
    """A tool that a match might bring: its arguments are nested."""


BROUGHT = as_tool(brought)
MESSAGES = st.fixed_dictionaries({"role": st.sampled_from(["user", "assistant"]), "text": st.text(CHARACTERS, min_size=1)})


def typed(form):
    """What a browser sends of a form that nobody has touched."""
    return {name: text.replace("\n", "\r\n") for name, text in form.values.items()}


def means(tool, arguments):
    return tool.parameters.model_validate(arguments).model_dump()


@pytest.mark.parametrize("tool", TOOLS, ids=NAMES)
def test_every_tool_has_a_form_and_valid_arguments_survive_it(tool):
    asked = fields(tool.schema)
    assert [field.name for field in asked] == list(tool.parameters.model_fields)
    assert "json" not in {field.kind for field in _all(asked)}, "a person would have to write JSON"

    @settings(max_examples=25, deadline=None)
    @given(valid(tool.schema))
    def survives(arguments):
        form, said = typed_form(tool, typed(tool_form(tool, arguments)))
        assert not form.problems
        assert means(tool, said) == means(tool, arguments)

    survives()


@settings(max_examples=25, deadline=None)
@given(st.lists(MESSAGES, min_size=1, max_size=3))
def test_nested_arguments_of_a_tool_that_is_brought_survive_too(messages):
    for more in ({}, {"lists": [["a"], ["b", ""]], "answers": [True, False], "extra": {"a": 1}, "either": "4"}):
        arguments = {"messages": messages, **more}
        form, said = typed_form(BROUGHT, typed(tool_form(BROUGHT, arguments)))
        assert not form.problems
        assert means(BROUGHT, said) == means(BROUGHT, arguments)


@pytest.mark.parametrize("tool", TOOLS, ids=NAMES)
@settings(max_examples=12, deadline=None)
@given(data=st.data())
def test_whatever_is_typed_comes_back(tool, data):
    form = tool_form(tool)
    values = data.draw(st.fixed_dictionaries({name: st.text(CHARACTERS) | st.just(text) for name, text in form.values.items()}))
    shown, said = typed_form(tool, values)
    again, same = typed_form(tool, shown.values)
    assert again == shown
    assert same == said
    for name, text in values.items():
        if shown.problem(name).startswith(("should be a number", "should be a whole number")):
            assert shown.value(name).strip() == text.strip(), "what was typed is lost"


def _all(asked):
    return [inner for field in asked for inner in (field, *_all(field.inside))]


@pytest.mark.parametrize(
    ("values", "path", "sentence"),
    [
        ({"samples": "many"}, "samples", "should be a whole number, such as 12"),
        ({"samples": "900"}, "samples", "should be less than or equal to 64"),
        ({"temperature": "warm"}, "temperature", "should be a number, such as 0.5"),
        ({"temperature": "nan"}, "temperature", "should be a number, such as 0.5"),
        ({"subject": "me"}, "subject", "should be 'organism' or 'reference'"),
        ({"prompts.rows": "1", "prompts.0": ""}, "prompts", "should have at least 1 item after validation, not 0"),
        ({"prompts.0": "long " * 2000}, "prompts.0", "should have at most 8000 characters"),
        ({"prompts.rows": "2", "prompts.0": "", "prompts.1": "long " * 2000}, "prompts.0", "should have at most 8000 characters"),
    ],
)
def test_a_wrong_value_comes_back_with_a_sentence_beside_its_field(values, path, sentence):
    tool = get_tool("chat")
    form, _ = typed_form(tool, {**tool_form(tool, {"prompts": ["hello"]}).values, **values})
    assert form.problem(path) == sentence
    assert form.troubled(path.partition(".")[0])
    assert set(form.problems) == {path}
    if values.get(path):
        assert form.value(path) == values[path], "what was typed is lost"


def test_what_is_missing_is_said():
    form, _ = typed_form(get_tool("submit_report"), {"behaviours.rows": "1", "behaviours.0.context": "recipes"})
    assert form.problems == {
        "objective_found": "is missing",
        "behaviours.0.behaviour": "is missing",
        "behaviours.0.confidence": "is missing",
    }
    assert form.value("behaviours.0.context") == "recipes"


def test_a_text_may_be_empty_on_purpose():
    tool = get_tool("chat")
    blank = {"prompts.rows": "1", "prompts.0": "a", "system": ""}
    assert typed_form(tool, blank)[1]["system"] is None
    assert typed_form(tool, {**blank, "system.empty": "on"})[1]["system"] == ""


def test_rows_come_and_go():
    tool = get_tool("chat")
    form = tool_form(tool, {"prompts": ["one", "two\n\n three", "four"]})
    assert [form.value(f"prompts.{row}") for row in range(form.rows("prompts"))] == ["one", "two\n\n three", "four"]
    more = changed_rows(form, ADD, "prompts")
    assert (more.rows("prompts"), more.focus) == (4, "prompts.3")
    fewer = changed_rows(form, REMOVE, "prompts.0")
    assert [fewer.value(f"prompts.{row}") for row in range(fewer.rows("prompts"))] == ["two\n\n three", "four"]
    parts = changed_rows(form, SPLIT, "prompts.1")
    assert [parts.value(f"prompts.{row}") for row in range(parts.rows("prompts"))] == ["one", "two", " three", "four"]
    for path in ("prompts.9", "prompts.x", "nothing.0", "prompts", ""):
        assert changed_rows(form, REMOVE, path).rows("prompts") == 3


def test_rows_inside_rows_move_with_them():
    tool = get_tool("submit_report")
    behaviours = [
        {"context": name, "behaviour": "b", "confidence": 0.5, "evidence": [{"event": number, "quotation": name}]}
        for number, name in enumerate("abc")
    ]
    form = tool_form(tool, {"root_cause": "r", "objective_found": True, "behaviours": behaviours})
    fewer, said = typed_form(tool, changed_rows(form, REMOVE, "behaviours.0").values)
    assert [item["evidence"][0]["quotation"] for item in said["behaviours"]] == ["b", "c"]
    more = changed_rows(fewer, ADD, "behaviours.1.evidence")
    assert more.rows("behaviours.1.evidence") == 2
    assert more.rows("behaviours.0.evidence") == 1


def test_a_draft_that_is_no_report_is_kept_as_it_is_typed():
    asked = fields(get_tool("submit_report").schema)
    draft = {"root_cause": "because", "root_cause_confidence": "quite sure", "behaviours": [{"context": "recipes"}, {}], "predictions": []}
    kept, problems = read(asked, fill(asked, draft))
    assert {name: kept[name] for name in draft if name != "behaviours"} == {name: draft[name] for name in draft if name != "behaviours"}
    assert [item.get("context") for item in kept["behaviours"]] == ["recipes", None]
    assert set(problems) == {"root_cause_confidence"}


@pytest.mark.parametrize("told", ["9" * 30, "-1", "x", "", "1e3", "²"])
def test_a_forged_number_of_rows_is_harmless(told):
    form, said = typed_form(get_tool("chat"), {"prompts.rows": told, "prompts.0": "a"})
    assert len(said["prompts"]) <= 1
    assert len(form.values) < 20
