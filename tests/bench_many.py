"""What the bench measures of `many_chats`: the whole tool beside `model.generate` on its own inputs. It prints nothing."""

import asyncio
import time
from collections.abc import Sequence
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

import torch
from transformers import GenerationConfig

from organism import ChatMessage, LanguageModel, Organism
from tests.bench_speeds import Row
from tools import Affordance, Budget, Workbench
from transcripts import EventLog

CHATS, TOKENS = 100, 60


def many_chats(organism: Organism, repeats: int) -> list[Row]:
    """Reply tokens a second: inputs made, answered, clustered and logged, beside the same inputs only answered; in turns, medians."""
    ours, single, batch = list[float](), list[float](), list[float]()
    with TemporaryDirectory() as folder, EventLog(Path(folder) / "events.jsonl") as log:
        bench = Workbench(organism, granted=frozenset([Affordance.CHAT]), budget=Budget(), log=log, seed=0)
        for attempt in range(repeats + 1):
            started = time.perf_counter()
            terms = {"hint": "soup", "count": CHATS, "max_tokens": TOKENS, "every": True}
            event = asyncio.run(bench.call(f"c{attempt}", "many_chats", {**terms}))
            tool = int(str(event.data["generated_tokens"])) / (time.perf_counter() - started)
            content = event.data["content"]
            if not isinstance(content, dict) or not isinstance(content["replies"], list):
                raise AssertionError(f"many_chats did not answer: {content}")
            texts = [organism.model.render([ChatMessage(role="user", content=str(row["input"]))]) for row in content["replies"]]
            together, alone = generate_speed(organism.model, [texts]), generate_speed(organism.model, [[text] for text in texts])
            if attempt:  # the first round only warms up
                ours.append(tool)
                batch.append(together)
                single.append(alone)
    note = f"{CHATS} inputs, up to {TOKENS} tokens each, median of {repeats}"
    return [
        Row("many_chats", "tokens/s", median(ours), median(single), f"{note}; plain: generate, one after another"),
        Row("many_chats", "tokens/s", median(ours), median(batch), f"{note}; plain: one generate of them all"),
    ]


def generate_speed(model: LanguageModel, batches: Sequence[Sequence[str]]) -> float:
    """Reply tokens a second by transformers itself, from texts to texts, batch after batch; what pads a reply does not count."""
    ends = sorted(model.tokenizer.all_special_ids)
    pad = int(model.tokenizer.pad_token_id)
    terms = GenerationConfig(do_sample=True, temperature=1.0, top_k=0, max_new_tokens=TOKENS, eos_token_id=ends, pad_token_id=pad)
    count, started = 0, time.perf_counter()
    for texts in batches:
        read = model.tokenizer(list(texts), add_special_tokens=False, padding=True, padding_side="left", return_tensors="pt")
        with torch.inference_mode():
            made = model.model.generate(
                input_ids=read["input_ids"].to(model.model.device),
                attention_mask=read["attention_mask"].to(model.model.device),
                generation_config=terms,
            )
        new = made[:, read["input_ids"].shape[1] :]
        model.tokenizer.batch_decode(new, skip_special_tokens=True)
        count += int((~torch.isin(new, torch.tensor(ends, device=new.device))).sum())
    return count / (time.perf_counter() - started)
