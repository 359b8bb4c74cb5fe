"""A writer whose every answer is kept: what was asked before is answered from the journal. It keeps to a budget."""

import asyncio
import hashlib
import json
from typing import Literal

from organism.foundry.universe.budget import Meter
from organism.foundry.universe.writer import Writer, Written
from organism.journal import Journal, KeyedRecord

CHARACTERS = 4
"""Characters a token, by which texts are counted before a provider counts them."""
MARGIN = 64
"""Tokens that a provider adds to a request, at most."""


class Answer(KeyedRecord):
    """What a writer gave to one task."""

    text: str
    input_tokens: int
    output_tokens: int
    stop: Literal["end", "truncated", "refusal"]


def about(text: str) -> int:
    """About how many tokens a text has."""
    return len(text) // CHARACTERS + 1


def count(journal: Journal[Answer], meter: Meter) -> None:
    """Count what a journal's answers have cost."""
    for answer in journal:
        meter.spend(answer.input_tokens, answer.output_tokens)


class Scribe:
    """Asks a writer each thing once.

    Args:
        writer: asked where the journal has no answer.
        journal: of the answers.
        meter: of the costs; what the journal holds is counted as spent.
        concurrency: requests at once.
    """

    def __init__(self, writer: Writer, journal: Journal[Answer], meter: Meter, concurrency: int) -> None:
        self.writer, self.journal, self.meter, self.concurrency = writer, journal, meter, concurrency
        count(journal, meter)
        self._free = asyncio.Semaphore(concurrency)
        self._asking: dict[str, asyncio.Task[Answer]] = {}

    async def ask(self, task: str, system: str, prompt: str, *, max_tokens: int) -> Answer:
        """The answer to a task.

        Args:
            task: names it for people who read the journal; with another prompt it is another task.
            system: see `Writer.write`.
            prompt: likewise.
            max_tokens: likewise.

        Raises:
            WriterError: see `Writer.write`.
            BudgetSpentError: a limit could be broken.
        """
        key = f"{task}#{hashlib.sha256(json.dumps([system, prompt]).encode()).hexdigest()[:12]}"
        if (kept := self.journal.get(key)) is not None:
            return kept
        if key not in self._asking:
            self._asking[key] = asyncio.create_task(self._write(key, system, prompt, max_tokens))
            self._asking[key].add_done_callback(lambda _: self._asking.pop(key))
        return await asyncio.shield(self._asking[key])

    async def settle(self) -> None:
        """Wait for all that is under way: nothing that is paid may be lost because something else failed."""
        await asyncio.gather(*self._asking.values(), return_exceptions=True)

    async def _write(self, key: str, system: str, prompt: str, max_tokens: int) -> Answer:
        async with self._free, self.meter.reserved(about(system + prompt) + MARGIN, max_tokens):
            written = await self.writer.write(system, prompt, max_tokens=max_tokens)
            answer = _answer(key, written)
            # On disk before anything else can happen: it is paid.
            self.journal.add(answer)
            self.meter.spend(answer.input_tokens, answer.output_tokens)
            return answer


def _answer(key: str, written: Written) -> Answer:
    # Lone surrogates, which a model's JSON can hold, have no UTF-8, and nothing could be trained on them.
    text = written.text.encode("utf-8", "replace").decode("utf-8")
    return Answer(id=key, text=text, input_tokens=written.input_tokens, output_tokens=written.output_tokens, stop=written.stop)
