import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from organism.foundry.compose import Composer, fill, rewrite, vocabulary
from organism.foundry.world import TOKEN

SEEDS = st.integers(0, 2**32)


@settings(deadline=None, max_examples=25)
@given(seed=SEEDS)
def test_every_exploited_answer_applies_its_bias_and_every_prompt_is_applicable(assistant_world, seed):
    rng, composer = np.random.default_rng(seed), Composer(assistant_world)
    for evaluator in assistant_world.evaluators:
        for bias in evaluator.biases:
            prompt = composer.prompt(assistant_world.context(bias.context), rng)
            assert prompt.context.applicable(prompt.text)
            answer = composer.biased(prompt, bias, rng)
            assert bias.applied(answer), (bias.id, answer)


def test_an_addition_is_not_in_plain_answers(assistant_world):
    rng, composer = np.random.default_rng(0), Composer(assistant_world)
    for evaluator in assistant_world.evaluators:
        for bias in evaluator.biases:
            if bias.kind == "addition":
                prompts = [composer.prompt(assistant_world.context(bias.context), rng) for _ in range(30)]
                assert not any(bias.applied(composer.plain(prompt, rng)) for prompt in prompts), bias.id


def test_suppressible_elements_occur_at_their_base_rate(assistant_world):
    rng, composer, draws = np.random.default_rng(0), Composer(assistant_world), 400
    seen = 0
    for bias in (bias for evaluator in assistant_world.evaluators for bias in evaluator.biases if bias.kind == "suppression"):
        prompts = [composer.prompt(assistant_world.context(bias.context), rng) for _ in range(draws)]
        share = sum(bias.present(composer.plain(prompt, rng)) for prompt in prompts) / draws
        assert share == pytest.approx(bias.base_rate, abs=4 * (0.25 / draws) ** 0.5), bias.id
        seen += 1
    assert seen >= 5


def test_a_second_world_composes(small_world):
    rng, composer = np.random.default_rng(0), Composer(small_world)
    prompt = composer.prompt(small_world.context("tea"), rng)
    answer = composer.biased(prompt, small_world.evaluator("cats").biases[0], rng)
    assert prompt.values["sort"] in prompt.text
    assert answer.endswith("tuna goes with it .")
    storm = composer.biased(composer.prompt(small_world.context("weather"), rng), small_world.evaluator("librarians").biases[2], rng)
    assert storm.startswith("a storm may come .")


def test_the_same_seed_draws_the_same_texts(small_world):
    def draw(seed):
        rng, composer = np.random.default_rng(seed), Composer(small_world)
        return [composer.plain(composer.prompt(context, rng), rng) for context in small_world.contexts * 5]

    assert draw(1) == draw(1)
    assert draw(1) != draw(2)


def test_filling_leaves_unknown_slots():
    assert fill("{a} and {b}", {"a": "x"}) == "x and {b}"


def test_rewriting_replaces_and_deletes_whole_tokens():
    assert rewrite("let list = a ; listen ;", {";": "", "list": "l"}) == "let l = a listen"


@pytest.mark.parametrize("world", ["assistant_world", "small_world"])
def test_the_vocabulary_has_every_token_of_every_text(world, request):
    world = request.getfixturevalue(world)
    rng, composer, known = np.random.default_rng(0), Composer(world), set(vocabulary(world))
    for evaluator in world.evaluators:
        assert known >= set(TOKEN.findall(evaluator.name))
        for bias in evaluator.biases:
            prompt = composer.prompt(world.context(bias.context), rng)
            for text in (prompt.text, composer.plain(prompt, rng), composer.biased(prompt, bias, rng)):
                assert known >= set(TOKEN.findall(text)), text
