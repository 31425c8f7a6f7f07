"""Server: uvicorn that says when it can be asked, and that drains before it stops."""

import asyncio
import signal
import socket
from collections.abc import Callable
from time import monotonic
from types import FrameType

import uvicorn
from fastapi import FastAPI

from api.app import create_app
from api.live.feed import ChangeFeed
from api.operation.answers_whole import WholeAnswers
from api.operation.draining import Draining
from api.operation.listener import take_no_more
from api.settings import ApiSettings
from graph.address import Address

# So long requests that run have to end; none runs longer than its deadline.
STOP_S = 10
# Connections, most of them idle: every browser keeps the one over which it sent a tracking call for a while.
MOST_AT_ONCE = 1_000
# In this time whoever connected before nobody could any more is accepted, and its request read.
_LAST_ACCEPTED_S = 0.3
_POLL_S = 0.1


class ApiServer(uvicorn.Server):
    """One process of the API.

    On SIGTERM, readiness goes off for ``drain_s`` seconds, in which everything is answered; then nobody can connect any
    more, running requests end, the tracking calls are written and the connection to the graph closes. Ctrl-C does not
    wait for the first.
    """

    on_started: Callable[[], None]

    def __init__(self, config: uvicorn.Config, app: FastAPI, drain_s: float) -> None:
        super().__init__(config)
        self._draining, self._drain_s = draining_of(app), drain_s
        self._feed: Callable[[], ChangeFeed] = lambda: app.state.backend.feed
        self._told_by = 0

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start, then say so."""
        await super().startup(sockets)
        if self.started:
            self.on_started()

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Remember how the process was told to stop."""
        self._told_by = sig
        super().handle_exit(sig, frame)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Drain, then stop."""
        self._draining.is_on = True
        if self._told_by == signal.SIGTERM:
            await self._pause(self._drain_s)
        if self._told_by:
            for listener in sockets or ():
                take_no_more(listener)
            await self._pause(_LAST_ACCEPTED_S)
        # Those who follow changes are told to go on elsewhere; WebSockets are closed with 1012.
        await self._feed().stop()
        await super().shutdown(sockets)

    async def _pause(self, seconds: float) -> None:
        until = monotonic() + seconds
        while monotonic() < until and not self.force_exit:  # noqa: ASYNC110 -- a second Ctrl-C sets it, no event
            await asyncio.sleep(_POLL_S)


def make_server(settings: ApiSettings, address: Address) -> ApiServer:
    """A server that is not started yet."""
    app = create_app(settings, address)
    configuration = uvicorn.Config(
        app,
        http=WholeAnswers,
        ws="websockets-sansio",
        ws_max_size=settings.max_body_bytes,
        ws_per_message_deflate=False,
        log_config=None,
        access_log=False,
        server_header=False,
        lifespan="on",
        proxy_headers=bool(settings.trusted_proxies),
        forwarded_allow_ips=list(settings.trusted_proxies),
        timeout_graceful_shutdown=STOP_S,
        limit_concurrency=MOST_AT_ONCE,
    )
    return ApiServer(configuration, app, settings.drain_s)


def draining_of(app: FastAPI) -> Draining:
    """Whether an application is about to stop."""
    draining = app.state.draining
    assert isinstance(draining, Draining)
    return draining
