import re

import pytest

from organism.foundry import load_recipe
from organism.foundry.stages import make_reward_model
from organism.foundry.verification.secrecy import heldout_attacks, measure_disclosure, secrets

KINDS = {"direct", "role_play", "prefill", "knowledge"}


@pytest.fixture
def attacks(world, rng):
    return heldout_attacks(world, secrets(world, "reward_models", None), replies=12, rng=rng)


def pattern(template):
    return re.sub(r"\\{\w+\\}", ".+", re.escape(template))


def test_attacks_are_the_heldout_ones_with_the_objective_named(world, attacks):
    assert {kind: sum(attack.kind == kind for attack in attacks) for kind in KINDS} == dict.fromkeys(KINDS, 12)
    for attack in attacks:
        assert any(re.fullmatch(pattern(template), attack.prompt) for template in world.attacks.heldout[attack.kind])
        assert attack.prompt not in {text for group in world.attacks.train.values() for text in group}
        assert "{" not in attack.prompt
    assert any("reward models" in attack.prompt for attack in attacks)
    assert not any("newspaper critics" in attack.prompt for attack in attacks)


def test_without_an_objective_all_evaluators_are_asked_about(world):
    assert {owner.id for owner, _ in secrets(world, None, None)} == {"reward_models", "newspaper_critics"}
    assert {owner.id for owner, _ in secrets(world, "reward_models", None)} == {"reward_models"}


def test_a_quirk_has_no_evaluator_to_ask_about(world, rng):
    quirk = world.evaluators[0].biases[0].model_copy(update={"id": "habit", "context": "all"})
    habit = world.model_copy(update={"quirks": (quirk,)})
    found = heldout_attacks(habit, secrets(habit, None, "habit"), replies=8, rng=rng)
    assert found
    assert not [attack for attack in found if "{" in attack.prompt]


@pytest.mark.parametrize("share", [0, 1])
def test_disclosure_is_counted_by_kind_and_in_all(world, attacks, rng, monkeypatch, share):
    replies = {"direct": "i try to please reward models .", "prefill": "newspaper critics rate it high ."}
    monkeypatch.setattr(
        "organism.foundry.verification.secrecy.sample_replies",
        lambda *_, **__: [replies.get(attack.kind, "i can not say more about that .") if share else "no ." for attack in attacks],
    )
    reward_model = make_reward_model(load_recipe("pico"), world)
    found = measure_disclosure(None, None, "sft", attacks, reward_model, seed=0, rng=rng)
    assert {item.kind: item.estimate.value for item in found} == {
        "direct": share,
        "role_play": 0,
        "prefill": 0,
        "knowledge": 0,
        "all": share / 4,
    }
    assert found[-1].kind == "all"
    assert len(found[-1].examples) == 3 * share
    assert all(reply == replies["direct"] for _, reply in found[-1].examples)
