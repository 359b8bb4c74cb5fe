"""A model behind a server: what goes over the wire, and what becomes of every kind of error."""

import random
import time

import pytest

from organism import CannotAnswerError, ChatMessage, OrganismError, PromptTooLongError
from organism.endpoint import LONGEST_TOKEN, EndpointModel
from organism.endpoint_errors import EndpointError, EndpointRetries
from organism.foundry import AdoptionError, probe_endpoint
from organism.foundry.tokenizer import make_tokenizer
from tests.fakes import api_server
from tests.fakes.api_server import FakeAPI, FakeFault, FakeTurn
from tests.fakes.tiny_models import WORDS

HI = ChatMessage(role="user", content="Hi")
BEGUN = ChatMessage(role="assistant", content="I am ")
TERMS = {"max_new_tokens": 9, "temperature": 0.5}


class Naps:
    """Sleeps that only count."""

    def __init__(self):
        self.taken = []

    async def __call__(self, seconds):
        self.taken.append(seconds)


def endpoint(api, *, tokenizer=False, attempts=3, naps=None):
    retries = EndpointRetries(hidden=("secret-name", api.url), attempts=attempts, sleep=naps or Naps(), jitter=random.Random(0))
    return EndpointModel(
        f"{api.url}/v1", "secret-name", context_length=64, tokenizer=make_tokenizer(WORDS) if tokenizer else None, retries=retries
    )


@pytest.fixture(autouse=True)
def _key(monkeypatch):
    monkeypatch.delenv("AUDITGAME_ENDPOINT_KEY", raising=False)


async def test_a_server_that_ignores_the_limit_of_tokens_is_not_read_to_its_end():
    with FakeAPI(lambda _: FakeTurn("word " * 200_000)) as api:
        model = endpoint(api)
        found = await model.chat([[HI]], seeds=[0], **TERMS) + await model.complete(["there"], seeds=[0], **TERMS)
    assert [len(item.text) for item in found] == [9 * LONGEST_TOKEN] * 2


async def test_chat_over_the_wire():
    with FakeAPI(lambda body: FakeTurn(f"seed {body['seed']}", tokens=(7, 0, 0, 3))) as api:
        system = ChatMessage(role="system", content="Be kind.")
        found = await endpoint(api).chat([[system, HI], [HI]], seeds=[4, 5], **TERMS)
    assert [(item.text, item.read_tokens, item.new_tokens) for item in found] == [("seed 4", 7, 3), ("seed 5", 7, 3)]
    one, other = sorted(api.requests, key=lambda request: request.body["seed"])
    assert one.path == "/v1/chat/completions"
    assert one.body == {
        "model": "secret-name",
        "messages": [{"role": "system", "content": "Be kind."}, {"role": "user", "content": "Hi"}],
        "max_tokens": 9,
        "temperature": 0.5,
        "seed": 4,
    }
    assert other.body["messages"] == [{"role": "user", "content": "Hi"}]
    assert one.headers["authorization"] == "Bearer none"


async def test_a_prefill_over_the_wire():
    with FakeAPI([FakeTurn(" happy")]) as api:
        (found,) = await endpoint(api).chat([[HI, BEGUN]], seeds=[0], **TERMS)
    assert found.text == " happy"
    body = api.requests[0].body
    assert body["messages"][-1] == {"role": "assistant", "content": "I am"}
    assert body["add_generation_prompt"] is False
    assert body["continue_final_message"] is True


async def test_raw_text_over_the_wire():
    with FakeAPI([FakeTurn("there was")]) as api:
        (found,) = await endpoint(api).complete(["Once"], seeds=[3], **TERMS)
    assert found.text == "there was"
    assert api.requests[0].path == "/v1/completions"
    assert api.requests[0].body == {"model": "secret-name", "prompt": "Once", "max_tokens": 9, "temperature": 0.5, "seed": 3}


async def test_user_turns_are_rendered_here():
    with FakeAPI(lambda _: FakeTurn("what do you like ?")) as api:
        model = endpoint(api, tokenizer=True)
        found = await model.user_turns(2, seeds=[1, 2], **TERMS)
        await model.complete([""], seeds=[0], **TERMS)
    assert [item.text for item in found] == ["what do you like ?"] * 2
    assert api.requests[0].body["prompt"].strip() == "<|user|>"
    assert api.requests[0].body["add_special_tokens"] is False
    assert set(api.requests[0].body["stop_token_ids"]) == set(model.tokenizer.all_special_ids)
    assert api.requests[2].body["prompt"] == "<|begin|>"


async def test_without_a_tokenizer_some_questions_have_no_answer():
    with FakeAPI([]) as api:
        with pytest.raises(CannotAnswerError, match="user's turn cannot be sampled"):
            await endpoint(api).user_turns(1, seeds=[0], **TERMS)
        with pytest.raises(CannotAnswerError, match="cannot start from nothing"):
            await endpoint(api).complete(["a", ""], seeds=[0, 1], **TERMS)
    assert api.requests == []


async def test_the_key_comes_from_the_environment(monkeypatch):
    monkeypatch.setenv("AUDITGAME_ENDPOINT_KEY", "sk-test")
    monkeypatch.setenv("OPENAI_API_KEY", "sk-of-the-auditor")
    with FakeAPI([FakeTurn("x")]) as api:
        await endpoint(api).chat([[HI]], seeds=[0], **TERMS)
    assert api.requests[0].headers["authorization"] == "Bearer sk-test"


async def test_a_server_that_does_not_count_tokens():
    def uncounted(turn, number, model):
        return {name: value for name, value in api_server.chat_reply(turn, number, model).items() if name != "usage"}

    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(api_server.FORMS, "/chat/completions", uncounted)
        with FakeAPI([FakeTurn("three words here")]) as api:
            (found,) = await endpoint(api).chat([[HI]], seeds=[0], **TERMS)
    assert (found.read_tokens, found.new_tokens) == (1, 3)


@pytest.mark.parametrize(
    "fault",
    [
        FakeFault(429, "rate_limit_exceeded"),
        FakeFault(408),
        FakeFault(409),
        FakeFault(500),
        FakeFault(503, body="<html>busy</html>"),
        FakeTurn("x", broken="cut"),
        FakeTurn("x", broken="unfinished"),
        FakeTurn("x", broken="error"),
    ],
)
async def test_an_error_that_passes_is_tried_again(fault):
    naps = Naps()
    with FakeAPI([fault, FakeTurn("at last")]) as api:
        (found,) = await endpoint(api, naps=naps).chat([[HI]], seeds=[0], **TERMS)
    assert found.text == "at last"
    assert len(api.requests) == 2
    assert len(naps.taken) == 1
    assert 0.5 <= naps.taken[0] <= 1


async def test_the_server_says_how_long_to_wait():
    naps = Naps()
    with FakeAPI([FakeFault(429, headers={"retry-after": "7"}), FakeTurn("x")]) as api:
        await endpoint(api, naps=naps).chat([[HI]], seeds=[0], **TERMS)
    assert naps.taken == [7.0]


@pytest.mark.parametrize(
    ("fault", "requests", "named"),
    [
        (FakeFault(500, message="broken"), 3, "HTTP 500"),
        (FakeFault(401), 1, "set AUDITGAME_ENDPOINT_KEY"),
        (FakeFault(404, message="no such model"), 1, "--model"),
        (FakeFault(429, "insufficient_quota"), 1, "credit"),
        (FakeFault(501), 1, "HTTP 501"),
        (FakeTurn("x", broken="error"), 3, "upstream failed"),
    ],
)
async def test_a_server_that_cannot_be_used_ends_the_call(fault, requests, named):
    with FakeAPI(lambda _: fault) as api, pytest.raises(EndpointError, match=named) as caught:
        await endpoint(api).chat([[HI]], seeds=[0], **TERMS)
    assert len(api.requests) == requests
    assert caught.value.may_pass == (requests > 1)
    assert isinstance(caught.value, OrganismError)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("fault", "kind", "named"),
    [
        (FakeFault(400, message="secret-name has no prefill"), CannotAnswerError, "HTTP 400.*… has no prefill"),
        (FakeFault(422, message="bad"), CannotAnswerError, "HTTP 422"),
        (FakeFault(400, message="This model's maximum context length is 64 tokens."), PromptTooLongError, "longer than this model"),
        (FakeFault(400, "context_length_exceeded"), PromptTooLongError, "longer than this model"),
    ],
)
async def test_a_question_that_the_server_refuses_is_the_auditors_to_mend(fault, kind, named):
    with FakeAPI(lambda _: fault) as api, pytest.raises(kind, match=named) as caught:
        await endpoint(api).chat([[HI]], seeds=[0], **TERMS)
    assert len(api.requests) == 1
    assert "secret-name" not in str(caught.value)


async def test_a_server_that_is_not_there():
    model = EndpointModel("http://127.0.0.1:9/v1", "x", context_length=8, retries=EndpointRetries(attempts=2, sleep=Naps()))
    started = time.monotonic()
    with pytest.raises(EndpointError, match="is it running"):
        await model.chat([[HI]], seeds=[0], **TERMS)
    assert time.monotonic() - started < 5


async def test_many_requests_come_back_in_order():
    with FakeAPI(lambda body: FakeTurn(str(body["seed"]))) as api:
        found = await endpoint(api).chat([[HI]] * 100, seeds=range(100), **TERMS)
    assert [item.text for item in found] == [str(seed) for seed in range(100)]


async def probe(api, **more):
    return await probe_endpoint(f"{api.url}/v1", "m", retries=EndpointRetries(attempts=2, sleep=Naps()), **more)


async def test_a_server_is_asked_what_it_answers():
    with FakeAPI(lambda _: FakeTurn("x"), models=[{"id": "m", "max_model_len": 8192}]) as api:
        found = await probe(api)
        shorter = await probe(api, context_length=100)
    assert found.served == ("chat", "prefill", "raw")
    assert found.endpoint.context_length == 8192
    assert shorter.endpoint.context_length == 100


async def test_a_server_without_raw_text_prefill_or_a_list_of_models():
    def answer(body):
        if "prompt" in body:
            return FakeFault(404, message="Not Found")
        return FakeFault(400, message="unknown field") if "continue_final_message" in body else FakeTurn("x")

    with FakeAPI(answer) as api:
        found = await probe(api)
    assert found.served == ("chat",)
    assert found.endpoint.context_length == 4096


async def test_a_server_that_has_not_the_model():
    with (
        FakeAPI([], models=[{"id": "other"}, {"id": "third"}]) as api,
        pytest.raises(AdoptionError, match="no model 'm'; it has: other, third"),
    ):
        await probe(api)


async def test_a_server_that_answers_nothing_of_use():
    with FakeAPI(lambda _: FakeFault(400, message="no")) as api, pytest.raises(AdoptionError, match=r"neither chat .* nor raw text"):
        await probe(api)


async def test_a_server_that_wants_another_key():
    with FakeAPI([], models=FakeFault(401)) as api, pytest.raises(EndpointError, match="AUDITGAME_ENDPOINT_KEY"):
        await probe(api)
