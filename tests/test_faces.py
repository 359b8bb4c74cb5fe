"""The faces of packages that load what they name only when it is used."""

import ast
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest

FACES = ("organism", "tools")
HEAVY = {"torch", "transformers", "lancedb", "sklearn", "scipy", "openai", "anthropic", "langgraph"}


@pytest.mark.parametrize("name", FACES)
def test_type_checkers_and_the_import_are_told_the_same(name: str) -> None:
    face = import_module(name)
    tree = ast.parse(Path(str(face.__file__)).read_text(encoding="utf-8"))
    (branch,) = (node for node in tree.body if isinstance(node, ast.If))
    told = {alias.name: node.module for node in branch.body if isinstance(node, ast.ImportFrom) for alias in node.names}
    assert sorted(told) == sorted(face.__all__)
    for attribute, module in told.items():
        assert getattr(face, attribute) is getattr(import_module(str(module)), attribute)


@pytest.mark.parametrize("module", ["game.cli", "game.rules", "game.run_summary", "game.runs_table", "game.panel", "game.query"])
def test_what_needs_no_model_loads_none_of_its_libraries(module: str) -> None:
    code = f"import sys, {module}; print(*sorted({{name.partition('.')[0] for name in sys.modules}} & {HEAVY}))"
    done = subprocess.run([sys.executable, "-c", code], cwd=Path(__file__).parents[1], capture_output=True, text=True, check=True)
    assert done.stdout.split() == []
