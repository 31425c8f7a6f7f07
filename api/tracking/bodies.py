"""Bodies: read whole, unpacked and bounded, whatever the headers say.

Some clients forget the Content-Encoding of what they packed, so a body that begins like gzip is gzip. What is bounded
is the unpacked size, and of all requests together what is in hand, so that memory stays flat under any load.
"""

import json
import zlib
from collections.abc import Generator
from contextlib import contextmanager
from typing import Any

import orjson
from starlette.requests import Request
from starlette.types import Receive

from api.tracking.problems import BROKEN_OFF, BUSY, NOT_GZIP, NOT_JSON, TOO_LARGE, UNKNOWN_ENCODING, ProblemError
from loaders.sources.json_values import json_value

_GZIP_MAGIC = b"\x1f\x8b"
_GZIP_BITS, _ZLIB_BITS, _RAW_BITS = 31, 15, -15
_PLAIN = frozenset({"", "identity"})


class InHand:
    """Counts the bytes of requests that are read and not answered."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._held = 0

    @contextmanager
    def share(self) -> Generator["Share"]:
        """What one request holds, until it is answered."""
        share = Share(self)
        try:
            yield share
        finally:
            self._held -= share.held

    def take(self, count: int) -> None:
        """Raises ProblemError where it would be too much."""
        if self._held + count > self._most:
            raise ProblemError(BUSY)
        self._held += count


class Share:
    """The bytes of one request."""

    def __init__(self, in_hand: InHand) -> None:
        self._in_hand = in_hand
        self.held = 0

    def take(self, count: int) -> None:
        """Some bytes more. Raises ProblemError."""
        self._in_hand.take(count)
        self.held += count


async def unpacked_body(request: Request, share: Share, limit: int) -> bytes:
    """The body of a request, read whole and unpacked. Raises ProblemError."""
    sent = await read_body(request.receive, share, limit)
    return unpacked(sent, request.headers.get("content-encoding", "").strip().lower(), share, limit)


def parsed(body: bytes) -> Any:  # noqa: ANN401 -- whatever a client sends
    """JSON, and what clients send for it: half a character, of a text that was cut within an emoji, and NaN.

    The one becomes a question mark, the other null, as in browsers: else whole batches were lost for it.

    Raises ProblemError.
    """
    body = body.removeprefix(b"\xef\xbb\xbf")
    try:
        return json_value(body)
    except orjson.JSONDecodeError:
        pass
    try:
        document = json.loads(body, parse_constant=lambda _: None)
        return json_value(json.dumps(document, ensure_ascii=False).encode("utf-8", "replace"))
    except (ValueError, RecursionError):
        raise ProblemError(NOT_JSON) from None


async def read_body(receive: Receive, share: Share, limit: int) -> bytes:
    """The body as it was sent. Raises ProblemError."""
    parts: list[bytes] = []
    length = 0
    while True:
        message = await receive()
        if message["type"] != "http.request":
            raise ProblemError(BROKEN_OFF)
        part: bytes = message.get("body", b"")
        length += len(part)
        if length > limit:
            raise ProblemError(TOO_LARGE)
        share.take(len(part))
        parts.append(part)
        if not message.get("more_body"):
            return b"".join(parts)


def unpacked(body: bytes, encoding: str, share: Share, limit: int) -> bytes:
    """The body as it was before it was packed. Raises ProblemError."""
    if body.startswith(_GZIP_MAGIC):
        return _inflated(body, _GZIP_BITS, share, limit)
    if encoding in _PLAIN:
        return body
    if encoding == "gzip":
        # A proxy that has unpacked the body may have left the header.
        if body[:1] in {b"{", b"["}:
            return body
        raise ProblemError(NOT_GZIP)
    if encoding != "deflate":
        raise ProblemError(UNKNOWN_ENCODING)
    try:
        return _inflated(body, _ZLIB_BITS, share, limit)
    except ProblemError as error:
        if error.problem is not NOT_GZIP:
            raise
        # HTTP means zlib's format, many clients send the bare stream.
        return _inflated(body, _RAW_BITS, share, limit)


def _inflated(body: bytes, bits: int, share: Share, limit: int) -> bytes:
    parts: list[bytes] = []
    length = 0
    while body:
        stream = zlib.decompressobj(bits)
        try:
            part = stream.decompress(body, limit - length + 1)
        except zlib.error:
            raise ProblemError(NOT_GZIP) from None
        length += len(part)
        if length > limit:
            raise ProblemError(TOO_LARGE)
        if not stream.eof:
            raise ProblemError(NOT_GZIP)
        share.take(len(part))
        parts.append(part)
        body = stream.unused_data
    return b"".join(parts)
