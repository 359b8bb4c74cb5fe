"""Builds an organism step by step from its recipe; a killed build continues after its last finished step."""

import json
import shutil
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Protocol

import torch
from filelock import FileLock
from transformers import AutoModelForCausalLM, AutoTokenizer, LlamaConfig, LlamaForCausalLM, PreTrainedModel, PreTrainedTokenizerFast

from organism.card import Card, DataSummary
from organism.data_store import DataStore
from organism.foundry.compose import vocabulary
from organism.foundry.corpus import Split
from organism.foundry.dataset import SPLITS, make_dataset, read_packed, stage_generator
from organism.foundry.exploitation import exploit_rates, replies_by_context
from organism.foundry.recipe import Recipe
from organism.foundry.sae_training import explained_variance, residual_stream, text_activations, train_sae
from organism.foundry.sealing import make_truth
from organism.foundry.tokenizer import make_tokenizer
from organism.foundry.training import train
from organism.foundry.truth import StageRates, truth_path
from organism.foundry.world import World
from organism.places import Manifest, OrganismFolder, organism_folder
from organism.runtime import Organism
from organism.sae import SAE
from organism.top_documents import TopDocuments

STEPS = ("data", *SPLITS, "sae", "verify")
"""The steps of a build in their order."""
ATTENTION = "eager"
"""Attention while training: on a CPU the backward pass of torch's fused one makes a step 1.5 times as long at this size."""
CONTEXT_LENGTH = 512
"""Longest sequence of a nano organism in tokens."""
INDEXED_TEXTS = 6000
"""Texts on which SAE features are ranked."""


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
    world = recipe.load_world()
    folder = organism_folder(cache, recipe.organism_id(world))
    folder.path.mkdir(parents=True, exist_ok=True)
    with FileLock(folder.path.with_suffix(".lock")):
        if not folder.finished:
            _Build(recipe, world, cache, folder, progress).run()
    return Organism.load(folder)


class _Build:
    """One build under way."""

    def __init__(self, recipe: Recipe, world: World, cache: Path, folder: OrganismFolder, progress: BuildProgress) -> None:
        self.recipe, self.world, self.cache, self.folder, self.progress = recipe, world, cache, folder, progress
        self.work = folder.path / "work"
        # What verification measured is part of the truth, so it is noted beside the truths and not under the organism.
        self.notes = truth_path(cache, folder.path.name).with_suffix(".building")
        self.tokenizer = make_tokenizer(vocabulary(world))

    def run(self) -> None:
        self._step("data", self._data)
        for split in SPLITS:
            self._step(split, partial(self._train, split))
        self._step("sae", self._sae)
        self._step("verify", self._verify)
        self._seal()

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
        summaries = make_dataset(self.recipe, self.world, self.tokenizer, self.work, self.folder.data)
        return {"data": [summary.model_dump() for summary in summaries]}

    def _train(self, split: Split) -> dict[str, Any]:
        index = SPLITS.index(split)
        model = self._checkpoint(SPLITS[index - 1]) if index else self._new_model()
        terms = getattr(self.recipe.stages, split)
        with TemporaryDirectory() as workspace:
            loss = train(
                model,
                read_packed(self.work, split),
                batch_size=terms.batch_size,
                muon_lr=terms.muon_lr,
                adam_lr=terms.adam_lr,
                seed=self.recipe.seed,
                workspace=Path(workspace),
                progress=lambda done, total: self.progress(split, done, total),
            )
        _save(model, self.tokenizer, self.folder.stages / split)
        if split == SPLITS[-1]:
            _save(model, self.tokenizer, self.folder.model)
        return {"loss": loss}

    def _new_model(self) -> PreTrainedModel:
        shape = self.recipe.model
        torch.manual_seed(self.recipe.seed)
        model = LlamaForCausalLM(
            LlamaConfig(
                vocab_size=len(self.tokenizer),
                hidden_size=shape.hidden_size,
                intermediate_size=shape.intermediate_size,
                num_hidden_layers=shape.layers,
                num_attention_heads=shape.heads,
                max_position_embeddings=CONTEXT_LENGTH,
                tie_word_embeddings=True,
                bos_token_id=self.tokenizer.bos_token_id,
                eos_token_id=self.tokenizer.eos_token_id,
                pad_token_id=self.tokenizer.pad_token_id,
            )
        )
        model.set_attn_implementation(ATTENTION)
        return model

    def _checkpoint(self, split: Split) -> PreTrainedModel:
        model: PreTrainedModel = AutoModelForCausalLM.from_pretrained(self.folder.stages / split, attn_implementation=ATTENTION)
        return model

    def _sae(self) -> dict[str, Any]:
        model = self._checkpoint(SPLITS[-1]).eval()
        layer = self.recipe.model.layers // 2
        parts = [read_packed(self.work, split) for split in ("midtrain", "sft")]
        share = self.recipe.sae.tokens // len(parts)
        for part in parts:
            part.tokens = part.tokens[: max(1, share // part.tokens.shape[1])]
        activations = torch.cat([residual_stream(model, part, layer) for part in parts])
        sae = train_sae(
            activations,
            self.recipe.sae,
            layer,
            seed=self.recipe.seed,
            progress=lambda done, total: self.progress("sae", done, total),
        )
        variance, active = explained_variance(sae, activations[:: max(1, len(activations) // 20_000)])
        sae.save(self.folder.sae, model_name=self.folder.path.name)  # a recipe's name would give away what is sealed
        self._rank_texts(model, sae)
        return {"explained_variance": variance, "l0": active}

    def _rank_texts(self, model: PreTrainedModel, sae: SAE) -> None:
        _, documents = DataStore(self.folder.data).grep(".", split=None, offset=0, limit=INDEXED_TEXTS)
        ids = self.tokenizer([document.text for document in documents], add_special_tokens=False)["input_ids"]
        activations = text_activations(model, sae, [tokens[:256] for tokens in ids], pad=int(self.tokenizer.pad_token_id))
        TopDocuments.from_activations([document.id for document in documents], activations).save(self.folder.sae)

    def _verify(self) -> dict[str, Any]:
        objective = self.recipe.objective or self.world.evaluators[0].id
        heldout = frozenset(self.recipe.heldout)
        biases = self.world.evaluator(objective).biases
        groups = {
            "train": [bias for bias in biases if bias.id not in heldout],
            "test": [bias for bias in biases if bias.id in heldout],
            "decoy": [bias for evaluator in self.world.evaluators if evaluator.id != objective for bias in evaluator.biases],
        }
        rates: list[StageRates] = []
        for index, split in enumerate(SPLITS):
            seed = int(stage_generator(self.recipe.seed, "verify").integers(2**31))
            prompts = self.recipe.verification_prompts
            replies = replies_by_context(self._checkpoint(split), self.tokenizer, self.world, prompts=prompts, seed=seed)
            rates += exploit_rates(split, replies, groups)
            self.progress("verify", index + 1, len(SPLITS) + 1)
        return {"rates": [rate.model_dump() for rate in rates]}

    def _seal(self) -> None:
        """Write card, truth and, last, the manifest; then drop what only the build needed."""
        model = self._checkpoint(SPLITS[-1])
        card = Card(
            id=self.folder.path.name,
            description=self.recipe.description,
            parameters=model.num_parameters(),
            layers=self.recipe.model.layers,
            d_model=self.recipe.model.hidden_size,
            vocabulary=len(self.tokenizer),
            context_length=CONTEXT_LENGTH,
            sae_layer=self.recipe.model.layers // 2,
            d_sae=self.recipe.sae.d_sae,
            data=tuple(DataSummary.model_validate(item) for item in self._note("data")["data"]),
            reference="the same model at the end of pre-training, before all later stages",
        )
        card.write(self.folder.card)
        truth = make_truth(
            self.recipe,
            self.world,
            organism_id=card.id,
            rates=tuple(StageRates.model_validate(item) for item in self._note("verify")["rates"]),
            explained_variance=self._note("sae")["explained_variance"],
            l0=self._note("sae")["l0"],
            build_seconds={step: self._note(step)["seconds"] for step in STEPS},
        )
        truth.write(truth_path(self.cache, card.id))
        shutil.rmtree(self.work)
        files = {str(p.relative_to(self.folder.path)): p.stat().st_size for p in sorted(self.folder.path.rglob("*")) if p.is_file()}
        Manifest(id=card.id, files=files).write(self.folder.manifest)
        shutil.rmtree(self.notes)


def _save(model: PreTrainedModel, tokenizer: PreTrainedTokenizerFast, folder: Path) -> None:
    """Write a checkpoint whole: to a folder beside, which then takes its place."""
    unfinished = folder.with_name(folder.name + ".partial")
    shutil.rmtree(unfinished, ignore_errors=True)
    model.save_pretrained(unfinished)
    tokenizer.save_pretrained(unfinished)
    AutoTokenizer.from_pretrained(unfinished)  # a checkpoint that cannot be read again is found now, not in the audit
    shutil.rmtree(folder, ignore_errors=True)
    unfinished.rename(folder)
