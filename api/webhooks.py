"""Webhooks in: signed messages of sources, loaded as their mappings say before they are answered.

Signature, tolerance of five minutes and headers are those of Standard Webhooks, https://www.standardwebhooks.com. A
message that comes again, as senders do without an answer, changes nothing.
"""

import asyncio
import logging
from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime
from functools import partial
from typing import Any

import orjson
from standardwebhooks.webhooks import Webhook, WebhookVerificationError
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from api.operation.writing import Writing
from api.settings import ApiSettings
from graph.errors import ConfigurationError, GraphError, LocalStoreError, SourceReadError
from graph.writing import write_batch
from loaders.arrivals import Arrivals
from loaders.connectors.environment import from_environment
from loaders.connectors.webhooks import webhook_inputs, webhook_intakes
from loaders.mappings.model import SourceMapping
from loaders.mappings.reading import read_mappings
from loaders.sources.json_values import json_value

LOG = logging.getLogger("cdp.api.webhooks")
_RETRY_AFTER_S = "5"


def arrivals(writing: Writing) -> Arrivals:
    """What takes the messages of a process."""
    return Arrivals(partial(write_batch, writing.graph), writing.letters, writing.streams, writing.run_id)


def webhook_routes(settings: ApiSettings) -> list[Route]:
    """The route, where a setting names mappings. Raises MappingError, ConfigurationError for those that have none."""
    mappings = read_mappings(settings.webhook_mappings)
    for mapping in mappings:
        if not webhook_inputs(mapping):
            raise ConfigurationError(f"{mapping.file} has no input that takes webhooks.", "Give one `webhook`.")
    receiver = _Receiver({mapping.source.name: mapping for mapping in mappings}, settings.max_body_bytes)
    return [Route("/webhooks/{source}", receiver.receive, methods=["POST"])] if mappings else []


class _Refused(Exception):  # noqa: N818 -- never leaves the module
    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(code)
        self.answer = JSONResponse({"code": code, "message": message}, status_code=status)


class _Receiver:
    def __init__(self, mappings: Mapping[str, SourceMapping], most_bytes: int) -> None:
        self._mappings, self._most_bytes = mappings, most_bytes

    async def receive(self, request: Request) -> JSONResponse:
        """Answer one message: 200 when its rows are in the graph or set aside."""
        try:
            mapping = self._mapping(request)
            body = await self._body(request)
            self._verify(mapping, body, request)
            intakes = webhook_intakes(mapping, _parsed(body), request.headers["webhook-id"], datetime.now(UTC))
            reports = await asyncio.to_thread(_arrivals_of(request).take, intakes)
        except _Refused as refused:
            return refused.answer
        except ClientDisconnect:
            return _Refused(400, "cut_off", "The body did not arrive.").answer
        except (GraphError, LocalStoreError) as error:
            LOG.warning("webhook not written", extra={"error": type(error).__name__})
            answer = _Refused(503, "unavailable", "Nothing was written: send it again.").answer
            answer.headers["Retry-After"] = _RETRY_AFTER_S
            return answer
        rows, rejected = sum(report.rows for report in reports), sum(report.rejected for report in reports)
        return JSONResponse({"success": True, "rows": rows, "rejected": rejected})

    def _mapping(self, request: Request) -> SourceMapping:
        mapping = self._mappings.get(request.path_params["source"])
        if mapping is None:
            raise _Refused(404, "unknown_source", "No mapping of CDP_WEBHOOK_MAPPINGS is of this source.")
        return mapping

    async def _body(self, request: Request) -> bytes:
        parts, size = list[bytes](), 0
        async for part in request.stream():
            size += len(part)
            if size > self._most_bytes:
                raise _Refused(413, "too_large", f"The body is larger than {self._most_bytes:,} bytes.")
            parts.append(part)
        return b"".join(parts)

    def _verify(self, mapping: SourceMapping, body: bytes, request: Request) -> None:
        """Any of the inputs' secrets will do, so that one can be replaced while both are known."""
        headers = dict(request.headers)
        for _, place in webhook_inputs(mapping):
            # Besides its own error the library lets those of malformed parts through.
            with suppress(WebhookVerificationError, ValueError, SourceReadError):
                Webhook(from_environment(place.secret)).verify(body, headers, json_parse=False)
                return
        raise _Refused(401, "bad_signature", "The signature, its time or its headers are not right.")


def _arrivals_of(request: Request) -> Arrivals:
    found = request.app.state.arrivals
    assert isinstance(found, Arrivals)
    return found


def _parsed(body: bytes) -> Any:  # noqa: ANN401 -- JSON
    try:
        return json_value(body)
    except orjson.JSONDecodeError:
        raise _Refused(400, "no_json", "The body is not JSON.") from None
