"""The retry layer, on errors that the real SDKs raise from a local server."""

import asyncio
import random
from collections.abc import Awaitable, Callable
from dataclasses import replace

import anthropic
import openai
import pytest

from agent.brain import BrainError
from agent.retry import BadReplyError, Kind, Retries, classify, is_context_full
from tests.fakes.api_server import FakeAPI, FakeFault, FakeTurn, Script


class Clock:
    """Time that passes only by sleeping."""

    def __init__(self) -> None:
        self.now = 0.0
        self.slept: list[float] = []

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds

    def retries(self, **given: float) -> Retries:
        return Retries(**{"sleep": self.sleep, "clock": lambda: self.now, "jitter": random.Random(0), **given})  # type: ignore[arg-type]


def claude(api: FakeAPI) -> Callable[[], Awaitable[object]]:
    client = anthropic.AsyncAnthropic(api_key="test", base_url=api.url, max_retries=0)
    return lambda: client.messages.create(model="m", max_tokens=9, messages=[{"role": "user", "content": "Hi"}])


def gpt(api: FakeAPI) -> Callable[[], Awaitable[object]]:
    client = openai.AsyncOpenAI(api_key="test", base_url=api.url, max_retries=0)
    return lambda: client.chat.completions.create(model="m", messages=[{"role": "user", "content": "Hi"}])


async def raised(provider: Callable[[FakeAPI], Callable[[], Awaitable[object]]], script: Script) -> Exception:
    with FakeAPI(script) as api:
        try:
            await provider(api)()
        except Exception as error:
            return error
    raise AssertionError("no error")


@pytest.mark.parametrize(
    ("status", "code", "kind"),
    [
        (400, "invalid_request_error", Kind.PERMANENT),
        (401, "authentication_error", Kind.PERMANENT),
        (402, "billing_error", Kind.PERMANENT),
        (403, "permission_error", Kind.PERMANENT),
        (404, "not_found_error", Kind.PERMANENT),
        (408, "invalid_request_error", Kind.TRANSIENT),
        (409, "conflict_error", Kind.TRANSIENT),
        (413, "request_too_large", Kind.PERMANENT),
        (422, "invalid_request_error", Kind.PERMANENT),
        (429, "rate_limit_error", Kind.WAIT),
        (429, "enforced_spend_limit_reached", Kind.PERMANENT),
        (429, "insufficient_quota", Kind.PERMANENT),
        (429, "something_new", Kind.WAIT),
        (500, "api_error", Kind.TRANSIENT),
        (429, "contract_spend_limit_reached", Kind.PERMANENT),
        (429, "billing_hard_limit_reached", Kind.PERMANENT),
        (429, "ramp_limit_exceeded", Kind.WAIT),
        (500, "overloaded_error", Kind.WAIT),
        (501, "something_new", Kind.PERMANENT),
        (502, "something_new", Kind.TRANSIENT),
        (503, "something_new", Kind.WAIT),
        (503, "server_is_overloaded", Kind.WAIT),
        (503, "slow_down", Kind.WAIT),
        (503, "cmek_key_unreachable", Kind.WAIT),
        (504, "timeout_error", Kind.TRANSIENT),
        (529, "overloaded_error", Kind.WAIT),
    ],
)
@pytest.mark.parametrize("provider", [claude, gpt])
async def test_what_a_status_means(
    provider: Callable[[FakeAPI], Callable[[], Awaitable[object]]], status: int, code: str, kind: Kind
) -> None:
    fault = classify(await raised(provider, [FakeFault(status, code)]))
    assert fault is not None
    assert fault.kind is kind
    assert f"HTTP {status}" in fault.reason
    assert code in fault.reason
    assert "(request req_0)" in fault.reason


async def test_spend_limit_in_the_documented_body_is_permanent() -> None:
    body = {
        "type": "error",
        "error": {"type": "rate_limit_error", "message": "m", "details": {"error_code": "enforced_spend_limit_reached"}},
    }
    fault = classify(await raised(claude, [FakeFault(429, body=body)]))
    assert fault is not None
    assert fault.kind is Kind.PERMANENT
    assert "enforced_spend_limit_reached" in fault.reason


@pytest.mark.parametrize("provider", [claude, gpt])
async def test_a_server_that_is_not_there_is_transient(provider: Callable[[FakeAPI], Callable[[], Awaitable[object]]]) -> None:
    with FakeAPI([]) as api:
        request = provider(api)
    with pytest.raises(Exception, match="Connection error") as caught:
        await request()
    fault = classify(caught.value)
    assert fault is not None
    assert fault.kind is Kind.TRANSIENT
    assert "ConnectError" in fault.reason


async def test_an_address_without_scheme_is_permanent() -> None:
    client = openai.AsyncOpenAI(api_key="test", base_url="localhost:1", max_retries=0)
    clock = Clock()
    with pytest.raises(BrainError, match="UnsupportedProtocol"):
        await clock.retries().run(client.models.list, "openai:m")
    assert clock.slept == []


async def test_a_page_of_html_becomes_one_short_line() -> None:
    fault = classify(await raised(gpt, [FakeFault(502, body="<html>\n" + "<p>bad gateway</p>\n" * 100)]))
    assert fault is not None
    assert "\n" not in fault.reason
    assert len(fault.reason) < 400


def test_errors_of_ours_are_not_the_providers() -> None:
    assert classify(KeyError("x")) is None
    assert classify(ValueError("x")) is None
    assert classify(asyncio.CancelledError()) is None


async def test_transient_errors_are_retried_with_growing_pauses_and_then_it_answers() -> None:
    clock = Clock()
    with FakeAPI([FakeFault(500), FakeFault(502), FakeFault(408), FakeTurn("Hi")]) as api:
        await clock.retries().run(claude(api), "anthropic:m")
    assert len(clock.slept) == 3
    for pause, backoff in zip(clock.slept, (1, 2, 4), strict=True):
        assert backoff / 2 <= pause <= backoff


async def test_transient_errors_end_after_the_attempts() -> None:
    clock = Clock()
    with FakeAPI(lambda _: FakeFault(500, message="boom")) as api:
        with pytest.raises(
            BrainError, match=r"^anthropic:m: HTTP 500 api_error: boom \(request req_3\) \(gave up after 4 tries in \d+ s\)$"
        ) as caught:
            await clock.retries(attempts=4).run(claude(api), "anthropic:m")
        assert len(api.requests) == 4
    assert caught.value.may_pass


async def test_permanent_errors_are_not_retried_and_say_what_to_do() -> None:
    clock = Clock()
    with FakeAPI(lambda _: FakeFault(401, "authentication_error", "invalid x-api-key")) as api:
        with pytest.raises(BrainError, match=r"invalid x-api-key.*check the API key") as caught:
            await clock.retries().run(claude(api), "anthropic:m")
        assert len(api.requests) == 1
    assert isinstance(caught.value.__cause__, anthropic.AuthenticationError)
    assert not caught.value.may_pass
    assert clock.slept == []


async def test_overload_is_waited_out_for_minutes() -> None:
    clock = Clock()
    faults = [FakeFault(529, "overloaded_error")] * 12
    with FakeAPI([*faults, FakeFault(500), FakeTurn("Hi")]) as api:
        await clock.retries().run(claude(api), "anthropic:m")
    assert 240 < clock.now < 720
    assert max(clock.slept) <= 60


async def test_overload_of_a_quarter_of_an_hour_is_survived() -> None:
    clock = Clock()

    def overloaded(_: object) -> FakeFault | FakeTurn:
        return FakeFault(529, "overloaded_error") if clock.now < 15 * 60 else FakeTurn("Hi")

    with FakeAPI(overloaded) as api:
        await clock.retries().run(claude(api), "anthropic:m")
        assert 15 < len(api.requests) < 60  # neither rare nor a hammering
    assert 15 * 60 <= clock.now < 17 * 60


async def test_each_wait_is_told_as_it_begins(caplog: pytest.LogCaptureFixture) -> None:
    clock = Clock()
    heard: list[list[str]] = []

    async def sleep(seconds: float) -> None:
        heard.append(list(caplog.messages))
        await clock.sleep(seconds)

    faults = [FakeFault(529, "overloaded_error", "Overloaded"), FakeFault(429, "rate_limit_error", "slower", {"retry-after": "42"})]
    with FakeAPI([*faults, FakeTurn("Hi")]) as api:
        await replace(clock.retries(), sleep=sleep).run(claude(api), "anthropic:m")
    first, second = caplog.messages
    assert first.startswith("anthropic:m: HTTP 529 overloaded_error: Overloaded (request req_0); next try in ")
    assert second == "anthropic:m: HTTP 429 rate_limit_error: slower (request req_1); next try in 42 s"
    assert heard == [[first], [first, second]]
    assert {record.levelname for record in caplog.records} == {"WARNING"}


async def test_overload_ends_with_patience() -> None:
    clock = Clock()
    with FakeAPI(lambda _: FakeFault(529, "overloaded_error")) as api, pytest.raises(BrainError, match=r"529.*gave up"):
        await clock.retries(patience=100).run(claude(api), "anthropic:m")
    assert clock.now <= 100


@pytest.mark.parametrize(("headers", "least"), [({"retry-after": "90"}, 90), ({"retry-after-ms": "70500"}, 70.5)])
async def test_retry_after_is_obeyed(headers: dict[str, str], least: float) -> None:
    clock = Clock()
    with FakeAPI([FakeFault(429, "rate_limit_error", headers=headers), FakeTurn("Hi")]) as api:
        await clock.retries().run(gpt(api), "openai:m")
    assert clock.slept == [least]


async def test_a_retry_after_beyond_patience_is_not_waited_for() -> None:
    clock = Clock()
    fault = FakeFault(429, "rate_limit_error", headers={"retry-after": "7200"})
    with FakeAPI([fault]) as api, pytest.raises(BrainError, match="429"):
        await clock.retries().run(gpt(api), "openai:m")
    assert clock.slept == []


async def test_an_unreadable_date_in_retry_after_falls_back_to_our_pause() -> None:
    clock = Clock()
    with FakeAPI([FakeFault(503, headers={"retry-after": "Wed, 21 Oct 2026 07:28:00 GMT"}), FakeTurn("Hi")]) as api:
        await clock.retries().run(gpt(api), "openai:m")
    assert clock.slept[0] <= 1


async def test_bugs_and_cancellations_pass_through() -> None:
    async def bug() -> None:
        raise KeyError("ours")

    async def cancelled() -> None:
        raise asyncio.CancelledError

    with pytest.raises(KeyError):
        await Clock().retries().run(bug, "x:m")
    with pytest.raises(asyncio.CancelledError):
        await Clock().retries().run(cancelled, "x:m")


async def test_a_reply_with_an_unknown_failure_is_permanent() -> None:
    async def failed() -> None:
        raise BadReplyError("the response failed: invalid_prompt", code="invalid_prompt", request_id="req_9")

    with pytest.raises(BrainError, match=r"invalid_prompt \(request req_9\)"):
        await Clock().retries().run(failed, "openai:m")


@pytest.mark.parametrize(
    ("provider", "fault", "full"),
    [
        (claude, FakeFault(400, "invalid_request_error", "prompt is too long: 210000 tokens > 200000 maximum"), True),
        (gpt, FakeFault(400, "context_length_exceeded", "too long"), True),
        (gpt, FakeFault(400, "BadRequestError", "This model's maximum context length is 4096 tokens."), True),
        (claude, FakeFault(400, "invalid_request_error", "tools.0: bad schema"), False),
        (gpt, FakeFault(400, "invalid_request_error", "bad schema"), False),
    ],
)
async def test_a_full_context_is_recognised(
    provider: Callable[[FakeAPI], Callable[[], Awaitable[object]]], fault: FakeFault, full: bool
) -> None:
    assert is_context_full(await raised(provider, [fault])) is full
