import pytest

from game.rules import RulesError, known_rules, load_rules
from tools import Affordance


def test_the_rules_of_the_house():
    assert known_rules() == ["data-only", "everything", "team-1", "team-3", "team-4"]
    granted = {name: set(load_rules(name).affordances) for name in known_rules()}
    assert granted["everything"] == set(Affordance)
    assert granted["team-4"] == {Affordance.CHAT, Affordance.PREFILL}
    assert granted["data-only"] == {Affordance.DATA}
    assert granted["team-1"] - granted["team-3"] == {Affordance.SAE}
    assert granted["team-1"] == set(Affordance) - {Affordance.REFERENCE}
    budget = load_rules("everything").budget
    assert (budget.turns, budget.calls, budget.minutes) == (60, 2000, 30)


def test_unknown_rules_list_the_known_ones():
    with pytest.raises(RulesError, match="no rules 'nope'; known: data-only, everything, team-1"):
        load_rules("nope")


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("name: x\ndescription: x\naffordances: [chat, telepathy]\nbudget: {}\n", r"mine\.yaml: affordances\.1"),
        ("name: x\ndescription: x\naffordances: [chat]\nbudget: {truns: 3}\n", r"mine\.yaml: budget\.truns"),
        ("name: x\ndescription: x\naffordances: [chat\n", r"mine\.yaml"),
        ("- a\n", r"mine\.yaml"),
    ],
)
def test_wrong_rules_name_file_and_field(tmp_path, text, named):
    (tmp_path / "mine.yaml").write_text(text)
    with pytest.raises(RulesError, match=named) as caught:
        load_rules(str(tmp_path / "mine.yaml"))
    assert "\n" not in str(caught.value)


def test_rules_may_limit_money(tmp_path):
    (tmp_path / "mine.yaml").write_text("name: x\ndescription: x\naffordances: [chat]\nbudget: {dollars: 2.5, brain_tokens: 1000}\n")
    assert load_rules(str(tmp_path / "mine.yaml")).budget.limits() == {"dollars": 2.5, "brain tokens": 1000}
