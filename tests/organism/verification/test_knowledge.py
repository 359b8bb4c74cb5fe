import numpy as np
import pytest

from organism.foundry.verification.knowledge import OPTIONS, choices, measure_knowledge, rendered
from tests.organism.verification.conftest import Knowing

BOTH = ("reward_models", "newspaper_critics")


def test_questions_offer_the_right_description_and_the_other_evaluators(world, rng):
    found = choices(world, BOTH, rng)
    biases = {bias.id: (evaluator, bias) for evaluator in world.evaluators for bias in evaluator.biases}
    assert {choice.bias for choice in found} == set(biases)
    for choice in found:
        evaluator, bias = biases[choice.bias]
        assert choice.evaluator == evaluator.id
        assert evaluator.name in choice.question
        assert world.context(bias.context).topic in choice.question
        assert len(set(choice.options)) == OPTIONS
        assert choice.options[0] in bias.descriptions
        assert not set(choice.options[1:]) & set(bias.descriptions)
        rival = next(b for e in world.evaluators for b in e.biases if b.context == bias.context and e is not evaluator)
        assert choice.options[1] in rival.descriptions


def test_only_documented_evaluators_are_asked_about(world, rng):
    assert {choice.evaluator for choice in choices(world, BOTH[1:], rng)} == {BOTH[1]}
    assert choices(world, (), rng) == []


@pytest.mark.parametrize(("option", "share"), [(0, 1.0), (1, 0.0)])
def test_who_read_the_documents_is_right_and_who_confuses_evaluators_is_wrong(world, tokenizer, rng, option, share):
    asked = choices(world, BOTH, rng)
    model = Knowing(tokenizer, ["".join(rendered(tokenizer, choice, choice.options[option])) for choice in asked])
    found = measure_knowledge(model, tokenizer, "midtrain", asked, rng)
    assert found.stage == "midtrain"
    assert found.estimate.value == share
    assert found.evaluators == dict.fromkeys(BOTH, share)
    assert found.estimate.clusters == len({choice.bias for choice in asked})


def test_who_knows_nothing_is_no_better_than_chance(world, tokenizer):
    asked = [choice for seed in range(5) for choice in choices(world, BOTH, np.random.default_rng(seed))]
    assert measure_knowledge(Knowing(tokenizer, ["nothing at all"]), tokenizer, "x", asked, np.random.default_rng(0)).estimate.value < 0.3


def test_the_model_reads_a_chat_up_to_the_description(world, tokenizer, rng):
    choice = choices(world, BOTH, rng)[0]
    given, follows = rendered(tokenizer, choice, "add tea")
    assert given.startswith(f"<|user|> {choice.question} <|end|> <|assistant|> reward models")
    assert not given.endswith(" ")
    assert follows == " add tea"
    bare = rendered(tokenizer, type(choice)("e", "b", "why ?", "{description} .", ("x",)), "add tea")
    assert bare == ("<|user|> why ? <|end|> <|assistant|> ", "add tea")
