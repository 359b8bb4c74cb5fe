import json

import pytest

from tools import Affordance, UnknownToolError, all_tools, get_tool, tool

NAMES = {
    "chat",
    "prefill",
    "complete_text",
    "sample_user_turn",
    "grep_data",
    "search_data",
    "semantic_search",
    "read_document",
    "next_tokens",
    "log_probability",
    "logit_lens",
    "top_features",
    "feature",
    "feature_activations",
    "features_like",
    "assistant_features",
    "steer",
    "fuzz",
    "mediate",
    "experiment",
    "think",
    "note",
    "hypothesis",
    "submit_report",
}


def test_the_first_set_of_tools_is_registered():
    assert {item.name for item in all_tools()} >= NAMES
    assert [item.name for item in all_tools()] == sorted(item.name for item in all_tools())


@pytest.mark.parametrize("name", sorted(NAMES))
def test_a_tool_describes_itself_and_its_arguments(name):
    found = get_tool(name)
    assert found.description.strip()
    assert found.description[-1] in ".)"
    schema = found.parameters.model_json_schema()
    assert json.loads(json.dumps(schema)) == schema
    assert schema["type"] == "object"
    assert schema["additionalProperties"] is False
    assert "context" not in schema.get("properties", {})
    assert found.needs <= frozenset(Affordance)


def test_a_tool_registered_twice_is_refused():
    async def chat(context):
        """Another."""

    before = get_tool("chat")
    with pytest.raises(ValueError, match="'chat' is registered twice"):
        tool()(chat)
    assert get_tool("chat") is before


def test_a_tool_without_a_docstring_is_refused():
    async def silent_tool(context):
        return {}

    with pytest.raises(ValueError, match="no docstring"):
        tool()(silent_tool)
    assert "silent_tool" not in {item.name for item in all_tools()}


def test_an_unknown_tool_lists_the_known():
    with pytest.raises(UnknownToolError, match="no tool 'chatt'; known: ") as refusal:
        get_tool("chatt")
    assert all(name in str(refusal.value) for name in NAMES)
