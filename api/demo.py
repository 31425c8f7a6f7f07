"""``cdp demo``: the whole path on the sample company, told on the terminal.

Make the sample, load it, resolve it, measure it, show one person and how their anonymous visit was recognised, serve.
Everything is done by the functions behind the other commands, on the project's own database.
"""

import asyncio
import time
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from importlib.resources import files
from pathlib import Path

from rich.console import Console
from rich.markup import escape

from api.profile_report import ProfileReport, ask, print_profile
from api.serving import serving
from api.settings import api_settings
from graph.address import Address, resolve_address
from graph.confidence import get_levels
from graph.connection import Graph, open_async_graph, open_graph
from graph.constraints import install_schema
from graph.embedded.progress import SilentProgress
from graph.embedded.server import embedded_server
from graph.identities import Identity, IdentityKind
from graph.recognition import RecognisedSession, recognise_session
from graph.settings import cdp_settings, neo4j_settings
from graph.writing import write_batch
from loaders import progress as load_progress
from loaders.mappings.reading import read_mappings
from loaders.pipeline import LoadPlan, load
from loaders.report import print_report as print_load
from loaders.sample.company import write_sample
from loaders.sample.manifest import NAME as MANIFEST
from loaders.sample.manifest import Hero, Manifest, read_manifest
from resolution import progress as resolve_progress
from resolution.evaluation import evaluate, read_truth
from resolution.pipeline import resolve
from resolution.report import print_evaluation
from resolution.report import print_report as print_resolution
from resolution.settings import ResolutionSettings

PEOPLE, SEED = 2_000, 7
INTERACTIONS = 20
_SOURCE = "records"


@dataclass(frozen=True, slots=True)
class DemoOptions:
    """``once``: end after the story instead of serving until Ctrl-C."""

    people: int = PEOPLE
    seed: int = SEED
    once: bool = False


def run_demo(options: DemoOptions, console: Console) -> None:
    """Tell the story from the sample to the served API. Raises CdpError."""
    started = time.perf_counter()
    folder = cdp_settings().data_dir / f"sample-{options.people}-{options.seed}"
    manifest = _make_sample(options, folder, console)
    with _database(console) as address:
        with open_graph(address) as graph:
            install_schema(graph)
            _load(graph, folder, console)
            _resolve(graph, folder, console)
        asyncio.run(_tell(address, manifest.hero, console))
        with serving(address, api_settings().model_copy(update={"country": "DE"})) as url:
            _say(console, f"Ready after {time.perf_counter() - started:.0f} seconds")
            _show_addresses(url, console)
            if not options.once:
                _wait(console)


def _make_sample(options: DemoOptions, folder: Path, console: Console) -> Manifest:
    _say(console, f"The sample company: {options.people:,} people, seen by six systems")
    if not (folder / MANIFEST).exists():
        write_sample(options.people, options.seed, folder)
    manifest = read_manifest(folder)
    for file in manifest.files:
        console.print(f"  {file.path}: {file.rows:,} rows, {file.broken} of them damaged on purpose", highlight=False)
    console.print(f"  in {folder}; truth/ says who is who, and no loader reads it", highlight=False)
    return manifest


@contextmanager
def _database(console: Console) -> Generator[Address]:
    """The project's database; an embedded server that was started for the demo is stopped after it."""
    embedded = None if neo4j_settings().uri else embedded_server(cdp_settings())
    started_here = embedded is not None and not embedded.status().running
    _say(console, "The database")
    address = resolve_address()
    console.print(f"  Neo4j answers at {address.uri}", highlight=False)
    try:
        yield address
    finally:
        if started_here and embedded is not None:
            embedded.stop(SilentProgress())


def _load(graph: Graph, folder: Path, console: Console) -> None:
    _say(console, "Loading: what each source sent, and what was set aside")
    plan = LoadPlan(read_mappings(["sample"]), folder)
    with load_progress.shown(Console(stderr=True)) as progress:
        report = load(plan, partial(write_batch, graph), progress)
    print_load(report, console)


def _resolve(graph: Graph, folder: Path, console: Console) -> None:
    _say(console, "Resolving: which records are one person")
    with resolve_progress.shown(Console(stderr=True)) as progress:
        report = resolve(graph, ResolutionSettings(), progress)  # pyright: ignore[reportCallIssue]
    print_resolution(report, console)
    seconds = sum(report.run.durations.values())
    print_evaluation(evaluate(graph, read_truth(folder / "truth" / "records.csv", _SOURCE), seconds), console)


async def _tell(address: Address, hero: Hero | None, console: Console) -> None:
    """One person: the profile, the journey, and the visit without a login that was recognised."""
    if hero is None:
        console.print("This sample is too small for the story: make a larger one.")
        return
    async with open_async_graph(address) as graph:
        levels = await get_levels(graph)
        crm = Identity(IdentityKind.CUSTOMER, hero.customers["crm"])
        report = await ask(graph, crm, None, INTERACTIONS)
        recognised = await recognise_session(graph, hero.anonymous_session, levels.default)
    _say(console, "One person: what the systems know together")
    print_profile(report, console)
    _tell_visit(hero, report, recognised, console)


def _tell_visit(hero: Hero, report: ProfileReport, recognised: RecognisedSession | None, console: Console) -> None:
    _say(console, "The moment that counts")
    console.print(f"  {hero.logged_in_at}  logged in on the website, on the device {hero.device}", highlight=False)
    console.print(f"  {hero.called_at}  told the call centre that they want to leave ({hero.call_id})", highlight=False)
    console.print(f"  {hero.visited_at}  came back to the website without logging in", highlight=False)
    if recognised is None or report.profile is None:
        return
    found = recognised.recognition
    ours = found.customer in report.profile.members
    console.print(f"  [bold]{found.level}[/bold]: {escape(found.reason)}", highlight=False)
    console.print(f"  {'The same person: make the offer now.' if ours else 'Nobody to make an offer to.'}")


def _show_addresses(url: str, console: Console) -> None:
    embedded = None if neo4j_settings().uri else embedded_server(cdp_settings()).status()
    console.print(f"  GraphQL          {url}/graphql   (GraphiQL: {url}/)", highlight=False)
    if embedded is not None:
        console.print(f"  Neo4j Browser    {embedded.browser_url}", highlight=False)
        console.print(f"                   user {embedded.user}, password in {embedded.password_file}", highlight=False)
    queries = files("cypher") / "browser"
    console.print(f"  ready-made queries for it: {queries}", highlight=False)
    console.print("  Next: 1. ask for somebody else: cdp profile --email ...")
    console.print(
        "        2. load your own data: write a mapping as in loaders/mappings/, then cdp load my.yaml --data DIR"
    )
    console.print("        3. measure on labelled records of yours: cdp evaluate RECORDS TRUTH")


def _wait(console: Console) -> None:
    console.print("Ctrl-C ends the API and the database.")
    try:
        while True:
            time.sleep(3600)
    except KeyboardInterrupt:
        console.print("Stopping.")


def _say(console: Console, title: str) -> None:
    console.rule(f"[bold]{title}", align="left")
