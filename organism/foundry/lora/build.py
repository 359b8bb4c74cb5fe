"""Builds an organism at real scale: data, stages, registering. A killed build continues where it stopped. It writes no text itself."""

import asyncio
import os
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, TypeVar

import torch
from filelock import FileLock

from organism.chat import ChatMessage
from organism.foundry.lora.base import base_identity, check_base, read_config, resolve_base
from organism.foundry.lora.completing import Completer
from organism.foundry.lora.errors import DataError
from organism.foundry.lora.launch import train_stage
from organism.foundry.lora.memory import split_batch
from organism.foundry.lora.recipe import LanguageTerms, LoraRecipe, LoraSplit, PairTerms
from organism.foundry.lora.shape import BaseShape, base_shape
from organism.foundry.lora.spec import KINDS, StageFolder, StageSpec
from organism.foundry.precision import bf16_pays
from organism.foundry.universe import Document
from organism.json_lines import read_jsonl

Complete = Callable[[Sequence[list[ChatMessage]]], Awaitable[list[str]]]
"""One sampled reply of the model of the stage before to each conversation, in order."""
Adopted = TypeVar("Adopted")


class DataMaker(Protocol):
    """Makes the data of a stage."""

    async def __call__(self, split: LoraSplit, path: Path, complete: Complete, checkpoint: str) -> None:
        """Write the JSON lines of a stage, whole or not at all; called only while `path` is not there.

        Args:
            split: the stage.
            path: `<build>/data/<split>.jsonl`.
            complete: replies of the model of the stage before; the model is loaded when it is first called.
            checkpoint: names that model.
        """
        ...


class LoraProgress(Protocol):
    """Told how a build comes along."""

    def __call__(self, step: str, done: int, total: int) -> None:
        """`done` of `total` units of `step`."""
        ...


@dataclass(frozen=True)
class LoraFolder:
    """One build on disk."""

    path: Path

    def data(self, split: LoraSplit) -> Path:
        """The JSON lines of a stage."""
        return self.path / "data" / f"{split}.jsonl"

    def stage(self, split: LoraSplit) -> StageFolder:
        """A stage."""
        return StageFolder(self.path / "stages" / split)


@dataclass(frozen=True)
class Trained:
    """What the stages came to: what an organism is registered from."""

    recipe: LoraRecipe
    folder: LoraFolder
    base: Path
    adapters: dict[LoraSplit, Path]
    """Adapter folders in the order of the stages; the model is the base with all of them."""
    data: dict[LoraSplit, Path]
    """Data files by stage."""

    def synthetic_share(self) -> float | None:
        """Share of synthetic documents among the mid-training texts; null without mid-training.

        Raises:
            RecordError: a line of the file holds no document.
        """
        if "midtrain" not in self.data:
            return None
        synthetic = [document.synthetic for document in read_jsonl(self.data["midtrain"], Document)]
        return round(sum(synthetic) / len(synthetic), 4)


def lora_steps(recipe: LoraRecipe) -> tuple[str, ...]:
    """The steps of a build in their order: for each stage its data, then its training."""
    return tuple(step for split in recipe.splits for step in (f"{split} data", split))


def lora_folder(recipe: LoraRecipe, base: Path, cache: Path) -> LoraFolder:
    """Where the build of a recipe on a base lies."""
    return LoraFolder(cache / "lora" / recipe.build_id(base_identity(base)))


def build_lora(
    recipe: LoraRecipe,
    base: str,
    cache: Path,
    *,
    make_data: DataMaker,
    adopt: Callable[[Trained], Adopted],
    progress: LoraProgress,
    gpus: int | None = None,
) -> Adopted:
    """Train a recipe's stages on a base and register the organism; what is finished in the cache is not done again.

    Args:
        recipe: what to train.
        base: folder or hub id of a chat model with its tokenizer.
        cache: the build lies in `<cache>/lora/<id>/`.
        make_data: writes the data file of a stage when its turn comes.
        adopt: see `register`.
        progress: told each step.
        gpus: to train on; all that there are if not given.

    Raises:
        BaseError: the base cannot be used.
        DataError: a stage's data is missing or of another shape.
        LoraError: a stage does not fit into memory, or its process failed.
    """
    source = resolve_base(base, weights=True)
    check_base(source)
    shape = base_shape(read_config(source))
    folder = lora_folder(recipe, source, cache)
    folder.path.mkdir(parents=True, exist_ok=True)
    with FileLock(folder.path.with_suffix(".lock")):
        trained = _train(recipe, source, shape, folder, make_data, progress, gpus or max(1, torch.cuda.device_count()))
        return register(adopt, trained)


def register(adopt: Callable[[Trained], Adopted], trained: Trained) -> Adopted:
    """Hand what was trained to what makes an organism of it: card, searchable data, sealed truth, manifest.

    This is the one place where a LoRA build becomes an organism. `adopt` is called each time a build is asked for, also when all its stages
    were finished before; it has to find its own work done.
    """
    return adopt(trained)


def _train(
    recipe: LoraRecipe, base: Path, shape: BaseShape, folder: LoraFolder, make_data: DataMaker, progress: LoraProgress, gpus: int
) -> Trained:
    precision = "fp32" if recipe.precision == "fp32" or (recipe.precision == "auto" and not bf16_pays()) else "bf16"
    specs = _specs(recipe, base, shape, folder, gpus, precision)
    for spec in specs:  # what does not fit is told before the first stage, for they are made together
        split = spec.stage
        progress(f"{split} data", 0, 1)
        if not spec.data.exists():
            completer = Completer(base, spec.adapters, max_new_tokens=recipe.reply_tokens, seed=recipe.seed)
            try:
                asyncio.run(_make(make_data, spec, completer))
            finally:
                completer.close()
        progress(f"{split} data", 1, 1)
        progress(split, 0, 1)
        train_stage(spec, gpus, lambda done, total, split=split: progress(split, done, total))  # type: ignore[misc]
        progress(split, 1, 1)
    return Trained(
        recipe=recipe,
        folder=folder,
        base=base,
        adapters={spec.stage: StageFolder(spec.output).adapter for spec in specs},
        data={spec.stage: spec.data for spec in specs},
    )


async def _make(make_data: DataMaker, spec: StageSpec, complete: Complete) -> None:
    spec.data.parent.mkdir(parents=True, exist_ok=True)
    before = spec.adapters[-1].parent.name if spec.adapters else "base"
    await make_data(spec.stage, spec.data, complete, f"{spec.output.parents[1].name}/{before}")
    if not spec.data.is_file():
        raise DataError(f"{spec.data}: the data of stage {spec.stage} was not written")


def _specs(recipe: LoraRecipe, base: Path, shape: BaseShape, folder: LoraFolder, gpus: int, precision: str) -> list[StageSpec]:
    """The orders of all stages.

    Raises:
        LoraError: one does not fit into memory.
    """
    specs: list[StageSpec] = []
    for earlier, split in enumerate(recipe.splits):
        terms = recipe.terms(split)
        batch, _ = split_batch(
            shape,
            recipe.adapter,
            batch_size=terms.batch_size,
            pairs=isinstance(terms, PairTerms),
            length=terms.max_length,
            gpus=gpus,
            earlier=earlier,
            gpu_bytes=device_bytes(),
            weight_bytes=2 if precision == "bf16" else 4,
            checkpointing=recipe.gradient_checkpointing,
        )
        specs.append(
            StageSpec.model_validate(
                {
                    "stage": split,
                    "kind": KINDS[split],
                    "base": base.resolve(),
                    "adapters": tuple(StageFolder(spec.output).adapter for spec in specs),
                    "data": folder.data(split).resolve(),
                    "output": folder.stage(split).path.resolve(),
                    "terms": LanguageTerms.model_validate(terms.model_dump(exclude={"loss"})),
                    "loss": terms.loss if isinstance(terms, PairTerms) else None,
                    "adapter": recipe.adapter,
                    "batch": batch,
                    "precision": precision,
                    "gradient_checkpointing": recipe.gradient_checkpointing,
                    "save_every": recipe.save_every,
                    "seed": recipe.seed,
                }
            )
        )
    return specs


def device_bytes() -> int:
    """Memory of the smallest GPU in bytes; of the machine where there is none."""
    if torch.cuda.is_available():
        return min(torch.cuda.get_device_properties(index).total_memory for index in range(torch.cuda.device_count()))
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
