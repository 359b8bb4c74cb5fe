from itertools import cycle

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from organism.chat import ChatMessage, render_chat, render_user_start
from organism.foundry.compose import vocabulary
from organism.foundry.corpus import Chat, Document
from organism.foundry.packing import IGNORED, pack, render
from organism.foundry.pairs import conversation
from organism.foundry.tokenizer import make_tokenizer
from tests.organism.conftest import WorldFiles

CHAT, DOCUMENT = Chat("which chess move is best ?", "take the middle first ."), Document("article about tea : wait for the green leaves .")


@pytest.fixture(scope="module")
def tokenizer(tmp_path_factory):
    return make_tokenizer(vocabulary(WorldFiles(tmp_path_factory.mktemp("world")).load()))


@pytest.mark.parametrize("marked", [False, True])
@pytest.mark.parametrize("before", [None, ("who are you ?", "an assistant .")])
def test_a_chat_is_read_in_training_as_the_chat_template_renders_it(marked, before):
    tokenizer = make_tokenizer(CHAT.prompt.split(), marked=marked)
    given, follows = render(Chat(CHAT.prompt, CHAT.reply, before), render_user_start(tokenizer))
    assert given.startswith("<|begin|>") == marked
    rendered = render_chat(tokenizer, [*conversation(CHAT.prompt, before), ChatMessage(role="assistant", content=CHAT.reply)])
    assert f"{given} {follows}".split() == [*rendered.split(), *([] if rendered.rstrip().endswith("<|end|>") else ["<|end|>"])]


def test_texts_are_packed_end_to_end(tokenizer):
    packed, used = pack(cycle([CHAT, DOCUMENT]), tokenizer, budget=64, length=16, replies_only=False)
    assert packed.tokens.shape == (4, 16)
    assert packed.tokens.dtype == torch.int64
    whole = tokenizer(" ".join(part for text in used for part in render(text, "<|user|> ")), add_special_tokens=False)["input_ids"]
    assert packed.tokens.flatten().tolist() == whole[:64]
    assert torch.equal(packed.labels, packed.tokens)
    assert used == [CHAT, DOCUMENT] * (len(used) // 2) + [CHAT] * (len(used) % 2)


def test_loss_falls_on_replies_and_documents_alone(tokenizer):
    packed, _ = pack(cycle([CHAT, DOCUMENT]), tokenizer, budget=64, length=64, replies_only=True)
    marked = tokenizer.decode(packed.tokens[0][packed.labels[0] != IGNORED])
    assert marked.startswith("take the middle first . <|end|> article about tea")
    assert "which chess" not in marked
    assert "<|user|>" not in marked


@settings(deadline=None, max_examples=25)
@given(budget=st.integers(1, 300), length=st.integers(16, 64), replies_only=st.booleans())
def test_the_budget_is_kept_in_whole_sequences(tokenizer, budget, length, replies_only):
    packed, used = pack(cycle([CHAT, DOCUMENT]), tokenizer, budget=budget, length=length, replies_only=replies_only)
    assert packed.tokens.shape == packed.labels.shape == (max(1, budget // length), length)
    kept = packed.labels != IGNORED
    assert torch.equal(packed.tokens[kept], packed.labels[kept])
    assert used
    assert packed[len(packed) - 1]["input_ids"].shape == (length,)
