"""``cdp``: one command, its sub-commands in the order of the flow."""

import sys
from typing import Annotated

import typer
from pydantic import ValidationError
from rich.console import Console

from api.settings import api_settings
from graph.address import resolve_address
from graph.commands import neo4j_app
from graph.connection import open_graph
from graph.constraints import install_schema
from graph.errors import CdpError
from loaders.commands import load_command
from loaders.sample.commands import sample_app
from resolution.commands import resolve_command

INTERRUPTED = 130

app = typer.Typer(
    name="cdp",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help="An identity CDP on a graph: load what sources know, resolve who is who, answer with profiles.",
)
app.add_typer(neo4j_app, name="neo4j")
app.add_typer(sample_app)
app.command("load")(load_command)
app.command("resolve")(resolve_command)


Port = Annotated[int | None, typer.Option("--port", min=0, max=65535, help="Port on 127.0.0.1; 0: a free one.")]


@app.command("serve", epilog="Example: cdp serve --port 8000")
def serve_command(
    port: Port = None,
) -> None:
    """Serve GraphQL, health and, in development, GraphiQL, until Ctrl-C."""
    # Imported here: the other commands need no web framework, and it takes half a second.
    from api.serving import serve  # noqa: PLC0415

    address = resolve_address()
    with open_graph(address) as graph:
        install_schema(graph)
    settings = api_settings()
    if port is not None:
        settings = settings.model_copy(update={"api_port": port})
    serve(address, settings, _tell_where)


def _tell_where(url: str) -> None:
    Console(stderr=True).print(f"GraphQL answers at {url}/graphql. Ctrl-C ends it.")


def main() -> None:
    """Run ``cdp``; errors of ours become one message and an exit code that means something."""
    try:
        app()
    except CdpError as error:
        _tell(f"{error.problem}\n{error.advice}")
        sys.exit(error.exit_code)
    except ValidationError as error:
        settings = ", ".join(sorted({str(part["loc"][0]).upper() for part in error.errors()}))
        _tell(f"A setting cannot be used: {settings}.\nSee .env.example for what each one takes.")
        sys.exit(2)
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)


def _tell(message: str) -> None:
    Console(stderr=True).print(message, style="red", markup=False, highlight=False)


if __name__ == "__main__":
    main()
