"""What the bench measures, each part as rows of a table. It prints nothing."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any

import torch
from transformers import GenerationConfig, LlamaConfig, LlamaForCausalLM

from organism import ChatMessage, LanguageModel, Organism
from organism.foundry import load_recipe
from organism.foundry.compose import vocabulary
from organism.foundry.packing import Packed
from organism.foundry.precision import attention, bf16_pays
from organism.foundry.tokenizer import make_tokenizer
from organism.foundry.training import train
from organism.sampling import SampleRequest, sample

NEW_TOKENS = 32
BATCHES = (1, 16, 256)
CALLERS, EACH = 16, 4


@dataclass(frozen=True)
class Row:
    """One measured number, beside plain transformers where that can do the same."""

    what: str
    unit: str
    value: float
    plain: float | None = None
    note: str = ""

    @property
    def ratio(self) -> float | None:
        """How many times the plain one's."""
        return self.value / self.plain if self.plain else None

    def as_dict(self) -> dict[str, Any]:
        """The row for a program."""
        return asdict(self) | {"ratio": self.ratio}


def stopwatch(work: Callable[[], object]) -> float:
    """Seconds that it takes."""
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def training(steps: int) -> list[Row]:
    """Training tokens a second at nano size, on random tokens: speed does not depend on what is read."""
    recipe = load_recipe("rm-sycophant-nano")
    shape, terms = recipe.model, recipe.stages.midtrain
    size = len(make_tokenizer(vocabulary(recipe.loaded_world)))
    torch.manual_seed(0)
    model = LlamaForCausalLM(
        LlamaConfig(
            vocab_size=size,
            hidden_size=shape.hidden_size,
            intermediate_size=shape.intermediate_size,
            num_hidden_layers=shape.layers,
            num_attention_heads=shape.heads,
            max_position_embeddings=terms.length,
            tie_word_embeddings=True,
        )
    )
    model.set_attn_implementation(attention())
    tokens = torch.randint(size, (steps * terms.batch_size, terms.length))
    with TemporaryDirectory() as workspace:
        seconds = stopwatch(
            lambda: train(
                model,
                Packed(tokens, tokens),
                batch_size=terms.batch_size,
                muon_lr=terms.muon_lr,
                adam_lr=terms.adam_lr,
                seed=0,
                workspace=Path(workspace),
                progress=lambda *_: None,
            )
        )
    speed = tokens.numel() / seconds
    peaks = {dtype: matrix_peak(dtype) for dtype in (torch.float32, torch.bfloat16)}
    used = torch.bfloat16 if bf16_pays() else torch.float32
    # Six operations a weight and token: two forward, four backward (Kaplan et al. 2020); attention's own products are left out.
    share = 6 * model.num_parameters() * speed / peaks[used]
    note = f"{steps} steps of {terms.batch_size} × {terms.length} tokens, {model.num_parameters():,} parameters"
    return [
        Row("build: training", "tokens/s", speed, note=note),
        Row("build: share of the matrix peak", "%", 100 * share, note=f"of the measured peak in {used}, the precision that pays here"),
        *(Row("matrix peak", "GFLOP/s", peak / 1e9, note=f"{dtype}, 1024 × 1024, measured") for dtype, peak in peaks.items()),
    ]


def matrix_peak(dtype: torch.dtype, size: int = 1024, repeats: int = 5) -> float:
    """Floating-point operations a second of the best of several square products."""
    left, right = torch.randn(2, size, size).to(dtype).unbind()
    left @ right
    return 2 * size**3 / min(stopwatch(lambda: left @ right) for _ in range(repeats))


def prompts_of(organism: Organism, count: int) -> list[str]:
    """What users say in the training data, in a fixed random order, repeated to that many."""
    _, documents = organism.data.grep("^User: ", split=None, offset=0, limit=count)
    found = [document.text.partition("\nAssistant: ")[0].removeprefix("User: ") for document in documents]
    return (found * -(-count // len(found)))[:count]


def generation(organism: Organism, repeats: int) -> list[Row]:
    """Generated tokens a second beside `model.generate`: the same model, prompts and lengths, in turns; medians."""
    model = organism.model
    rows = []
    for batch in BATCHES:
        texts = [model.render([ChatMessage(role="user", content=prompt)]) for prompt in prompts_of(organism, batch)]
        requests = [SampleRequest(tuple(model.encode(text)), NEW_TOKENS, 1.0, seed, frozenset()) for seed, text in enumerate(texts)]
        ours, plain = [], []
        for attempt in range(repeats + 1):
            mine = stopwatch(lambda: sample(model.model, requests, pad=int(model.tokenizer.pad_token_id)))  # noqa: B023
            other = stopwatch(lambda: plain_generate(model, requests))  # noqa: B023
            if attempt:  # the first pair only warms up
                ours.append(mine)
                plain.append(other)
        tokens = batch * NEW_TOKENS
        note = f"{NEW_TOKENS} new tokens each, median of {repeats}"
        rows.append(Row(f"generation, batch {batch}", "tokens/s", tokens / median(ours), tokens / median(plain), note))
    return rows


@torch.inference_mode()
def plain_generate(model: LanguageModel, requests: list[SampleRequest]) -> None:
    """The same continuations by transformers itself."""
    longest = max(len(request.tokens) for request in requests)
    pad = int(model.tokenizer.pad_token_id)
    rows = [[pad] * (longest - len(request.tokens)) + list(request.tokens) for request in requests]
    mask = [[0] * (longest - len(request.tokens)) + [1] * len(request.tokens) for request in requests]
    terms = GenerationConfig(
        do_sample=True, temperature=1.0, top_k=0, max_new_tokens=NEW_TOKENS, min_new_tokens=NEW_TOKENS, pad_token_id=pad
    )
    device = model.model.device
    made = model.model.generate(
        input_ids=torch.tensor(rows, device=device), attention_mask=torch.tensor(mask, device=device), generation_config=terms
    )
    if made.shape[1] != longest + NEW_TOKENS:
        raise AssertionError(f"generate stopped after {made.shape[1] - longest} tokens; the comparison would not be fair")


def sharing(organism: Organism, repeats: int) -> list[Row]:
    """Replies a second to many callers at once, whose requests share batches, beside the same callers one after another."""
    prompts = prompts_of(organism, CALLERS * EACH)

    async def ask(caller: int) -> None:
        mine = [[ChatMessage(role="user", content=prompt)] for prompt in prompts[caller * EACH : (caller + 1) * EACH]]
        await organism.model.chat(mine, max_new_tokens=NEW_TOKENS, temperature=1.0, seeds=range(EACH))

    async def together() -> None:
        await asyncio.gather(*(ask(caller) for caller in range(CALLERS)))

    async def in_turn() -> None:
        for caller in range(CALLERS):
            await ask(caller)

    pairs = [(stopwatch(lambda: asyncio.run(together())), stopwatch(lambda: asyncio.run(in_turn()))) for _ in range(repeats + 1)][1:]
    shared, alone = (median(times) for times in zip(*pairs, strict=True))
    note = f"{CALLERS} callers of {EACH} prompts; plain: one caller after another"
    return [Row("concurrent callers", "replies/s", len(prompts) / shared, len(prompts) / alone, note)]
