"""``cdp``: one command, its sub-commands in the order of the flow."""

import asyncio
import sys
from pathlib import Path
from typing import Annotated

import typer
from pydantic import ValidationError
from rich.console import Console

from api.access.key_commands import key_app
from api.audit.audit_commands import audit_app
from api.console.asked import Asked
from api.console.profile_report import ProfileReport, as_document, ask, print_profile
from api.console.settings_commands import settings_command, variables_of
from api.operation.doctor.commands import doctor_command
from api.operation.ending import end_in_order
from api.settings import api_settings
from api.tracking.commands import source_app
from api.tracking.replaying import PROTOCOLS, reader_of
from graph.address import resolve_address
from graph.collecting import collect_rarely
from graph.commands import neo4j_app
from graph.connection import open_async_graph, open_graph
from graph.constraints import install_schema
from graph.errors import CdpError
from graph.guard_commands import guards_command
from graph.identities import Identity
from graph.printing import print_json
from graph.survivorship_commands import survivorship_command
from graph.survivorship_rules import current_survivorship
from loaders.commands import load_command
from loaders.connectors.cursor_commands import register_cursor_commands
from loaders.health.commands import health_command
from loaders.rejects.commands import CONNECTOR_READERS, rejects_app
from loaders.sample.commands import sample_app
from resolution.commands import resolve_command
from resolution.explanation.commands import as_of_command, how_command, why_command, why_not_command
from resolution.models.model_commands import model_app
from resolution.progress import shown
from resolution.report import print_evaluation
from resolution.stewards.review_commands import review_app
from resolution.stewards.steward_commands import steward_app

INTERRUPTED = 130
NOT_FOUND = 1

app = typer.Typer(
    name="cdp",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help="An identity CDP on a graph: load what sources know, resolve who is who, answer with profiles.",
)
register_cursor_commands(source_app)
source_app.command("health", epilog="Example: cdp source health --json")(health_command)
app.add_typer(neo4j_app, name="neo4j")
app.add_typer(sample_app)
app.add_typer(source_app, name="source")
app.add_typer(key_app, name="key")
app.command("load")(load_command)
app.add_typer(rejects_app, name="rejects")
CONNECTOR_READERS.update(dict.fromkeys(PROTOCOLS, reader_of))
app.command("resolve")(resolve_command)
app.add_typer(model_app, name="model")
app.add_typer(steward_app, name="steward")
app.add_typer(review_app, name="review")
app.command("guards", epilog="Example: cdp guards --json")(guards_command)
app.command("survivorship", epilog="Example: cdp survivorship --json")(survivorship_command)
app.add_typer(audit_app, name="audit")
app.command("why")(why_command)
app.command("why-not")(why_not_command)
app.command("how")(how_command)
app.command("as-of")(as_of_command)
app.command("doctor", epilog="Example: cdp doctor --json")(doctor_command)
app.command("settings", epilog="Example: cdp settings --changed")(settings_command)


Ignore = Annotated[list[str] | None, typer.Option("--ignore", help="Column that is not compared; repeatable.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON document on stdout, nothing else.")]
Host = Annotated[str | None, typer.Option("--host", help="Address to listen on; 0.0.0.0: all of this machine.")]
Port = Annotated[int | None, typer.Option("--port", min=0, max=65535, help="Port; 0: a free one.")]
Workers = Annotated[int | None, typer.Option("--workers", min=1, max=64, help="Processes that answer.")]


@app.command("serve", epilog="Example: cdp serve --port 8000 --workers 4")
def serve_command(
    host: Host = None,
    port: Port = None,
    workers: Workers = None,
    as_json: AsJson = False,
) -> None:
    """Serve GraphQL, tracking calls, health and, in development, GraphiQL, until Ctrl-C or SIGTERM."""
    # Imported here: the other commands need no web framework, and it takes half a second.
    from api.operation.serving import serve  # noqa: PLC0415

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


@app.command("evaluate", epilog="Example: cdp evaluate records.csv truth.csv --ignore occupation --json")
def evaluate_command(
    records: Annotated[Path, typer.Argument(help="CSV or Parquet file of person records with a column id.")],
    truth: Annotated[Path, typer.Argument(help="CSV file with id, person_id and, optionally, source.")],
    ignore: Ignore = None,
    as_json: AsJson = False,
) -> None:
    """Measure the resolution on labelled records, in a database of its own that leaves nothing behind."""
    from api.console.evaluation import evaluate_records  # noqa: PLC0415 -- as above

    names = [name for group in ignore or () for name in group.split(",")]
    with shown(Console(stderr=True)) as progress:
        evaluation = evaluate_records(records, truth, names, progress)
    if as_json:
        print_json(evaluation.as_json())
    else:
        print_evaluation(evaluation, Console())


@app.command("profile", epilog="Example: cdp profile --email anna@example.org --confidence strict")
def profile_command(
    profile_id: Annotated[str | None, typer.Option("--id", help="Id of a profile.")] = None,
    customer: Annotated[str | None, typer.Option("--customer", help="source:external_id.")] = None,
    email: Annotated[str | None, typer.Option("--email", help="Email address.")] = None,
    phone: Annotated[str | None, typer.Option("--phone", help="Telephone number.")] = None,
    identifier: Annotated[str | None, typer.Option("--identifier", help="kind:value of another identifier.")] = None,
    session: Annotated[str | None, typer.Option("--session", help="source:session_id.")] = None,
    device: Annotated[str | None, typer.Option("--device", help="kind:id.")] = None,
    confidence: Annotated[str | None, typer.Option("--confidence", help="0 to 1, or a named level.")] = None,
    journey: Annotated[int, typer.Option("--journey", min=0, max=1000, help="Newest interactions to show.")] = 20,
    as_json: AsJson = False,
) -> None:
    """Show the unified profile of one person, and why the records are one."""
    asked = Asked(profile_id, customer, email, phone, identifier, session, device).identity(api_settings().country)
    report = asyncio.run(_ask(asked, confidence, journey))
    if as_json:
        print_json(as_document(report))
    else:
        print_profile(report, Console())
    if report.profile is None:
        raise typer.Exit(NOT_FOUND)


async def _ask(identity: Identity, confidence: str | None, interactions: int) -> ProfileReport:
    async with open_async_graph(resolve_address()) as graph:
        return await ask(graph, identity, confidence, interactions)


@app.command("demo", epilog="Example: cdp demo --once")
def demo_command(
    people: Annotated[int, typer.Option("--people", min=1, help="People of the sample company.")] = 2000,
    seed: Annotated[int, typer.Option("--seed", min=0, help="Another seed is another world.")] = 7,
    once: Annotated[bool, typer.Option("--once", help="End after the story.")] = False,
    as_json: AsJson = False,
) -> None:
    """Make, load, resolve and serve the sample company, and tell what happened."""
    from api.demo.telling import DemoOptions, run_demo  # noqa: PLC0415 -- as above

    options = DemoOptions(people, seed, once)
    if as_json:
        run_demo(options, Console(quiet=True), lambda outcome: print_json(outcome.as_document()))
    else:
        run_demo(options, Console())


def main() -> None:
    """Run ``cdp``; errors of ours become one message and an exit code that means something."""
    collect_rarely()
    end_in_order()
    try:
        app()
    except CdpError as error:
        _tell(f"{error.problem}\n{error.advice}")
        sys.exit(error.exit_code)
    except ValidationError as error:
        wrong = "\n".join(f"  {variable}" for variable in variables_of(error))
        _tell(f"A setting cannot be used:\n{wrong}\nSee .env.example for what each one takes.")
        sys.exit(2)
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)


def _tell(message: str) -> None:
    Console(stderr=True).print(message, style="red", markup=False, highlight=False)


if __name__ == "__main__":
    main()
