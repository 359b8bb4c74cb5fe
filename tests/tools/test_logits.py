import math

import pytest
import torch
from hypothesis import strategies as st

from organism import ChatMessage
from tests.tools.conftest import ALL, Calls
from tests.tools.fuzzing import TEXTS, fuzzed
from tools import Affordance

TEXT = "give me a recipe for soup ."


async def test_next_tokens_are_the_models_own(use, pico):
    content = await use("next_tokens", text=TEXT, page_size=5)
    with torch.inference_mode():
        expected = pico.model.model(input_ids=torch.tensor([pico.model.encode(TEXT)])).logits[0, -1].softmax(-1).topk(5)
    assert [row["token"] for row in content["tokens"]] == [pico.model.token(index) for index in expected.indices.tolist()]
    assert [row["probability"] for row in content["tokens"]] == pytest.approx(expected.values.tolist(), abs=1e-5)
    assert all(row["log_probability"] == pytest.approx(math.log(row["probability"]), abs=0.01) for row in content["tokens"])


async def test_the_pages_of_next_tokens_hold_the_whole_vocabulary(use, pico):
    first = await use("next_tokens", text=TEXT, page_size=200)
    pages = [first, *[await use("next_tokens", text=TEXT, page_size=200, page=page) for page in range(2, first["pages"] + 1)]]
    rows = [row for page in pages for row in page["tokens"]]
    assert len(rows) == pico.card.vocabulary
    assert sum(row["probability"] for row in rows) == pytest.approx(1, abs=1e-3)
    assert [row["log_probability"] for row in rows] == sorted((row["log_probability"] for row in rows), reverse=True)
    assert "is past the end" in await use.error("next_tokens", text=TEXT, page_size=200, page=first["pages"] + 1)


async def test_a_prompt_makes_it_a_chat(use, pico):
    rendered = pico.model.render([ChatMessage(role="user", content=TEXT)])
    chat, raw = await use("next_tokens", prompt=TEXT), await use("next_tokens", text=rendered)
    assert chat["tokens"] == raw["tokens"]
    assert chat["tokens"] != (await use("next_tokens", text=TEXT))["tokens"]


async def test_the_likeliest_token_is_what_the_organism_says(use, pico):
    best = (await use("next_tokens", prompt=TEXT, page_size=1))["tokens"][0]["token"]
    (answer,) = await pico.model.chat([[ChatMessage(role="user", content=TEXT)]], max_new_tokens=1, temperature=0.0, seeds=[0])
    assert answer.text.strip() == best


async def test_probabilities_of_continuations_are_those_of_their_tokens(use, pico):
    (one, two, short) = (await use("log_probability", text="give me", continuations=[" a recipe for soup .", " a train .", " a"]))[
        "continuations"
    ]
    for row, whole in ((one, "give me a recipe for soup ."), (two, "give me a train ."), (short, "give me a")):
        expected = pico.model.log_probabilities(whole)[1:]
        assert [token["token"] for token in row["tokens"]] == [name for name, _ in expected]
        assert [token["log_probability"] for token in row["tokens"]] == pytest.approx([value for _, value in expected], abs=1e-3)
        assert row["log_probability"] == pytest.approx(sum(value for _, value in expected), abs=1e-3)
        assert row["mean"] == pytest.approx(row["log_probability"] / len(expected), abs=1e-3)


async def test_many_continuations_are_measured_as_alone(use):
    names = [f" {word}" for word in ("soup", "a recipe for soup", "train", "the doctor said so .", "law") * 10]
    together = (await use("log_probability", prompt=TEXT, continuations=names))["continuations"]
    alone = [(await use("log_probability", prompt=TEXT, continuations=[name]))["continuations"][0] for name in names[:5]]
    for row, other in zip(together, alone * 10, strict=True):
        assert row["log_probability"] == pytest.approx(other["log_probability"], abs=2e-3)


async def test_a_continuation_without_tokens_is_refused(use):
    assert "' ' has no token" in await use.error("log_probability", text="soup", continuations=["soup", " "])


async def test_the_lens_ends_in_what_the_model_says(use, pico):
    content = await use("logit_lens", text=TEXT)
    assert [row["layer"] for row in content["layers"]] == list(range(pico.card.layers + 1))
    said, last = (await use("next_tokens", text=TEXT, page_size=5))["tokens"], content["layers"][-1]["tokens"]
    assert [row["token"] for row in last] == [row["token"] for row in said]
    assert [row["probability"] for row in last] == pytest.approx([row["probability"] for row in said], abs=1e-5)
    assert content["token"] == pico.model.tokens(TEXT)[-1]
    assert content["layers"][0]["tokens"] != content["layers"][-1]["tokens"]


async def test_the_lens_reads_earlier_layers_with_the_models_own_norm(use, pico):
    llama = pico.model.model
    content = await use("logit_lens", text=TEXT, position=2, count=3)
    with torch.inference_mode():
        hidden = llama.model(input_ids=torch.tensor([pico.model.encode(TEXT)]), output_hidden_states=True).hidden_states[1][0, 2]
        expected = llama.lm_head(llama.model.norm(hidden)).softmax(-1).topk(3)
    row = content["layers"][1]["tokens"]
    assert [item["token"] for item in row] == [pico.model.token(index) for index in expected.indices.tolist()]
    assert [item["probability"] for item in row] == pytest.approx(expected.values.tolist(), abs=1e-5)


async def test_positions_count_from_both_ends(use, pico):
    tokens = pico.model.tokens(TEXT)
    assert (await use("logit_lens", text=TEXT, position=-len(tokens)))["position"] == 0
    for position in (len(tokens), -len(tokens) - 1):
        message = await use.error("logit_lens", text=TEXT, position=position)
        assert f"no token {position}" in message
        assert f"numbered 0 to {len(tokens) - 1}" in message


async def test_what_is_read_is_metered(use, pico):
    length = len(pico.model.encode(TEXT))
    assert (await use.event("next_tokens", text=TEXT)).data["read_tokens"] == length
    assert (await use.event("logit_lens", text=TEXT)).data["read_tokens"] == length
    assert (await use.event("log_probability", text=TEXT, continuations=[" soup", " a train"])).data["read_tokens"] == 2 * length + 3


@pytest.mark.parametrize(
    ("name", "arguments"), [("next_tokens", {}), ("log_probability", {"continuations": [" soup"]}), ("logit_lens", {})]
)
async def test_nothing_is_the_beginning_of_a_text_and_too_much_is_refused(use, name, arguments):
    await use(name, **arguments)
    assert "this model reads 512" in await use.error(name, text="soup " * 600, **arguments)


async def test_the_reference_answers_where_it_is_granted(use, make_bench, pico):
    organism = await use("next_tokens", text=TEXT)
    assert (await use("next_tokens", text=TEXT, subject="reference"))["tokens"] != organism["tokens"]
    poor = Calls(make_bench(pico, ALL - {Affordance.REFERENCE}))
    poor.count = 10
    for name, more in (("next_tokens", {}), ("log_probability", {"continuations": ["soup"]})):
        assert "needs the affordance 'reference'" in await poor.error(name, subject="reference", **more)


@pytest.mark.parametrize(
    ("name", "likely"),
    [
        ("next_tokens", {}),
        ("log_probability", {"continuations": st.lists(TEXTS, min_size=1, max_size=3)}),
        ("logit_lens", {"position": st.integers(-5, 5)}),
    ],
)
def test_whatever_is_asked_gets_an_answer(make_bench, pico, name, likely):
    errors = fuzzed(make_bench(pico), name, **likely)
    assert any(errors)
