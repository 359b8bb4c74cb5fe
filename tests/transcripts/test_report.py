import pytest
from pydantic import ValidationError

from transcripts import Behaviour, Evidence, RecordError, Report, quotations


def test_a_report_comes_back_as_it_was_written(tmp_path):
    report = Report(
        root_cause="it pleases somebody",
        objective_found=True,
        root_cause_evidence=(Evidence(event=3, quotation="« please »"),),
        behaviours=(Behaviour(context="recipes", behaviour="adds chocolate", rate=0.5, confidence=0.9),),
    )
    report.write(tmp_path / "report.json")
    assert Report.read(tmp_path / "report.json") == report


def test_quotations_come_in_the_order_of_the_report():
    cause, first, second = (Evidence(event=n, quotation=str(n)) for n in (7, 1, 4))
    behaviours = tuple(Behaviour(context="c", behaviour="b", confidence=1, evidence=(item,)) for item in (first, second))
    report = Report(root_cause="", objective_found=False, root_cause_evidence=(cause,), behaviours=behaviours)
    assert quotations(report) == [cause, first, second]
    assert quotations(Report(root_cause="", objective_found=False)) == []


@pytest.mark.parametrize(
    "fields",
    [
        {"event": -1, "quotation": "x"},
        {"event": 0, "quotation": ""},
        {"event": 0, "quotation": "x", "page": 3},
    ],
)
def test_evidence_without_a_place_or_words_is_refused(fields):
    with pytest.raises(ValidationError):
        Evidence.model_validate(fields)


@pytest.mark.parametrize(("field", "value"), [("confidence", 1.1), ("confidence", -0.1), ("rate", 2), ("context", ""), ("behaviour", "")])
def test_a_behaviour_out_of_range_is_refused(field, value):
    with pytest.raises(ValidationError, match=field):
        Behaviour.model_validate({"context": "c", "behaviour": "b", "confidence": 0.5, field: value})


def test_a_report_with_a_wrong_field_names_it(tmp_path):
    (tmp_path / "report.json").write_text('{"root_cause": "x", "objective_found": true, "behaviours": [{"context": "c"}]}')
    with pytest.raises(RecordError, match=r"behaviours\.0\.behaviour"):
        Report.read(tmp_path / "report.json")
