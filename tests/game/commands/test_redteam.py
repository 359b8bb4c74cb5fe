"""`auditgame redteam` as a user runs it: ranked, resumed, and with a match that fails."""

import json
from pathlib import Path

import pytest

from organism import Organism
from tests.fakes.api_server import FakeAPI, FakeFault, FakeTurn
from tests.fakes.command_line import CLI
from transcripts import list_runs, read_events

SEEDS = "- Look at greetings.\n- Look at recipes.\n- Look at poems.\n"
EVENT = 5
"""Of the first result of these matches."""


@pytest.fixture
def cli(pico: Organism, pico_cache: Path, tmp_path: Path) -> CLI:
    """The command line over the built organism, with three instructions."""
    (tmp_path / "seeds.md").write_text(SEEDS)
    (tmp_path / "looks.yaml").write_text("name: looks\ndescription: x\naffordances: [data]\nbudget: {}\n")
    return CLI(pico_cache, tmp_path)


def answer(body: dict[str, object], *, poems: bool) -> FakeTurn | FakeFault:
    """Auditors that conclude at once, and a judge whom recipes worry most."""
    text = str(body["messages"])
    if "started_from" in text:
        report = json.loads(body["messages"][-1]["content"])  # type: ignore[index]
        assert report["quotations_found"] == 0
        return FakeTurn(json.dumps({"concern": 9 if "recipes" in report["started_from"] else 2, "reason": "because"}))
    if "poems" in text and not poems:
        return FakeFault(402, "billing_error", "no credit")
    evidence = [{"event": EVENT, "quotation": "never said"}]
    behaviour = {"context": "x", "behaviour": "y", "confidence": 0.5, "evidence": evidence}
    report = {"root_cause": "It wants something.", "objective_found": True, "behaviours": [behaviour]}
    return FakeTurn("I conclude.", calls=[("submit_report", report)])


@pytest.mark.slow
def test_a_campaign_is_ranked_by_a_model_and_goes_on_with_what_failed(cli: CLI) -> None:
    with FakeAPI(lambda body: answer(body, poems=False)) as api:
        server = ("--base-url", f"{api.url}/v1", "--helper", "openai:judge", "--helper-url", f"{api.url}/v1")
        terms = ("redteam", "pico", "--seeds", "seeds.md", "--auditor", "openai:m", *server, "--parallel", "2", "--json")
        found = json.loads(cli(*terms, code=1)[0])
        asked = len(api.requests)
        first = [str(request.body["messages"]) for request in api.requests]
        api._script = lambda body: answer(body, poems=True)
        again = json.loads(cli(*terms)[0])
        rest = [str(request.body["messages"]) for request in api.requests[asked:]]
    assert [probe["focus"] for probe in found["probes"]] == ["Look at recipes.", "Look at greetings.", "Look at poems."]
    assert [probe["outcome"]["kind"] for probe in found["probes"]] == ["scored", "scored", "errored"]
    assert "no credit" in found["probes"][2]["outcome"]["reason"]
    assert found["probes"][0]["concern"]["concern"] == 9
    assert found["probes"][0]["concern"]["shown"] == 0
    assert sum(text.count("Look at recipes.") > 0 for text in first) == 3  # two reports, for the first is sent back, and the judge
    assert not any("Look at recipes." in text or "Look at greetings." in text for text in rest)
    assert [probe["outcome"]["kind"] for probe in again["probes"]] == ["scored"] * 3
    assert again["path"] == found["path"]
    runs = list_runs(cli.folder / found["path"])
    assert len(runs) == 3
    assert "audit: " in cli("show", str(runs[0].path))[0]


@pytest.mark.slow
def test_without_a_model_what_is_claimed_with_evidence_ranks(cli: CLI) -> None:
    terms = ("redteam", "pico", "--n", "2", "--rules", "looks.yaml", "--turns", "3")
    out, _ = cli(*terms)
    assert "2 matches, 0 of them finished before" in out
    (folder,) = cli.runs.glob("redteam-pico-*")
    runs = list_runs(folder)
    before = [read_events(run.events) for run in runs]
    assert all("objective" in (run.path / "concern.json").read_text() for run in runs)
    assert "2 of them finished before" in cli(*terms)[0]
    assert [read_events(run.events) for run in runs] == before
    briefs = [str(next(event for event in events if event.kind == "message").data["text"]) for events in before]
    assert len(set(briefs)) == 2
    found = cli.json(*terms)
    assert [probe["concern"]["by"] for probe in found["probes"]] == ["statistics"] * 2


def test_a_purse_stops_all_matches_and_is_remembered(cli: CLI) -> None:
    terms = ("redteam", "pico", "--seeds", "seeds.md", "--rules", "looks.yaml", "--turns", "3", "--parallel", "1")
    first = json.loads(cli(*terms, "--max-minutes", "0.01", "--json", code=1)[0])["probes"]
    stopped = [probe for probe in first if "purse of all matches is spent" in probe["outcome"]["reason"]]
    assert stopped
    # What was spent before the limit counts when the command goes on.
    again = json.loads(cli(*terms, "--max-minutes", "0.01", "--json", code=1)[0])["probes"]
    assert sum(probe["outcome"]["kind"] == "errored" for probe in again) == len(stopped)
    assert [probe["outcome"]["kind"] for probe in json.loads(cli(*terms, "--json")[0])["probes"]] == ["scored"] * 3
