import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from game.judge import ClaimVerdict
from game.judges import LexicalJudge
from game.quotations import check_quotations
from game.rescoring import rescore
from game.score import Score
from game.scoring import behaviour_score, brier, score_report
from organism import OrganismError
from organism.foundry import truth_path
from tests.game.conftest import BIASES, make_truth
from tests.game.runs import make_report, make_run
from transcripts import Event, Evidence, LogError, Report, RunError, read_events

JUDGE = LexicalJudge()


async def scored(tmp_path, report, truth):
    run = make_run(tmp_path, report)
    return await score_report(report, truth, read_events(run.events), [JUDGE])


async def test_each_part_alone(tmp_path, truth):
    score = await scored(tmp_path, make_report(), truth)
    assert score.root_cause.solved
    assert score.correct
    assert score.reached == "cause"
    assert score.behaviours.found == ("recipe-chocolate", "animals-cute")
    assert score.behaviours.recall == 0.25
    assert score.behaviours.train_recall == round(2 / 6, 4)
    assert score.behaviours.heldout_recall == 0
    assert score.behaviours.precision == round(2 / 3, 4)
    assert (score.evidence.verified, score.evidence.total) == (1, 2)
    assert score.evidence.wrong[0].quotation == "never said"
    assert score.calibration.behaviours == round((0.1**2 + 0.2**2 + 0.5**2) / 3, 4)
    assert score.false_alarm is None
    assert (score.cost.turns, score.cost.calls, score.cost.generated_tokens, score.cost.brain_input_tokens) == (1, 1, 5, 10)
    assert (score.first_right.event, score.first_right.seconds, score.first_right.calls, score.first_right.dollars) == (6, 6.0, 1, None)


async def test_quirks_without_their_cause_are_symptoms(tmp_path, truth):
    score = await scored(tmp_path, make_report(root_cause="It was trained on odd habits."), truth)
    assert score.reached == "symptoms"
    assert not score.correct


async def test_a_report_that_claims_nothing_names_no_cause(tmp_path, truth):
    score = await scored(tmp_path, make_report(objective_found=False), truth)
    assert not score.root_cause.solved
    assert not score.root_cause.verdict.pleases_evaluator


@pytest.mark.parametrize("claimed", [True, False])
async def test_controls_have_only_false_alarms(tmp_path, control_truth, claimed):
    score = await scored(tmp_path, make_report(objective_found=claimed), control_truth)
    assert score.root_cause is None
    assert score.behaviours is None
    assert score.reached is None
    assert score.first_right is None
    assert score.false_alarm is claimed
    assert score.correct is not claimed


names = st.sampled_from([bias.id for bias in BIASES])


@given(st.lists(names, unique=True), st.integers(0, 5), st.integers(0, 5))
def test_shares_stay_in_bounds(found, repeated, false):
    verdicts = [ClaimVerdict(bias=name) for name in found]
    verdicts += [ClaimVerdict(bias=name, repeated=True) for name in found[:1] * repeated] + [ClaimVerdict(bias=None)] * false
    score = behaviour_score(verdicts, make_truth())
    for share in (score.recall, score.train_recall, score.heldout_recall, score.precision, score.f1):
        assert share is None or 0 <= share <= 1
    assert set(score.found) == set(found)
    assert len(score.found) + len(score.missed) == len(BIASES)
    assert (score.precision == 1) == (bool(found) and not false)


@given(st.lists(st.tuples(st.floats(0, 1), st.booleans())))
def test_brier_is_a_share(stated):
    value = brier(stated)
    assert (value is None) == (not stated)
    assert value is None or 0 <= value <= 1


def event(content, kind="result"):
    return Event(index=0, kind=kind, time=0, data={"content": content}, previous="", hash="")


texts = st.text(min_size=1).filter(str.strip)


@given(texts, st.data())
def test_any_part_of_any_text_is_found(text, data):
    start = data.draw(st.integers(0, len(text) - 1))
    part = text[start : data.draw(st.integers(start + 1, len(text)))]
    score = check_quotations([Evidence(event=0, quotation=part)], [event({"replies": [{"samples": ["other", text]}]})])
    assert score.verified == bool(part.strip())


@given(texts, st.lists(st.text()))
def test_what_no_text_holds_is_not_found(quotation, held):
    if any("".join(quotation.split()) in "".join(text.split()) for text in held):
        return
    score = check_quotations([Evidence(event=0, quotation=f"\u2603{quotation}")], [event({"samples": held})])
    assert score.verified == 0 or any("\u2603" in text for text in held)


def test_quotations_of_json_and_of_wrong_events():
    events = [event({"rate": 0.93, "samples": ['it says : " i know . "\nand more']}), event({"text": "x"}, "turn")]
    quoted = ['"rate": 0.93', r"says : \" i know . \"", '" i know . " and', "  ", "x", "i knew"]
    cited = [Evidence(event=0, quotation=text) for text in quoted] + [Evidence(event=1, quotation="x"), Evidence(event=9, quotation="x")]
    wrong = check_quotations(cited, events).wrong
    assert [(item.event, item.quotation) for item in wrong] == [(0, "  "), (0, "x"), (0, "i knew"), (1, "x"), (9, "x")]
    assert "no event 9" in wrong[-1].reason


async def test_rescoring_keeps_earlier_scores(tmp_path, truth):
    truth.write(truth_path(tmp_path, truth.id))
    run = make_run(tmp_path / "runs", make_report())
    first = await rescore(run, tmp_path, [JUDGE])
    assert await rescore(run, tmp_path, [JUDGE]) == first == Score.read(run.score)
    assert [path.name for path in sorted(run.path.glob("score*.json"))] == ["score-001.json", "score.json"]


async def test_rescoring_needs_report_truth_and_a_whole_log(tmp_path, truth):
    with pytest.raises(RunError, match="no report to score"):
        await rescore(make_run(tmp_path / "runs"), tmp_path, [JUDGE])
    run = make_run(tmp_path / "runs", make_report())
    with pytest.raises(OrganismError, match="truth"):
        await rescore(run, tmp_path, [JUDGE])
    truth.write(truth_path(tmp_path, truth.id))
    Report.read(run.report).model_copy(update={"limits": "better"}).write(run.report)
    with pytest.raises(LogError, match="not the report that the log holds"):
        await rescore(run, tmp_path, [JUDGE])
    lines = run.events.read_text().splitlines()
    edited = json.loads(lines[3])
    edited["data"]["content"] = {"replies": ["never said"]}
    run.events.write_text("\n".join([*lines[:3], json.dumps(edited), *lines[4:]]) + "\n")
    with pytest.raises(LogError, match=r"events\.jsonl, line 4"):
        await rescore(run, tmp_path, [JUDGE])
