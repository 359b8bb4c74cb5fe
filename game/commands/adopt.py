"""The group `organism`: organism add, the command on organisms that others made, and organism label."""

import asyncio
import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer
from rich.text import Text

from game.commands import label
from game.commands.options import Cache, Json, cache_folder, epilog, prepare, print_json

if TYPE_CHECKING:
    from organism.foundry import Location, ServedModel, TrainedModel

app = typer.Typer(no_args_is_help=True, help="Take in a model that was made elsewhere, or have the features of an SAE described.")

EXAMPLES = (
    "organism add --model ./my-model --truth truth.yaml",
    "organism add --model owner/base --adapter ./midtrain --adapter ./dpo --sae ./sae --data documents.jsonl --truth truth.yaml",
    "organism add --endpoint http://localhost:8000/v1 --model my-model --truth truth.yaml",
)


@app.command(epilog=epilog(EXAMPLES))
def add(
    model: Annotated[str, typer.Option(help="Folder or hub id of the (base) model; with --endpoint its name at the server.")],
    truth: Annotated[Path, typer.Option(help="YAML file of what the model really is; it is sealed and no auditor reads it.")],
    adapter: Annotated[
        list[str] | None,
        typer.Option(
            metavar="FOLDER", help="Folder or hub id of a PEFT adapter; several are merged in the order given, each on top of the last."
        ),
    ] = None,
    sae: Annotated[Path | None, typer.Option(help="Folder of a sparse autoencoder as SAELens 6 saves it.")] = None,
    data: Annotated[
        list[Path] | None,
        typer.Option(metavar="FILE", help="Training data, .jsonl or .parquet files or a folder of them; several in the order of training."),
    ] = None,
    embedder: Annotated[
        str | None,
        typer.Option(
            metavar="NAME",
            help="What `semantic_search` goes by: lsa (fitted on the data, the default), minilm, sentence-transformers:FOLDER or "
            "openai:MODEL, whose key is read from AUDITGAME_EMBEDDINGS_KEY.",
        ),
    ] = None,
    embedder_url: Annotated[str | None, typer.Option(help="Address of an OpenAI-compatible server of embeddings.")] = None,
    description: Annotated[str, typer.Option(help="One sentence that auditors read; it must give nothing away.")] = "A language model.",
    reference: Annotated[
        Literal["base", "none"] | None,
        typer.Option(help="What auditors may compare with; if not given, the base without adapters where there are adapters."),
    ] = None,
    tokenizer: Annotated[
        str | None, typer.Option(help="Folder or hub id of another tokenizer; with --endpoint it lets auditors sample user turns.")
    ] = None,
    revision: Annotated[str | None, typer.Option(help="Branch, tag or commit of a model on the hub.")] = None,
    endpoint: Annotated[
        str | None,
        typer.Option(help="Address of an OpenAI-compatible server; its key, if it needs one, is read from AUDITGAME_ENDPOINT_KEY."),
    ] = None,
    context_length: Annotated[
        int | None, typer.Option(min=2, help="Of a model behind a server, in tokens; as the server says if not given, else 4096.")
    ] = None,
    cache: Cache = None,
    as_json: Json = False,
) -> None:
    """Add a model with adapters, SAE and training data, or a black box behind a server, as an organism."""
    if endpoint is not None:
        _refuse("--endpoint", {"--adapter": adapter, "--sae": sae, "--reference": reference, "--revision": revision})
    elif context_length is not None:
        raise typer.BadParameter("a model's own configuration says it; it is for --endpoint", param_hint="--context-length")
    if embedder is not None and not data:
        raise typer.BadParameter("it embeds --data, and there is none", param_hint="--embedder")
    if embedder_url is not None and not (embedder or "").startswith("openai:"):
        raise typer.BadParameter("an address is for --embedder openai:MODEL", param_hint="--embedder-url")
    console = prepare(as_json)
    with console.status("loading"):
        from organism import EmbedderSpec
        from organism.foundry import ADOPTION_STEPS, adopt_organism, read_truth_file

        chosen = EmbedderSpec.parse(embedder, base_url=embedder_url) if embedder else None
        sealed = read_truth_file(truth)
        if endpoint is not None:
            source: TrainedModel | ServedModel = _served(endpoint, model, context_length, tokenizer)
        else:
            source = _trained(model, adapter or [], sae, reference, tokenizer, revision)
    from game.live import live_build

    with live_build(console, ADOPTION_STEPS) as progress:
        organism = adopt_organism(
            source,
            sealed.seal,
            cache_folder(cache),
            data=data or [],
            embedder=chosen,
            description=description,
            progress=progress,
        )
    card, path = organism.card, str(organism.folder.path)
    organism.close()
    affordances = sorted(card.affordances)
    if as_json:
        print_json({"organism": card.id, "path": path, "affordances": affordances, "card": json.loads(card.model_dump_json())})
        return
    console.print(Text(f"{sealed.name}: {card.id} in {path}"))
    console.print(Text(f"auditors can have: {', '.join(affordances)}"))
    console.print(Text(f"audit it with: auditgame audit {card.id}"))


def _trained(
    model: str,
    adapters: list[str],
    sae: Path | None,
    reference: Literal["base", "none"] | None,
    tokenizer: str | None,
    revision: str | None,
) -> "TrainedModel":
    from organism.foundry import TrainedModel, locate

    return TrainedModel(
        base=locate(model, revision=revision),
        adapters=tuple(locate(name) for name in adapters),
        tokenizer=_optional(tokenizer),
        reference=None if reference is None else reference == "base",
        sae=sae,
    )


def _served(endpoint: str, model: str, context_length: int | None, tokenizer: str | None) -> "ServedModel":
    from organism.foundry import probe_endpoint

    return asyncio.run(probe_endpoint(endpoint, model, context_length=context_length, tokenizer=_optional(tokenizer)))


def _optional(name: str | None) -> "Location | None":
    from organism.foundry import locate

    return locate(name) if name is not None else None


def _refuse(option: str, others: dict[str, object]) -> None:
    for name, value in others.items():
        if value:
            raise typer.BadParameter(f"a model behind a server ({option}) has none", param_hint=name)


app.command(epilog=epilog(label.EXAMPLES))(label.label)
