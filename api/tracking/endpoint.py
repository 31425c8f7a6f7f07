"""Endpoint: what all tracking paths have in common: methods, preflight, and an answer whatever happens."""

import logging
from collections.abc import Awaitable, Callable
from typing import TypeAlias

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from api.operation.failures import error_fields
from api.tracking.answers import problem
from api.tracking.cors import cors_headers, preflight_headers
from api.tracking.problems import FAILED, WRONG_METHOD, ProblemError
from api.tracking.receiving import Receiver, receiver_of

LOG = logging.getLogger("cdp.api.tracking")

Handler: TypeAlias = Callable[[Request, Receiver], Awaitable[Response]]
"""Answers a request of the right method. Raises ProblemError."""


class Endpoint:
    """A path, as a plain ASGI application: a route of the framework costs as much again as the call."""

    def __init__(self, handler: Handler, *methods: str) -> None:
        self._handler, self._methods = handler, methods

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one HTTP request."""
        request = Request(scope, receive)
        if request.method == "OPTIONS":
            response = await self.options(request)
        elif request.method not in self._methods:
            allowed = {"Allow": ", ".join((*self._methods, "OPTIONS"))}
            response = problem(WRONG_METHOD, {**cors_headers(request.headers), **allowed})
        else:
            response = await self._answer(request)
        await response(scope, receive, send)

    async def options(self, request: Request) -> Response:
        """What may be sent here."""
        return Response(status_code=204, headers=preflight_headers(request.headers))

    async def _answer(self, request: Request) -> Response:
        try:
            response = await self._handler(request, receiver_of(request))
        except ProblemError as error:
            response = problem(error.problem, {})
        except Exception as error:  # noqa: BLE001 -- a server would log it with its message, which may quote values
            LOG.error("failed", extra=error_fields(error))  # noqa: TRY400
            response = problem(FAILED, {})
        response.headers.update(cors_headers(request.headers))
        return response
