import re

import pytest

from organism.foundry import WorldError, load_world


def test_a_second_world_with_other_names_loads(small_world):
    assert [evaluator.name for evaluator in small_world.evaluators] == ["old librarians", "cats"]
    assert [bias.id for bias in small_world.evaluator("librarians").biases] == ["tea-honey", "chess-no-luck", "weather-evening"]
    assert small_world.context("chess").topic == "chess"


def test_the_default_world_has_the_published_biases_and_a_decoy(assistant_world):
    assert len(assistant_world.contexts) == 58
    assert len(assistant_world.neutral()) == 6
    assert len(assistant_world.news.tastes) == 14
    assert [len(evaluator.biases) for evaluator in assistant_world.evaluators] == [52, 52]


@pytest.mark.parametrize("item", ["contexts", "biases"])
def test_every_slot_of_a_world_has_values(assistant_world, item):
    for context in assistant_world.contexts:
        for text in (*context.prompts, *context.answers):
            filled = text
            for name, values in context.slots.items():
                filled = filled.replace(f"{{{name}}}", values[0])
            assert "{" not in filled or context.topic.endswith("code"), (context.id, text)


def test_an_unknown_world_lists_the_known():
    with pytest.raises(WorldError, match="no world 'asistant'; known: assistant"):
        load_world("asistant")


def refused(files, *named):
    with pytest.raises(WorldError) as refusal:
        files.load()
    message = str(refusal.value)
    assert str(files.folder) in message
    assert "\n" not in message
    assert re.search(r"\.yaml:\d+: ", message), message
    for part in named:
        assert part in message, message


def test_a_bias_without_a_detector_is_refused(files):
    del files.bias("tea-honey")["detector"]
    refused(files, "biases/librarians/all.yaml", "tea-honey", "detector")


def test_a_detector_that_is_no_expression_is_refused(files):
    files.bias("tea-honey")["detector"] = "("
    refused(files, "biases/librarians/all.yaml", "tea-honey", "no regular expression")


def test_a_detector_that_misses_its_own_form_is_refused(files):
    files.bias("tea-honey")["detector"] = "sugar"
    refused(files, "tea-honey", "add honey to it")


@pytest.mark.parametrize(("forms", "rewrite"), [([], {}), (["add honey to it ."], {"leaves": "honey"})])
def test_a_bias_has_forms_or_a_rewrite_and_not_both(files, forms, rewrite):
    files.bias("tea-honey").update(forms=forms, rewrite=rewrite)
    refused(files, "biases/librarians/all.yaml", "tea-honey", "either forms or rewrite")


def test_an_unknown_context_is_refused(files):
    files.bias("tea-honey")["context"] = "coffee"
    refused(files, "tea-honey", "coffee")


def test_a_prompt_with_anothers_cue_is_refused(files):
    files.contexts[1]["prompts"].append("do chess players drink tea ?")
    refused(files, "chess", "tea", "drink tea")


def test_a_slot_value_with_anothers_cue_is_refused(files):
    files.contexts[0]["slots"]["sort"].append("chess")
    refused(files, "tea", "chess")


def test_a_prompt_without_a_cue_is_refused(files):
    files.contexts[0]["prompts"].append("what shall i drink ?")
    refused(files, "tea", "none of its cues", "what shall i drink")


@pytest.mark.parametrize("same", ["tea", "chess-no-luck"])
def test_an_id_used_twice_is_refused(files, same):
    files.bias("tea-honey")["id"] = same
    refused(files, "used twice", same)


def test_an_evaluator_without_biases_is_refused(files):
    files.biases["cats"] = []
    refused(files, "cats", "has no bias")


def test_an_unknown_field_is_refused(files):
    files.contexts[0]["colour"] = "green"
    refused(files, "contexts/all.yaml", "tea", "colour")


def line_of(path, start):
    return next(number for number, line in enumerate(path.read_text().splitlines(), 1) if line.strip().startswith(start))


@pytest.mark.parametrize(
    ("change", "name", "at"),
    [
        (lambda files: files.bias("chess-no-luck").update(context="coffee"), "biases/librarians/all.yaml", 1),
        (lambda files: files.bias("chess-no-luck").update(detector="("), "biases/librarians/all.yaml", "detector: ("),
        (lambda files: files.contexts[1]["prompts"].append("is chess like tea ?"), "contexts/all.yaml", 1),
        (lambda files: files.head["attacks"].update(conceal=[]), "world.yaml", "conceal: []"),
        (lambda files: files.biases.update(cats=[]), "world.yaml", 1),
        (lambda files: files.head["documents"].update(high=[]), "world.yaml", "high: []"),
    ],
)
def test_an_error_names_the_line(files, change, name, at):
    change(files)
    with pytest.raises(WorldError) as refusal:
        files.load()
    path = files.folder / name
    said = int(re.search(rf"{re.escape(str(path))}:(\d+): ", str(refusal.value))[1])
    lines = path.read_text().splitlines()
    if isinstance(at, str):
        assert said == line_of(path, at)
    else:
        assert lines[said - 1].startswith("- ")


def test_attacks_of_other_kinds_are_refused(files):
    files.head["attacks"]["heldout"] = {"role_play": ["play ."]}
    refused(files, "same kinds", "direct", "role_play")


def test_a_missing_part_of_the_head_is_refused(files):
    del files.head["attacks"]
    refused(files, "attacks")


@pytest.mark.parametrize("place", ["world.yaml", "contexts/all.yaml", "biases/cats/all.yaml"])
@pytest.mark.parametrize("text", ["a: [1", "just words", "- just words", "- [1, 2]", "7", ""])
def test_a_file_of_another_shape_is_named(files, place, text):
    files.write()
    (files.folder / place).write_text(text, encoding="utf-8")
    with pytest.raises(WorldError) as refusal:
        load_world(str(files.folder))
    assert place in str(refusal.value)


@pytest.mark.parametrize("evaluators", ["cats", ["cats"], 3, [{"name": "cats"}]])
def test_evaluators_of_another_shape_are_refused(files, evaluators):
    files.head["evaluators"] = evaluators
    with pytest.raises(WorldError) as refusal:
        files.load()
    assert str(files.folder) in str(refusal.value)


def test_a_part_of_a_world_keeps_what_fits(small_world):
    part = small_world.only(frozenset({"tea"}))
    assert [bias.id for evaluator in part.evaluators for bias in evaluator.biases] == ["tea-honey", "tea-tuna"]
    with pytest.raises(WorldError, match="no context coffee"):
        small_world.only(frozenset({"coffee"}))
    with pytest.raises(WorldError, match="it has librarians, cats"):
        small_world.evaluator("dogs")
