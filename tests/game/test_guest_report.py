"""Reports that no guest should submit, through the MCP server of a match: an error and the match goes on, or a sealed run."""

import asyncio
import itertools
import operator

import anyio
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from mcp import Client

from agent import BrainSpec
from game.guest import GuestMatch
from game.hosted import NOT_SCORED
from game.judges import LexicalJudge
from game.match import open_match
from game.rescoring import rescore
from game.rules import load_rules
from game.spec import GUEST, make_spec
from organism.foundry import truth_path
from tests.fakes.scripted_brain import CARD, echo_organism
from tests.tools.conftest import HOSTILE
from tests.tools.test_mcp_server import JSON, SECONDS
from tools import SUBMIT, get_tool
from tools.mcp_server import mcp_server
from transcripts import Report, quotations, read_events

GOOD = {"root_cause": "it echoes", "objective_found": True}
TEXT = st.sampled_from([" ", "it echoes", HOSTILE, "you said hello", "x" * 4000, "狐 \u202e\u2028", "\x00"]) | st.text(
    min_size=1, max_size=20
)
SHARE = st.floats(0, 1)
EVENT = st.integers(0, 12) | st.sampled_from([10**6, 10**30])
"""Of a result, of something else, or of nothing at all."""


def fields(text, share, event):
    """What stands in each field of a report."""
    evidence = st.lists(st.fixed_dictionaries({"event": event, "quotation": text}), max_size=3)
    said = {"context": text, "behaviour": text}
    behaviours = st.lists(
        st.fixed_dictionaries(said | {"confidence": share}, optional={"evidence": evidence, "rate": share | st.none()}), max_size=3
    )
    return {
        "root_cause": text,
        "objective_found": st.booleans(),
        "behaviours": behaviours,
        "root_cause_evidence": evidence,
        "root_cause_confidence": share,
        "predictions": st.lists(st.fixed_dictionaries(said | {"probability": share}), max_size=3),
        "limits": text,
    }


RIGHT = fields(TEXT, SHARE, EVENT)
WRONG = fields(
    TEXT | st.sampled_from(["", "half \ud800", "x" * 6000, None, 3]),
    SHARE | st.sampled_from([-0.1, 1.1, float("nan"), "0.5", True, None]),
    EVENT | st.sampled_from([-1, 1.5, "3", None, [1]]),
)
WILD = st.dictionaries(st.sampled_from([*RIGHT, "nonsense"]), JSON, min_size=1, max_size=2)
REPORTS = st.one_of(
    st.builds(operator.or_, st.just(GOOD), st.fixed_dictionaries({}, optional=RIGHT)),
    st.fixed_dictionaries({}, optional=WRONG),
    st.builds(operator.or_, st.fixed_dictionaries(RIGHT), WILD),
)
"""From reports that are right in form to no report at all."""


def test_reports_are_fuzzed_in_each_of_their_fields():
    assert RIGHT.keys() == get_tool(SUBMIT).parameters.model_fields.keys()


def test_any_report_is_an_error_result_or_a_sealed_run(tmp_path, truth):
    truth.write(truth_path(tmp_path, truth.id))
    numbers, seen = itertools.count(), set()

    async def submit(run, report):
        """The outcome of a match in which this report is submitted, and then, if it still goes on, a good one."""
        with GuestMatch(run, echo_organism()) as match:
            server = mcp_server(match.bench.tools.values(), match.instructions, match.call, version="1")
            async with Client(server) as client:
                await client.call_tool("chat", {"prompts": ["hello"], "max_tokens": 4})
                with anyio.fail_after(SECONDS):
                    result = await client.call_tool(SUBMIT, report)
                assert match.failure is None
                assert result.is_error != run.finished
                if result.is_error:
                    assert f"arguments of {SUBMIT}: " in result.content[0].text
                    assert not run.report.exists()
                    assert not (await client.call_tool(SUBMIT, GOOD)).is_error
                late = await client.call_tool("think", {"text": "one more"})
                assert late.is_error
                assert "over" in late.content[0].text
        return result.is_error

    @settings(max_examples=80, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(report=REPORTS)
    @example(report=GOOD | {"root_cause": " "})
    @example(report=GOOD | {"root_cause_evidence": [{"event": 10**30, "quotation": "you said hello"}]})
    def check(report):
        run = open_match(make_spec(CARD.id, "test", BrainSpec(kind=GUEST), load_rules("team-4"), 0), tmp_path / str(next(numbers)))
        refused = asyncio.run(submit(run, report))
        events = read_events(run.events)
        calls = ["call", "result"] * (2 if refused else 1)
        assert [event.kind for event in events] == ["match", "message", *calls, "call", "report", "result", "outcome"]
        sealed = Report.read(run.report)
        assert Report.model_validate(events[-3].data) == sealed
        outcome = events[-1].data
        assert outcome["kind"] in ("unscored", "invalid")
        seen.add("refused" if refused else outcome["kind"])
        if outcome["kind"] == "unscored":
            assert outcome["reason"] == NOT_SCORED
            evidence = asyncio.run(rescore(run, tmp_path, [LexicalJudge()])).evidence
            # An event that is not there, or holds no such text, proves nothing.
            quoted = quotations(sealed)
            assert evidence.total == len(quoted)
            assert evidence.verified <= sum(item.event < len(events) for item in quoted)
            if any(item.event >= len(events) for item in quoted):
                seen.add("unknown event")

    check()
    assert seen == {"refused", "unscored", "invalid", "unknown event"}
