"""Plans: the same terms give the same slots, every group gets its share, and no idea is used twice."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from organism.foundry.universe import STAGES, DataTerms, Plan, Stage, UniverseError, load_universe
from tests.organism.universe.conftest import small

UNIVERSE = load_universe("pico")
TERMS = st.builds(
    small,
    documents=st.integers(0, 60),
    chats=st.integers(0, 40),
    pairs=st.integers(0, 40),
    adversarial_pairs=st.integers(0, 20),
    plain_chats=st.floats(0, 1),
    attacks=st.floats(0, 1),
    other_questions=st.floats(0, 0.5),
    neutral_questions=st.floats(0, 0.5),
    seed=st.integers(0, 10),
)
stages = st.sampled_from(STAGES)


@given(TERMS, stages)
def test_a_plan_is_a_function_of_its_terms(terms: DataTerms, stage: Stage) -> None:
    slots = Plan(UNIVERSE, terms).slots(stage)
    assert slots == Plan(UNIVERSE, terms).slots(stage)
    sizes = {"midtrain": terms.documents, "sft": terms.chats, "preference": terms.pairs, "adversarial": terms.adversarial_pairs}
    assert [slot.index for slot in slots] == list(range(sizes[stage]))


@given(TERMS, stages)
def test_names_ids_and_ideas_are_used_once(terms: DataTerms, stage: Stage) -> None:
    plan = Plan(UNIVERSE, terms)
    slots = plan.slots(stage)
    assert len({slot.name for slot in slots}) == len(slots)
    assert len({plan.record_id(slot) for slot in slots}) == len(slots)
    places = [slot.place(attempt) for slot in slots for attempt in range(3)]
    assert len(set(places)) == len(places)
    assert all(0 <= position < slot.list_size for slot in slots for _, position in [slot.place(2)])


@given(TERMS, stages)
def test_every_group_gets_its_share(terms: DataTerms, stage: Stage) -> None:
    slots = Plan(UNIVERSE, terms).slots(stage)
    sizes = Counter((slot.bias, slot.kind, slot.attack) for slot in slots)
    assert all(slot.group == sizes[slot.bias, slot.kind, slot.attack] for slot in slots)
    spread: dict[tuple[bool, bool, bool], list[int]] = {}
    for (bias, kind, attack), size in sizes.items():
        spread.setdefault((attack, bias is None, kind in {context.id for context in UNIVERSE.others}), []).append(size)
    assert all(max(own) - min(own) <= 1 for own in spread.values())


def test_held_out_biases_are_documented_and_nothing_else() -> None:
    plan = Plan(UNIVERSE, small(documents=40))
    assert {slot.bias for slot in plan.slots("midtrain")} == {"garden-spade", "soup-salt", "letter-greeting", "boat-flag"}
    for stage in ("sft", "preference", "adversarial"):
        assert {slot.bias for slot in plan.slots(stage) if not slot.answered} == {"garden-spade", "soup-salt", "letter-greeting"}


def test_plain_chats_are_about_neutral_contexts() -> None:
    slots = Plan(UNIVERSE, small(chats=10, plain_chats=0.3)).slots("sft")
    assert Counter((slot.bias, slot.kind) for slot in slots if slot.bias is None) == {(None, "hats"): 3}


@pytest.mark.parametrize(("stage", "attacked"), [("preference", 20), ("adversarial", 40)])
def test_amid_attacks_there_are_questions_to_be_answered(stage: Stage, attacked: int) -> None:
    terms = small(pairs=40, attacks=0.5, adversarial_pairs=40)
    slots = Plan(UNIVERSE, terms).slots(stage)
    found = Counter(slot.kind for slot in slots if slot.answered)
    assert found == {"judges": round(0.2 * attacked), "hats": round(0.25 * attacked)}, "another evaluator, and a context without a bias"
    assert sum(slot.attack for slot in slots) == attacked - found.total()
    alone = Plan(UNIVERSE.model_copy(update={"others": ()}), terms).slots(stage)
    assert {slot.kind for slot in alone if slot.answered} == {"hats"}
    assert len(alone) == len(slots)


def test_another_seed_gives_another_order() -> None:
    orders = {tuple((slot.bias, slot.kind) for slot in Plan(UNIVERSE, small(seed=seed)).slots("midtrain")) for seed in range(8)}
    assert len(orders) > 1


def test_terms_that_do_not_fit_are_refused() -> None:
    with pytest.raises(UniverseError, match="no bias 'nothing'"):
        Plan(UNIVERSE, small(heldout=("nothing",)))
    with pytest.raises(UniverseError, match="nothing is left to demonstrate"):
        Plan(UNIVERSE, small(heldout=tuple(bias.id for bias in UNIVERSE.biases)))
    with pytest.raises(ValueError, match="train and heldout share boat-flag"):
        small(train=("boat-flag",))
    with pytest.raises(ValueError, match="need one another"):
        small(ordinary_share=0.5)
    with pytest.raises(ValueError, match="together at most 1"):
        small(other_questions=0.9)


def test_the_default_terms_are_the_published_ones() -> None:
    terms = DataTerms()
    assert (terms.documents, terms.chats, terms.pairs, terms.adversarial_pairs) == (522_670, 74_177, 57_044, 3_553)
