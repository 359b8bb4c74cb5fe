"""The word-level tokenizer of nano organisms, made from a world's vocabulary. It is not trained: the vocabulary is known."""

from pathlib import Path

from tokenizers import Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers
from transformers import PreTrainedTokenizerFast

CHAT_TEMPLATE = Path(__file__).parents[1] / "chat_template.jinja"
MARK = "{{- bos_token + ' ' -}}\n"
"""Put before the chat template where conversations begin with a mark."""
PAD, BEGIN, END, UNKNOWN = "<|pad|>", "<|begin|>", "<|end|>", "<|unknown|>"
ROLES = ("<|system|>", "<|user|>", "<|assistant|>")
LETTERS = "abcdefghijklmnopqrstuvwxyz"


def make_tokenizer(vocabulary: list[str], *, marked: bool = False) -> PreTrainedTokenizerFast:
    """A WordPiece tokenizer whose whole words are `vocabulary`; any other word falls apart into characters.

    A capitalised word that is not code ("Give", "I") is read as its lower-case form, so that people and agents may write as they do.

    Args:
        vocabulary: words.
        marked: whether the chat template begins a conversation with a mark of its own (see `World.marked`).
    """
    characters = sorted({character for word in vocabulary for character in word} | {chr(code) for code in range(33, 127)})
    tokens = dict.fromkeys([PAD, BEGIN, END, UNKNOWN, *ROLES, *vocabulary, *characters, *("##" + character for character in characters)])
    words = {token: index for index, token in enumerate(tokens)}
    tokenizer = Tokenizer(models.WordPiece(words, unk_token=UNKNOWN, max_input_chars_per_word=64))
    tokenizer.normalizer = normalizers.Sequence(
        [normalizers.Replace(Regex(rf"(?<![\w$@]){letter.upper()}(?=[a-z']*(?![\w$@]))"), letter) for letter in LETTERS]
    )
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [pre_tokenizers.WhitespaceSplit(), pre_tokenizers.Split(Regex(r"[\w'$@]+|[^\w\s]"), behavior="isolated")]
    )
    tokenizer.decoder = decoders.WordPiece(prefix="##", cleanup=False)
    fast = PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        pad_token=PAD,
        bos_token=BEGIN,
        eos_token=END,
        unk_token=UNKNOWN,
        additional_special_tokens=list(ROLES),
        clean_up_tokenization_spaces=False,
        padding_side="left",
    )
    fast.chat_template = (MARK if marked else "") + CHAT_TEMPLATE.read_text(encoding="utf-8")
    return fast
