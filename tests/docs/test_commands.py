"""README and the site say nothing that does not work: each `auditgame`, `make` and `python` command in their code blocks is run.

So is each file of theirs: commands find it under the name that the document gives it.
"""

import re
import shlex
import shutil
import signal
import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import pytest

from organism import Organism
from tests.docs.reading import COMMANDS, WRITTEN, commands, files
from tests.docs.substitutions import AS_IT_IS, INSTEAD, MISSED, QUICK, SERVERS
from tests.fakes.api_server import FakeAPI, FakeTurn
from tests.fakes.command_line import CLI, ROOT, wire_auditor
from tests.fakes.tiny_models import make_adapter, make_model, make_sae, write_lines
from tests.game.commands.test_score import says_no


def black_box(body: dict[str, Any]) -> FakeTurn:
    """An organism behind a server that answers everything."""
    return FakeTurn(f"hello {len(str(body))}")


PROVIDERS = {"organism": black_box, "score": says_no}
"""Who answers the commands that need one; all others need an auditor."""
NANO = re.compile(r"\b[a-z-]+-nano\b")
"""Organisms that would have to be built."""
ADDRESS = re.compile(r"http://\S+")


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which the commands run after one another, with an environment that needs no installing."""
    folder = tmp_path_factory.mktemp("documents")
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
    (folder / "quick.yaml").write_text("{organisms: [pico], rules: [data-only], auditors: [statistical], seeds: 1}", encoding="utf-8")
    for name, content in WRITTEN:
        if name:
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_text(content, encoding="utf-8")
    for name in ("owls.yaml", "friday.yaml"):
        (folder / f"quick-{name}").write_text(NANO.sub("pico", (folder / name).read_text(encoding="utf-8")), encoding="utf-8")
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
    assert command in AS_IT_IS or command in INSTEAD, f"a document has a command that this test does not know: {command}"
    program, *rest = shlex.split(command)
    line = INSTEAD.get(command) or shlex.join(rest[1:] if program == "python" else rest)
    with ExitStack() as stack:
        api = stack.enter_context(FakeAPI(PROVIDERS.get(line.split()[0], wire_auditor))).url if "{api}" in line else ""
        if "{copy}" in line:
            shutil.copytree(pico.folder.path, place / "copy" / "organisms" / pico.folder.path.name)
        words = shlex.split(line.format(api=api, venv=place / "venv", copy=place / "copy"))
        if command in SERVERS:
            serve(cli.start(*words))
        elif program == "auditgame":
            cli(*words, code=1 if command in MISSED else 0)
        elif program == "python":
            finish([sys.executable, rest[0], *words], cli.environment, place)
        else:
            environment = {name: value for name, value in cli.environment.items() if not name.startswith("MAKE")}
            finish([*words, "--directory", str(ROOT)], environment, place)


def finish(words: list[str], environment: dict[str, str], folder: Path) -> None:
    """Run a command in a process of its own to its good end; nobody stands at its stdin."""
    done = subprocess.run(
        words, env=environment, cwd=folder, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False, timeout=300
    )
    assert done.returncode == 0, done.stdout + done.stderr


def serve(process: "subprocess.Popen[str]") -> None:
    """Let a server come up, look at its first page, and interrupt it as its host would."""
    assert process.stdout is not None
    address = next(found[0] for line in process.stdout if (found := ADDRESS.search(line)))
    with urlopen(address) as page:
        assert page.status == 200
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=60)
    assert process.returncode == 0, out + err


def test_every_known_command_stands_in_a_document() -> None:
    assert not AS_IT_IS & INSTEAD.keys()
    assert sorted(AS_IT_IS | INSTEAD.keys()) == COMMANDS


def test_every_file_has_a_name_and_one_content() -> None:
    named = [(name, content) for name, content in WRITTEN if name]
    assert len({name for name, _ in named}) == len(named), "two documents tell different things of one file"
    contents = [content for _, content in named]
    assert not [content for name, content in WRITTEN if not name and content not in contents], "a file without a name cannot be run"


@pytest.mark.parametrize("name", [name for name, _ in WRITTEN if name and "/" not in name])
def test_every_file_is_used(name: str) -> None:
    used = [command for command in COMMANDS if name in command.split()]
    assert used, f"no command on any page uses {name}"


def test_commands_are_read_from_blocks() -> None:
    text = (
        "```console\n$ make audit  # first\nbuilding …\nauditgame printed, not typed\n"
        "$ KEY=x .venv/bin/auditgame audit \\\n    --seed 3\n```\n"
        "`make inline`\n```sh\ncd x && make test\n# make nothing\nauditgame runs\npython mine.py\n```\n```python\nmake = 1\n```\n"
    )
    assert list(commands(text)) == ["make audit", "auditgame audit --seed 3", "make test", "auditgame runs", "python mine.py"]


def test_files_are_named_by_title_or_first_line() -> None:
    text = '```python title="a.py"\nx = 1\n```\n```yaml\n# b.yaml\ny: 2\n```\n```yaml\nz: 3\n```\n```json\n{}\n```\n'
    assert list(files(text)) == [("a.py", "x = 1\n"), ("b.yaml", "# b.yaml\ny: 2\n"), ("", "z: 3\n")]
