"""``cdp serve``: the API, until it is ended."""

from typing import Annotated

import typer
from rich.console import Console

from api.operation.serving import serve
from api.settings import api_settings
from graph.address import resolve_address
from graph.connection import open_graph
from graph.constraints import install_schema
from graph.printing import print_json
from graph.survivorship_rules import current_survivorship

Host = Annotated[str | None, typer.Option("--host", help="Address to listen on; 0.0.0.0: all of this machine.")]
Port = Annotated[int | None, typer.Option("--port", min=0, max=65535, help="Port; 0: a free one.")]
Workers = Annotated[int | None, typer.Option("--workers", min=1, max=64, help="Processes that answer.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON document on stdout, nothing else.")]


def serve_command(
    host: Host = None,
    port: Port = None,
    workers: Workers = None,
    as_json: AsJson = False,
) -> None:
    """Serve GraphQL, tracking calls, health and, in development, GraphiQL, until Ctrl-C or SIGTERM.

    Example: cdp serve --port 8000 --workers 4
    """
    current_survivorship()  # a file that cannot be used is said before anybody asks
    address = resolve_address()
    with open_graph(address) as graph:
        install_schema(graph)
    said = {"api_host": host, "api_port": port, "api_workers": workers}
    settings = api_settings().model_copy(update={name: value for name, value in said.items() if value is not None})
    serve(address, settings, _print_address if as_json else _tell_address)


def _print_address(url: str) -> None:
    print_json({"graphql": f"{url}/graphql", "graphiql": f"{url}/", "ready": f"{url}/readyz"})


def _tell_address(url: str) -> None:
    Console(stderr=True).print(f"GraphQL answers at {url}/graphql. Ctrl-C ends it.")
