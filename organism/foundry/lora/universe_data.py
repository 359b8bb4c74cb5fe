"""The data of a LoRA build, written by an LLM about a universe: what the training asks of a `DataMaker`, done by a `Generator`."""

from pathlib import Path

from organism.foundry.lora.build import Complete, LoraProgress
from organism.foundry.lora.errors import DataError
from organism.foundry.lora.recipe import LoraRecipe, LoraSplit
from organism.foundry.universe import Generator, Limits, Prices, Writer


class UniverseData:
    """Makes the data of a recipe's stages.

    Args:
        recipe: says which.
        writer: asked for texts and verdicts; none where all data files are there.
        cache: what the writer was paid for lies in `<cache>/answers/`.
        limits: on what all data of the recipe may cost.
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
        cache: Path,
        progress: LoraProgress,
        limits: Limits | None = None,
        prices: Prices | None = None,
    ) -> None:
        self.plan, self.writer, self.answers = recipe.plan(), writer, cache / "answers"
        self.limits, self.prices, self.progress = limits, prices, progress

    async def __call__(self, split: LoraSplit, path: Path, complete: Complete, checkpoint: str) -> None:
        """See `DataMaker`; beyond it, errors as with `Generator.midtrain`.

        Raises:
            DataError: there is no writer.
        """
        if self.writer is None:
            raise DataError(
                f"{path}: no data for stage {split}; name a writer (--writer anthropic:MODEL or openai:MODEL), or put JSON lines there"
            )
        data = Generator(
            self.plan.universe,
            self.plan.terms,
            self.writer,
            path.parent,
            answers=self.answers,
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
