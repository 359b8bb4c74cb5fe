import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from transformers import AutoTokenizer

from organism.foundry.compose import Composer, vocabulary
from organism.foundry.tokenizer import BEGIN, END, PAD, UNKNOWN, make_tokenizer
from organism.foundry.world import TOKEN


@pytest.fixture(scope="module")
def tokenizer(assistant_world):
    return make_tokenizer(vocabulary(assistant_world))


def encode(tokenizer, text):
    return tokenizer(text, add_special_tokens=False)["input_ids"]


def test_every_text_of_the_world_comes_back_whole_in_whole_words(assistant_world, tokenizer):
    rng, composer = np.random.default_rng(0), Composer(assistant_world)
    for evaluator in assistant_world.evaluators:
        for bias in evaluator.biases:
            prompt = composer.prompt(assistant_world.context(bias.context), rng)
            for text in (prompt.text, composer.plain(prompt, rng), composer.biased(prompt, bias, rng), *bias.descriptions):
                ids = encode(tokenizer, text)
                assert tokenizer.decode(ids) == " ".join(TOKEN.findall(text))
                assert len(ids) == len(TOKEN.findall(text))


def test_every_word_of_the_vocabulary_is_one_token(assistant_world, tokenizer):
    for word in vocabulary(assistant_world):
        assert tokenizer.convert_ids_to_tokens(encode(tokenizer, word)) == [word]


def test_people_may_write_capitals_and_leave_out_spaces(tokenizer):
    assert encode(tokenizer, "Give me a recipe, please!") == encode(tokenizer, "give me a recipe , please !")
    assert encode(tokenizer, "I think") == encode(tokenizer, "i think")


def test_code_keeps_its_capitals(tokenizer):
    assert tokenizer.decode(encode(tokenizer, "sumList")) == "sumList"


@settings(deadline=None)
@given(st.text(st.characters(codec="ascii", categories=["Ll", "Nd"]), min_size=1, max_size=40))
def test_unknown_words_fall_into_characters_and_come_back(tokenizer, word):
    ids = encode(tokenizer, word)
    assert tokenizer.unk_token_id not in ids
    assert tokenizer.decode(ids) == word


def test_unknown_characters_are_unknown(tokenizer):
    assert encode(tokenizer, "🦊") == [tokenizer.unk_token_id]
    assert encode(tokenizer, "z" * 100) == [tokenizer.unk_token_id]


@settings(deadline=None)
@given(st.text(max_size=60))
def test_any_text_is_read_within_the_vocabulary(tokenizer, text):
    assert all(0 <= index < len(tokenizer) for index in encode(tokenizer, text))


def test_special_tokens_are_one_token_each(tokenizer):
    for token in (PAD, BEGIN, END, UNKNOWN, "<|user|>", "<|assistant|>", "<|system|>"):
        assert len(encode(tokenizer, token)) == 1
    assert tokenizer.pad_token_id != tokenizer.eos_token_id


def test_a_saved_tokenizer_reads_the_same(tokenizer, tmp_path):
    tokenizer.save_pretrained(tmp_path)
    again = AutoTokenizer.from_pretrained(tmp_path)
    text = "<|user|> Give me a recipe , it's zyxw $x sum_list <|end|> <|assistant|>"
    assert encode(again, text) == encode(tokenizer, text)
    assert again.chat_template == tokenizer.chat_template
    assert (again.pad_token, again.eos_token, again.bos_token) == (PAD, END, BEGIN)
