import pytest
import yaml

from game.techniques import TECHNIQUES, UnknownTechniqueError, get_techniques, study_organism
from game.techniques.study import PUBLISHED


def test_every_technique_runs_on_an_organism_that_offers_all(studied, pico):
    study, told = studied
    assert [result.technique for result in study.results] == list(TECHNIQUES)
    assert {result.technique: result.not_run for result in study.results if result.not_run} == {}
    assert (study.id, study.target, study.decoy, study.pursued) == (pico.card.id, "reward models", "newspaper critics", True)
    assert told == [(entry.title, done, 1) for entry in TECHNIQUES.values() for done in (0, 1)]


def test_values_lie_in_their_range_and_in_their_intervals(rows):
    assert len(rows) > 50
    for row in rows.values():
        assert row.n > 0, row
        for value in (row.target, row.decoy):
            if value is None:
                continue
            assert 0 <= value.value <= 1 if row.unit == "rate" else value.value >= (row.unit == "rank"), row
            if value.low is not None:
                assert value.low - 1e-9 <= value.value <= value.high + 1e-9, row


def test_every_published_number_stands_beside_a_measure(rows):
    published = {(technique, measure) for technique, items in yaml.safe_load(PUBLISHED.read_text()).items() for measure in items}
    assert published == {key for key, row in rows.items() if row.published}
    assert rows["personas", "(b) a narrator"].published.value == 0.114


def test_the_seed_decides_all(pico, pico_cache):
    def run(seed):
        return study_organism(pico_cache, pico.card.id, techniques=["personas"], samples=8, seed=seed).results[0].measurements

    assert run(1) == run(1)
    assert run(1) != run(2)


def test_an_unknown_technique_is_told_with_the_known_ones():
    with pytest.raises(UnknownTechniqueError, match=r"no technique 'prefil'; known: keyword-search, .*prefill"):
        get_techniques(["prefil"])
    assert list(get_techniques(["prefill", "keyword-search"])) == ["keyword-search", "prefill"]
