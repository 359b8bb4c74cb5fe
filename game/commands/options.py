"""Options that several commands share, and what every command does first."""

import json
import os
import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.text import Text

if TYPE_CHECKING:
    from tools import Budget

Runs = Annotated[Path, typer.Option(help="Folder of the runs.")]
Cache = Annotated[Path | None, typer.Option(help="Folder of built organisms; $AUDITGAME_CACHE or the user's cache if not given.")]
Json = Annotated[bool, typer.Option("--json", help="One JSON object on stdout, all else on stderr.")]

Effort = Annotated[
    str | None,
    typer.Option(
        help="How hard the auditor's model thinks, such as low, medium or high (a wrong one lists those that it has); "
        "its own default if not given."
    ),
]
PromptCache = Annotated[
    str | None,
    typer.Option(
        metavar="5m|1h", help="How long Anthropic keeps the conversation; writing to the cache of an hour is dearer. 5m if not given."
    ),
]

HelperModel = Annotated[
    str | None, typer.Option("--helper", help="Writes and judges for tools: anthropic:MODEL or openai:MODEL; templates if not given.")
]
HelperURL = Annotated[str | None, typer.Option("--helper-url", help="Of the helper's server.")]

MaxDollars = Annotated[
    float | None,
    typer.Option("--max-dollars", min=0.01, help="What the auditor's and the helper's model may cost; replaces the rules' limit."),
]
MaxTurns = Annotated[int | None, typer.Option("--max-turns", min=1, help="Turns of the auditor; replaces the rules' limit.")]
MaxMinutes = Annotated[float | None, typer.Option("--max-minutes", min=0.01, help="Wall time of playing; replaces the rules' limit.")]
MaxTokens = Annotated[
    int | None, typer.Option("--max-tokens", min=1, help="Tokens that the auditor's model reads and writes; replaces the rules' limit.")
]

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


@contextmanager
def warnings_told(console: Console) -> Iterator[None]:
    """Tell what is warned of within as plain lines, each once."""
    with warnings.catch_warnings(record=True) as caught:
        yield
    for line in dict.fromkeys(str(item.message) for item in caught):
        console.print(Text(line, style="yellow"), soft_wrap=True)


def limits(*, dollars: float | None = None, turns: int | None = None, minutes: float | None = None, tokens: int | None = None) -> "Budget":
    """The limits that options give."""
    from tools import Budget

    return Budget(dollars=dollars, turns=turns, minutes=minutes, brain_tokens=tokens)


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
