"""Builds an organism step by step from its recipe; a killed build continues after its last finished step."""

import json
import math
import shutil
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol

import torch
from filelock import FileLock

from organism.card import Card, DataSummary
from organism.data_store import DataStore
from organism.foundry.checkpoints import Checkpoint, checkpoint
from organism.foundry.corpus import SPLITS, TEXT_SPLITS, Split, TextSplit
from organism.foundry.dataset import store_data
from organism.foundry.ranking import rank_texts
from organism.foundry.recipe import Recipe
from organism.foundry.sae_report import SAEReport, measure_sae
from organism.foundry.sae_training import packed_activations, train_sae
from organism.foundry.sealing import make_truth
from organism.foundry.stages import CONTEXT_LENGTH, Stages
from organism.foundry.truth import StageRates, truth_path
from organism.foundry.verification.exploitation import exploit_rates, groups, replies_by_context, stage_rates, turn_of
from organism.foundry.world import World
from organism.places import Manifest, OrganismFolder, organism_folder
from organism.runtime import Organism
from organism.weight_files import check_weights

STEPS = (*SPLITS, "data", "sae", "verify")
"""The steps of a build in their order; a recipe may leave stages out."""


class BuildProgress(Protocol):
    """Told how a build comes along."""

    def __call__(self, step: str, done: int, total: int) -> None:
        """`done` of `total` units of `step`; `done == total` once the step is finished, also when it was found finished."""
        ...


def silent(step: str, done: int, total: int) -> None:
    """Progress for nobody."""


def build_organism(recipe: Recipe, cache: Path, progress: BuildProgress = silent) -> Organism:
    """The organism of a recipe: from the cache where it is finished there, else built.

    Raises:
        WorldError: the recipe's world does not fit.
        RecipeError: the recipe names what its world lacks.
    """
    world = recipe.loaded_world
    folder = organism_folder(cache, recipe.organism_id(world))
    folder.path.mkdir(parents=True, exist_ok=True)
    with FileLock(folder.path.with_suffix(".lock")):
        if not folder.finished:
            _Build(recipe, world, cache, folder, progress).run()
    return Organism.load(folder)


def train_stage(recipe: Recipe, split: Split, cache: Path, progress: BuildProgress = silent) -> Checkpoint:
    """The checkpoint of one stage: from the cache where it is finished there, be it by another recipe that begins alike, else trained.

    The checkpoint of the stage before must be finished.
    """
    world = recipe.loaded_world
    return _trained(recipe, split, cache, Stages(recipe, world), progress)


def _trained(recipe: Recipe, split: Split, cache: Path, stages: Stages, progress: BuildProgress) -> Checkpoint:
    result = checkpoint(cache, recipe.checkpoint_id(split, stages.world))
    result.folder.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(result.folder.with_suffix(".lock")):
        if not result.finished:
            progress(split, 0, 1)
            started = time.monotonic()
            index = recipe.splits.index(split)
            before = checkpoint(cache, recipe.checkpoint_id(recipe.splits[index - 1], stages.world)) if index else None
            model = before.load_model() if before else stages.new_model()
            trained = stages.run(split, model, lambda done, total: progress(split, done, total))
            note = {"loss": trained.loss, "tokens": trained.tokens, "seconds": round(time.monotonic() - started, 2)}
            result.write(trained.model, stages.tokenizer, trained.texts, note)
    return result


class _Build:
    """One build under way."""

    def __init__(self, recipe: Recipe, world: World, cache: Path, folder: OrganismFolder, progress: BuildProgress) -> None:
        self.recipe, self.world, self.cache, self.folder, self.progress = recipe, world, cache, folder, progress
        # What verification measured is part of the truth, so it is noted beside the truths and not under the organism.
        self.notes = truth_path(cache, folder.path.name).with_suffix(".building")
        self.stages = Stages(recipe, world)

    def run(self) -> None:
        for split in self.recipe.splits:
            self._train(split)
        self._step("data", self._data)
        self._step("sae", self._sae)
        self._step("verify", self._verify)
        self._seal()

    def _checkpoint(self, split: Split) -> Checkpoint:
        return checkpoint(self.cache, self.recipe.checkpoint_id(split, self.world))

    def _train(self, split: Split) -> None:
        result = _trained(self.recipe, split, self.cache, self.stages, self.progress)
        shutil.copytree(result.model_folder, self.folder.stages / split, dirs_exist_ok=True)
        self.progress(split, 1, 1)

    def _step(self, name: str, work: Callable[[], dict[str, Any]]) -> None:
        """Do a step unless its result is noted; the note is written when its files are complete."""
        path = self.notes / f"{name}.json"
        if not path.exists():
            self.progress(name, 0, 1)
            started = time.monotonic()
            result = work() | {"seconds": round(time.monotonic() - started, 2)}
            path.parent.mkdir(parents=True, exist_ok=True)
            unfinished = path.with_suffix(".partial")
            unfinished.write_text(json.dumps(result), encoding="utf-8")
            unfinished.replace(path)
        self.progress(name, 1, 1)

    def _note(self, name: str) -> dict[str, Any]:
        note: dict[str, Any] = json.loads((self.notes / f"{name}.json").read_text(encoding="utf-8"))
        return note

    def _data(self) -> dict[str, Any]:
        shutil.rmtree(self.folder.data, ignore_errors=True)
        splits = self.recipe.splits
        summaries, share = store_data(
            {split: self._checkpoint(split).texts() for split in splits},
            {split: int(self._checkpoint(split).note()["tokens"]) for split in splits},
            self.stages.corpus,
            self.folder.data,
            synthetic_share=self.recipe.synthetic_share,
            seed=self.recipe.seed,
            rng=self.stages.generator("data"),
        )
        return {"data": [summary.model_dump() for summary in summaries], "synthetic_share": share}

    def _sae(self) -> dict[str, Any]:
        model = self._checkpoint(self.recipe.splits[-1]).load_model().eval()
        layer = self.recipe.model.layers // 2
        read: list[TextSplit] = [split for split in TEXT_SPLITS if split in self.recipe.splits][-2:]
        share = self.recipe.sae.tokens // len(read)
        packed = [self.stages.packed(split, tokens=share)[0] for split in read]
        activations = torch.cat([packed_activations(model, part, layer) for part in packed])
        sae = train_sae(
            activations,
            self.recipe.sae,
            layer,
            seed=self.recipe.seed,
            progress=lambda done, total: self.progress("sae", done, total),
        )
        predicted = torch.cat([part.tokens[:: max(1, len(part) // 64)] for part in packed])
        report = measure_sae(model, sae, activations[:: max(1, len(activations) // 20_000)], predicted)
        sae.save(self.folder.sae, model_name=self.folder.path.name)  # a recipe's name would give away what is sealed
        rank_texts(model, self.stages.tokenizer, sae, DataStore(self.folder.data)).save(self.folder.sae)
        return report.model_dump()

    def _verify(self) -> dict[str, Any]:
        rates: list[StageRates] = []
        splits = self.recipe.splits
        measured = groups(self.world, self.recipe.objective, self.recipe.heldout, self.recipe.quirk)
        for index, split in enumerate(splits):
            replies = replies_by_context(
                self._checkpoint(split).load_model(),
                self.stages.tokenizer,
                self.world,
                prompts=self.recipe.verification_prompts,
                seed=int(self.stages.generator("verify").integers(2**31)),
                turn=turn_of(self.world, self.recipe.quirk),
            )
            rates += stage_rates(exploit_rates(self.world, split, replies, measured, self.stages.generator("intervals")))
            self.progress("verify", index + 1, len(splits) + 1)
        return {"rates": [rate.model_dump() for rate in rates]}

    def _seal(self) -> None:
        """Write card, truth and, last, the manifest; then drop what only the build needed."""
        last = self._checkpoint(self.recipe.splits[-1])
        shutil.copytree(last.model_folder, self.folder.model, dirs_exist_ok=True)
        data = self._note("data")
        card = Card(
            id=self.folder.path.name,
            description=self.recipe.description,
            parameters=sum(map(math.prod, check_weights(last.model_folder).values())),
            layers=self.recipe.model.layers,
            d_model=self.recipe.model.hidden_size,
            vocabulary=len(self.stages.tokenizer),
            context_length=CONTEXT_LENGTH,
            sae_layer=self.recipe.model.layers // 2,
            d_sae=self.recipe.sae.d_sae,
            data=tuple(DataSummary.model_validate(item) for item in data["data"]),
            synthetic_share=round(data["synthetic_share"], 4),
            reference="the same model at the end of pre-training, before all later stages",
        )
        card.write(self.folder.card)
        truth = make_truth(
            self.recipe,
            self.world,
            organism_id=card.id,
            rates=tuple(StageRates.model_validate(item) for item in self._note("verify")["rates"]),
            sae=SAEReport.model_validate({name: value for name, value in self._note("sae").items() if name in SAEReport.model_fields}),
            build_seconds={split: self._checkpoint(split).note()["seconds"] for split in self.recipe.splits}
            | {step: self._note(step)["seconds"] for step in ("data", "sae", "verify")},
        )
        truth.write(truth_path(self.cache, card.id))
        files = {str(p.relative_to(self.folder.path)): p.stat().st_size for p in sorted(self.folder.path.rglob("*")) if p.is_file()}
        Manifest(id=card.id, files=files).write(self.folder.manifest)
        shutil.rmtree(self.notes)
