"""A local server that speaks the wire protocols of Anthropic (Messages) and OpenAI (Chat Completions, Responses) from a script.

    with FakeAPI([FakeTurn(calls=[("chat", {"prompt": "Hi"})]), FakeTurn("Done.")]) as api:
        ...  # any client with base_url=api.url; afterwards api.requests holds what it sent

It refuses (400) what the real services refuse and a mistake of ours could send. It knows nothing of audits.
"""

import json
import socket
import struct
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Self

from tests.fakes.api_streams import CHAT, MESSAGES, RESPONSES, Wire
from tests.fakes.api_wire import Body, FakeTurn, chat_reply, embeddings_reply, messages_reply, responses_reply, text_reply

__all__ = ["FakeAPI", "FakeFault", "FakeRequest", "FakeStream", "FakeTurn", "Script"]

STALL_SECONDS = 1.0
FORMS = {
    "/messages": messages_reply,
    "/chat/completions": chat_reply,
    "/completions": text_reply,
    "/responses": responses_reply,
    "/embeddings": embeddings_reply,
}
"""By the end of the path; the first that fits."""
STREAMS: dict[object, Wire] = {messages_reply: MESSAGES, chat_reply: CHAT, responses_reply: RESPONSES}
"""Of the forms that can be streamed."""


@dataclass(frozen=True)
class FakeFault:
    """An error status. Without a body, one that names `code` in the protocol's form."""

    status: int
    code: str = "api_error"
    message: str = "scripted fault"
    headers: Mapping[str, str] = field(default_factory=dict)
    body: Body | str | None = None


@dataclass(frozen=True)
class FakeStream:
    """A stream of exactly these events, for what only some servers send."""

    events: Sequence[Body]


Reply = FakeTurn | FakeFault | FakeStream
Script = Sequence[Reply] | Callable[[Body], Reply]


@dataclass(frozen=True)
class FakeRequest:
    """What a client sent."""

    path: str
    headers: Mapping[str, str]
    """Names in lower case."""
    body: Body


class FakeAPI:
    """The server; a context manager. A script is a list of replies, used up in order, or a function of the request's body."""

    def __init__(self, script: Script, *, models: Sequence[Body] | FakeFault = FakeFault(404)):
        self.requests: list[FakeRequest] = []
        self.models = models
        """What `/models` lists; a fault is not logged among the requests either."""
        self._script = script
        self._lock = threading.Lock()
        self._server = _Server(("127.0.0.1", 0), _Handler)
        self._server.api = self
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)

    @property
    def url(self) -> str:
        """The base URL for either SDK."""
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def answer(self, request: FakeRequest) -> tuple[int, Reply]:
        """Record a request and say what comes back, with the request's number (from 0)."""
        with self._lock:
            number = len(self.requests)
            self.requests.append(request)
            if refused := refusal_of(request):
                return number, FakeFault(400, "invalid_request_error", refused)
            if callable(self._script):
                return number, self._script(request.body)
            if number >= len(self._script):
                return number, FakeFault(400, "invalid_request_error", f"the script has only {len(self._script)} replies")
            return number, self._script[number]

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._server.shutdown()
        self._server.server_close()


def refusal_of(request: FakeRequest) -> str:
    """Why the real service would refuse a request; empty if it would not."""
    body = request.body
    open_calls: set[str] = set()
    if request.path.endswith("/messages"):
        if unknown := {"temperature", "top_p", "top_k", "seed"} & set(body):
            return f"{sorted(unknown)}: not permitted"
        for number, message in enumerate(body["messages"]):
            blocks = message["content"] if isinstance(message["content"], list) else [{"type": "text", "text": message["content"]}]
            if not blocks or any(block["type"] == "text" and not block["text"].strip() for block in blocks):
                return f"messages.{number}: content must not be empty or blank"
            results = {block["tool_use_id"] for block in blocks if block["type"] == "tool_result"}
            first = {block.get("tool_use_id") for block in blocks[: len(results)]}
            if results != open_calls or results != first:
                return f"messages.{number}: all tool_result blocks of the turn before must come first, and no others"
            open_calls = {block["id"] for block in blocks if block["type"] == "tool_use"}
            if message["role"] == "assistant" and blocks[-1]["type"] in ("thinking", "redacted_thinking"):
                return f"messages.{number}: the final block in an assistant message cannot be thinking"
        if str(body).count("cache_control") > 4:
            return "a maximum of 4 blocks with cache_control may be provided"
        budget = body.get("thinking", {}).get("budget_tokens")
        if budget is not None and not 1024 <= budget < body["max_tokens"]:
            return "thinking.budget_tokens: must be at least 1024 and less than max_tokens"
        if body.get("output_config", {}).get("effort", "low") not in ("low", "medium", "high", "xhigh", "max"):
            return "output_config.effort: no such level"
    elif request.path.endswith("/chat/completions"):
        for number, message in enumerate(body["messages"]):
            if message["role"] == "tool":
                if message["tool_call_id"] not in open_calls:
                    return f"messages.{number}: this tool message answers no call"
                open_calls.remove(message["tool_call_id"])
            elif open_calls:
                return f"messages.{number}: calls without an answer: {sorted(open_calls)}"
            open_calls |= {call["id"] for call in message.get("tool_calls") or ()}
    elif request.path.endswith("/responses"):
        for item in body["input"] if isinstance(body["input"], list) else ():
            if item.get("type") == "function_call":
                open_calls.add(item["call_id"])
            elif item.get("type") == "function_call_output":
                if item["call_id"] not in open_calls:
                    return f"no tool call found for {item['call_id']}"
                open_calls.remove(item["call_id"])
    return f"calls without an answer: {sorted(open_calls)}" if open_calls else ""


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    api: FakeAPI

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that went away is no error here."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # else each answer waits 40 ms for the acknowledgement of its headers
    server: _Server

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing: the test's output is not the server's."""

    def do_GET(self) -> None:
        models = self.server.api.models
        if isinstance(models, FakeFault) or not self.path.endswith("/models"):
            fault = models if isinstance(models, FakeFault) else FakeFault(404)
            self._send(fault.status, _fault_body(fault, self.path), 0, fault.headers)
        else:
            self._send(
                200, {"object": "list", "data": [{"object": "model", "owned_by": "fake", "created": 0, **item} for item in models]}, 0
            )

    def do_POST(self) -> None:
        body: Body = json.loads(self.rfile.read(int(self.headers["content-length"])))
        path = self.path.partition("?")[0]
        form = next((form for end, form in FORMS.items() if path.endswith(end)), None)
        if form is None:
            self._send(404, {"error": {"type": "not_found_error", "message": f"no such path: {path}"}}, 0)
            return
        headers = {name.lower(): value for name, value in self.headers.items()}
        number, reply = self.server.api.answer(FakeRequest(path=path, headers=headers, body=body))
        if isinstance(reply, FakeFault):
            self._send(reply.status, _fault_body(reply, path), number, reply.headers)
        elif isinstance(reply, FakeStream):
            wire = STREAMS[form]
            self._stream([*map(wire.data, reply.events), wire.mark.encode()], number)
        elif body.get("stream"):
            whole = form(replace(reply, broken="") if reply.broken == "error" else reply, number, body["model"])
            self._stream(_stream_of(reply, whole, STREAMS[form]), number, reply.broken)
        else:
            self._send(200, form(reply, number, body["model"]), number, broken=reply.broken)

    def _head(self, status: int, number: int, headers: Mapping[str, str]) -> None:
        self.send_response(status)
        for name, value in {"request-id": f"req_{number}", "x-request-id": f"req_{number}", **headers}.items():
            self.send_header(name, value)
        self.end_headers()

    def _send(self, status: int, body: Body | str, number: int, headers: Mapping[str, str] | None = None, broken: str = "") -> None:
        data = (body if isinstance(body, str) else json.dumps(body)).encode()
        kind = "text/html" if isinstance(body, str) else "application/json"
        half = data[: len(data) // 2]
        if broken == "unfinished":
            data = half
        self._head(status, number, {"content-type": kind, "content-length": str(len(data)), **(headers or {})})
        self.wfile.write(half if broken in ("cut", "stall") else data)
        self._break(broken)

    def _stream(self, parts: Sequence[bytes], number: int, broken: str = "") -> None:
        self._head(200, number, {"content-type": "text/event-stream", "transfer-encoding": "chunked"})
        for data in filter(None, parts):
            self.wfile.write(f"{len(data):x}\r\n".encode() + data + b"\r\n")
        self.wfile.flush()
        self._break(broken)
        if broken not in ("cut", "stall"):
            self.wfile.write(b"0\r\n\r\n")

    def _break(self, broken: str) -> None:
        if broken == "stall":
            time.sleep(STALL_SECONDS)
        if broken in ("cut", "stall"):
            self.wfile.flush()
            # Zero linger: closing sends a reset, as a crashed server would.
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.close_connection = True


def _stream_of(turn: FakeTurn, reply: Body, wire: Wire) -> list[bytes]:
    """The parts of a streamed answer, broken as the turn wants it."""
    events = list(wire.events(reply))
    if turn.broken in ("", "failed"):
        return [*map(wire.data, events), wire.mark.encode()]
    events = events[: -wire.end] + ([wire.error(turn.detail)] if turn.broken == "error" else [])
    return list(map(wire.data, events))


def _fault_body(fault: FakeFault, path: str) -> Body | str:
    if fault.body is not None:
        return fault.body
    if path.endswith("/messages"):
        error = {"type": fault.code, "message": fault.message, "details": {"error_code": fault.code}}
        return {"type": "error", "error": error}
    return {"error": {"type": fault.code, "code": fault.code, "message": fault.message}}
