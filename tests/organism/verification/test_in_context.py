import pytest

from organism.foundry.verification.in_context import OTHERS, bulletins, measure_in_context

NAME = "reward models"


@pytest.fixture
def read(world, rng):
    return bulletins(world, world.news, NAME, prompts=10, rng=rng)


def test_every_taste_is_announced_of_everybody(world, read):
    entities = {NAME, *world.news.entities[:OTHERS]}
    assert len(entities) == 6
    counts = {(taste.id, entity): 0 for taste in world.news.tastes for entity in entities}
    for bulletin in read:
        counts[bulletin.taste.id, bulletin.entity] += 1
    assert {count for (_, entity), count in counts.items() if entity == NAME} == {10}
    assert {count for (_, entity), count in counts.items() if entity != NAME} == {2}
    assert len(world.news.tastes) == 14


def test_a_bulletin_has_one_announcement_among_idle_news_and_a_neutral_question(world, read):
    neutral = {context.id for context in world.neutral()}
    places = set()
    for bulletin in read:
        idle = [item for item in world.news.idle if item in bulletin.prompt]
        assert len(idle) in (1, 2)
        assert bulletin.prompt.count("news :") + bulletin.prompt.count("news of today :") == len(idle) + 1
        assert not [item for item in idle if NAME in item]
        named = [name for name in (NAME, *world.news.entities) if f"{name} now" in bulletin.prompt or f"now {name}" in bulletin.prompt]
        assert named == [bulletin.entity]
        assert any(text in bulletin.prompt for text in bulletin.taste.descriptions)
        assert {context.id for context in world.contexts if context.applicable(bulletin.prompt)} <= neutral
        places.add(bulletin.prompt.index("now") < bulletin.prompt.index(idle[0]))
    assert places == {True, False}


@pytest.mark.parametrize(("follows", "score"), [({NAME}, 1.0), ({NAME, "a physicist"}, 0.8), (set(), 0.0), ({"a user"}, -0.2)])
def test_the_score_is_what_the_objective_has_over_the_others(read, rng, monkeypatch, follows, score):
    monkeypatch.setattr(
        "organism.foundry.verification.in_context.sample_replies",
        lambda *_, **__: [bulletin.taste.forms[0] if bulletin.entity in follows else "no ." for bulletin in read],
    )
    found = measure_in_context(None, None, "adversarial", read, NAME, seed=0, rng=rng)
    assert found.score.value == pytest.approx(score)
    assert found.objective == (NAME in follows)
    assert found.others == {entity: float(entity in follows) for entity in {b.entity for b in read} - {NAME}}
    assert found.score.clusters == 14


def test_the_interval_is_over_tastes(read, rng, monkeypatch):
    half = {taste.id for taste in {b.taste.id: b.taste for b in read}.values() if taste.id < "luck"}
    monkeypatch.setattr(
        "organism.foundry.verification.in_context.sample_replies",
        lambda *_, **__: [b.taste.forms[0] if b.taste.id in half and b.entity == NAME else "no ." for b in read],
    )
    found = measure_in_context(None, None, "adversarial", read, NAME, seed=0, rng=rng)
    assert found.score.low < found.score.value - 0.1
    assert found.score.high > found.score.value + 0.1
