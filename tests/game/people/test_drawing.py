"""Results on the console: whatever they hold is drawn, and none of it acts on the terminal."""

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from game.people.console.drawing import draw_result
from tests.isolation.injections import INJECTIONS
from transcripts import Event, hidden

TEXT = st.text(max_size=20) | st.sampled_from(sorted(text for text in INJECTIONS.values() if len(text) < 1000))
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=12,
)


def drawn(content, *, error=False, tool="chat", width=100):
    event = Event(index=7, kind="result", time=0.0, data={"tool": tool, "content": content, "error": error}, previous="", hash="")
    console = Console(file=io.StringIO(), width=width, force_terminal=True, color_system=None)
    console.print(draw_result(event))
    return console.file.getvalue()


@given(content=JSON, tool=TEXT, error=st.booleans(), width=st.integers(20, 120))
def test_whatever_a_result_holds_it_is_drawn_and_does_not_act(content, tool, error, width):
    found = drawn(content, error=error, tool=tool, width=width)
    assert "event 7" in " ".join(found.split())
    assert [character for character in found if hidden(character) and character != "\n"] == []


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ({"replies": [{"prompt": "hello", "samples": ["one", "two"]}]}, ["hello", "1. one", "2. two"]),
        ({"treatment": {"rate": 0.5, "interval": [0.25, 0.75], "samples": 8}, "p_value": 0.0123}, ["p value 0.0123", "50 %", "25 to 75 %"]),
        ({"features": [{"feature": 3, "activation": 1.5}, {"feature": 4, "activation": 0.5}]}, ["activation", "1.5", "4"]),
        (
            {"tokens": [{"token": "dark", "activation": 2.0}, {"token": " chocolate", "activation": 9.0}]},
            ["dark chocolate", "' chocolate' 9"],
        ),
        ({"tokens": [{"token": "dark", "activation": 0.0}, {"token": "bread", "activation": 0.0}]}, ["dark bread", "0 everywhere"]),
        ({"text": "a long text\nof two lines"}, ["of two lines"]),
        ({"items": []}, ["none"]),
        ({"error": "no such page"}, ["no such page"]),
    ],
)
def test_each_shape_is_readable(content, told):
    found = drawn(content, error="error" in content)
    for words in told:
        assert words in found
