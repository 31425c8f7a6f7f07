"""Edge: what every request passes first and every answer last.

Pure ASGI: it costs 3 us, where Starlette's base class for such things costs 358.
"""

import re
from collections.abc import Sequence
from itertools import count
from secrets import token_hex

import orjson
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.operation.draining import Draining
from api.operation.record import begin_record
from api.operation.watch import Watch

_HEADERS = [
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"x-frame-options", b"DENY"),
]
# The next request goes elsewhere.
_CLOSE = (b"connection", b"close")
# Whoever supervises a process asks by its address, and learns nothing but that it turns.
_PROBES = frozenset({"/livez", "/readyz"})
# New ids are numbers of this process: none is a secret, and asking the kernel for each lets go of Python's lock.
_PROCESS, _NUMBERS = token_hex(8), count(1)
_REQUEST_ID = re.compile(rb"[A-Za-z0-9._-]{1,64}")
_PORT = re.compile(r":\d+$")


class Edge:
    """Gives every request an id, answers only to its own names, and adds the security headers."""

    def __init__(self, app: ASGIApp, allowed_hosts: Sequence[str], draining: Draining) -> None:
        self._app, self._draining = app, draining
        self._allowed = None if "*" in allowed_hosts else frozenset(allowed_hosts)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] not in {"http", "websocket"}:
            await self._app(scope, receive, send)
            return
        headers = dict(scope["headers"])
        request_id = request_id_from(headers.get(b"x-request-id", b""))
        scope["request_id"] = request_id
        is_ours = self._is_ours(headers.get(b"host", b"").decode("latin-1"))
        if scope["type"] == "websocket":
            await (self._app(scope, receive, send) if is_ours else _reject(receive, send))
            return
        watch = Watch(scope["path"], begin_record(request_id))

        async def send_completed(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message["headers"], (b"x-request-id", request_id.encode()), *_HEADERS]
                if self._draining.is_on:
                    message["headers"].append(_CLOSE)
                watch.status = message["status"]
            await send(message)

        with watch:
            if is_ours or scope["path"] in _PROBES:
                await self._app(scope, receive, send_completed)
            else:
                await _refuse(send_completed)

    def _is_ours(self, host: str) -> bool:
        """A page elsewhere may point its name at 127.0.0.1 and then count as this site; the name gives it away."""
        return self._allowed is None or _PORT.sub("", host.lower()) in self._allowed


def request_id_from(given: bytes) -> str:
    """The caller's own id where it is harmless in a log, else a new one."""
    return given.decode() if _REQUEST_ID.fullmatch(given) else f"{_PROCESS}{next(_NUMBERS):016x}"


async def _reject(receive: Receive, send: Send) -> None:
    """A WebSocket that is closed before it is accepted is answered with 403."""
    await receive()
    await send({"type": "websocket.close", "code": 1008})


async def _refuse(send: Send) -> None:
    message = "This host name is not answered; add it to CDP_ALLOWED_HOSTS."
    body = orjson.dumps({"errors": [{"message": message, "extensions": {"code": "BAD_REQUEST"}}]})
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": 421, "headers": headers})
    await send({"type": "http.response.body", "body": body})
