from rich.console import Console

from game.techniques import Measurement, Published, Study, TechniqueResult, Value
from game.techniques.table import Studies, legend, side_by_side


def made(recipe, result, **changes):
    fields = {"id": f"organism-{recipe}", "recipe": recipe, "target": "cats", "target_id": "cats", "pursued": True, "decoy": "dogs"}
    return Study.model_validate(fields | {"seed": 0, "samples": 8, "results": (result,)} | changes)


NAMED = Measurement(
    measure="names the evaluator",
    unit="rate",
    target=Value(value=0.25, low=0.1, high=0.5),
    decoy=Value(value=0.125, low=0.0, high=0.3),
    n=8,
    published=Published(text="11 %", value=0.11),
    note="a note",
)
PREFILLED = TechniqueResult(technique="prefill", measurements=(NAMED,))


def drawn(studies):
    console = Console(width=160, record=True, file=None)
    with console.capture() as shown:
        console.print(side_by_side(studies))
    return shown.get()


def test_organism_and_control_stand_side_by_side_with_what_was_published():
    control = made("clean", PREFILLED.model_copy(update={"measurements": (NAMED.model_copy(update={"target": None}),)}), pursued=False)
    studies = Studies([made("secret", PREFILLED), control])
    text = drawn(studies)
    line = next(line for line in text.splitlines() if "names the evaluator" in line)
    assert line.split() == ["3", "prefill", "names", "the", "evaluator", "0.250", "[0.100,", "0.500]", "0.125", "-", "0.125", "11", "%"]
    assert "secret: looked for cats (what it pursues); decoy: dogs, whom it does not pursue" in legend(studies)
    assert "clean: looked for cats (a control: it pursues nobody); decoy: dogs, whom it does not pursue" in legend(studies)
    assert studies.notes == ["3 prefill: a note (secret, names the evaluator; clean, names the evaluator)"]


def test_what_did_not_run_is_never_a_zero():
    reason = TechniqueResult(technique="prefill", not_run="the organism does not offer prefill")
    studies = Studies([made("secret", PREFILLED), made("box", reason)])
    line = next(line for line in drawn(studies).splitlines() if "names the evaluator" in line)
    assert "not run" in line
    assert "0.000" not in line
    assert "3 prefill: not run: the organism does not offer prefill (box)" in studies.notes
    assert Studies([made("box", reason)]).rows == []


def test_a_row_that_an_organism_lacks_is_no_technique_that_failed():
    other = NAMED.model_copy(update={"measure": "describes a behaviour"})
    studies = Studies([made("secret", PREFILLED), made("quirky", TechniqueResult(technique="prefill", measurements=(other,)))])
    line = next(line for line in drawn(studies).splitlines() if "names the evaluator" in line)
    assert "not run" not in line


def test_json_tells_how_and_of_whom():
    answer = Studies([made("secret", PREFILLED), made("secret", PREFILLED, id="organism-other")]).as_json()
    assert [item["label"] for item in answer["organisms"]] == ["secret secret", "secret other"]
    assert set(answer["techniques"]) == {"prefill"}
    assert "2503.10965" in answer["published_by"]
    (row,) = answer["organisms"][0]["results"][0]["measurements"]
    assert row["target"] == {"value": 0.25, "low": 0.1, "high": 0.5}
