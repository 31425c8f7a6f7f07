"""Exposition: the metrics of all workers as Prometheus reads them: on the API's port for this machine, or on its own.

Several workers write to files of one folder (``PROMETHEUS_MULTIPROC_DIR``), and whoever is asked adds them up.
"""

import os
from collections.abc import Generator
from contextlib import contextmanager
from ipaddress import ip_address
from tempfile import TemporaryDirectory

from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, CollectorRegistry, generate_latest, start_http_server
from prometheus_client.multiprocess import MultiProcessCollector, mark_process_dead
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from api.settings import ApiSettings
from graph.errors import PortInUseError

_FOLDER = "PROMETHEUS_MULTIPROC_DIR"
_FORWARDED = ("x-forwarded-for", "forwarded", "x-real-ip")


def metrics_routes(settings: ApiSettings) -> list[Route]:
    """The path on the API's own port, unless the metrics have theirs."""
    return [] if settings.metrics_port else [Route("/metrics", _show, methods=["GET"])]


async def _show(request: Request) -> Response:
    """The metrics, for programs of this machine. A proxy of this machine speaks for others, and is refused."""
    client = request.client
    is_near = client is not None and _is_loopback(client.host) and not any(map(request.headers.get, _FORWARDED))
    if not is_near:
        return PlainTextResponse("Ask from this machine, or set CDP_METRICS_PORT.\n", status_code=403)
    return Response(generate_latest(_registry()), media_type=CONTENT_TYPE_LATEST)


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def _registry() -> CollectorRegistry:
    if _FOLDER not in os.environ:
        return REGISTRY
    registry = CollectorRegistry()
    MultiProcessCollector(registry)
    return registry


@contextmanager
def exposed(settings: ApiSettings) -> Generator[None]:
    """A port of their own for the metrics while the block runs, where one is set. Raises PortInUseError."""
    if not settings.metrics_port:
        yield
        return
    host, port = settings.metrics_host, settings.metrics_port
    try:
        server, thread = start_http_server(port, host, _registry())
    except OSError:
        problem = f"Port {port} of {host}, for the metrics, is taken by another program."
        raise PortInUseError(problem, "Set CDP_METRICS_PORT to a free port.") from None
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@contextmanager
def shared_by_workers() -> Generator[None]:
    """Workers that are started in the block add up their metrics."""
    with TemporaryDirectory(prefix="cdp-metrics-") as folder:
        os.environ[_FOLDER] = folder
        try:
            yield
        finally:
            del os.environ[_FOLDER]


def forget_worker(pid: int) -> None:
    """What an ended worker had in flight is in flight no more; what it counted stays."""
    if _FOLDER in os.environ:
        mark_process_dead(pid)
