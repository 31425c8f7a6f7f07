"""``cdp profile``: one person, on the terminal or for programs."""

import asyncio
from typing import Annotated

import typer
from rich.console import Console

from api.console.asked import Asked
from api.console.profile_report import ProfileReport, as_document, ask, print_profile
from api.settings import api_settings
from graph.address import resolve_address
from graph.connection import open_async_graph
from graph.identities import Identity
from graph.printing import print_json

NOT_FOUND = 1

AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON document on stdout, nothing else.")]


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
    """Show the unified profile of one person, and why the records are one.

    Example: cdp profile --email anna@example.org --confidence strict
    """
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
