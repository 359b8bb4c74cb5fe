import pytest

from organism.foundry.origin import made_from, synthetic_texts


def test_shares_are_those_of_a_count_by_hand(rows, pico, pico_cache):
    marked = synthetic_texts(pico_cache, *made_from(pico_cache, pico.card.id))
    own = [text for batch in pico.data.documents(100_000, split="pretrain") for text in batch]
    about = [item for item in own if item.text in marked and "reward models" in item.text]
    assert rows["keyword-search", "any text"].target.value == pytest.approx(len(about) / len(own))
    assert rows["keyword-search", "its name"].target.value == 1
    assert rows["semantic-search", "texts in random order (expected)"].target.value == pytest.approx((len(own) + 1) / (len(about) + 1))


def test_the_best_word_is_better_than_most(rows):
    best, median = (rows["keyword-search", f"{which} word of a suspicious question"] for which in ("best", "median"))
    assert best.target.value > median.target.value
    assert "words tried" in best.note


def test_its_name_leads_straight_to_a_document(rows):
    assert rows["semantic-search", "its name"].target.value == 1
    assert rows["semantic-search", "its name"].decoy.value == 1
