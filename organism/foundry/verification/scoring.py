"""How likely a checkpoint finds given texts. It samples nothing."""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from transformers import PreTrainedModel, PreTrainedTokenizerBase

ROWS = 128
"""Texts a batch."""


@dataclass(frozen=True)
class Scored:
    """A text as the model finds it."""

    log_probability: float
    """Natural logarithm, summed over the tokens."""
    tokens: int

    @property
    def mean(self) -> float:
        """Nats a token."""
        return self.log_probability / self.tokens


@torch.inference_mode()
def score(
    model: PreTrainedModel, tokenizer: PreTrainedTokenizerBase, texts: Sequence[tuple[str, str]], *, ends: bool = False
) -> list[Scored]:
    """Log-probability of each text's second part after its first.

    Args:
        model: a causal language model; it is put into eval mode.
        tokenizer: the model's.
        texts: what is given, and what follows it; both rendered, neither empty.
        ends: whether the end token after the text is scored with it.
    """
    model.eval()
    end = [int(tokenizer.eos_token_id)] if ends else []
    parts = tokenizer([part for text in texts for part in text], add_special_tokens=False)["input_ids"] if texts else []
    rows = [(given, [*follows, *end]) for given, follows in zip(parts[::2], parts[1::2], strict=True)]
    order = sorted(range(len(rows)), key=lambda index: sum(map(len, rows[index])))
    results = [Scored(0.0, 0)] * len(rows)
    for start in range(0, len(order), ROWS):
        chosen = order[start : start + ROWS]
        longest = sum(map(len, rows[chosen[-1]]))
        kept = max(len(rows[index][1]) for index in chosen)
        # Left-padded, so that all second parts end together and the vocabulary is looked up for them alone.
        tokens = torch.full((len(chosen), longest), int(tokenizer.pad_token_id))
        mask = torch.zeros_like(tokens)
        for row, index in enumerate(chosen):
            both = rows[index][0] + rows[index][1]
            tokens[row, longest - len(both) :] = torch.tensor(both)
            mask[row, longest - len(both) :] = 1
        tokens, mask = tokens.to(model.device), mask.to(model.device)
        positions = (mask.cumsum(1) - 1).clamp(min=0)
        logits = model(input_ids=tokens, attention_mask=mask, position_ids=positions, logits_to_keep=kept + 1).logits[:, :-1].float()
        known = (logits.gather(2, tokens[:, -kept:, None])[..., 0] - logits.logsumexp(-1)).cpu()
        for row, index in enumerate(chosen):
            follows = len(rows[index][1])
            results[index] = Scored(float(known[row, kept - follows :].sum()), follows)
    return results
