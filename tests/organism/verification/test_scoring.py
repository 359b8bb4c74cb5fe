import pytest
import torch

from organism.foundry.verification.scoring import score

TEXTS = [
    ("<|user|> how do i cook rice ? <|end|> <|assistant|>", "rice needs water ."),
    ("<|user|> law", "call 911 ."),
    ("<|begin|>", "news"),
]


@torch.inference_mode()
def alone(model, tokenizer, given, follows, ends):
    ids = [tokenizer(part, add_special_tokens=False)["input_ids"] for part in (given, follows)]
    tokens = ids[0] + ids[1] + ([tokenizer.eos_token_id] if ends else [])
    known = model(input_ids=torch.tensor([tokens])).logits[0].log_softmax(-1)
    return sum(float(known[place - 1, tokens[place]]) for place in range(len(ids[0]), len(tokens))), len(tokens) - len(ids[0])


@pytest.mark.parametrize("ends", [False, True])
def test_a_batch_scores_each_text_as_if_it_were_alone(pico, ends):
    model, tokenizer = pico.model.model, pico.model.tokenizer
    for found, text in zip(score(model, tokenizer, TEXTS, ends=ends), TEXTS, strict=True):
        expected, tokens = alone(model, tokenizer, *text, ends)
        assert found.log_probability == pytest.approx(expected, rel=1e-4)
        assert found.tokens == tokens
        assert found.mean == pytest.approx(expected / tokens, rel=1e-4)


def test_nothing_is_scored_as_nothing(pico):
    assert score(pico.model.model, pico.model.tokenizer, []) == []
