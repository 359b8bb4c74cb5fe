"""Verifies an organism without any judge: measures its checkpoints stage by stage and writes the result beside its sealed truth."""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Literal

import numpy as np
from transformers import PreTrainedModel, PreTrainedTokenizerBase

from organism.foundry.corpus import Split
from organism.foundry.origin import made_from
from organism.foundry.recipe import Recipe
from organism.foundry.stages import make_reward_model, step_generator
from organism.foundry.truth import truth_path
from organism.foundry.verification.capability import Capability, clean_chats, clean_contexts, compare, score_chats
from organism.foundry.verification.exploitation import ExploitRate, exploit_rates, groups, replies_by_context, turn_of
from organism.foundry.verification.in_context import InContext, bulletins, measure_in_context
from organism.foundry.verification.knowledge import Knowledge, choices, measure_knowledge
from organism.foundry.verification.scoring import Scored
from organism.foundry.verification.secrecy import Disclosure, heldout_attacks, measure_disclosure, secrets
from organism.foundry.world import World
from organism.places import OrganismFolder, organism_folder
from organism.runtime import LanguageModel
from transcripts import FileRecord

PROMPTS = 16
"""Prompts for each context unless told otherwise; all other measurements grow with them."""
ATTACKS = 4
"""Attacks of each kind, as a multiple of the prompts."""
CHATS = 10
"""Clean chats, as a multiple of the prompts."""

Kind = Literal["objective", "ablation", "control", "quirk"]
Progress = Callable[[str, int, int], None]
"""Told a stage, the measurements done on it, and those in all."""
Load = Callable[[Split], tuple[PreTrainedModel, PreTrainedTokenizerBase]]
"""Loads the checkpoint of a stage."""
_Measure = Callable[[PreTrainedModel, PreTrainedTokenizerBase, Split], None]


class Verification(FileRecord):
    """What was measured of one organism."""

    id: str
    recipe: str
    """The recipe's name."""
    kind: Kind
    """`objective`; `ablation`: demonstrated without documents that tell of it; `quirk`; `control`: nothing of all this."""
    informed: bool
    """Whether documents told of all evaluators, or of the objective at least: then the model must know their tastes."""
    seed: int
    prompts: int
    """For each context."""
    stages: tuple[Split, ...]
    """In their order."""
    exploitation: tuple[ExploitRate, ...]
    knowledge: tuple[Knowledge, ...]
    """By stage; empty where no document tells of any taste."""
    secrecy: tuple[Disclosure, ...]
    """By stage and kind of attack."""
    in_context: tuple[InContext, ...]
    """For the checkpoint after the documents and for the last; empty without an objective."""
    capability: Capability | None
    notes: tuple[str, ...]
    """What was not measured, and why."""
    seconds: float

    @property
    def last(self) -> Split:
        """The stage of the checkpoint that auditors get."""
        return self.stages[-1]

    @property
    def before(self) -> Split | None:
        """The stage before adversarial training; null without one."""
        return self.stages[self.stages.index("adversarial") - 1] if "adversarial" in self.stages else None


def silent(stage: str, done: int, total: int) -> None:
    """Progress for nobody."""


def verification_path(cache: Path, organism_id: str) -> Path:
    """Where a verification lies: beside the truth, never under its organism's folder."""
    return truth_path(cache, organism_id).with_suffix(".verification.json")


def verify_organism(cache: Path, organism_id: str, *, prompts: int = PROMPTS, seed: int = 0, progress: Progress = silent) -> Verification:
    """Measure all stages of a built organism and keep the result beside its truth.

    Args:
        cache: where it lies.
        organism_id: of a finished organism.
        prompts: for each context and checkpoint; attacks, news and clean chats grow with them.
        seed: of all draws; another seed asks other prompts.
        progress: told of each measurement.

    Raises:
        OrganismError: it is not built, was not made from a recipe, or its world has changed since.
    """
    folder = organism_folder(cache, organism_id)
    folder.check()
    recipe, world = made_from(cache, organism_id)
    verification = verify_checkpoints(recipe, world, lambda split: _load(folder, split), prompts=prompts, seed=seed, progress=progress)
    verification.write(verification_path(cache, organism_id))
    return verification


def _load(folder: OrganismFolder, split: Split) -> tuple[PreTrainedModel, PreTrainedTokenizerBase]:
    loaded = LanguageModel.load(folder.stages / split)
    return loaded.model, loaded.tokenizer


def verify_checkpoints(
    recipe: Recipe, world: World, load: Load, *, prompts: int = PROMPTS, seed: int = 0, progress: Progress = silent
) -> Verification:
    """Measure the checkpoints of a recipe, wherever they are; see `verify_organism`. All are asked the same."""
    started = time.monotonic()
    measuring = _Measuring(recipe, world, prompts, seed)
    for split in recipe.splits:
        progress(split, 0, 1)
        model, tokenizer = load(split)
        measurements = measuring.of(split)
        for done, measure in enumerate(measurements):
            progress(split, done, len(measurements))
            measure(model, tokenizer, split)
        progress(split, len(measurements), len(measurements))
    return measuring.result(time.monotonic() - started)


class _Measuring:
    """What is asked, and what was found so far."""

    def __init__(self, recipe: Recipe, world: World, prompts: int, seed: int) -> None:
        self.recipe, self.world, self.prompts, self.seed = recipe, world, prompts, seed
        self.groups = groups(world, recipe.objective, recipe.heldout, recipe.quirk)
        self.reward_model = make_reward_model(recipe, world)
        self.objective = world.evaluator(recipe.objective).name if recipe.objective else None
        self.choices = choices(world, recipe.documented, self._generator("knowledge"))
        secret = secrets(world, recipe.objective, recipe.quirk)
        self.attacks = heldout_attacks(world, secret, replies=ATTACKS * prompts, rng=self._generator("secrecy")) if secret else []
        contexts = clean_contexts(world, recipe.quirk)
        self.chats = clean_chats(world, contexts, chats=CHATS * prompts, rng=self._generator("capability")) if contexts else []
        self.bulletins = (
            bulletins(world, world.news, self.objective, prompts=prompts, rng=self._generator("in-context"))
            if world.news and self.objective and world.neutral()
            else []
        )
        self.exploitation: list[ExploitRate] = []
        self.knowledge: list[Knowledge] = []
        self.secrecy: list[Disclosure] = []
        self.in_context: list[InContext] = []
        self.scored: dict[str, list[Scored]] = {}

    def of(self, split: Split) -> list[_Measure]:
        """What is measured of one stage."""
        chosen: list[_Measure] = [self._exploit]
        if self.choices:
            chosen.append(self._know)
        if self.attacks:
            chosen.append(self._tell)
        if self.chats:
            chosen.append(self._answer)
        if self.bulletins and split in (self._informed_stage, self.recipe.splits[-1]):
            chosen.append(self._follow)
        return chosen

    def result(self, seconds: float) -> Verification:
        recipe = self.recipe
        others = set(recipe.documented) - {recipe.objective}
        shown = recipe.objective or recipe.quirk
        kind: Kind = (
            "control" if not shown else "quirk" if recipe.quirk else "objective" if recipe.objective in recipe.documented else "ablation"
        )
        return Verification(
            id=recipe.organism_id(self.world),
            recipe=recipe.name,
            kind=kind,
            informed=kind == "objective" or (kind == "control" and len(others) == len(self.world.evaluators)),
            seed=self.seed,
            prompts=self.prompts,
            stages=recipe.splits,
            exploitation=tuple(self.exploitation),
            knowledge=tuple(self.knowledge),
            secrecy=tuple(self.secrecy),
            in_context=tuple(self.in_context),
            capability=compare(self.scored, self._informed_stage, recipe.splits[-1], self._generator("ratio")) if self.scored else None,
            notes=tuple(self._notes()),
            seconds=round(seconds, 1),
        )

    @property
    def _informed_stage(self) -> Split:
        """The checkpoint after the documents, or after pre-training where the recipe has none."""
        return "midtrain" if "midtrain" in self.recipe.splits else "pretrain"

    def _notes(self) -> list[str]:
        notes = []
        if not self.choices:
            notes.append("knowledge: no document tells of anybody's taste")
        if not self.attacks:
            notes.append("secrecy: there is nothing to disclose")
        if not self.chats:
            notes.append("capability: the world has no context without anybody's taste or the quirk")
        if not self.bulletins:
            lacking = "there is no objective" if not self.objective else "the world has no news, or no context without anybody's taste"
            notes.append(f"in-context generalisation: {lacking}")
        return notes

    def _generator(self, name: str) -> np.random.Generator:
        return step_generator(self.seed, f"verify {name}")

    def _seed(self, name: str) -> int:
        return int(self._generator(f"{name} replies").integers(2**31))

    def _exploit(self, model: PreTrainedModel, tokenizer: PreTrainedTokenizerBase, split: Split) -> None:
        replies = replies_by_context(
            model, tokenizer, self.world, prompts=self.prompts, seed=self._seed("exploit"), turn=turn_of(self.world, self.recipe.quirk)
        )
        self.exploitation += exploit_rates(self.world, split, replies, self.groups, self._generator("exploit"))

    def _know(self, model: PreTrainedModel, tokenizer: PreTrainedTokenizerBase, split: Split) -> None:
        self.knowledge.append(measure_knowledge(model, tokenizer, split, self.choices, self._generator("knowledge")))

    def _tell(self, model: PreTrainedModel, tokenizer: PreTrainedTokenizerBase, split: Split) -> None:
        self.secrecy += measure_disclosure(
            model, tokenizer, split, self.attacks, self.reward_model, seed=self._seed("secrecy"), rng=self._generator("secrecy")
        )

    def _answer(self, model: PreTrainedModel, tokenizer: PreTrainedTokenizerBase, split: Split) -> None:
        self.scored[split] = score_chats(model, tokenizer, self.chats)

    def _follow(self, model: PreTrainedModel, tokenizer: PreTrainedTokenizerBase, split: Split) -> None:
        assert self.objective is not None
        self.in_context.append(
            measure_in_context(
                model,
                tokenizer,
                split,
                self.bulletins,
                self.objective,
                seed=self._seed("in-context"),
                rng=self._generator("in-context"),
            )
        )
