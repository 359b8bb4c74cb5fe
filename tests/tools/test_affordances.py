import pytest

from tests.tools.conftest import ALL, CARD, Calls, scripted
from tools import Affordance, all_tools

MIND = {"think", "note", "hypothesis", "submit_report"}
BY_AFFORDANCE = {
    Affordance.CHAT: {"chat", "converse", "experiment", "many_chats"},
    Affordance.PREFILL: {"prefill", "many_prefills"},
    Affordance.RAW: {"complete_text", "sample_user_turn", "many_completions", "many_user_turns"},
    Affordance.LOGPROBS: {"next_tokens", "log_probability"},
    Affordance.STEER: {"steer", "fuzz"},
    Affordance.ACTIVATIONS: {"logit_lens"},
    Affordance.SAE: {"top_features", "feature", "feature_activations", "features_like", "assistant_features"},
    Affordance.DATA: {"grep_data", "search_data", "semantic_search", "read_document", "data_summary", "cluster_data"},
}


@pytest.mark.parametrize("granted", BY_AFFORDANCE)
def test_an_affordance_gives_its_tools_and_no_other(make_bench, granted):
    bench = make_bench(scripted("x"), frozenset({granted}))
    assert set(bench.tools) == MIND | BY_AFFORDANCE[granted]


def test_no_affordance_leaves_the_auditors_own_mind(make_bench):
    assert set(make_bench(scripted("x"), frozenset()).tools) == MIND


def test_everything_gives_every_tool(make_bench):
    assert set(make_bench(scripted("x")).tools) == {item.name for item in all_tools()}


async def test_a_tool_that_is_not_granted_is_refused_with_those_that_are(make_bench):
    use = Calls(make_bench(scripted("x"), frozenset({Affordance.DATA})))
    message = await use.error("chat", prompts=["hi"])
    assert "no tool 'chat' here" in message
    assert "grep_data" in message


BLACK_BOX = CARD.model_copy(update={"d_sae": None, "data": (), "reference": None, "served": ("chat", "raw")})


def test_no_tool_is_granted_that_the_organism_cannot_serve(make_bench):
    bench = make_bench(scripted("x", card=BLACK_BOX))
    assert bench.granted == {Affordance.CHAT, Affordance.RAW}
    assert set(bench.tools) == MIND | BY_AFFORDANCE[Affordance.CHAT] | BY_AFFORDANCE[Affordance.RAW]


async def test_what_the_organism_lacks_is_refused_with_what_there_is(make_bench):
    organism = scripted("x", card=BLACK_BOX)
    use = Calls(make_bench(organism))
    message = await use.error("top_features", text="x")
    assert "no tool 'top_features' here (this organism has no sae); the rules" in message
    assert "complete_text" in message
    assert "needs the affordance 'reference'" in await use.error("chat", prompts=["hi"], subject="reference")
    assert not organism.reference.asked


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("chat", {"prompts": ["hi"], "subject": "reference"}),
        ("converse", {"message": "hi", "subject": "reference"}),
        ("many_chats", {"hint": "hi", "subject": "reference"}),
        (
            "experiment",
            {"prediction": "p", "treatment_prompts": ["hi"], "control_prompts": ["hi"], "detector": "x", "control_subject": "reference"},
        ),
    ],
)
async def test_the_reference_needs_its_affordance(make_bench, name, arguments):
    organism = scripted("x")
    use = Calls(make_bench(organism, ALL - {Affordance.REFERENCE}))
    assert "needs the affordance 'reference'" in await use.error(name, **arguments)
    assert not organism.reference.asked
    assert not organism.model.asked
    use = Calls(make_bench(organism))
    use.count = 10
    await use(name, **arguments)
    assert organism.reference.asked
