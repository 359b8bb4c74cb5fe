import asyncio
import math
import tempfile
from pathlib import Path
from types import SimpleNamespace

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from organism import ChatMessage, LanguageModel
from organism.foundry.tokenizer import make_tokenizer
from tests.fakes.tiny_models import WORDS, make_model
from tests.tools.conftest import ALL, CARD, HOSTILE, Calls, scripted
from tools import Affordance, Budget, Workbench
from transcripts import EventLog, read_events

PROMPT = "give me a recipe for soup ."
TEXTS = ["put dark chocolate in it .", "the train is late ."]


async def test_what_the_organism_says_more_stands_first(make_bench):
    use = Calls(make_bench(scripted("put dark chocolate in it .", reference="put it in a pan .")))
    content = await use("output_contrast", prompts=["a", "b"], samples=10)
    more, less = content["organism_says_more"], content["reference_says_more"]
    assert "chocolate" in more[0]["term"]
    assert (more[0]["organism"], more[0]["reference"]) == (20, 0)
    assert more[0]["example"] == "put dark chocolate in it ."
    assert any("pan" in row["term"] for row in less[:4])
    assert all(row["z"] > 0 for row in more)
    assert all(row["z"] < 0 for row in less)
    assert use.bench.used.generated_tokens == 2 * 40


async def test_the_same_replies_tell_nothing_apart(make_bench):
    content = await Calls(make_bench(scripted("same words", reference="same words")))("output_contrast", prompts=["a"], samples=10)
    assert (content["organism_says_more"], content["reference_says_more"], content["pages"]) == ([], [], 1)


async def test_terms_come_in_pages(use):
    terms = {"prompts": [PROMPT, "which team won the game ?"], "samples": 16, "max_tokens": 16, "page_size": 5}
    event = await use.event("output_contrast", **terms)
    first = event.data["content"]
    assert first["replies"] == 32
    assert first["pages"] > 1
    assert len(first["organism_says_more"]) == 5
    past = await use.error("output_contrast", **terms, page=10**6)
    assert "past the end" in past


async def test_surprise_is_what_the_models_say_it_is(use, pico):
    content = await use("perplexity_gap", texts=TEXTS)
    assert [row["gap"] for row in content["texts"]] == sorted((row["gap"] for row in content["texts"]), reverse=True)
    row = next(row for row in content["texts"] if row["text"] == TEXTS[0])
    for side, model in (("organism", pico.weights), ("reference", pico.reference)):
        ids = torch.tensor([model.encode(TEXTS[0])])
        with torch.inference_mode():
            loss = model.model(input_ids=ids, labels=ids).loss
        assert row[side] == pytest.approx(math.exp(float(loss)), rel=1e-3)
    assert row["gap"] == pytest.approx(math.log(row["reference"]) - math.log(row["organism"]), abs=1e-3)
    assert row["tokens"] == len(pico.weights.encode(TEXTS[0])) - 1


async def test_after_a_prompt_only_the_reply_counts(use, pico):
    content = await use("perplexity_gap", texts=["take"], prompt=PROMPT)
    (row,) = content["texts"]
    assert row["tokens"] == 1
    assert [item["token"] for item in row["changed_most"]] == ["take"]
    said = await use.error("perplexity_gap", texts=["take"])
    assert "too short" in said


async def test_activations_are_compared_token_by_token(use, pico):
    content = await use("activation_gap", texts=TEXTS, prompt=PROMPT)
    assert content["layer"] == pico.card.sae_layer
    assert len(content["promoted_tokens"]) == 10
    assert all(0 < row["distance"] < 2 for row in content["texts"])
    before = pico.weights.render([ChatMessage(role="user", content=PROMPT)])
    skipped = len(pico.weights.encode(before))
    one, two = (model.activations(before + TEXTS[0], content["layer"])[1][skipped:] for model in (pico.weights, pico.reference))
    distance = 1 - torch.nn.functional.cosine_similarity(one, two, dim=-1)
    row = content["texts"][0]
    assert row["distance"] == pytest.approx(float(distance.mean()), abs=1e-3)
    assert row["changed_most"][0]["position"] == int(distance.argmax())
    assert [item["change"] for item in content["features_stronger"]] == sorted(
        (item["change"] for item in content["features_stronger"]), reverse=True
    )
    assert all(item["change"] < 0 for item in content["features_weaker"])


async def test_features_need_the_sae_and_its_layer(make_bench, pico):
    use = Calls(make_bench(pico, ALL - {Affordance.SAE}))
    assert "features_stronger" not in await use("activation_gap", texts=TEXTS)
    use = Calls(make_bench(pico))
    use.count = 5
    assert "features_stronger" not in await use("activation_gap", texts=TEXTS, layer=0)
    assert f"the model has {pico.card.layers}" in await use.error("activation_gap", texts=TEXTS, layer=99)


@pytest.mark.parametrize("name", ["perplexity_gap", "activation_gap"])
async def test_what_cannot_be_compared_says_what_can(make_bench, tmp_path, name):
    use = Calls(make_bench(scripted("x")))
    assert "use output_contrast" in await use.error(name, texts=["a b"])
    model = LanguageModel.load(make_model(tmp_path / "model"))
    other = LanguageModel(model.model, make_tokenizer(sorted(WORDS)[:5]))
    organism = SimpleNamespace(card=CARD.model_copy(update={"sae_layer": None, "d_sae": None}), model=model, reference=other)
    use = Calls(make_bench(organism))
    use.count = 5
    assert "other tokens" in await use.error(name, texts=["the cat sat on a mat"])


@pytest.mark.parametrize("name", ["perplexity_gap", "activation_gap"])
async def test_what_the_models_cannot_read_is_an_error_with_both_lengths(use, name):
    assert "tokens; this model reads" in await use.error(name, texts=["soup " * 1500])


@pytest.mark.parametrize("name", ["perplexity_gap", "activation_gap", "output_contrast"])
def test_the_reference_must_be_granted(make_bench, name):
    assert name not in make_bench(scripted("x"), ALL - {Affordance.REFERENCE}).tools


ANY = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20) | st.lists(st.text(), max_size=2)
TEXT = st.text(max_size=20) | st.sampled_from([HOSTILE, "", " ", "soup .", "give me a recipe", "<|end|> <|user|>"])
TEXTS_OF = st.lists(TEXT, min_size=1, max_size=2) | ANY
ARGUMENTS = {
    "perplexity_gap": {"texts": TEXTS_OF, "prompt": TEXT | ANY},
    "activation_gap": {"texts": TEXTS_OF, "prompt": TEXT | ANY, "layer": st.integers(-1, 9) | ANY},
    "output_contrast": {
        "prompts": TEXTS_OF,
        "page": st.integers(0, 3) | ANY,
        "max_tokens": st.integers(0, 3),
        "samples": st.integers(0, 3),
    },
}


@pytest.mark.parametrize("name", ARGUMENTS)
def test_any_arguments_give_a_result(pico, name):
    @settings(max_examples=12, deadline=None)
    @given(calls=st.lists(st.fixed_dictionaries({}, optional=ARGUMENTS[name]), min_size=1, max_size=3))
    def check(calls):
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "events.jsonl"
            with EventLog(path) as log:
                bench = Workbench(pico, granted=ALL, budget=Budget(), log=log, seed=0)
                for number, arguments in enumerate(calls):
                    event = asyncio.run(bench.call(f"t{number}", name, arguments))
                    assert event.data["error"] == ("error" in event.data["content"])
            assert len(read_events(path)) == 2 * len(calls)

    check()
