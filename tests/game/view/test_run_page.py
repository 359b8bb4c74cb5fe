"""The page of a run: what it shows, that nothing on it can act, and that it holds no truth before the run is scored."""

import base64
import hashlib

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from game.judges import LexicalJudge
from game.score import Outcome
from game.scoring import score_report
from game.view.run_page import run_page
from tests.game.runs import CAUSE, hypothesis, make_report, make_run, result
from tests.game.view.pages import Page, make_long_run
from tests.isolation.injections import INJECTIONS
from transcripts import EventLog, Evidence, read_events, visible

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=80),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner, max_size=4),
    max_leaves=12,
)
SHAPED = st.fixed_dictionaries(
    {},
    optional={
        "tokens": st.lists(st.fixed_dictionaries({"token": st.text(max_size=5), "activations": JSON}), max_size=4) | JSON,
        "features": st.lists(st.integers(), max_size=5) | JSON,
        "treatment": st.fixed_dictionaries({"rate": JSON, "interval": st.lists(st.floats(allow_nan=False), max_size=3)}),
        "documents": st.lists(st.fixed_dictionaries({"text": st.text(max_size=200)}), max_size=3),
    },
)


async def scored_run(root, truth, report=None):
    run = make_run(root, report or make_report())
    (await score_report(report or make_report(), truth, read_events(run.events), [LexicalJudge()])).write(run.score)
    Outcome(kind="scored").write(run.done)
    return run


def add(run, *events):
    with EventLog(run.events, clock=lambda: 2000.0) as log:
        for kind, data in events:
            log.append(kind, data)


async def test_report_truth_hypotheses_costs_and_timeline(tmp_path, truth):
    page = Page(run_page(await scored_run(tmp_path, truth)))
    assert {"truth", "report", "hypotheses", "costs", "timeline"} <= set(page.ids)
    for words in (
        CAUSE,
        "reward models",
        "2 of 8",
        "1 of 2",
        "✓ recipe-chocolate",
        "✗ none of its behaviours",
        "✓ animals-cute",
        "javascript-no-semicolons",
        "Turn 1",
    ):
        assert words in page.words
    assert "h2 0.80" in page.words


async def test_a_claim_leads_to_its_quotation_which_is_marked_in_the_result(tmp_path, truth):
    html = run_page(await scored_run(tmp_path, truth))
    page = Page(html)
    assert '<a href="#q0">event 3</a>' in html
    assert '<mark><a id="q0"></a>dark  chocolate</mark>' in html
    assert page.marked == ["dark  chocolate"]
    assert '<a href="#c1">behaviour 1</a>' in html, "and the result leads back"
    assert "never said" in page.words
    assert "✗ not in event 3" in page.words
    assert "#q1" not in page.links


def test_a_quotation_of_numbers_is_shown_as_the_log_reads(tmp_path):
    evidence = (Evidence(event=3, quotation='"prompt": "p"'), Evidence(event=3, quotation="put dark"))
    page = Page(run_page(make_run(tmp_path, make_report(root_cause_evidence=evidence, behaviours=()))))
    assert page.marked == ['"prompt": "p"', "put dark"]
    assert {"q0", "q1"} <= set(page.ids)


async def test_no_truth_before_the_score(tmp_path, truth):
    run = await scored_run(tmp_path, truth)
    assert "animals-cute" in run_page(run)
    run.score.unlink()
    run.done.unlink()
    html = run_page(run)
    assert "truth" not in Page(html).ids
    for bias in truth.biases:
        assert bias.id not in html


@pytest.mark.parametrize("full", [False, True])
@pytest.mark.parametrize("text", INJECTIONS.values(), ids=INJECTIONS)
def test_nothing_an_organism_says_acts_on_the_page(tmp_path, text, full):
    said = plain(text[:20_000])
    evidence = (Evidence(event=3, quotation=said.strip()[:40] or "x"),)
    behaviour = make_report().behaviours[0].model_copy(update={"evidence": evidence, "context": said[:500] or "x"})
    run = make_run(tmp_path, make_report(root_cause=said[:2000], behaviours=(behaviour,), limits=said[:100]), text[:20_000])
    add(
        run,
        ("hypothesis", hypothesis(said, 0.5, name=said[:100])),
        ("note", {"text": said}),
        ("message", {"key": "x", "text": said}),
        ("call", {"call": "t9.0", "tool": said[:100], "arguments": {said[:50]: said, "list": [said, [said]]}}),
        (
            "result",
            result("t9.0", said[:100], {said[:50]: {"rate": 0.5, "interval": [0, 1], said[:30]: said}, "d": [{"text": said, "b": [said]}]}),
        ),
        ("call", {"call": "t9.1", "tool": "grid", "arguments": {}}),
        ("result", result("t9.1", "grid", {"rows": [{said[:40]: said[:40], "b": 1}], "tokens": [{"token": said[:40], "activation": 1.0}]})),
        ("result", result("t9.2", "chat", {"error": said}, error=True)),
        ("outcome", {"kind": "errored", "reason": said}),
    )
    page = Page(run_page(run, full=full))
    start = " ".join(visible(said[:30]).split())
    assert start in page.words, "it is shown all the same"


def plain(text):
    return text.encode("utf-8", "replace").decode()


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    content=JSON | SHAPED,
    arguments=st.dictionaries(st.text(max_size=12), JSON, max_size=3),
    text=st.text(max_size=200),
    error=st.booleans(),
)
def test_whatever_an_event_holds_the_page_is_valid(tmp_path_factory, content, arguments, text, error):
    run = make_run(tmp_path_factory.mktemp("any"))
    add(
        run,
        ("turn", {"turn": {"message": {"text": text}}}),
        ("call", {"call": "t5.0", "tool": text, "arguments": arguments}),
        ("result", result("t5.0", text, content, error=error)),
        ("call", {"call": "t5.1", "tool": "think", "arguments": arguments}),
        ("result", result("t5.1", "think", content)),
        ("call", {"call": "t5.2", "tool": text, "arguments": arguments}),
        ("hypothesis", {"id": content, "statement": content, "probability": content, "status": content, "evidence_for": content}),
        ("note", {"text": content}),
        ("compacted", {"turn": content}),
        ("paused", {"who": content, "reason": content}),
        ("resumed", {"who": content}),
        ("outcome", {"kind": content, "reason": content}),
    )
    Page(run_page(run))


def test_the_policy_allows_this_style_and_script_and_nothing_else(tmp_path):
    page = Page(run_page(make_run(tmp_path)))
    hashes = [base64.b64encode(hashlib.sha256(page.own[name].encode()).digest()).decode() for name in ("style", "script")]
    style, script = hashes
    assert (
        page.policy == f"default-src 'none'; style-src 'sha256-{style}'; script-src 'sha256-{script}'; base-uri 'none'; form-action 'none'"
    )


def test_long_results_are_cut_and_say_so(tmp_path):
    run = make_run(tmp_path)
    add(run, ("result", result("t9.0", "grep_data", {"documents": [{"text": f"text {n} " + "word " * 1000} for n in range(40)]})))
    cut, whole = Page(run_page(run)), Page(run_page(run, full=True))
    assert "text 24 " in cut.words
    assert "text 25 " not in cut.words
    assert "… and 15 more in the log" in cut.words
    assert "text 39 " in whole.words
    assert "more in the log" not in whole.words


def test_what_is_quoted_is_never_cut(tmp_path):
    documents = [{"text": f"text {n} " + "word " * 1000 + f"end {n}."} for n in range(40)]
    run = make_run(tmp_path)
    report = make_report(
        behaviours=(make_report().behaviours[0].model_copy(update={"evidence": (Evidence(event=7, quotation="end 38."),)}),)
    )
    add(run, ("result", result("t9.0", "grep_data", {"documents": documents})), ("report", report.model_dump(mode="json")))
    report.write(run.report)
    page = Page(run_page(run))
    assert page.marked == ["end 38."]
    assert "… and 14 more in the log" in page.words


def test_an_unfinished_run_and_one_without_events(tmp_path):
    run = make_run(tmp_path)
    assert "unfinished" in Page(run_page(run)).words
    run.events.unlink()
    assert "timeline" in Page(run_page(run)).ids


def test_an_edited_log_is_told_and_not_shown(tmp_path):
    run = make_run(tmp_path, make_report())
    run.events.write_bytes(run.events.read_bytes().replace(b"dark  chocolate", b"dark  chocolatE"))
    page = Page(run_page(run))
    assert "was edited, its hash does not fit its content" in page.words
    assert CAUSE in page.words
    assert "e3" not in page.ids


def test_activations_rates_and_documents_are_drawn(tmp_path):
    page = Page(run_page(make_long_run(tmp_path, 60)))
    html = run_page(make_long_run(tmp_path, 60))
    assert '<span class="t8" title="5.9">word59</span>' in run_page(make_long_run(tmp_path, 60), full=True)
    assert 'class="interval"' in html
    assert "89 % 78 % to 95 %" in page.words


async def test_a_control_for_which_nothing_is_claimed(tmp_path, control_truth):
    report = make_report(objective_found=False, root_cause="Nothing was found.", behaviours=())
    page = Page(run_page(await scored_run(tmp_path, control_truth, report)))
    assert "✓ a control without a hidden objective: none is claimed" in page.words
    assert "No hidden objective is claimed" in page.words
