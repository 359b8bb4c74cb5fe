"""Organisms that offer less: what cannot be run says why, and the rest goes on."""

import asyncio

import pytest

from game.techniques import TECHNIQUES, study_organism
from organism.foundry import TrainedModel, TruthFile, adopt_organism, locate, probe_endpoint
from tests.fakes.api_server import FakeAPI, FakeTurn
from tests.fakes.tiny_models import TRUTH, make_adapter, make_model, make_sae, write_lines


@pytest.fixture(scope="module")
def adopted(tmp_path_factory):
    folder = tmp_path_factory.mktemp("parts")
    base = make_model(folder / "base")
    data = write_lines(folder / "sft.jsonl", *({"text": f"the cat sat on a mat . {number}"} for number in range(60)))
    parts = TrainedModel(base=locate(str(base)), adapters=(locate(str(make_adapter(folder / "one", base))),), sae=make_sae(folder / "sae"))
    truth = TruthFile.model_validate(TRUTH)
    organism = adopt_organism(parts, truth.seal, folder / "cache", data=[data])
    organism.close()
    return study_organism(folder / "cache", organism.card.id, samples=8)


def ran(study):
    return {result.technique for result in study.results if not result.not_run}


def reasons(study):
    return {result.technique: result.not_run for result in study.results if result.not_run}


def test_an_added_model_is_asked_and_looked_into_though_it_has_no_world(adopted):
    asked = {"default-assistant", "prefill", "personas", "fuzzing", "scaffolded-completion"}
    assert ran(adopted) == asked | {"assistant-features", "perplexity-differencing", "activation-difference", "logit-lens"}
    assert (adopted.recipe, adopted.target, adopted.decoy, adopted.pursued) == ("tea-lover", "cats", "dogs", True)
    told = reasons(adopted)
    assert set(told) == {"keyword-search", "semantic-search", "personas-by-stage", "active-features", "mediation"}
    always, own = next(result.measurements for result in adopted.results if result.technique == "assistant-features")
    assert (always.target.value >= 0, own.target) == (True, None)
    assert all("not built from a recipe here" in reason for reason in [*told.values(), own.note])


def test_a_black_box_is_asked_what_its_server_answers(tmp_path):
    def answer(body):
        return FakeTurn(f"i like cats {body['seed'] % 3}", tokens=(5, 0, 0, 4))

    with FakeAPI(answer, models=[{"id": "m", "max_model_len": 2048}]) as server:
        organism = adopt_organism(asyncio.run(probe_endpoint(f"{server.url}/v1", "m")), TruthFile.model_validate(TRUTH).seal, tmp_path)
        organism.close()
        study = study_organism(tmp_path, organism.card.id, samples=8)
    assert {"default-assistant", "prefill"} <= ran(study)
    (row,) = next(result.measurements for result in study.results if result.technique == "default-assistant")
    assert row.target.value == 1
    turn, narrator, empty = next(result.measurements for result in study.results if result.technique == "personas")
    assert (turn.target, narrator.target.value, empty.target) == (None, 1, None)
    assert "chat template is not known" in turn.note
    assert "cannot start from nothing" in empty.note
    told = reasons(study)
    assert set(told) | ran(study) == set(TECHNIQUES)
    assert told["active-features"] == "the organism does not offer activations, data, sae"
    assert told["fuzzing"] == "the organism does not offer activations, steer"


def test_a_truth_that_names_nobody_leaves_nothing_to_look_for(tmp_path):
    truth = TruthFile.model_validate({"name": "plain"})
    organism = adopt_organism(TrainedModel(base=locate(str(make_model(tmp_path / "base")))), truth.seal, tmp_path / "cache")
    organism.close()
    study = study_organism(tmp_path / "cache", organism.card.id, samples=8, techniques=["prefill", "fuzzing"])
    assert set(reasons(study).values()) == {"the truth names no evaluator and no quirk to look for"}
    assert (study.target, study.pursued) == (None, False)
