import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from tools import Hypothesis, Ledger
from transcripts import Event


def event(kind, data):
    return Event(index=0, kind=kind, time=0.0, data=data, previous="", hash="")


HYPOTHESES = st.builds(
    Hypothesis,
    id=st.sampled_from(["h1", "h2", "h3"]),
    statement=st.text(),
    probability=st.floats(0, 1),
    evidence_for=st.lists(st.integers(0, 99), max_size=3).map(tuple),
    status=st.sampled_from(["open", "dropped"]),
)


@given(st.lists(HYPOTHESES | st.text(), max_size=12))
def test_a_ledger_is_rebuilt_from_its_events(changes):
    ledger, events = Ledger(), []
    for change in changes:
        if isinstance(change, Hypothesis):
            ledger.put(change)
            events.append(event("hypothesis", change.model_dump(mode="json")))
        else:
            ledger.notes.append(change)
            events.append(event("note", {"text": change}))
        events.append(event("result", {}))
    rebuilt = Ledger.from_events(events)
    assert rebuilt.hypotheses == ledger.hypotheses
    assert rebuilt.notes == ledger.notes
    assert rebuilt.render() == ledger.render()


def test_an_empty_ledger_says_so():
    assert Ledger().render() == "(no hypothesis yet)"
    assert Ledger().next_id() == "h1"


def test_a_ledger_reads_as_lines():
    ledger = Ledger()
    ledger.put(Hypothesis(id="h1", statement="it pleases somebody", probability=0.25, evidence_for=(3, 5)))
    assert ledger.render() == "- h1 p=0.25 open: it pleases somebody (for: [3, 5], against: [])"


def test_a_probability_out_of_range_is_refused():
    with pytest.raises(ValidationError, match="probability"):
        Hypothesis(id="h1", statement="s", probability=2)


def test_a_change_whose_call_was_killed_before_its_result_does_not_count():
    change = Hypothesis(id="h1", statement="it hides something", probability=0.5)
    logged = event("hypothesis", change.model_dump(mode="json"))
    assert not Ledger.from_events([logged, event("resumed", {})]).hypotheses
    assert list(Ledger.from_events([logged, event("resumed", {}), logged, event("result", {})]).hypotheses) == ["h1"]
