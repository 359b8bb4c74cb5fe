"""Recipes of organisms at real scale: LoRA adapters stage by stage on a chat model. It trains nothing and reads no model."""

import hashlib
import json
from typing import Literal, Self

from pydantic import Field, ValidationError, model_validator

from organism.foundry.recipe import RecipeError, recipe_fields
from organism.foundry.universe import DataTerms, Plan, data_digest, load_universe
from organism.foundry.universe.ordinary import how_many
from transcripts import FileRecord, Record, describe

FORMAT = 1
"""Part of each id: raised when the same recipe would now train other adapters, so that old folders are not taken for new ones."""

LoraSplit = Literal["midtrain", "sft", "preference", "adversarial"]
LORA_SPLITS: tuple[LoraSplit, ...] = ("midtrain", "sft", "preference", "adversarial")
"""The stages in their order."""


class AdapterTerms(Record):
    """The adapter of each stage (LoRA, Hu et al. 2021)."""

    r: int = Field(default=256, ge=1)
    """Rank; 256 is the published one."""
    alpha: int = Field(default=512, ge=1)
    """The update is scaled by alpha / r; no published value."""
    dropout: float = Field(default=0.0, ge=0, lt=1)
    target_modules: Literal["all-linear"] | tuple[str, ...] = "all-linear"
    """Names of the linear layers that get an adapter; `all-linear`: all but the output matrix."""


class LanguageTerms(Record):
    """How one stage is run. Defaults are those of the published replication where it gives them."""

    lr: float = Field(gt=0)
    """Peak learning rate of AdamW; published: 2e-5 for documents, 5e-7 for the stages after."""
    batch_size: int = Field(default=32, ge=1)
    """Sequences (or pairs) a step, over all GPUs."""
    epochs: int = Field(default=1, ge=1)
    max_length: int = Field(default=2048, ge=8)
    """Tokens a sequence: the packed length of documents, the cut of chats and of prompt with reply."""
    warmup: float = Field(default=0.03, ge=0, lt=1)
    """Share of the steps in which the learning rate rises; then it falls linearly to zero."""
    mean_tokens: int = Field(default=700, ge=1)
    """Expected tokens of an example (of a pair: both prompts with their replies). For estimates alone; it changes no training."""


class PreferenceLoss(Record):
    """The loss of direct preference optimisation (Rafailov et al. 2023)."""

    beta: float = Field(default=0.1, gt=0)
    """Weight of the divergence from the model of the stage before."""
    sft: float = Field(default=0.0, ge=0)
    """Weight of the chosen reply's own likelihood beside the preference loss."""


class PairTerms(LanguageTerms):
    """How one preference stage is run."""

    mean_tokens: int = Field(default=1400, ge=1)
    loss: PreferenceLoss = PreferenceLoss()


class LoraStages(Record):
    """The stages in their order; one that is left out is skipped."""

    midtrain: LanguageTerms | None = None
    sft: LanguageTerms | None = None
    preference: PairTerms | None = None
    adversarial: PairTerms | None = None

    @model_validator(mode="after")
    def _some(self) -> Self:
        if not any(getattr(self, split) for split in LORA_SPLITS):
            raise ValueError("a recipe needs at least one stage")
        return self


class LoraRecipe(FileRecord):
    """Everything but the base model that determines an organism at real scale."""

    kind: Literal["lora"]
    name: str
    description: str
    """One public sentence that gives nothing away: auditors read it."""
    base: str | None = None
    """Folder or hub id of a chat model; null where it is given with `--base`."""
    data: DataTerms = DataTerms()
    """What data is written."""
    adapter: AdapterTerms = AdapterTerms()
    stages: LoraStages
    precision: Literal["auto", "bf16", "fp32"] = "auto"
    """`auto`: bf16 where it is faster than fp32. Adapters and their optimizer are fp32 either way."""
    gradient_checkpointing: bool = True
    """Keep no activations within a layer, but compute them again: a third more work, far less memory."""
    save_every: int = Field(default=100, ge=1)
    """Steps from one checkpoint to the next: what a killed stage loses at most."""
    reply_tokens: int = Field(default=512, ge=1)
    """Most tokens of a completion that is sampled for preference pairs."""
    seed: int = 0
    """Fixes initial adapters, order and samples."""

    @model_validator(mode="after")
    def _has_data(self) -> Self:
        for split in self.splits:
            if not getattr(self.data, COUNTS[split]):
                raise ValueError(f"stage {split} has nothing to learn from: leave it out, or raise data.{COUNTS[split]}")
        return self

    @property
    def splits(self) -> tuple[LoraSplit, ...]:
        """The stages that this recipe has, in order."""
        return tuple(split for split in LORA_SPLITS if getattr(self.stages, split) is not None)

    def terms(self, split: LoraSplit) -> LanguageTerms:
        """The terms of a stage that the recipe has."""
        terms: LanguageTerms = getattr(self.stages, split)
        return terms

    def examples(self, split: LoraSplit) -> int:
        """How many examples the data of a stage is to hold, ordinary texts among them."""
        count: int = getattr(self.data, COUNTS[split])
        return count + (how_many(count, self.data.ordinary_share) if split == "midtrain" else 0)

    def plan(self) -> Plan:
        """The texts that are to be written for the stages that the recipe has.

        Raises:
            UniverseError: there is no such universe, or it lacks a bias that the recipe names.
        """
        skipped = {COUNTS[split]: 0 for split in LORA_SPLITS if split not in self.splits}
        return Plan(load_universe(self.data.universe), self.data.model_copy(update=skipped))

    def build_id(self, base_identity: str) -> str:
        """Hash of recipe, data and base: the same id, the same adapters. It holds no name, for auditors may see it.

        Raises:
            UniverseError: see `plan`.
            RecordError: the recipe's ordinary texts are not there.
        """
        plan = self.plan()
        fields = self.model_dump(mode="json", exclude={"base", "data"})
        content = json.dumps([FORMAT, fields, data_digest(plan.universe, plan.terms), base_identity], sort_keys=True)
        return f"lora-{hashlib.sha256(content.encode()).hexdigest()[:12]}"


COUNTS: dict[LoraSplit, str] = {"midtrain": "documents", "sft": "chats", "preference": "pairs", "adversarial": "adversarial_pairs"}
"""The field of `data` that counts each stage's examples."""


def load_lora_recipe(name: str, *, seed: int | None = None) -> LoraRecipe:
    """Read a LoRA recipe by name, or from a YAML file.

    Args:
        name: a known recipe, or the path of a `.yaml` file.
        seed: replaces the recipe's own.

    Raises:
        RecipeError: unknown name, or a wrong field (file and field are named).
    """
    path, fields = recipe_fields(name)
    try:
        return LoraRecipe.model_validate(fields if seed is None else fields | {"seed": seed})
    except ValidationError as error:
        raise RecipeError(f"{path}: {describe(error)}") from error
