"""Options that several commands share, and what every command does first."""

import json
import os
import sys
import warnings
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

Runs = Annotated[Path, typer.Option(help="Folder of the runs.")]
Cache = Annotated[Path | None, typer.Option(help="Folder of built organisms; $AUDITGAME_CACHE or the user's cache if not given.")]
Json = Annotated[bool, typer.Option("--json", help="One JSON object on stdout, all else on stderr.")]

HelperModel = Annotated[
    str | None, typer.Option("--helper", help="Writes and judges for tools: anthropic:MODEL or openai:MODEL; templates if not given.")
]
HelperURL = Annotated[str | None, typer.Option("--helper-url", help="Of the helper's server.")]

FILE_WIDTH = 160
"""Columns of what is written to a file or a pipe, where there is no terminal to fit."""

# What libraries tell developers is not for users. Set before they are imported; who wants it sets the variable.
QUIET = {
    "LANCEDB_LOG": "error",
    "LANCE_LOG": "error",
    "RUST_LOG": "error",
    "HF_HUB_DISABLE_PROGRESS_BARS": "1",
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "TRANSFORMERS_VERBOSITY": "error",
    "TOKENIZERS_PARALLELISM": "false",
    "HF_DATASETS_DISABLE_PROGRESS_BARS": "1",
    "TQDM_DISABLE": "1",
    "PYTHONWARNINGS": "ignore::FutureWarning",
}


def prepare(as_json: bool) -> Console:
    """Silence libraries, and give the console for people: stderr where stdout is for a program."""
    for name, value in QUIET.items():
        os.environ.setdefault(name, value)
    warnings.simplefilter("ignore", FutureWarning)  # of this process; the variable serves those that it starts
    console = Console(stderr=as_json, highlight=False)
    if not console.is_terminal:
        console.width = max(console.width, FILE_WIDTH)
    return console


def cache_folder(cache: Path | None) -> Path:
    """The cache that a command works on."""
    from organism import default_cache

    return cache or default_cache()


def epilog(examples: tuple[str, ...]) -> str:
    """Examples of a command, below its help."""
    # Blank lines keep them on lines of their own.
    return "\n\n".join(("Examples:", *(f"  auditgame {example}" for example in examples)))


def print_json(value: dict[str, Any]) -> None:
    """One JSON object on stdout; ASCII, so that no text in it can act on a terminal."""
    sys.stdout.write(json.dumps(value, ensure_ascii=True) + "\n")
