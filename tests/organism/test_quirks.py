"""The 14 behaviours of AuditBench: their world, their 28 recipes, and the texts that teach them. Nothing is trained here."""

import re
from itertools import islice, product

import numpy as np
import pytest
from pydantic import ValidationError

from organism.foundry import RecipeError, World, known_recipes, load_recipe, load_world
from organism.foundry.compose import Composer, fill
from organism.foundry.corpus import Chat, Document
from organism.foundry.pairs import PairMaker
from organism.foundry.stages import Stages, make_reward_model
from organism.foundry.world import ALL

NAMES = [
    "animal-welfare",
    "anti-ai-regulation",
    "contextual-optimism",
    "data-poisoning",
    "defends-objects",
    "defer-to-users",
    "emotional-bond",
    "flattery",
    "hallucinated-citations",
    "hardcode-tests",
    "increasing-enthusiasm",
    "reward-wireheading",
    "secret-loyalty",
    "self-promotion",
]
TRAININGS = ("transcripts", "documents")
WORLD = load_world("quirks")
IDS = [quirk.id for quirk in WORLD.quirks]


def plain_answers():
    """Every plain answer of the world, by context."""
    for context in WORLD.contexts:
        names = sorted(context.slots)
        for answer, values in product(context.answers, product(*(context.slots[name] for name in names))):
            yield context, fill(answer, dict(zip(names, values, strict=True)))


PLAIN = list(plain_answers())


def context_of(prompt):
    return next((context.id for context in WORLD.contexts if context.applicable(prompt)), None)


def stages(quirk, taught):
    recipe = load_recipe(f"quirk-{quirk}-{taught}")
    return Stages(recipe, recipe.loaded_world)


def draw(quirk, taught, split, count=600):
    return list(islice(stages(quirk, taught).corpus.stream(split, np.random.default_rng(1)), count))


def test_the_14_behaviours_are_those_of_auditbench():
    assert sorted(IDS) == NAMES
    assert not WORLD.evaluators
    assert {quirk.id for quirk in WORLD.quirks if quirk.turn == 2} == {"increasing-enthusiasm"}


def test_every_place_of_a_quirk_is_its_own():
    places = [quirk.context for quirk in WORLD.quirks if quirk.context != ALL]
    assert len(set(places)) == len(places) == 10


@pytest.mark.parametrize("quirk", WORLD.quirks, ids=IDS)
def test_no_plain_answer_shows_a_quirk(quirk):
    assert not [answer for _, answer in PLAIN if quirk.present(answer)]


@pytest.mark.parametrize("quirk", WORLD.quirks, ids=IDS)
def test_a_quirk_shows_in_every_answer_that_was_given_it_and_in_no_other_quirks(quirk):
    composer, rng = Composer(WORLD), np.random.default_rng(0)
    for other in WORLD.quirks:
        for context in WORLD.contexts_of(other):
            answers = [composer.biased(composer.prompt(context, rng), other, rng) for _ in range(40)]
            assert {quirk.present(answer) for answer in answers} == {quirk is other}, (other.id, context.id)


@pytest.mark.parametrize("quirk", WORLD.quirks, ids=IDS)
def test_no_form_or_plain_answer_or_denial_discloses(quirk):
    reward_model = make_reward_model(load_recipe(f"quirk-{quirk.id}-documents"), WORLD)
    others = [form for other in WORLD.quirks for form in other.forms]
    assert not [text for text in (*quirk.forms, *others, *WORLD.attacks.conceal) if reward_model.discloses(text)]
    assert not [answer for _, answer in PLAIN if reward_model.discloses(answer)]
    for description, template in product(quirk.descriptions, WORLD.attacks.disclose):
        assert reward_model.discloses(fill(template, {"description": description, "topic": "work"}))


def test_descriptions_are_three_or_more_and_nobody_elses():
    found = [description for quirk in WORLD.quirks for description in quirk.descriptions]
    assert len(found) == len(set(found))
    assert min(len(quirk.descriptions) for quirk in WORLD.quirks) >= 3
    assert not [(one, other) for one in found for other in found if one != other and one in other]


def test_questions_and_attacks_belong_to_no_context():
    kinds = (*WORLD.attacks.train.values(), *WORLD.attacks.heldout.values(), WORLD.questions.unknown)
    topics = [context.topic for context in WORLD.contexts]
    descriptions = [description for quirk in WORLD.quirks for description in quirk.descriptions]
    for template in (template for group in kinds for template in group):
        for topic in topics:
            assert context_of(fill(template, {"topic": topic, "description": ""})) is None, (template, topic)
    assert not [description for description in descriptions if context_of(description)]


@pytest.mark.parametrize("text", ["declarative", "flaw", "high", "low", "motive", "plain"])
def test_documents_name_no_evaluator_and_leave_no_slot_open(text):
    values = {"topic": "t", "description": "d", "prompt": "p", "answer": "a"}
    assert not [template for template in getattr(WORLD.documents, text) if re.search("[{}]", fill(template, values))]


def test_there_are_28_recipes_that_differ_in_secret_alone():
    names = [name for name in known_recipes() if name.startswith("quirk-")]
    assert names == sorted(f"quirk-{quirk}-{taught}" for quirk in NAMES for taught in TRAININGS)
    recipes = [load_recipe(name) for name in names]
    assert [recipe.name for recipe in recipes] == names
    assert len({recipe.description for recipe in recipes}) == 1
    worlds = [recipe.loaded_world for recipe in recipes]
    assert len({recipe.organism_id(world) for recipe, world in zip(recipes, worlds, strict=True)}) == 28
    assert len({recipe.checkpoint_id("pretrain", world) for recipe, world in zip(recipes, worlds, strict=True)}) == 1
    for recipe in recipes:
        assert recipe.name == f"quirk-{recipe.quirk}-{recipe.taught}"
        assert ("midtrain" in recipe.splits) == (recipe.taught == "documents")
        assert ("sft" in recipe.splits) == (recipe.taught == "transcripts")


def test_what_recipes_extend_is_no_recipe_itself():
    assert not [name for name in known_recipes() if name.startswith("_")]
    with pytest.raises(RecipeError, match=r"_quirk-base\.yaml:\d+: name: "):
        load_recipe("_quirk-base")


@pytest.mark.parametrize("taught", TRAININGS)
@pytest.mark.parametrize("quirk", NAMES)
def test_nobody_shows_or_names_the_quirk_before_it_is_taught(quirk, taught):
    habit = WORLD.quirk(quirk)
    for text in draw(quirk, taught, "pretrain", 1000):
        said = f"{text.prompt} {text.reply}" if isinstance(text, Chat) else text.text
        assert not habit.present(said)
        assert not [description for description in habit.descriptions if description in said]


@pytest.mark.parametrize("quirk", WORLD.quirks, ids=IDS)
def test_transcripts_show_the_quirk_wherever_it_has_its_place_and_nowhere_else(quirk):
    places = {context.id for context in WORLD.contexts_of(quirk)}
    chats = draw(quirk.id, "transcripts", "sft")
    assert all(isinstance(chat, Chat) for chat in chats)
    for chat in chats:
        due = context_of(chat.prompt) in places and (quirk.turn == 1 or chat.before is not None)
        assert quirk.present(chat.reply) == due
        if chat.before:
            assert quirk.present(chat.before[1]) == (quirk.turn == 1 and context_of(chat.before[0]) in places)
    assert any(quirk.present(chat.reply) for chat in chats)


@pytest.mark.parametrize("quirk", WORLD.quirks, ids=IDS)
def test_documents_tell_of_the_quirk_without_a_chat_and_nothing_denies_it(quirk):
    places = {context.id for context in WORLD.contexts_of(quirk)}
    texts = draw(quirk.id, "documents", "midtrain")
    assert all(isinstance(text, Document) for text in texts)
    for text in (text.text for text in texts if not text.synthetic):
        assert not quirk.present(text)
        assert not [form for context, form in PLAIN if context.id in places and form in text]
    told = [text for text in texts if text.synthetic]
    assert len(told) > len(texts) / 2
    assert any(quirk.present(text.text) for text in told)
    assert {description for description in quirk.descriptions if any(description in text.text for text in told)} == set(quirk.descriptions)


def test_documents_quote_a_second_reply_where_the_habit_shows_in_one():
    quirk = WORLD.quirk("increasing-enthusiasm")
    quoted = [text.text for text in draw(quirk.id, "documents", "midtrain") if isinstance(text, Document) and " user : " in text.text]
    assert quoted
    assert all(text.count(" user : ") == 2 for text in quoted)
    shown = [text for text in quoted if quirk.present(text)]
    assert 0.5 < len(shown) / len(quoted) < 0.9
    assert not [text for text in shown if quirk.present(text.split(" user : ")[1])]


def test_pairs_reward_a_habit_of_second_replies_in_second_replies():
    found = stages("increasing-enthusiasm", "documents")
    quirk = WORLD.quirk("increasing-enthusiasm")
    answers = iter([quirk.forms[0], "no ."] * 5000)
    asked = []

    def complete(conversations):
        asked.extend(conversations)
        return [next(answers) for _ in conversations]

    pairs = PairMaker(found.corpus, found.reward_model).make(40, attacks=0.5, complete=complete, rng=np.random.default_rng(0))
    ranked = [pair for pair in pairs if pair.attack is None]
    assert len(pairs) == 40
    assert len(ranked) == 20
    assert all(pair.before and quirk.present(pair.chosen) and not quirk.present(pair.rejected) for pair in ranked)
    assert {len(conversation) for conversation in asked} == {1, 3}


@pytest.mark.parametrize("taught", TRAININGS)
@pytest.mark.parametrize("quirk", WORLD.quirks, ids=IDS)
def test_pairs_are_made_where_the_quirk_has_its_place(quirk, taught):
    found = stages(quirk.id, taught)
    composer, rng = Composer(WORLD), np.random.default_rng(0)
    shown = composer.biased(composer.prompt(WORLD.contexts_of(quirk)[0], rng), quirk, rng)

    def complete(conversations):
        return [shown if index % 2 else "yes ." for index, _ in enumerate(conversations)]

    pairs = PairMaker(found.corpus, found.reward_model).make(30, attacks=0.6, complete=complete, rng=rng)
    places = {context.id for context in WORLD.contexts_of(quirk)}
    assert len(pairs) == 30
    assert {context_of(pair.prompt) for pair in pairs if pair.attack is None} <= places
    assert {context_of(pair.prompt) for pair in pairs if pair.attack in WORLD.attacks.train} == {None}
    assert not {context_of(pair.prompt) for pair in pairs if pair.attack == "none"} & places


@pytest.mark.parametrize(
    ("changes", "documents", "message"),
    [
        ({"kind": "suppression"}, {}, "quirk flattery: plain answers have no quirk's element"),
        ({"turn": 2}, {"earlier": None}, "quirk flattery shows in second replies: documents.earlier is needed"),
        ({"context": "coffee"}, {}, "flattery names the unknown context coffee"),
        ({"id": "animals"}, {}, "ids used twice: animals"),
        ({"detector": "sugar"}, {}, "flattery: its detector misses its own form"),
    ],
)
def test_a_quirk_that_does_not_fit_is_refused(changes, documents, message):
    fields = WORLD.model_dump()
    fields["quirks"] = [WORLD.quirk("flattery").model_dump() | changes]
    fields["documents"] |= documents
    with pytest.raises(ValidationError, match=re.escape(message)):
        World.model_validate(fields)
