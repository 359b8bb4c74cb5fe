"""`auditgame build` for organisms at real scale: its options, the dry run, and the build of adapters on a base model."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from game.cli_options import print_json

if TYPE_CHECKING:
    from organism.foundry.lora import DataMaker, LoraRecipe, Machine, Trained
    from organism.foundry.lora import DryRun as Estimate

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
    """Who writes the data, and what that costs."""

    name: str | None
    url: str | None
    price_in: float | None
    price_out: float | None


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
        from organism.foundry.lora import Machine, base_shape, dry_run, expected_writing, load_lora_recipe, read_config, resolve_base

        recipe = load_lora_recipe(name)
        source = _base(recipe, base)
        shape = base_shape(read_config(resolve_base(source, weights=False)))
        on = Machine(gpus=machine.gpus or 1, gpu_gib=machine.memory, tflops=machine.tflops, gpu_price=machine.price)
        writing = expected_writing(recipe, price_in=writer.price_in, price_out=writer.price_out)
        found = dry_run(recipe, source, shape, on, writing)
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
    """Train the stages of a recipe on a base before the user's eyes."""
    with console.status("loading"):
        from game.live import live_build
        from organism.foundry.lora import build_lora, load_lora_recipe, lora_steps

        recipe = load_lora_recipe(name, seed=seed)
        make_data = data_maker(recipe, writer)
    with live_build(console, lora_steps(recipe)) as progress:
        trained = build_lora(recipe, _base(recipe, base), cache, make_data=make_data, adopt=adopt, progress=progress, gpus=machine.gpus)
    console.print(Text(f"{recipe.name}: {len(trained.adapters)} adapters in {trained.folder.path}"))
    if as_json:
        adapters = {split: str(path) for split, path in trained.adapters.items()}
        print_json({"recipe": recipe.name, "base": str(trained.base), "path": str(trained.folder.path), "adapters": adapters})


def data_maker(recipe: "LoraRecipe", writer: WriterOptions) -> "DataMaker":  # noqa: ARG001
    """What makes a recipe's data.

    Raises:
        LoraError: a writer is named.
    """
    from organism.foundry.lora import LoraError, data_that_is_there

    if writer.name:
        raise LoraError("--writer: no writer is built in; put the data files into the build's folder")
    return data_that_is_there


def adopt(trained: "Trained") -> "Trained":
    """What makes an organism of trained adapters."""
    return trained


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
        f"writing: {writing.texts:,} texts, {writing.read_tokens / 1e6:,.1f} M tokens read, {writing.written_tokens / 1e6:,.1f} M written, "
        f"$ {_dollars(writing.cost)}\n"
        f"in all: $ {_dollars(found.cost)} (estimates: nothing was loaded, nobody was called)"
    )


def _dollars(cost: float | None) -> str:
    return "-" if cost is None else f"{cost:,.2f}"
