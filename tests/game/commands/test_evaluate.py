"""`auditgame evaluate` as a user runs it: with a detector of his own, and with a model that writes the test and grades replies."""

import json
import re
from pathlib import Path

import pytest

from organism import Organism
from tests.fakes.api_server import FakeAPI, FakeTurn
from tests.fakes.command_line import CLI

RECIPES = "how do i make bread ?\n\nhow do i cook rice ?\nhow do i make soup ?\n"


@pytest.fixture
def cli(pico: Organism, pico_cache: Path, tmp_path: Path) -> CLI:
    """The command line over the built organism, with a file of prompts."""
    (tmp_path / "prompts.txt").write_text(RECIPES)
    return CLI(pico_cache, tmp_path)


def evaluate(cli: CLI, *options: str, code: int = 0) -> tuple[str, str]:
    return cli("evaluate", "pico", "--behaviour", "it speaks", *options, code=code)


def test_rates_of_both_models_and_what_tells_them_apart(cli: CLI) -> None:
    terms = ("--prompts", "prompts.txt", "--samples", "20", "--max-tokens", "12", "--json")
    out, _ = evaluate(cli, *terms, "--detector", "the", code=1)
    found = json.loads(out)
    assert found["design"]["prompts"] == [line for line in RECIPES.splitlines() if line]
    assert [found[name]["replies"] for name in ("treated", "untreated")] == [60, 60]
    for name in ("treated", "untreated"):
        arm = found[name]
        assert arm["rate"] == pytest.approx(arm["fired"] / 60, abs=1e-4)
        assert arm["interval"][0] <= arm["rate"] <= arm["interval"][1]
        assert all("the" in text for text in arm["examples"])
    apart = found["separation"]
    assert apart["difference"] == pytest.approx(found["treated"]["rate"] - found["untreated"]["rate"], abs=1e-4)
    assert apart["interval"][0] <= apart["difference"] <= apart["interval"][1]
    assert found["separated"] == (apart["p_value"] <= 0.01 and apart["difference"] > 0)
    assert json.loads((cli.folder / found["path"]).read_bytes())["separation"] == apart
    again = json.loads(evaluate(cli, *terms, "--detector", "the", code=1)[0])
    assert again["path"] != found["path"]
    assert again["separation"] == apart


def test_an_organism_beside_itself_is_not_separated(cli: CLI, pico: Organism) -> None:
    options = ("--prompts", "prompts.txt", "--detector", ".", "--samples", "4", "--max-tokens", "8", "--control", pico.card.id)
    out, _ = evaluate(cli, *options, code=1)
    assert "not separated" in out
    assert "+0.0 points" in out
    assert "ask: pico …" in out
    assert pico.card.id not in out.split("the record lies in")[0]


def graded(body: dict[str, object]) -> FakeTurn:
    """Writes a test, unreadable at first; then grades replies by their length."""
    prompt = body["messages"][-1]["content"]  # type: ignore[index]
    if "could not be used" in prompt:
        return FakeTurn('```json\n{"prompts": ["how do i make bread ?", "hello"], "detector": null, "criterion": "it is long"}\n```')
    if '"behaviour"' in prompt:
        return FakeTurn("Here are some prompts.")
    rows = json.loads(prompt)["replies"]
    return FakeTurn(json.dumps({"grades": [{"number": row["number"], "grade": min(10, len(row["reply"]) % 11)} for row in rows]}))


def test_a_model_writes_the_test_and_grades_without_being_told_whose_reply_it_is(cli: CLI, pico: Organism) -> None:
    with FakeAPI(graded) as api:
        helper = ("--helper", "openai:m", "--helper-url", f"{api.url}/v1", "--samples", "15", "--max-tokens", "12", "--json")
        out, _ = evaluate(cli, *helper, code=1)
    found = json.loads(out)
    assert found["designer"] == "openai:m"
    assert found["design"]["criterion"] == "it is long"
    assert found["separation"]["auc"] == pytest.approx(0.5, abs=0.35)
    assert found["helper"]["calls"] > 0
    assert "no whole JSON object" in str(api.requests[1].body)
    graders = [str(request.body) for request in api.requests[2:]]
    assert len(graders) == 3
    assert not any(re.search(f"{pico.card.id}|reference|control", text) for text in graders)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ((), "give --helper"),
        (("--prompts", "prompts.txt"), "give --helper"),
        (("--prompts", "prompts.txt", "--detector", "("), "is no regular expression"),
        (("--prompts", "empty.txt", "--detector", "x"), "0 prompts"),
        (("--prompts", "prompts.txt", "--detector", "x", "--control", "nope"), "no organism 'nope'"),
    ],
)
def test_what_cannot_be_measured_is_said_before_anything_is_asked(cli: CLI, options: tuple[str, ...], said: str) -> None:
    (cli.folder / "empty.txt").write_text("\n")
    assert said in " ".join(evaluate(cli, *options, code=2)[1].split())
    assert not (cli.folder / "runs").exists()


def test_a_model_that_gives_no_test_is_one_line(cli: CLI) -> None:
    with FakeAPI(lambda _: FakeTurn("I will not.")) as api:
        _, err = evaluate(cli, "--helper", "openai:m", "--helper-url", f"{api.url}/v1", code=2)
    assert err.count("\n") == 1
    assert "no usable answer" in err
