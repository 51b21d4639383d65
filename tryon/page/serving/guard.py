"""What is let in: addresses, sizes and shapes of requests, before anything works on them.

Notable here:
- Gradio has some sixty addresses; this page needs those of `_OPEN`, the others do not exist here.
  Among the others are ones that fetch any web page, run programs on what is sent or keep visits.
- a request's JSON is read once, bounded, and held against what the endpoint takes; a file in it
  must be one that was sent to this server. What is refused is refused in one sentence, in the
  visitor's language, that quotes nothing.
- every answer carries headers that keep the browser from talking to anybody else.
"""

import asyncio
import json
import math
import re
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol
from urllib.parse import unquote

import gradio as gr
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from tryon.core.errors import Note
from tryon.page.look.language import language_of
from tryon.page.serving.faults import note_for
from tryon.page.serving.gradio_internals import Block, get_upload_folder
from tryon.page.serving.metrics import Metrics
from tryon.page.serving.privacy import Visits

if TYPE_CHECKING:
    from gradio.block_function import BlockFunction
    from gradio.data_classes import APIInfo

UPLOAD_BYTES = 42 * 1024**2  # one request, several pictures; each one is bounded by Gradio
JSON_BYTES = 256 * 1024
MCP_BYTES = 30 * 1024**2  # two pictures of 10 MB as base64
DRAINED_BYTES = 64 * 1024**2  # of a body that is too large, so that the sender hears why
SILENCE_SECONDS = 20.0  # without a byte of a body
DEEPEST = 12  # levels of JSON
LONGEST_TEXT = 20_000  # characters, of any one text in JSON

_API = "/gradio_api"
# Method -> addresses that exist. {} stands for one part of a path, a star for any rest.
_OPEN = {
    "GET": (
        "/", "/config", "/config/", "/theme.css", "/favicon.ico", "/robots.txt", "/manifest.json",
        "/pwa_icon", "/static/*", "/assets/*", "/svelte/*",
        "/stock/{}/{}", "/health", "/metrics",
        *(_API + path for path in (
            "/info", "/info/", "/openapi.json", "/app_id", "/theme.css", "/startup-events",
            "/user", "/login_check", "/token", "/heartbeat/{}", "/upload_progress", "/queue/data",
            "/queue/status", "/call/{}/{}", "/call/v2/{}/{}", "/file=*",
        )),
    ),
    "POST": tuple(_API + path for path in (
        "/upload", "/queue/join", "/cancel", "/reset", "/reset/", "/run/{}", "/run/{}/", "/api/{}",
        "/api/{}/", "/call/{}", "/call/{}/", "/call/v2/{}", "/call/v2/{}/",
    )),
}  # fmt: skip
_MCP = (_API + "/mcp", _API + "/mcp/*")

HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(self), microphone=(), geolocation=()",
    "Content-Security-Policy": "; ".join(
        (
            "default-src 'self'",
            "script-src 'self' 'unsafe-inline' 'unsafe-eval' blob:",
            "style-src 'self' 'unsafe-inline'",
            "img-src 'self' data: blob:",
            "media-src 'self' data: blob: mediastream:",
            "font-src 'self' data:",
            "connect-src 'self' data: blob:",
            "worker-src 'self' blob:",
            "object-src 'none'",
            "base-uri 'self'",
            "form-action 'self'",
        )
    ),
}
_NAME = re.compile(r"[A-Za-z0-9_-]{1,64}")  # of a visit or an event
_HASH = re.compile(r"[0-9a-f]{40,64}")
_OWN_ADDRESS = re.compile(r"https?://[^/]+(?:/[^?#]*)?/gradio_api/file=([^?#]+)")
_QUERY_CHARACTERS = 4096


def _pattern(addresses: Sequence[str]) -> re.Pattern[str]:
    parts = (re.escape(a).replace(r"\{\}", "[^/]+").replace(r"\*", ".*") for a in addresses)
    return re.compile("|".join(parts), re.DOTALL)


_PATTERNS = {method: _pattern(addresses) for method, addresses in _OPEN.items()}
_MCP_PATTERN = _pattern(_MCP)


class RefusedError(Exception):
    """A request is turned away. status: of HTTP. code: of `MESSAGES`."""

    def __init__(self, status: int, code: str) -> None:
        self.status = status
        self.code = code
        super().__init__(code)


class Guarded(Protocol):
    """What is asked of the page behind the guard: its visits and counts, and Gradio's endpoints."""

    visits: Visits
    metrics: Metrics
    finishing: bool
    mcp_server: bool

    @property
    def fns(self) -> "Mapping[int, BlockFunction]": ...

    def get_api_info(self) -> "APIInfo": ...


class Guard:
    """ASGI middleware in front of everything Gradio answers."""

    def __init__(self, app: ASGIApp, room: Guarded) -> None:
        self.app = app
        self.room = room

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self.app(scope, receive, send)
            return
        if scope["type"] != "http":  # no web sockets here
            await send({"type": "websocket.close", "code": 1008})
            return
        begun = measured = False

        async def send_with_headers(message: Message) -> None:
            nonlocal begun, measured
            if message["type"] == "http.response.start":
                begun = True
                known = {name.lower() for name, _ in message.get("headers", ())}
                measured = b"content-length" in known
                added = [
                    (name.lower().encode(), value.encode())
                    for name, value in HEADERS.items()
                    if name.lower().encode() not in known
                ]
                message = {**message, "headers": [*message.get("headers", ()), *added]}
            await send(message)

        path = _path_of(scope)
        try:
            async with self._admitted(scope, path, receive) as admitted:
                await self.app(scope, admitted, send_with_headers)
        except Exception as error:
            if begun:  # too late for another answer; what was begun is ended in good order
                if not isinstance(error, HTTPException):
                    note_for(error)
                if not measured:
                    await send({"type": "http.response.body", "body": b""})
                return
            status, note = _verdict(error, path)
            self.room.metrics.refused(status)
            text = note.text(language_of(gr.Request(Request(scope))))
            answer = JSONResponse({"detail": text, "code": note.code}, status)
            await answer(scope, receive, send_with_headers)

    @asynccontextmanager
    async def _admitted(self, scope: Scope, path: str, receive: Receive) -> AsyncIterator[Receive]:
        """What the app may receive of a request, while it works on it. Raises RefusedError."""
        method = "GET" if scope["method"] == "HEAD" else scope["method"]
        mcp = self.room.mcp_server and _MCP_PATTERN.fullmatch(path)
        if not mcp:
            if not any(pattern.fullmatch(path) for pattern in _PATTERNS.values()):
                raise RefusedError(404, "nothing_here")
            if method not in _PATTERNS or not _PATTERNS[method].fullmatch(path):
                raise RefusedError(405, "bad_request")
        _check_query(scope)
        if method == "POST":
            if self.room.finishing:
                raise RefusedError(503, "stopping")
            uploading = path == _API + "/upload"
            most = UPLOAD_BYTES if uploading else MCP_BYTES if mcp else JSON_BYTES
            body = _Body(receive, most)
            await body.check_length(scope)
            if uploading or mcp:
                yield body.receive
                return
            data = _parsed(await body.read())
            self._check_json(path, data)
            if data.get("session_hash"):
                self.room.visits.expects(data["session_hash"], data.get("data"))
            yield _replay(json.dumps(data).encode(), receive)
        elif path.startswith(_API + "/file="):
            file = path.removeprefix(_API + "/file=")
            if not _is_visitors_file(file) or not Path(file).is_file():
                raise RefusedError(404, "nothing_here")
            yield receive
        elif path.startswith(_API + "/heartbeat/"):
            visit = path.removeprefix(_API + "/heartbeat/")
            if not _NAME.fullmatch(visit):
                raise RefusedError(404, "nothing_here")
            with self.room.visits.connected(visit):
                yield receive
        else:
            yield receive

    # --- JSON ----------------------------------------------------------------------------------

    def _check_json(self, path: str, body: Any) -> None:
        """Hold a request's JSON against what the endpoint takes. Raises RefusedError."""
        if not isinstance(body, dict):
            raise RefusedError(400, "bad_request")
        parts = path.removeprefix(_API).strip("/").split("/")
        if parts[0] in ("cancel", "reset"):
            _check_fields(body, {"session_hash": str, "event_id": str, "fn_index": int})
            return
        if parts[:2] == ["call", "v2"]:
            self._check_named(self._endpoint(parts[2]), body)
            return
        _check_fields(
            body,
            {
                "session_hash": str, "event_id": str, "fn_index": int, "trigger_id": int,
                "simple_format": bool, "batched": bool, "data": list,
            },
        )  # fmt: skip
        if body.get("batched") or not isinstance(body.get("data"), list):
            raise RefusedError(400, "bad_request")
        function: BlockFunction | None = None
        if parts[0] == "call":
            function = self._endpoint(parts[1])
        elif body.get("fn_index") is not None:
            function = self.room.fns.get(body["fn_index"])
        elif parts[0] != "queue":
            function = self._endpoint(parts[1])
        if function is None:
            raise RefusedError(404, "nothing_here")
        if parts[0] == "queue" and not body.get("session_hash"):
            raise RefusedError(400, "bad_request")
        asked = [block for block in function.inputs if not block.skip_api]
        if len(body["data"]) == len(function.inputs):
            asked = list(function.inputs)
        elif len(body["data"]) != len(asked):
            raise RefusedError(400, "bad_request")
        for block, value in zip(asked, body["data"], strict=True):
            _check_value(block, value)

    def _endpoint(self, name: str) -> "BlockFunction":
        """The named endpoint's function. Raises RefusedError."""
        for function in self.room.fns.values():
            if function.api_name == name and function.api_visibility != "private":
                return function
        raise RefusedError(404, "nothing_here")

    def _check_named(self, function: "BlockFunction", body: dict[str, Any]) -> None:
        """The parameters of an endpoint by name, as `/call/v2/…` takes them."""
        info = self.room.get_api_info()["named_endpoints"][f"/{function.api_name}"]["parameters"]
        asked = [block for block in function.inputs if not block.skip_api]
        blocks = {p["parameter_name"]: b for p, b in zip(info, asked, strict=True)}
        needed = {p["parameter_name"] for p in info if not p["parameter_has_default"]}
        if not needed <= body.keys() <= blocks.keys():
            raise RefusedError(400, "bad_request")
        for name, value in body.items():
            _check_value(blocks[name], value)


def _verdict(error: Exception, path: str) -> tuple[int, Note]:
    """Status and sentence for what went wrong before an answer was begun."""
    if isinstance(error, RefusedError):
        return error.status, Note(error.code)
    if path == _API + "/upload" and isinstance(
        error, TypeError | ValueError | LookupError | AttributeError
    ):
        return 400, Note("bad_request")  # Gradio's parser, over a form that is none
    note = note_for(error)
    return {"bad_request": 400, "no_room": 507, "out_of_memory": 503}.get(note.code, 500), note


# --- addresses -----------------------------------------------------------------------------------


def _path_of(scope: Scope) -> str:
    """The path behind the root path."""
    path, root = scope["path"], scope.get("root_path", "").rstrip("/")
    return path.removeprefix(root) if root and path.startswith(root + "/") else path


def _check_query(scope: Scope) -> None:
    if len(scope.get("query_string", b"")) > _QUERY_CHARACTERS:
        raise RefusedError(414, "request_too_large")
    if b"deep_link" in scope.get("query_string", b""):  # would be a visit kept on the server
        raise RefusedError(404, "nothing_here")


def _is_visitors_file(path: str) -> bool:
    """Whether a path can be one that a visitor was given: FOLDER/HASH/NAME and nothing else."""
    if "\0" in path or len(path) > 1024:
        return False
    file = Path(path)
    return (
        str(file) == path  # in no other spelling
        and file.is_absolute()
        and ".." not in file.parts
        and file.parent.parent == Path(get_upload_folder())
        and bool(_HASH.fullmatch(file.parent.name))
        and not file.is_symlink()
    )


# --- bodies --------------------------------------------------------------------------------------


class _Body:
    """A request's body, bounded in size and in the time between two parts of it."""

    def __init__(self, receive: Receive, most: int) -> None:
        self._receive = receive
        self._most = most
        self._got = 0
        self._complete = False

    async def check_length(self, scope: Scope) -> None:
        """Refuse what says itself that it is too large. Raises RefusedError."""
        for name, value in scope["headers"]:
            if name == b"content-length":
                length = int(value) if value.isdigit() and len(value) < 20 else None
                if length is None:
                    raise RefusedError(400, "bad_request")
                if length > self._most:
                    await self._drain(length)
                    raise RefusedError(413, "request_too_large")

    async def receive(self) -> Message:
        """The next part. Raises RefusedError."""
        if self._complete:  # what follows, a sender who leaves, may take its time
            return await self._receive()
        try:
            message = await asyncio.wait_for(self._receive(), SILENCE_SECONDS)
        except TimeoutError:
            raise RefusedError(408, "request_too_slow") from None
        self._got += len(message.get("body", b""))
        if self._got > self._most:
            raise RefusedError(413, "request_too_large")
        if message["type"] == "http.request" and not message.get("more_body"):
            self._complete = True
        return message

    async def read(self) -> bytes:
        """All of it. Raises RefusedError."""
        parts = []
        while True:
            message = await self.receive()
            if message["type"] != "http.request":  # the sender has gone
                raise RefusedError(400, "bad_request")
            parts.append(message.get("body", b""))
            if not message.get("more_body"):
                return b"".join(parts)

    async def _drain(self, length: int) -> None:
        """Read on without keeping anything, so that the sender does not meet a closed door."""
        got = 0
        while got < min(length, DRAINED_BYTES):
            try:
                message = await asyncio.wait_for(self._receive(), SILENCE_SECONDS)
            except TimeoutError:
                return
            got += len(message.get("body", b""))
            if not message.get("more_body"):
                return


def _replay(data: bytes, receive: Receive) -> Receive:
    """A `receive` that gives a body that was read already, then whatever comes."""
    given = False

    async def replayed() -> Message:
        nonlocal given
        if given:
            return await receive()
        given = True
        return {"type": "http.request", "body": data, "more_body": False}

    return replayed


def _parsed(data: bytes) -> Any:
    """JSON as it should be: UTF-8, numbers that are numbers, neither deep nor with endless texts.

    Raises RefusedError.
    """

    def no_number(_text: str) -> None:
        raise ValueError

    try:
        value = json.loads(data.decode("utf-8"), parse_constant=no_number)
        json.dumps(value, ensure_ascii=False).encode("utf-8")  # half a character fails here
    except (ValueError, RecursionError):
        raise RefusedError(400, "bad_request") from None
    waiting = [(value, 1)]
    while waiting:
        part, depth = waiting.pop()
        if depth > DEEPEST or (isinstance(part, float) and not math.isfinite(part)):
            raise RefusedError(400, "bad_request")
        if isinstance(part, str) and len(part) > LONGEST_TEXT:
            raise RefusedError(413, "request_too_large")
        if isinstance(part, int) and part.bit_length() > 63:
            raise RefusedError(400, "bad_request")
        if isinstance(part, dict):
            waiting.extend((name, depth) for name in part)
            waiting.extend((inner, depth + 1) for inner in part.values())
        elif isinstance(part, list):
            waiting.extend((inner, depth + 1) for inner in part)
    return value


def _check_fields(body: dict[str, Any], kinds: dict[str, type]) -> None:
    """Fields are of their kind or null; names of visits and events are names."""
    for field, kind in kinds.items():
        value = body.get(field)
        if value is None:
            continue
        if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
            raise RefusedError(400, "bad_request")
        if isinstance(value, str) and not _NAME.fullmatch(value):
            raise RefusedError(400, "bad_request")


def _check_value(block: Block, value: Any) -> None:
    """Hold one value against the widget it is for. Raises RefusedError."""
    if value is None or block.stateful:
        return
    if isinstance(block, gr.Image):
        _check_file(value)
        fits = isinstance(value, dict)
    elif isinstance(block, gr.Textbox | gr.HTML):
        fits = isinstance(value, str)
    elif isinstance(block, gr.Radio):
        fits = value in [choice for _, choice in block.choices]
    elif isinstance(block, gr.Checkbox):
        fits = isinstance(value, bool)
    else:
        fits = True
        _check_files(value)
    if not fits:
        raise RefusedError(400, "bad_request")


def _check_file(value: Any) -> None:
    """A picture in JSON: a file that this server was sent, or nothing.

    MCP clients name it by the address it has here; that becomes its path, nothing is fetched.
    """
    if not isinstance(value, dict):
        raise RefusedError(400, "bad_request")
    path = value.get("path")
    if isinstance(path, str) and (own := _OWN_ADDRESS.fullmatch(path)):
        path = value["path"] = unquote(own[1])
    if not isinstance(path, str) or not _is_visitors_file(path):
        raise RefusedError(400, "unknown_file")
    if value.get("is_stream"):
        raise RefusedError(400, "bad_request")


def _check_files(value: Any) -> None:
    """The same for pictures anywhere inside a value."""
    waiting = [value]
    while waiting:
        part = waiting.pop()
        if isinstance(part, dict):
            if "path" in part:
                _check_file(part)
            waiting.extend(part.values())
        elif isinstance(part, list):
            waiting.extend(part)
