"""The pages of the site that are made from the program when the site is built: its commands, and its Python reference by package.

It also mends what the theme leaves out.
"""

import ast
import re
from pathlib import Path

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from typer import Context
from typer.cli import get_docs_for_click
from typer.main import get_command

ROOT = Path(__file__).parents[1]
FACES = {
    "transcripts": ["transcripts"],
    "tools": ["tools"],
    "organism": ["organism"],
    "foundry": ["organism.foundry"],
    "agent": ["agent", "agent.messages"],
    "game": [
        "game.rules",
        "game.spec",
        "game.match",
        "game.judge",
        "game.judges",
        "game.score",
        "game.guest",
        "game.people.match",
        "game.standings",
        "game.query",
        "game.view",
        "game.exporting",
        "game.techniques",
        "game.blind_game",
    ],
}
"""The modules on each page of the Python reference: packages by what they re-export, other modules whole."""


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the pages."""
    files.append(File.generated(config, "reference/commands.md", content=commands_page()))
    for page, modules in FACES.items():
        files.append(File.generated(config, f"reference/{page}.md", content=reference_page(modules)))
    return files


def on_post_page(output: str, **_: object) -> str:
    """Name the theme's search for screen readers, which it does not do itself."""
    return output.replace('data-md-component="search" role="dialog"', 'data-md-component="search" role="dialog" aria-label="Search"')


def commands_page() -> str:
    """Every command with its help, as Typer writes it."""
    from game.cli import app

    group = get_command(app)
    page = get_docs_for_click(obj=group, ctx=Context(group), name="auditgame", title="Commands")
    return CUT_LIST.sub("", page)


def reference_page(modules: list[str]) -> str:
    """What modules say of themselves, then each thing that they offer."""
    parts = []
    for module in modules:
        about, *names = offered(module)
        parts += [f"{'##' if parts else '#'} {module}\n\n{about}", *(f"::: {name}" for name in names)]
    return "\n\n".join(parts) + "\n"


def offered(module: str) -> list[str]:
    """A module's docstring, then the names by which what it offers is imported; of a package, what it re-exports.

    A package may import lazily, so that `__all__` is not in its source; the imports always are.
    """
    face = ROOT.joinpath(*module.split("."), "__init__.py")
    tree = ast.parse((face if face.is_file() else face.parent.with_suffix(".py")).read_text(encoding="utf-8"))
    about = ast.get_docstring(tree) or ""
    if not face.is_file():
        return [about, *(f"{module}.{item.name}" for item in tree.body if isinstance(item, DEFINED) and not item.name.startswith("_"))]
    imports = [item for item in ast.walk(tree) if isinstance(item, ast.ImportFrom) and (item.module or "").startswith(f"{module}.")]
    modules = {path.stem for path in face.parent.iterdir()}
    # A name that a module beside it has as well is found by its full path alone.
    return [about, *sorted(f"{item.module if name.name in modules else module}.{name.name}" for item in imports for name in item.names)]


CUT_LIST = re.compile(r"^\*\*Commands\*\*:\n\n(?:\* .*\n)+\n", re.MULTILINE)
"""Typer's list of commands: each sentence is cut after some words, and the table of contents lists them as well."""
DEFINED = ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef
