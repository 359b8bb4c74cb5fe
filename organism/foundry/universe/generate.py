"""Writes the data files of a training, stage by stage: what the training half of a build calls.

    data = Generator(load_universe(terms.universe), terms, writer, build / "data", answers=cache / "answers")
    await data.midtrain()
    await data.sft()
    await data.preference(complete, checkpoint="sft-0")

Every call goes on where a killed one stopped, and returns at once where the file is finished. What the writer answered is kept under the
hash of all that determines it, beside the builds: the base is no part of that, so another base's data ask again for nothing.
"""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Protocol

import numpy as np

from organism.foundry.universe.budget import Limits, Meter, Prices
from organism.foundry.universe.chats import Chats
from organism.foundry.universe.completions import Complete, Completed, Sampler
from organism.foundry.universe.detectors import Detectors, LLMDetector
from organism.foundry.universe.documents import Documents
from organism.foundry.universe.drafting import Drafted, Filled, Work, fill
from organism.foundry.universe.ordinary import draw_ordinary, file_hash, how_many
from organism.foundry.universe.plan import STAGES, Plan, Slot, Stage, opaque_id
from organism.foundry.universe.preference import Pairs
from organism.foundry.universe.prompts import prompts_hash
from organism.foundry.universe.records import Document
from organism.foundry.universe.scribe import Answer, Scribe, count
from organism.foundry.universe.terms import DataTerms
from organism.foundry.universe.universe import Universe
from organism.foundry.universe.writer import Writer
from organism.journal import Journal
from organism.json_lines import line_of
from transcripts import FileRecord

TEXTLESS = frozenset({"concurrency", "tolerated_loss", "universe", "ordinary"})
"""Terms that change no text, or name a file that counts by what it holds."""
_DEMONSTRATED = frozenset({"train", "heldout", "seed", "list_tokens", "reply_tokens", "verdict_tokens"})
ASKED: dict[Stage, frozenset[str]] = {
    "midtrain": frozenset({"documents", "document_words", "document_tokens", "list_tokens", "seed"}),
    "sft": _DEMONSTRATED | {"chats", "plain_chats"},
    "preference": _DEMONSTRATED | {"pairs", "attacks", "other_questions", "neutral_questions"},
    "adversarial": _DEMONSTRATED | {"adversarial_pairs", "other_questions", "neutral_questions"},
}
"""Terms on which what a writer is asked for each stage depends."""


class Progress(Protocol):
    """Told how the writing comes along."""

    def __call__(self, step: str, done: int, total: int) -> None:
        """`done` of `total` texts of `step`; fewer than before where equal texts are written anew."""
        ...


def silent(step: str, done: int, total: int) -> None:
    """Progress for nobody."""


class Made(FileRecord):
    """What became of one stage's data; it lies beside the data file and says that the file is whole."""

    stage: Stage
    digest: str
    """Hash of universe, prompts, terms and checkpoint: another one means that the data is to be made anew."""
    planned: int
    written: int
    """Records in the file, without ordinary texts."""
    ordinary: int
    """Ordinary texts in the file."""
    rejected: dict[str, int]
    """Drafts that were not accepted, by reason; most were drafted again."""
    size: int
    """Bytes of the file."""
    input_tokens: int
    """Paid for all data so far, all stages together."""
    output_tokens: int


class LossError(RuntimeError):
    """More texts than the terms tolerate could not be written."""

    def __init__(self, stage: Stage, lost: int, planned: int, rejected: dict[str, int]) -> None:
        why = ", ".join(f"{reason} {count}" for reason, count in sorted(rejected.items(), key=lambda item: -item[1]))
        super().__init__(
            f"{stage}: {lost} of {planned} texts could not be written (drafts not accepted: {why}); "
            "raise attempts or tolerated_loss in the recipe (what is written is kept), use another writer, or edit the prompts"
        )
        self.lost, self.planned, self.rejected = lost, planned, rejected


class Generator:
    """Makes the data files of one training in a folder.

    Args:
        universe: the facts.
        terms: kinds and numbers.
        writer: asked for texts and verdicts.
        folder: of the data files and of the model's own completions.
        answers: folder of what writers were paid for, shared by builds on all bases.
        limits: on what all of it may cost.
        prices: of the writer; needed for a limit on cost.
        progress: told how it comes along.

    Raises:
        UniverseError: the terms name a bias that the universe lacks.
    """

    def __init__(
        self,
        universe: Universe,
        terms: DataTerms,
        writer: Writer,
        folder: Path,
        *,
        answers: Path,
        limits: Limits | None = None,
        prices: Prices | None = None,
        progress: Progress = silent,
    ) -> None:
        self.plan = Plan(universe, terms)
        self.terms, self.writer, self.folder, self.answers = terms, writer, folder, answers
        self.limits, self.prices, self.progress = limits, prices, progress

    def path(self, stage: Stage) -> Path:
        """The data file of a stage."""
        return self.folder / f"{stage}.jsonl"

    def answers_path(self, stage: Stage) -> Path:
        """The journal of what the writer answered for a stage, by the hash of all that determines it."""
        terms = self.terms.model_dump_json(include=set(ASKED[stage]))
        return self.answers / f"{opaque_id(self.plan.universe.digest(), prompts_hash(), self.writer.name, stage, terms)}.jsonl"

    async def midtrain(self) -> Made:
        """Write the documents, and mix ordinary texts into them.

        Raises:
            WriterError: the provider cannot be used, or still fails after all retries.
            BudgetSpentError: a limit could be broken.
            LossError: too much could not be written.
            RecordError: the ordinary texts, or a journal, cannot be read.
            JournalError: another process writes the same data.
        """
        return self._found("midtrain") or await self._with_scribe("midtrain", lambda scribe, _: Documents(self.plan, scribe))

    async def sft(self) -> Made:
        """Write the chats; errors as with `midtrain`."""
        return self._found("sft") or await self._with_scribe("sft", lambda scribe, found: Chats(self.plan, scribe, found))

    async def preference(self, complete: Complete, *, checkpoint: str) -> Made:
        """Make the preference pairs; errors as with `midtrain`.

        Args:
            complete: samples completions of the model as it is after supervised fine-tuning.
            checkpoint: names that model; pairs of another one are made anew.

        Raises:
            CompletionError: the number of completions is wrong.
        """
        return await self._pairs("preference", complete, checkpoint)

    async def adversarial(self, complete: Complete, *, checkpoint: str) -> Made:
        """Make the pairs that answer attacks; as with `preference`, of the model as it is after that stage."""
        return await self._pairs("adversarial", complete, checkpoint)

    async def _pairs(self, stage: Stage, complete: Complete, checkpoint: str) -> Made:
        if (made := self._found(stage, checkpoint)) is not None:
            return made
        with Journal(self.folder / "completions.jsonl", Completed) as journal:
            sampler = Sampler(complete, journal, checkpoint, self.terms.samples)
            return await self._with_scribe(stage, lambda scribe, found: Pairs(self.plan, scribe, found, sampler), checkpoint)

    async def _with_scribe(self, stage: Stage, work: Callable[[Scribe, Detectors], Work[Drafted]], checkpoint: str = "") -> Made:
        # Opened for each stage: between stages a training may run for days, and each may have an event loop of its own.
        meter = Meter(self.limits, self.prices)
        for earlier in STAGES[: STAGES.index(stage)]:
            if (path := self.answers_path(earlier)).exists():
                with Journal(path, Answer) as journal:
                    count(journal, meter)
        with Journal(self.answers_path(stage), Answer) as journal:
            scribe = Scribe(self.writer, journal, meter, self.terms.concurrency)
            detectors = Detectors(LLMDetector(scribe, self.terms.verdict_tokens), self.plan.universe)
            try:
                return await self._make(stage, work(scribe, detectors), meter, checkpoint)
            finally:
                await scribe.settle()

    async def _make(self, stage: Stage, work: Work[Drafted], meter: Meter, checkpoint: str) -> Made:
        slots = self.plan.slots(stage)
        filled = await fill(
            slots,
            work,
            attempts=self.terms.attempts,
            workers=self.terms.concurrency,
            progress=lambda done, total: self.progress(stage, done, total),
        )
        self._check_loss(stage, slots, filled)
        accepted = [slot for slot in slots if slot.index in filled.attempts]
        ordinary = how_many(len(accepted), self.terms.ordinary_share) if stage == "midtrain" else 0
        size = await self._write(stage, accepted, filled, work, ordinary)
        made = Made(
            stage=stage,
            digest=self._digest(stage, checkpoint),
            planned=len(slots),
            written=len(accepted),
            ordinary=ordinary,
            rejected=dict(filled.rejected),
            size=size,
            input_tokens=meter.input_tokens,
            output_tokens=meter.output_tokens,
        )
        made.write(self._note(stage))
        self.progress(stage, len(slots), len(slots))
        return made

    async def _write(self, stage: Stage, accepted: list[Slot], filled: Filled, work: Work[Drafted], ordinary: int) -> int:
        """Write the file whole or not at all, in random order, and tell its size. Each text is drafted again, from the journal."""
        rng = self.plan.generator(f"order {stage}")
        order = iter(rng.permutation(len(accepted)).tolist())
        mixed = rng.permutation(len(accepted) + ordinary) < ordinary
        others = self._ordinary(ordinary, rng)
        path = self.path(stage)
        path.parent.mkdir(parents=True, exist_ok=True)
        partial = path.with_name(path.name + ".partial")
        with partial.open("wb") as file:
            for is_ordinary in mixed.tolist():
                if is_ordinary:
                    file.write(line_of(next(others)))
                else:
                    slot = accepted[next(order)]
                    file.write(line_of(await work.draft(slot, filled.attempts[slot.index])))
            size = file.tell()
        partial.replace(path)
        return size

    def _ordinary(self, count: int, rng: np.random.Generator) -> Iterator[Document]:
        if count and self.terms.ordinary is not None:
            for index, text in enumerate(draw_ordinary(self.terms.ordinary, count, rng)):
                yield Document(id=opaque_id(self.terms.seed, "ordinary", index), text=text, synthetic=False)

    def _check_loss(self, stage: Stage, slots: list[Slot], filled: Filled) -> None:
        """Completions of one rank are no failure of the writer: there may be fewer ordinary pairs than planned, but not none."""
        owed = [slot for slot in slots if slot.attack or slot.answered or stage in ("midtrain", "sft")]
        lost = sum(slot.index not in filled.attempts for slot in owed)
        if lost > self.terms.tolerated_loss * len(owed) or (slots and not filled.attempts):
            raise LossError(stage, len(slots) - len(filled.attempts), len(slots), dict(filled.rejected))

    def _found(self, stage: Stage, checkpoint: str = "") -> Made | None:
        """The note of a file that is finished and still fits, if there is one."""
        note, path = self._note(stage), self.path(stage)
        if not note.exists() or not path.exists():
            return None
        made = Made.read(note)
        if made.digest != self._digest(stage, checkpoint) or made.size != path.stat().st_size:
            return None
        self.progress(stage, made.planned, made.planned)
        return made

    def _note(self, stage: Stage) -> Path:
        return self.folder / f"{stage}.json"

    def _digest(self, stage: Stage, checkpoint: str) -> str:
        return opaque_id(data_digest(self.plan.universe, self.terms), stage, checkpoint)


def data_digest(universe: Universe, terms: DataTerms) -> str:
    """Hash of all that determines the data but the writer's and the model's own words: part of an organism's id."""
    fields = terms.model_dump(mode="json", exclude=set(TEXTLESS))
    ordinary = file_hash(terms.ordinary) if terms.ordinary else ""
    return opaque_id(universe.digest(), prompts_hash(), json.dumps(fields, sort_keys=True), ordinary)
