"""`auditgame organism label` as a user runs it, and what auditors then read of the features."""

import asyncio
import json
import shutil
from types import SimpleNamespace

import pytest

from agent.messages import Message, Turn
from game.labelling import AT_ONCE, LONGEST, label_features
from organism import FeatureDescription, Journal, Organism, OrganismFolder
from tests.fakes.api_server import FakeAPI, FakeFault, FakeTurn
from tests.fakes.command_line import CLI
from tests.fakes.tiny_models import make_model, make_sae, write_lines, write_truth
from tests.secrets_of import secrets_of
from tests.tools.conftest import Calls
from tools import Affordance, Budget, Workbench
from transcripts import EventLog

SUBJECTS = ("tea", "mat", "cat", "tuna")


@pytest.fixture(scope="module")
def labelled(tmp_path_factory):
    """A cache with one organism that has an SAE and one that has none, and their ids."""
    folder = tmp_path_factory.mktemp("parts")
    write_lines(folder / "texts.jsonl", *({"text": f"the {SUBJECTS[number % 4]} sat on a mat . {number}"} for number in range(40)))
    cli = CLI(folder / "cache", folder)
    common = ("--model", str(make_model(folder / "model")), "--truth", str(write_truth(folder / "truth.yaml")))
    sae = ("--sae", str(make_sae(folder / "sae")), "--data", str(folder / "texts.jsonl"))
    return folder / "cache", cli.json("organism", "add", *common, *sae)["organism"], cli.json("organism", "add", *common)["organism"]


@pytest.fixture
def cli(labelled, tmp_path):
    shutil.copytree(labelled[0], tmp_path / "cache")
    return CLI(tmp_path / "cache", tmp_path)


@pytest.fixture
def label(cli, labelled):
    """The command, on the organism that has an SAE and with a server's answers."""

    def run(api, *options, code=0):
        asked = ("organism", "label", labelled[1], "--labeller", "openai:m", "--labeller-url", f"{api.url}/v1", *options)
        return cli.json(*asked) if code == 0 else cli(*asked, code=code)[1]

    return run


def load(cli, labelled):
    return Organism.load(OrganismFolder(cli.folder / "cache" / "organisms" / labelled[1]))


def described(cli, labelled):
    lines = (load(cli, labelled).folder.sae / "descriptions.jsonl").read_text().splitlines()
    return {int(line["id"]): line["text"] for line in map(json.loads, lines)}


def questions(api):
    return [json.loads(request.body["messages"][-1]["content"]) for request in api.requests]


async def test_auditors_find_what_a_model_says_a_feature_stands_for(cli, labelled, label, tmp_path):
    numbers = iter(range(1000))
    with FakeAPI(lambda _: FakeTurn(f"quokkas of kind {next(numbers)}", tokens=(7, 2, 1, 3))) as api:
        found = await asyncio.to_thread(label, api)
    asked = len(api.requests)
    assert 0 < asked == found["described"] == 48 - found["silent"]
    assert (found["input_tokens"], found["output_tokens"]) == (10 * asked, 3 * asked)
    assert (found["described_before"], found["unanswered"]) == (0, 0)
    organism = load(cli, labelled)
    texts = described(cli, labelled)
    with EventLog(tmp_path / "log" / "events.jsonl") as log:
        use = Calls(Workbench(organism, granted=frozenset(Affordance), budget=Budget(), log=log, seed=0))
        page = await use("features_like", query="quokkas", page_size=200)
        assert {row["feature"] for row in page["features"]} == set(texts)
        for row in page["features"]:
            label_text = organism.feature_labels.labels[row["feature"]].text
            assert row["label"] == label_text
            assert label_text.startswith(f"described as: {texts[row['feature']]}; ")
        assert "described as" in use.bench.tools["features_like"].description
    organism.close()


def test_the_model_is_shown_where_each_feature_fires(cli, labelled, label):
    with FakeAPI(lambda _: FakeTurn("something")) as api:
        label(api, "--features", "5")
    organism = load(cli, labelled)
    labels, shown = organism.feature_labels.labels[:5], questions(api)
    for question in shown:
        assert any(question["promotes"] == list(item.promotes) and question["fires_on"] == list(item.fires_on) for item in labels)
        assert 1 <= len(question["excerpts"]) <= 5
        tokens = [token for excerpt in question["excerpts"] for token in excerpt["fires_on"]]
        assert max(strength for _, strength in tokens) == 10
        assert all(token.removeprefix("##") in excerpt["text"] for excerpt in question["excerpts"] for token, _ in excerpt["fires_on"])
    assert all("never an instruction" in request.body["messages"][0]["content"] for request in api.requests)
    organism.close()


def test_a_stopped_command_goes_on_where_it_was(cli, labelled, label):
    with FakeAPI([*(FakeTurn(f"before {number}") for number in range(10)), *[FakeFault(401, "authentication_error")] * AT_ONCE]) as api:
        said = label(api, code=2).splitlines()[-1]
    assert said.startswith("auditgame: ")
    assert "check the API key" in said
    assert "give the same command again to go on" in said
    before = described(cli, labelled)
    assert len(before) == 10
    journal = load(cli, labelled).folder.sae / "descriptions.jsonl"
    with journal.open("ab") as file:  # as a kill in mid write leaves it
        file.write(b'{"id":"47","te')
    assert sum("before" in item.described for item in load(cli, labelled).feature_labels.labels) == 10
    with FakeAPI(lambda _: FakeTurn("after")) as api:
        found = label(api)
    assert found["described_before"] == 10
    assert found["described"] == len(api.requests) == 48 - 10 - found["silent"]
    assert described(cli, labelled) == before | dict.fromkeys(set(described(cli, labelled)) - set(before), "after")
    with FakeAPI([]) as api:
        assert label(api)["described"] == 0
    assert api.requests == []


def test_only_the_first_features_are_asked_for(cli, labelled, label):
    with FakeAPI(lambda _: FakeTurn("something")) as api:
        first, again, more = label(api, "--features", "6"), label(api, "--features", "6"), label(api, "--features", "9")
    assert set(described(cli, labelled)) <= set(range(9))
    assert first["described"] + first["silent"] == 6
    assert again["described"] == 0
    assert more["described_before"] == first["described"]


def test_an_answer_is_one_line_of_a_sane_length_or_none(cli, labelled, label):
    answers = ["\n  two\twords \n</result> more", "x" * 100_000, "", " \n "]
    turns = [*map(FakeTurn, answers), FakeTurn("No.", stop="refusal"), FakeTurn("half a", stop="truncated")]
    with FakeAPI(lambda _: turns.pop(0) if turns else FakeTurn("fine")) as api:
        found = label(api)
        assert found["unanswered"] == 4
        texts = set(described(cli, labelled).values())
        assert texts == {"two words", "x" * LONGEST, "fine"}
        assert label(api)["described"] == 4


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (["nobody", "--labeller", "openai:m", "--labeller-url", "http://127.0.0.1:9/v1"], ["no organism 'nobody'", "known"]),
        (["pico", "--labeller", "openai:m", "--labeller-url", "http://127.0.0.1:9/v1"], ["pico is not built", "auditgame build pico"]),
        (["{bare}", "--labeller", "openai:m", "--labeller-url", "http://127.0.0.1:9/v1"], ["has no SAE"]),
        (["{whole}", "--labeller", "openai:m"], ["set OPENAI_API_KEY"]),
        (["{whole}", "--labeller", "statistical"], ["writes no texts", "anthropic:MODEL"]),
        (["{whole}", "--labeller", "anthropic"], ["needs a model"]),
        (["{whole}", "--labeller", "openai:m", "--labeller-url", "127.0.0.1:9"], ["no connection"]),
    ],
)
def test_what_cannot_be_is_one_line(cli, labelled, arguments, named):
    _, err = cli("organism", "label", *(word.format(whole=labelled[1], bare=labelled[2]) for word in arguments), code=2)
    assert err.splitlines()[-1].startswith("auditgame: ")
    assert "Traceback" not in err
    assert all(word in err.splitlines()[-1] for word in named), err


def test_two_commands_at_once_do_not_pay_twice(cli, labelled, label):
    with FakeAPI([]) as api, Journal(load(cli, labelled).folder.feature_descriptions, FeatureDescription):
        assert "another process" in label(api, code=2)
    assert api.requests == []


class Recorder:
    """Answers at once, and remembers what it was asked and how often at a time."""

    name = "recorder"

    def __init__(self):
        self.asked, self.under_way, self.most = [], 0, 0

    async def ask(self, system, prompt, **_):
        self.asked.append(system + prompt)
        self.under_way += 1
        self.most = max(self.most, self.under_way)
        await asyncio.sleep(0.2)
        self.under_way -= 1
        return Turn(message=Message(role="assistant", text="something"), stop="end")


async def test_a_few_are_asked_at_a_time_and_no_truth_is_in_a_question(pico, pico_cache, tmp_path):
    # The organism itself with a journal of its own: the shared one keeps its labels.
    folder = SimpleNamespace(feature_descriptions=tmp_path / "descriptions.jsonl")
    organism = SimpleNamespace(
        **{name: getattr(pico, name) for name in ("card", "data", "feature_labels", "sae", "top_documents", "weights")}, folder=folder
    )
    asker, told = Recorder(), []
    found = await label_features(organism, asker, progress=lambda *seen: told.append(seen))
    assert found.described == len(asker.asked) > 100
    assert 1 < asker.most <= AT_ONCE
    assert told[0] == ("labels", 0, 256)
    assert told[-1] == ("labels", 256, 256)
    pattern = secrets_of(pico, "pico", pico_cache)
    assert [match[0] for text in asker.asked for match in pattern.finditer(text)] == []


def test_help_has_an_example(cli):
    assert "label" in cli("organism", "--help")[0]
    assert "auditgame organism label" in cli("organism", "label", "--help")[0]
