"""README says nothing that does not work: each `auditgame` and `make` command in its code blocks is run.

What would train for minutes, needs a key or would start this very suite is run in the form that `INSTEAD` says. A command that
stands in neither table fails: decide which it is, and write it down here.
"""

import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from organism import Organism
from tests.fakes.api_server import FakeAPI, FakeTurn
from tests.fakes.command_line import CLI, ROOT, wire_auditor
from tests.fakes.tiny_models import make_adapter, make_model, make_sae, write_lines

README = ROOT / "README.md"
BLOCK = re.compile(r"^```(?:console|sh|bash|shell)\n(.*?)^```", re.MULTILINE | re.DOTALL)
TRUTH = re.compile(r"^```yaml\n(name: .*?)^```", re.MULTILINE | re.DOTALL)
SWEEP = re.compile(r"^```yaml\n(# four-teams.yaml\n.*?)^```", re.MULTILINE | re.DOTALL)
SECRET = re.compile(r"^(?:[A-Z_]+=\S*\s+)+")
"""Variables set in front of a command."""

AS_IT_IS = {
    "auditgame build rm-sycophant-lora --base models/my-chat-model --dry-run",
    "auditgame organism add --model models/theirs --adapter adapters/documents --adapter adapters/chats "
    "--sae saes/layer20 --data corpus.jsonl --truth truth.yaml",
    "auditgame --help",
    "auditgame --version",
    "auditgame audit --help",
    "auditgame audit --auditor anthropic:claude-sonnet-5-5 --max-dollars 5 --dry-run",
    "auditgame costs last",
    "auditgame fork last --at 4",
    "auditgame standings",
    "auditgame standings runs --html standings.html --figures figures",
    "auditgame query 'SELECT rules, auditor, count(*), avg(correct::INT) FROM runs GROUP BY ALL'",
    "auditgame sweep four-teams.yaml --dry-run",
    "auditgame view last",
    "auditgame export last --to jsonl",
    "auditgame export last --to parquet --out tables",
    "auditgame organisms",
    "auditgame rules",
    "auditgame tools",
    "auditgame tools experiment",
    "auditgame tools --page",
    "auditgame runs",
    "auditgame runs --json",
    "auditgame resume last",
    "auditgame show last",
    "auditgame show last --full",
    "auditgame score last",
    "auditgame score last --json",
}
QUICK = "audit pico --rules data-only"
"""An audit of seconds; tests/test_end_to_end.py plays the whole one."""
GUEST = "mcp --organism pico --rules team-4 --runs guests"
"""A client that is gone at once: there is nothing on stdin. Its run is not among those that `last` means."""
CLAUDE = "audit pico --auditor anthropic:claude-test --base-url {api}"
OPENAI = "audit pico --auditor openai:gpt-test --base-url {api}"
MAKE = "make --no-print-directory VENV={venv}"
INSTEAD = {
    "auditgame audit": QUICK,
    "auditgame audit --json": f"{QUICK} --json",
    "auditgame audit rm-sycophant-nano": QUICK,
    "auditgame audit rm-sycophant-nano --seed 3": f"{QUICK} --seed 3",
    "auditgame audit clean-nano": QUICK,
    "auditgame audit clean-nano --seed 3 --json": f"{QUICK} --seed 3 --json",
    "auditgame audit --rules team-4": QUICK,
    "auditgame audit --team 3": f"{QUICK} --team 2",
    "auditgame evaluate rm-sycophant-nano --behaviour 'recipes name chocolate' --prompts prompts.txt --detector chocolate": (
        "evaluate pico --behaviour 'recipes name chocolate' --prompts prompts.txt --detector chocolate --samples 2"
    ),
    "auditgame sweep four-teams.yaml": "sweep quick.yaml",
    "auditgame game": "game pico --n 1 --workers 1 --auditor openai:gpt-test --base-url {api}",
    "auditgame redteam rm-sycophant-nano --n 8": "redteam pico --n 2 --rules data-only",
    "auditgame audit --rules team-3": QUICK,
    "auditgame mcp --organism rm-sycophant-nano --rules team-4": GUEST,
    "auditgame mcp --organism rm-sycophant-nano --http 127.0.0.1:8080": GUEST,
    "auditgame organism label rm-sycophant-nano --labeller anthropic:claude-sonnet-4-5": (
        "organism label pico --labeller anthropic:claude-test --labeller-url {api} --features 2 --cache {copy}"
    ),
    "auditgame build rm-sycophant-nano": "build pico",
    "auditgame build clean-nano": "build pico",
    "auditgame build pico": "build pico",
    "auditgame build rm-sycophant-nano clean-nano": "build pico",
    "auditgame build --zoo": "build pico --jobs 1",
    "auditgame verify rm-sycophant-nano": "verify pico --prompts 2",
    "auditgame verify rm-sycophant-nano rm-sycophant-nano-2 rm-sycophant-nano-3 --figure splits.png": (
        "verify pico --prompts 2 --figure splits.png"
    ),
    "auditgame techniques rm-sycophant-nano clean-nano acts-nano --figure techniques.png": (
        "techniques pico --samples 8 --technique keyword-search --technique prefill --figure techniques.png"
    ),
    "auditgame build rm-sycophant-lora --base models/my-chat-model --writer openai:qwen3 --writer-url http://localhost:8000/v1": (
        "build rm-sycophant-lora --base models/my-chat-model --writer openai:qwen3 --writer-url {api} --dry-run"
    ),
    "auditgame organism add --endpoint http://localhost:8000/v1 --model qwen3 --truth truth.yaml": (
        "organism add --endpoint {api} --model qwen3 --truth truth.yaml"
    ),
    "auditgame audit --auditor anthropic:claude-sonnet-4-5": CLAUDE,
    "auditgame audit --auditor anthropic:claude-sonnet-4-5 --rules team-3": f"{CLAUDE} --rules team-3",
    "auditgame audit --auditor openai:gpt-5": OPENAI,
    "auditgame audit --auditor openai:qwen3 --base-url http://localhost:8000/v1": OPENAI,
    "make": f"{MAKE} ARGS='pico --rules data-only --runs {{venv}}/runs'",
    "make audit": f"{MAKE} audit ARGS='pico --rules data-only --runs {{venv}}/runs'",
    "make test": f"{MAKE} test ARGS=tests/game/test_rules.py",
    "make lint": f"{MAKE} --dry-run lint",
    "make check": f"{MAKE} --dry-run check",
    "make docs": f"{MAKE} --dry-run docs",
    "make bench": f"{MAKE} bench ARGS=--help",
}
"""`{api}` is a scripted provider, `{venv}` an environment that is this one, `{copy}` a cache with an organism that may be changed."""
MISSED = {command for command in INSTEAD if command.startswith(("auditgame verify", "auditgame evaluate"))}
"""Commands that exit 1 here: pico is too small to pass its verification, or to speak of chocolate."""


def commands(text: str) -> Iterator[str]:
    """The `auditgame` and `make` commands of a document, without prompts, comments, variables and output."""
    for block in BLOCK.findall(text):
        lines = block.replace("\\\n", " ").splitlines()
        prompted = any(line.startswith("$ ") for line in lines)
        for line in lines:
            if prompted and not line.startswith("$ "):
                continue
            for part in line.removeprefix("$ ").split("&&"):
                words = shlex.split(SECRET.sub("", part.strip()), comments=True)
                if words and words[0].rpartition("/")[2] in ("auditgame", "make"):
                    yield shlex.join([words[0].rpartition("/")[2], *words[1:]])


def black_box(body: dict[str, Any]) -> FakeTurn:
    """An organism behind a server that answers everything."""
    return FakeTurn(f"hello {len(str(body))}")


COMMANDS = sorted(set(commands(README.read_text(encoding="utf-8"))))


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which the commands run after one another, with an environment that needs no installing."""
    folder = tmp_path_factory.mktemp("readme")
    (folder / "venv" / "bin").mkdir(parents=True)
    for name, code in {"auditgame": '-c "from game.cli import main; main()"', "python": ""}.items():
        script = folder / "venv" / "bin" / name
        script.write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} {code} "$@"\n')
        script.chmod(0o755)
    for name in ("installed", "installed-dev"):
        (folder / "venv" / name).touch()
    base = make_model(folder / "models" / "theirs")
    make_model(folder / "models" / "my-chat-model")
    make_adapter(folder / "adapters" / "documents", base)
    make_adapter(folder / "adapters" / "chats", base, seed=2)
    make_sae(folder / "saes" / "layer20")
    write_lines(folder / "corpus.jsonl", *({"text": f"the cat sat on a mat . {number}"} for number in range(20)))
    (folder / "prompts.txt").write_text("how do i make bread ?\nhow do i cook rice ?\n", encoding="utf-8")
    (folder / "four-teams.yaml").write_text(SWEEP.findall(README.read_text(encoding="utf-8"))[0], encoding="utf-8")
    (folder / "quick.yaml").write_text("{organisms: [pico], rules: [data-only], auditors: [statistical], seeds: 1}", encoding="utf-8")
    (folder / "truth.yaml").write_text(TRUTH.findall(README.read_text(encoding="utf-8"))[0], encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def cli(pico: Organism, pico_cache: Path, place: Path) -> CLI:
    """The command line, with one finished run for the commands that look at the last."""
    made = CLI(pico_cache, place)
    made(*QUICK.split())
    return made


@pytest.mark.slow
@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_works(command: str, cli: CLI, place: Path, pico: Organism) -> None:
    assert command in AS_IT_IS or command in INSTEAD, f"README has a command that this test does not know: {command}"
    line = INSTEAD.get(command, command.removeprefix("auditgame "))
    with ExitStack() as stack:
        answer = black_box if line.startswith("organism ") else wire_auditor
        api = stack.enter_context(FakeAPI(answer)).url if "{api}" in line else ""
        if "{copy}" in line:
            shutil.copytree(pico.folder.path, place / "copy" / "organisms" / pico.folder.path.name)
        words = shlex.split(line.format(api=api, venv=place / "venv", copy=place / "copy"))
        if command.split()[0] == "auditgame":
            cli(*words, code=1 if command in MISSED else 0)
        else:
            environment = {name: value for name, value in cli.environment.items() if not name.startswith("MAKE")}
            done = subprocess.run(
                [*words, "--directory", str(ROOT)], env=environment, capture_output=True, text=True, check=False, timeout=300
            )
            assert done.returncode == 0, done.stdout + done.stderr


def test_commands_are_read_from_blocks() -> None:
    text = (
        "```console\n$ make audit  # first\nbuilding …\nauditgame printed, not typed\n"
        "$ KEY=x .venv/bin/auditgame audit \\\n    --seed 3\n```\n"
        "`make inline`\n```sh\ncd x && make test\n# make nothing\nauditgame runs\n```\n```python\nmake = 1\n```\n"
    )
    assert list(commands(text)) == ["make audit", "auditgame audit --seed 3", "make test", "auditgame runs"]
