"""The data of a LoRA build, written by an LLM about a universe: what the training asks of a `DataMaker`, done by a `Generator`."""

from pathlib import Path

from organism.foundry.lora.build import Complete, LoraProgress
from organism.foundry.lora.errors import DataError
from organism.foundry.lora.recipe import LoraRecipe, LoraSplit
from organism.foundry.universe import Generator, Limits, NoWriter, Prices, Writer

JOURNAL = "journal"
"""Folder beside the data files in which everything lies that was paid for."""


class UniverseData:
    """Makes the data of a recipe's stages.

    Args:
        recipe: says which.
        writer: asked for texts and verdicts; none where all is written, or where the data files were put in their place.
        limits: on what all data of a build may cost.
        prices: of the writer; needed for a limit on cost.
        progress: told of each text.

    Raises:
        UniverseError: there is no such universe, or it lacks a bias that the recipe names.
    """

    def __init__(
        self,
        recipe: LoraRecipe,
        writer: Writer | None,
        *,
        progress: LoraProgress,
        limits: Limits | None = None,
        prices: Prices | None = None,
    ) -> None:
        self.plan, self.writer = recipe.plan(), writer
        self.limits, self.prices, self.progress = limits, prices, progress

    async def __call__(self, split: LoraSplit, path: Path, complete: Complete, checkpoint: str) -> None:
        """See `DataMaker`; beyond it, errors as with `Generator.midtrain`.

        Raises:
            DataError: no writer, and nothing is written yet.
        """
        if self.writer is None and not (path.parent / JOURNAL).is_dir():
            raise DataError(
                f"{path}: no data for stage {split}; name a writer (--writer anthropic:MODEL or openai:MODEL), or put JSON lines there"
            )
        data = Generator(
            self.plan.universe,
            self.plan.terms,
            self.writer or NoWriter(),
            path.parent,
            limits=self.limits,
            prices=self.prices,
            progress=lambda step, done, total: self.progress(f"{step} data", done, total),
        )
        if split == "midtrain":
            await data.midtrain()
        elif split == "sft":
            await data.sft()
        elif split == "preference":
            await data.preference(complete, checkpoint=checkpoint)
        else:
            await data.adversarial(complete, checkpoint=checkpoint)
