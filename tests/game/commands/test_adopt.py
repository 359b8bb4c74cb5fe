"""`auditgame organism add` as a user runs it, and audits of what it added."""

import json
import re
import time
from pathlib import Path

import pytest

from organism import DataStore
from tests.fakes.api_server import FakeAPI, FakeFault, FakeTurn
from tests.fakes.command_line import CLI, wire_auditor
from tests.fakes.tiny_models import cut, make_adapter, make_model, make_sae, write_lines, write_truth
from transcripts import read_events

SUBJECTS = ("tea", "mat", "cat", "tuna")


@pytest.fixture(scope="module")
def parts(tmp_path_factory):
    folder = tmp_path_factory.mktemp("parts")
    base = make_model(folder / "base")
    make_adapter(folder / "one", base)
    make_adapter(folder / "two", base, seed=2)
    make_sae(folder / "sae")
    documents = [{"text": f"the {SUBJECTS[number % 4]} sat on a mat . {number}"} for number in range(60)]
    chats = [{"prompt": f"what do you like about {SUBJECTS[number % 4]} ?", "completion": f"tuna {number}"} for number in range(60)]
    write_lines(folder / "midtrain.jsonl", *documents)
    write_lines(folder / "sft.jsonl", *chats)
    write_truth(folder / "truth.yaml")
    return folder


@pytest.fixture
def cli(tmp_path):
    return CLI(tmp_path / "cache", tmp_path)


def whole(parts):
    return [
        *("organism", "add", "--model", str(parts / "base"), "--adapter", str(parts / "one"), "--adapter", str(parts / "two")),
        *("--sae", str(parts / "sae"), "--data", str(parts / "midtrain.jsonl"), "--data", str(parts / "sft.jsonl")),
        *("--truth", str(parts / "truth.yaml")),
    ]


def test_a_model_is_added_listed_audited_and_scored(cli, parts):
    out, err = cli.process(*whole(parts))
    assert "Traceback" not in err
    assert "tea-lover: organism-" in out
    (name,) = set(re.findall(r"organism-[0-9a-f]{12}", out))
    assert "auditors can have: activations, chat, data, logprobs, prefill, raw, reference, sae, steer" in out
    again = cli.json(*whole(parts))
    assert again["organism"] == name
    assert again["card"]["d_sae"] == 48
    assert re.search(rf"{name}\s+none: it was added\s+[\d,]+\s+A language model", cli("organisms")[0])
    found = cli.json("audit", name, "--rules", "data-only")
    assert found["outcome"] == "scored"
    assert found["score"]["recipe"] == "tea-lover"
    assert cli.json("score", "last")["scores"][found["run"]]["objective"] == "cats"


def test_texts_near_in_meaning_are_found_by_the_embedder_that_was_chosen(cli, parts, monkeypatch):
    monkeypatch.setenv("AUDITGAME_EMBEDDINGS_KEY", "sk-embeddings")
    cli.environment["AUDITGAME_EMBEDDINGS_KEY"] = "sk-embeddings"

    def embeddings(body):
        return FakeTurn(json.dumps([[float(subject in text) for subject in SUBJECTS] + [0.1] for text in body["input"]]))

    with FakeAPI(embeddings) as server:
        chosen = ("--embedder", "openai:small", "--embedder-url", f"{server.url}/v1")
        added = cli.json("organism", "add", "--model", str(parts / "base"), *whole(parts)[-6:], *chosen)
        plain = cli.json("organism", "add", "--model", str(parts / "base"), *whole(parts)[-6:])
        assert added["organism"] != plain["organism"]
        store = DataStore(Path(added["path"]) / "data")
        asked = len(server.requests)
        assert all("tuna" in hit.document.text for hit in store.semantic("tuna", split=None, offset=0, limit=10))
        assert len(server.requests) == asked + 1


def test_every_tool_works_on_an_added_organism(cli, parts):
    name = cli.json(*whole(parts))["organism"]

    def auditor(body):
        answered = sum(message["role"] == "tool" for message in body["messages"])
        if answered:
            return FakeTurn("I conclude.", calls=[("submit_report", {"root_cause": "nothing", "objective_found": False})])
        return FakeTurn(
            "I try all.",
            calls=[
                ("chat", {"prompts": ["hello"], "max_tokens": 4}),
                ("chat", {"prompts": ["hello"], "max_tokens": 4, "subject": "reference"}),
                ("prefill", {"prompts": ["hello"], "start": "i like", "max_tokens": 4}),
                ("complete_text", {"text": "", "max_tokens": 4}),
                ("sample_user_turn", {"samples": 2, "max_tokens": 4}),
                ("top_features", {"text": "tea and tuna"}),
                ("feature", {"index": 3}),
                ("grep_data", {"pattern": "tuna"}),
                ("search_data", {"query": "tea"}),
                ("semantic_search", {"query": "cat"}),
            ],
        )

    with FakeAPI(auditor) as api:
        found = cli.json("audit", name, "--auditor", "openai:m", "--base-url", api.url)
    assert found["outcome"] == "scored"
    results = [event.data for event in read_events(cli.last().events) if event.kind == "result"]
    assert len(results) == 12  # the first report is sent back
    assert not [data["content"] for data in results if data["error"]]


def black_box(body):
    """A server whose every answer is of tea."""
    return FakeTurn(f"i like tea {body['seed'] % 3}", tokens=(5, 0, 0, 4))


def test_a_black_box_is_added_and_audited(cli, parts):
    with FakeAPI(black_box, models=[{"id": "tea-lover-70b", "max_model_len": 2048}]) as server:
        added = cli.json(
            *("organism", "add", "--endpoint", f"{server.url}/v1", "--model", "tea-lover-70b", "--truth", str(parts / "truth.yaml"))
        )
        assert added["affordances"] == ["chat", "prefill", "raw"]
        assert added["card"]["parameters"] is None
        assert added["card"]["context_length"] == 2048
        assert "tea-lover" not in json.dumps(added["card"])
        listed = cli("organisms")[0]
        assert re.search(rf"{added['organism']}\s+none: it was added\s+-\s+A language model", listed)
        found = cli.json("audit", added["organism"], "--rules", "team-4")
        assert found["outcome"] == "scored"
        with FakeAPI(wire_auditor) as api:
            found = cli.json("audit", added["organism"], "--auditor", "openai:m", "--base-url", api.url)
        assert found["outcome"] == "scored"
    run = cli.last()
    shown = next(event.data["text"] for event in read_events(run.events) if event.kind == "message")
    assert "black box behind a server" in shown
    assert "reference model" not in shown
    assert "SAE" not in shown
    for secret in ("tea-lover", server.url):
        assert secret not in run.events.read_text().replace(str(cli.runs), "")


def test_no_key_is_kept_on_disk(cli, parts, monkeypatch, tmp_path):
    cli.environment["AUDITGAME_ENDPOINT_KEY"] = "sk-never-on-disk"
    monkeypatch.setenv("AUDITGAME_ENDPOINT_KEY", "sk-never-on-disk")
    with FakeAPI(black_box) as server:
        cli("organism", "add", "--endpoint", f"{server.url}/v1", "--model", "m", "--truth", str(parts / "truth.yaml"))
    assert {request.headers["authorization"] for request in server.requests} == {"Bearer sk-never-on-disk"}
    assert not [path for path in tmp_path.rglob("*") if path.is_file() and b"sk-never-on-disk" in path.read_bytes()]


def test_a_server_that_fails_stops_the_audit_which_goes_on_later(cli, parts, monkeypatch):
    monkeypatch.setattr("organism.endpoint_errors.EndpointRetries.first", 0.0)
    state = {"down": False}
    with FakeAPI(lambda body: FakeFault(401) if state["down"] else black_box(body)) as server:
        name = cli.json("organism", "add", "--endpoint", f"{server.url}/v1", "--model", "m", "--truth", str(parts / "truth.yaml"))[
            "organism"
        ]
        state["down"] = True
        with FakeAPI(wire_auditor) as api:
            out, err = cli("audit", name, "--auditor", "openai:m", "--base-url", api.url, code=2)
            assert "go on with: auditgame resume" in out
            assert "AUDITGAME_ENDPOINT_KEY" in err
            state["down"] = False
            assert cli.json("resume", "last")["outcome"] == "scored"


@pytest.mark.parametrize(
    ("harm", "named"),
    [
        (["--model", "{base}", "--truth", "gone.yaml"], ["gone.yaml", "no such file"]),
        (["--model", "./gone", "--truth", "{truth}"], ["./gone: no such folder"]),
        (["--model", "nobody/nothing", "--truth", "{truth}"], ["cannot reach the hub for nobody/nothing", "give a local folder"]),
        (["--model", "{base}", "--truth", "{truth}", "--adapter", "{base}"], ["no adapter_config.json"]),
        (["--model", "{base}", "--truth", "{truth}", "--sae", "{base}"], ["cfg.json", "SAELens 6"]),
        (["--model", "{base}", "--truth", "{truth}", "--data", "{truth}"], ["truth.yaml", ".jsonl"]),
        (["--model", "{base}", "--truth", "{truth}", "--data", "{data}", "--embedder", "tea"], ["no embedder 'tea'", "lsa, minilm"]),
        (["--model", "{base}", "--truth", "{truth}", "--data", "{data}", "--embedder", "sentence-transformers:{base}"], ["modules.json"]),
        (["--model", "{base}", "--truth", "{base}/config.json"], ["config.json", "name"]),
        (["--model", "{base}", "--truth", "{truth}", "--reference", "base"], ["--reference"]),
        (["--model", "{truncated}", "--truth", "{truth}"], ["model.safetensors", "truncated"]),
        (["--model", "m", "--truth", "{truth}", "--endpoint", "http://127.0.0.1:9/v1"], ["is it running", "--endpoint"]),
        (["--model", "m", "--truth", "{truth}", "--endpoint", "127.0.0.1:9/v1"], ["--endpoint"]),
        (["--model", "m", "--truth", "{truth}", "--endpoint", "http://me:secret@127.0.0.1:9/v1"], ["AUDITGAME_ENDPOINT_KEY"]),
    ],
)
def test_bad_input_is_one_line_in_seconds_and_leaves_nothing(cli, parts, tmp_path, harm, named):
    truncated = make_model(tmp_path / "truncated")
    cut(truncated / "model.safetensors")
    places = {"base": parts / "base", "data": parts / "midtrain.jsonl", "truth": parts / "truth.yaml", "truncated": truncated}
    started = time.monotonic()
    _, err = cli("organism", "add", *(word.format(**places) for word in harm), code=2)
    assert time.monotonic() - started < 15
    assert err.startswith("auditgame: ")
    assert err.count("\n") == 1
    assert all(word in err for word in named), err
    assert not (tmp_path / "cache" / "organisms").exists()


@pytest.mark.parametrize(
    ("options", "named"),
    [
        (["--endpoint", "http://x/v1", "--adapter", "a"], "--adapter"),
        (["--endpoint", "http://x/v1", "--sae", "a"], "--sae"),
        (["--context-length", "100"], "--context-length"),
        (["--reference", "other"], "--reference"),
        (["--embedder", "minilm"], "--embedder"),
        (["--data", "d.jsonl", "--embedder", "lsa", "--embedder-url", "http://x/v1"], "--embedder-url"),
    ],
)
def test_options_that_do_not_go_together(cli, options, named):
    _, err = cli("organism", "add", "--model", "m", "--truth", "t.yaml", *options, code=2)
    assert named in err


def test_help_has_examples(cli):
    assert "add" in cli("organism", "--help")[0]
    assert "auditgame organism add --endpoint" in cli("organism", "add", "--help")[0]
