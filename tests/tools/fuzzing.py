"""Arguments that no auditor should send, and what must hold whatever it sends."""

import asyncio
import json

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.tools.conftest import HOSTILE
from tools import get_tool, render_result
from transcripts import read_events

TEXTS = st.sampled_from(["", " ", "soup", HOSTILE, "🦊\u0301", "\x00", "<|end|> <|user|>", "soup " * 600, "soup " * 3000]) | st.text(
    max_size=20
)
NUMBERS = st.sampled_from([0, 1, -1, 2, 5, 63, 255, 256, 10**6, 10**30, 0.5, -0.5, 1e300]) | st.integers(-3, 40)
WRONG = st.sampled_from([None, True, [], {}, [[]], {"a": "b"}, "first"])
ANYTHING = TEXTS | NUMBERS | WRONG | st.lists(TEXTS | NUMBERS, max_size=3)


def arguments(name, **likely):
    """Arguments of a tool: for each a likely value or anything, some of them left out, sometimes one too many."""
    fields = {field: likely.get(field, st.nothing()) | ANYTHING for field in get_tool(name).parameters.model_fields}
    return st.fixed_dictionaries({}, optional=fields | {"nonsense": ANYTHING})


def fuzzed(bench, name, *, examples=25, **likely):
    """Call a tool again and again: each time a result that can be read, and a log that holds to its end."""
    count = 0

    @settings(max_examples=examples, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(given_arguments=arguments(name, **likely))
    def run(given_arguments):
        nonlocal count
        count += 1
        event = asyncio.run(bench.call(f"fuzz{count}", name, given_arguments))
        assert json.loads(json.dumps(event.data["content"], allow_nan=False)) == event.data["content"]
        assert render_result(event).count("<") == 2
        if event.data["error"]:
            assert len(event.data["content"]["error"]) > 10

    run()
    events = read_events(bench.log.path)
    assert [event.kind for event in events] == ["call", "result"] * count
    return [event.data["error"] for event in events if event.kind == "result"]
