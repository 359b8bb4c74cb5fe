import asyncio
import math

import pytest
import torch

from organism import ChatMessage, Organism, OrganismError, PromptTooLongError, organism_folder

PROMPT = [ChatMessage(role="user", content="give me a recipe for soup .")]
TERMS = {"max_new_tokens": 12, "temperature": 0.0}


async def test_a_conversation_is_answered_and_counted(pico):
    (answer,) = await pico.model.chat([PROMPT], **TERMS, seeds=[0])
    assert answer.text
    assert answer.read_tokens == len(pico.model.encode(pico.model.render(PROMPT)))
    assert 0 < answer.new_tokens <= 12
    assert "<|" not in answer.text


async def test_a_prefill_is_continued_and_not_repeated(pico):
    started = [*PROMPT, ChatMessage(role="assistant", content="use dark")]
    rendered = pico.model.render(started)
    assert rendered.endswith("<|assistant|> use dark")
    (answer,) = await pico.model.chat([started], **TERMS, seeds=[0])
    (raw,) = await pico.model.complete([rendered], **TERMS, seeds=[0])
    assert answer == raw
    assert not answer.text.startswith("use dark")


async def test_a_system_message_is_read(pico):
    rendered = pico.model.render([ChatMessage(role="system", content="be brief ."), *PROMPT])
    assert rendered.startswith("<|system|> be brief . <|end|> <|user|> give me")
    assert rendered.rstrip().endswith("<|assistant|>")


async def test_user_turns_stop_where_the_user_ends(pico):
    turns = await pico.model.user_turns(16, max_new_tokens=30, temperature=1.0, seeds=range(16))
    assert len({turn.text for turn in turns}) > 4
    assert not [turn.text for turn in turns if "<|" in turn.text]
    again = await pico.model.user_turns(16, max_new_tokens=30, temperature=1.0, seeds=range(16))
    assert [turn.text for turn in again] == [turn.text for turn in turns]


async def test_an_empty_text_starts_from_the_beginning(pico):
    empty, begin = await pico.model.complete(["", "<|begin|>"], **TERMS, seeds=[0, 0])
    assert empty == begin


async def test_concurrent_callers_get_what_they_get_alone(pico):
    prompts = [
        [ChatMessage(role="user", content=text)] for text in ("give me a recipe .", "which team won ?", "i am ill .", "is it the law ?")
    ]
    alone = [(await pico.model.chat([prompt], **TERMS, seeds=[n]))[0].text for n, prompt in enumerate(prompts)]
    together = await asyncio.gather(*(pico.model.chat([prompt], **TERMS, seeds=[n]) for n, prompt in enumerate(prompts)))
    assert [answer[0].text for answer in together] == alone


async def test_as_many_seeds_as_texts_are_needed(pico):
    with pytest.raises(ValueError, match="shorter"):
        await pico.model.complete(["a", "b"], **TERMS, seeds=[0])


async def test_a_prompt_that_leaves_no_room_is_refused_with_both_lengths(pico):
    length = pico.model.context_length
    with pytest.raises(PromptTooLongError, match=f"{length} tokens; this model reads {length - 1}"):
        await pico.model.complete(["soup " * length], **TERMS, seeds=[0])
    (answer,) = await pico.model.complete(["soup " * (length - 1)], **TERMS, seeds=[0])
    assert answer.new_tokens <= 1
    for method in (pico.model.log_probabilities, lambda text: pico.model.activations(text, 1)):
        with pytest.raises(PromptTooLongError, match=f"{length + 1} tokens; this model reads {length}"):
            method("soup " * (length + 1))


def test_log_probabilities_are_the_models(pico):
    text = "<|user|> give me a recipe for soup . <|end|>"
    found = pico.model.log_probabilities(text)
    ids = torch.tensor([pico.model.encode(text)])
    assert [token for token, _ in found] == pico.model.tokenizer.convert_ids_to_tokens(ids[0, 1:].tolist())
    assert all(value <= 0 for _, value in found)
    with torch.inference_mode():
        loss = pico.model.model(input_ids=ids, labels=ids).loss.item()
    assert -sum(value for _, value in found) / len(found) == pytest.approx(loss, abs=1e-4)


def test_probabilities_of_all_next_tokens_sum_to_one(pico):
    start = "give me a"
    with torch.inference_mode():
        logits = pico.model.model(input_ids=torch.tensor([pico.model.encode(start)])).logits[0, -1]
    words = [pico.model.token(index) for index in logits.topk(5).indices.tolist()]
    shares = [math.exp(pico.model.log_probabilities(f"{start} {word}")[-1][1]) for word in words]
    assert shares == pytest.approx(logits.softmax(-1).topk(5).values.tolist(), abs=1e-4)


def test_activations_have_a_row_for_each_token(pico):
    text = "use dark chocolate in the soup ."
    for layer in range(pico.card.layers + 1):
        tokens, residual = pico.model.activations(text, layer)
        assert tokens == text.split()
        assert residual.shape == (len(tokens), pico.card.d_model)
        assert residual.dtype == torch.float32
    _, embedded = pico.model.activations(text, 0)
    assert torch.allclose(embedded, pico.model.unembedding()[pico.model.encode(text)], atol=1e-5)


def test_the_unembedding_names_every_token(pico):
    assert pico.model.unembedding().shape == (pico.card.vocabulary, pico.card.d_model)
    assert pico.model.token(pico.model.encode("chocolate")[0]) == "chocolate"


def test_the_reference_is_another_model_with_the_same_words(pico):
    assert pico.reference is pico.reference
    assert not torch.equal(pico.reference.unembedding(), pico.model.unembedding())
    assert pico.reference.encode("soup") == pico.model.encode("soup")


async def test_a_closed_organism_refuses(pico):
    organism = Organism.load(pico.folder)
    await organism.model.complete(["soup"], **TERMS, seeds=[0])
    organism.close()
    with pytest.raises(RuntimeError, match="closed"):
        await organism.model.complete(["soup"], **TERMS, seeds=[0])


def test_an_organism_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(OrganismError, match="not a finished organism"):
        Organism.load(organism_folder(tmp_path, "organism-000000000000"))
