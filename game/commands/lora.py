"""`auditgame build` for organisms at real scale: its options, the dry run, and the build of adapters on a base model."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from game.commands.options import print_json

if TYPE_CHECKING:
    from game.live import StepProgress
    from organism import Organism
    from organism.foundry.lora import DryRun as Estimate
    from organism.foundry.lora import LoraRecipe, Machine, Trained
    from organism.foundry.universe import Limits, Prices
    from organism.foundry.universe import Writer as TextWriter

PANEL = "Adapters on a chat model (recipes of kind lora)"
Base = Annotated[str | None, typer.Option(help="Folder or hub id of the chat model that is trained.", rich_help_panel=PANEL)]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Print what it would take; load no weights, call nobody.", rich_help_panel=PANEL)]
Gpus = Annotated[int | None, typer.Option(min=1, help="Number of GPUs; all that there are if not given.", rich_help_panel=PANEL)]
GpuMemory = Annotated[float, typer.Option(min=1, help="Dry run: GiB of one GPU.", rich_help_panel=PANEL)]
GpuTflops = Annotated[float, typer.Option(min=0.001, help="Dry run: teraflops that one GPU reaches in training.", rich_help_panel=PANEL)]
GpuPrice = Annotated[float | None, typer.Option(min=0, help="Dry run: dollars for one GPU and hour.", rich_help_panel=PANEL)]
Writer = Annotated[str | None, typer.Option(help="Who writes the data: anthropic:MODEL or openai:MODEL.", rich_help_panel=PANEL)]
WriterUrl = Annotated[str | None, typer.Option(help="Of a server that speaks the writer's protocol.", rich_help_panel=PANEL)]
PriceIn = Annotated[float | None, typer.Option(min=0, help="Dollars for a million tokens that the writer reads.", rich_help_panel=PANEL)]
PriceOut = Annotated[float | None, typer.Option(min=0, help="Dollars for a million tokens that the writer writes.", rich_help_panel=PANEL)]
MaxCost = Annotated[
    float | None, typer.Option(min=0, help="Dollars that the writer may cost in all; needs both prices.", rich_help_panel=PANEL)
]
MaxWriterTokens = Annotated[
    int | None, typer.Option(min=0, help="Tokens that the writer may read and write in all.", rich_help_panel=PANEL)
]

SHOWN = {"midtrain": "pretrain", "sft": "sft", "preference": "preference"}
"""Under what name auditors find a stage's texts: as for nano organisms, and no adversarial data."""


@dataclass(frozen=True)
class MachineOptions:
    """What is trained on."""

    gpus: int | None
    memory: float
    """GiB of one GPU."""
    tflops: float
    price: float | None


@dataclass(frozen=True)
class WriterOptions:
    """Who writes the data, what that costs, and how much it may cost."""

    name: str | None
    url: str | None
    price_in: float | None
    price_out: float | None
    max_cost: float | None
    max_tokens: int | None

    def check(self) -> None:
        """Refuse options that need one another.

        Raises:
            BadParameter: one is missing.
        """
        if (self.price_in is None) != (self.price_out is None):
            raise typer.BadParameter("give both --price-in and --price-out, or none")
        if self.max_cost is not None and self.price_in is None:
            raise typer.BadParameter("a limit on dollars needs --price-in and --price-out", param_hint="--max-cost")
        if self.url is not None and self.name is None:
            raise typer.BadParameter("needs --writer", param_hint="--writer-url")

    def writer(self) -> "TextWriter | None":
        """The writer; none if none is named.

        Raises:
            BrainError: it cannot write, or its key is missing.
        """
        from agent import BrainSpec
        from game.writing import BrainWriter

        return None if self.name is None else BrainWriter(BrainSpec.parse(self.name, base_url=self.url))

    def prices(self) -> "Prices | None":
        """Its prices, where they are given."""
        from organism.foundry.universe import Prices

        return None if self.price_in is None or self.price_out is None else Prices(input_usd=self.price_in, output_usd=self.price_out)

    def limits(self) -> "Limits":
        """What it may cost."""
        from organism.foundry.universe import Limits

        return Limits(max_cost_usd=self.max_cost, max_tokens=self.max_tokens)


def adapter_recipes(names: Sequence[str], cache: Path, *, base: str | None, dry_run: bool) -> list[str]:
    """The recipes if they are of kind lora; none if they are organisms of other kinds, or are not known.

    Raises:
        RecipeError: both kinds together, a lora recipe without a base, or a base for another kind.
    """
    from organism import built_organisms
    from organism.foundry import known_recipes
    from organism.foundry.kinds import LORA, recipe_kind
    from organism.foundry.lora import load_lora_recipe
    from organism.foundry.recipe import RecipeError

    known = set(known_recipes()) - set(built_organisms(cache))
    kinds = {name: recipe_kind(name) for name in names if name in known or name.endswith((".yaml", ".yml"))}
    found = [name for name in names if kinds.get(name) == LORA]
    others = [name for name in names if name not in found]
    if found and others:
        raise RecipeError(f"{others[0]} is trained from nothing and {found[0]} on a base model: build them apart")
    if others and (base or dry_run):
        option = "--base" if base else "--dry-run"
        raise RecipeError(f"{others[0]}: {option} is for recipes of kind lora, such as rm-sycophant-lora")
    for name in found:
        if not (base or load_lora_recipe(name).base):
            raise RecipeError(f"{name} is trained on a base model: give --base with a folder or a hub id")
    return found


def show_dry_run(console: Console, name: str, base: str | None, machine: MachineOptions, writer: WriterOptions, as_json: bool) -> None:
    """Print what a build would take."""
    with console.status("counting"):
        from organism.foundry.lora import Machine, base_shape, dry_run, load_lora_recipe, read_config, resolve_base
        from organism.foundry.universe import estimate

        recipe = load_lora_recipe(name)
        source = _base(recipe, base)
        shape = base_shape(read_config(resolve_base(source, weights=False)))
        on = Machine(gpus=machine.gpus or 1, gpu_gib=machine.memory, tflops=machine.tflops, gpu_price=machine.price)
        found = dry_run(recipe, source, shape, on, estimate(recipe.plan(), writer.prices()))
    console.print(_table(found))
    console.print(Text(_summary(found, on)))
    if as_json:
        print_json(found.model_dump(mode="json"))


def build_adapters(
    console: Console,
    name: str,
    base: str | None,
    cache: Path,
    machine: MachineOptions,
    writer: WriterOptions,
    *,
    seed: int | None,
    as_json: bool,
) -> None:
    """Write the data of a recipe, train its stages on a base and register the organism, before the user's eyes."""
    with console.status("loading"):
        from game.live import live_build
        from organism.foundry import ADOPTION_STEPS
        from organism.foundry.lora import UniverseData, build_lora, load_lora_recipe, lora_steps

        recipe = load_lora_recipe(name, seed=seed)
        writes = writer.writer()  # a missing key is told before anything else
    with live_build(console, (*lora_steps(recipe), *ADOPTION_STEPS[:2])) as progress:
        organism = build_lora(
            recipe,
            _base(recipe, base),
            cache,
            make_data=UniverseData(recipe, writes, cache=cache, limits=writer.limits(), prices=writer.prices(), progress=progress),
            adopt=lambda trained: adopt(trained, cache, progress),
            progress=progress,
            gpus=machine.gpus,
        )
    card, path = organism.card, str(organism.folder.path)
    organism.close()
    console.print(Text(f"{recipe.name}: {card.id} in {path}"))
    console.print(Text(f"audit it with: auditgame audit {card.id}"))
    if as_json:
        print_json({"recipe": recipe.name, "organism": card.id, "path": path})


def adopt(trained: "Trained", cache: Path, progress: "StepProgress") -> "Organism":
    """The organism of trained adapters; it is found again where it was made before."""
    from organism.foundry import TrainedModel, adopt_organism, locate
    from organism.foundry.lora import seal

    source = TrainedModel(
        base=locate(str(trained.base)), adapters=tuple(locate(str(path)) for path in trained.adapters.values()), reference=True
    )
    return adopt_organism(
        source,
        partial(seal, trained.recipe),
        cache,
        data=[path for split, path in trained.data.items() if split in SHOWN],
        splits=SHOWN,
        description=trained.recipe.description,
        synthetic_share=trained.synthetic_share(),
        progress=progress,
    )


def _base(recipe: "LoraRecipe", base: str | None) -> str:
    source = base or recipe.base
    if source is None:
        raise ValueError(f"{recipe.name} has no base")  # `adapter_recipes` has refused it before
    return source


def _table(found: "Estimate") -> Table:
    table = Table()
    for column in ("stage", "examples", "tokens (M)", "steps", "micro-batch", "GiB a GPU", "PFLOP", "hours", "$"):
        table.add_column(column, justify="left" if column == "stage" else "right")
    for stage in found.stages:
        table.add_row(
            stage.stage,
            f"{stage.examples:,}",
            f"{stage.tokens / 1e6:,.1f}",
            f"{stage.steps:,}",
            f"{stage.batch.micro} x {stage.batch.accumulation}",
            f"{stage.memory_gib:.1f}",
            f"{stage.flops / 1e15:,.0f}",
            f"{stage.hours:,.2f}",
            _dollars(stage.cost),
        )
    return table


def _summary(found: "Estimate", machine: "Machine") -> str:
    writing, gpus = found.writing, f"{machine.gpus} GPU{'s' * (machine.gpus > 1)}"
    return (
        f"{found.recipe} on {found.base}: {found.parameters / 1e9:.2f} B weights, adapters of {found.adapter_parameters / 1e6:,.0f} M\n"
        f"training: {found.hours:,.1f} h on {gpus} of {machine.gpu_gib:.0f} GiB at {machine.tflops:,.0f} TFLOP/s\n"
        f"sampling and audits: {4 * found.parameters / 2**30:,.0f} GiB of weights, for adapters are merged in fp32\n"
        f"writing: {writing.requests:,} requests, {writing.input_tokens / 1e6:,.1f} M tokens read, "
        f"{writing.output_tokens / 1e6:,.1f} M written, $ {_dollars(writing.cost_usd)}\n"
        f"in all: $ {_dollars(found.cost)} (estimates: nothing was loaded, nobody was called)"
    )


def _dollars(cost: float | None) -> str:
    return "-" if cost is None else f"{cost:,.2f}"
