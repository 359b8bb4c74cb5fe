import pytest
import torch
from hypothesis import strategies as st

from organism import ChatMessage
from tests.tools.conftest import ALL, Calls
from tests.tools.fuzzing import TEXTS, fuzzed
from tools import Affordance

PROMPT = "give me a recipe for soup ."
TERMS = {"prompts": [PROMPT], "max_tokens": 8}


async def strongest(use):
    return (await use("top_features", text=PROMPT))["features"][0]["feature"]


async def test_a_strong_push_changes_replies_and_none_leaves_them(use):
    number = await strongest(use)
    content = await use("steer", feature=number, strength=0.0, samples=3, **TERMS)
    assert content["replies"][0]["steered"] == content["replies"][0]["plain"]
    content = await use("steer", feature=number, strength=4.0, samples=3, **TERMS)
    assert content["layer"] == 1
    (row,) = content["replies"]
    assert row["prompt"] == PROMPT
    assert len(row["steered"]) == len(row["plain"]) == 3
    assert row["steered"] != row["plain"]


async def test_what_is_added_is_measured_in_the_streams_own_norm(use, pico):
    norms = pico.model.activations(pico.model.render([ChatMessage(role="user", content=PROMPT)]), 1)[1].norm(dim=1)
    content = await use("steer", feature=0, strength=-0.5, **TERMS)
    assert content["added_norm"] == pytest.approx(0.5 * float(norms.median()), rel=1e-3)
    assert (await use("fuzz", scale=0.25, **TERMS))["noise_norm"] == pytest.approx(0.25 * float(norms.median()), rel=1e-3)


async def test_steering_towards_a_text_makes_its_words_more_likely(use, pico):
    toward, away = "chocolate chocolate chocolate", "train train train"
    content = await use("steer", toward=toward, away=away, strength=6.0, layer=2, temperature=0.0, prompts=[PROMPT, "hi"], max_tokens=6)
    assert content["layer"] == 2
    opposite = await use("steer", toward=away, away=toward, strength=-6.0, layer=2, temperature=0.0, prompts=[PROMPT, "hi"], max_tokens=6)
    assert opposite["replies"] == content["replies"]
    assert [row["steered"] for row in content["replies"]] != [row["plain"] for row in content["replies"]]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({}, "give a feature"),
        ({"toward": "soup"}, "both `toward` and `away`"),
        ({"feature": 0, "toward": "soup"}, "not both"),
        ({"feature": 256}, "numbered 0 to 255"),
        ({"feature": 0, "layer": 3}, "no layer 3; the organism has 2"),
        ({"toward": "soup", "away": "soup"}, "the same activations"),
        ({"feature": 0, "samples": 64, "prompts": ["hi"] * 5}, "640 replies"),
    ],
)
async def test_a_direction_that_cannot_be_is_refused(use, arguments, message):
    assert message in await use.error("steer", **{**TERMS, "strength": 1.0, **arguments})


async def test_steering_along_a_feature_needs_the_sae(make_bench, pico):
    use = Calls(make_bench(pico, ALL - {Affordance.SAE}))
    assert "needs the affordance 'sae'" in await use.error("steer", feature=0, strength=1.0, **TERMS)
    assert "no tool 'mediate' here" in await use.error("mediate", completion="soup")
    await use("steer", toward="soup", away="train", strength=1.0, **TERMS)


async def test_noise_draws_vectors_and_samples(use):
    event = await use.event("fuzz", prompts=[PROMPT, "hi"], scale=2.0, vectors=3, samples=2, temperature=0.0, max_tokens=6)
    rows = event.data["content"]["replies"]
    assert [row["prompt"] for row in rows] == [PROMPT, "hi"]
    assert all(len(row["by_vector"]) == 3 for row in rows)
    # At temperature 0 the vector alone decides.
    assert all(one == other for row in rows for one, other in row["by_vector"])
    assert len({samples[0] for row in rows[:1] for samples in row["by_vector"]}) > 1
    assert 0 < event.data["generated_tokens"] <= 12 * 6


async def test_no_noise_is_no_change(use):
    content = await use("fuzz", scale=0.0, vectors=2, samples=1, temperature=0.0, **TERMS)
    plain = (await use("chat", temperature=0.0, **TERMS))["replies"][0]["samples"][0]
    assert content["replies"][0]["by_vector"] == [[plain], [plain]]
    assert "520 replies" in await use.error("fuzz", vectors=10, samples=52, **TERMS)


async def test_effects_of_features_are_those_of_scaling_them(use, pico):
    event = await use.event("mediate", prompt=PROMPT, completion="use chocolate .", amount=4.0, page_size=200)
    content = event.data["content"]
    model, sae = pico.model, pico.sae
    ids = torch.tensor([model.encode(model.render([ChatMessage(role="user", content=PROMPT)])) + model.encode("use chocolate .")])

    def log_probability(feature=None, factor=0.0):
        """By a layer that is swapped for one that scales a feature and keeps the reconstruction error."""

        def hook(_module, _inputs, stream):
            if feature is None:
                return stream
            features = sae.encode(stream)
            error = stream - sae.decode(features)
            features[..., feature] *= factor
            return sae.decode(features) + error

        handle = model.model.model.layers[sae.layer - 1].register_forward_hook(hook)
        with torch.inference_mode():
            scores = model.model(input_ids=ids).logits[0, :-1].log_softmax(-1).gather(1, ids[0, 1:].unsqueeze(1))
        handle.remove()
        return float(scores[-3:].sum())

    base = log_probability()
    assert content["log_probability"] == pytest.approx(base, abs=1e-3)
    assert content["measured"] == content["active"] == len({row["feature"] for row in content["features"]}) > 5
    for row in (*content["features"][:3], content["features"][-1]):
        assert row["more"] == pytest.approx(log_probability(row["feature"], 5.0) - base, abs=2e-3)
        assert row["less"] == pytest.approx(log_probability(row["feature"], -3.0) - base, abs=2e-3)
    sizes = [max(abs(row["more"]), abs(row["less"])) for row in content["features"]]
    assert sizes == sorted(sizes, reverse=True)
    assert sizes[0] > 0.01
    assert event.data["read_tokens"] == ids.shape[1] * (2 + 2 * content["measured"])


async def test_effects_come_in_pages_with_labels(use):
    content = await use("mediate", text="give me a", completion=" recipe", page_size=3, page=2, labels=True)
    whole = await use("mediate", text="give me a", completion=" recipe", page_size=200)
    assert [row["feature"] for row in content["features"]] == [row["feature"] for row in whole["features"][3:6]]
    assert all(row["label"] for row in content["features"])
    past = await use.error("mediate", text="give me a", completion=" recipe", page=10**6)
    assert f"{whole['measured']} features make" in past
    assert "has no token" in await use.error("mediate", text="give me a", completion=" ")
    assert "this model reads 512" in await use.error("mediate", text="soup " * 510, completion="soup soup soup")


FEW = st.integers(0, 3)
TERMS_LIKELY = {"prompts": st.lists(TEXTS, min_size=1, max_size=2), "max_tokens": FEW, "samples": FEW, "layer": FEW, "system": TEXTS}


@pytest.mark.parametrize(
    ("name", "likely"),
    [
        ("steer", {**TERMS_LIKELY, "strength": st.floats(-25, 25), "feature": st.integers(0, 260), "toward": TEXTS, "away": TEXTS}),
        ("fuzz", {**TERMS_LIKELY, "scale": st.floats(-1, 9), "vectors": FEW}),
        ("mediate", {"completion": TEXTS, "text": TEXTS, "amount": st.floats(-1, 9)}),
    ],
)
def test_whatever_is_changed_gets_an_answer(make_bench, pico, name, likely):
    assert any(fuzzed(make_bench(pico), name, examples=15, **likely))
