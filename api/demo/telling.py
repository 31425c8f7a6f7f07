"""``cdp demo``: the whole path on the sample company, told on the terminal.

Make the sample, load it, resolve it, measure it, show one person and how their anonymous visit was recognised, serve.
Everything is done by the functions behind the other commands, on the project's own database.
"""

import asyncio
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event

from rich.console import Console

from api.access.viewer import EVERY_SCOPE
from api.console.profile_report import ask
from api.demo.report import DemoOutcome, DemoStory, Endpoints, Person
from api.operation.ending import told_to_end
from api.operation.serving import serving
from api.settings import api_settings
from graph.address import Address, resolve_address
from graph.api_keys import NewKey, add_api_key, new_api_key
from graph.confidence import get_levels
from graph.connection import Graph, open_async_graph, open_graph
from graph.constraints import install_schema
from graph.embedded.progress import SilentProgress
from graph.embedded.server import embedded_server
from graph.identities import Identity, IdentityKind
from graph.recognition import recognise_session
from graph.settings import cdp_settings, neo4j_settings
from loaders import progress as load_progress
from loaders.delivery_writer import writing_into
from loaders.mappings.reading import read_mappings
from loaders.pipeline import LoadPlan, load
from loaders.report import LoadReport
from loaders.sample.company import write_sample
from loaders.sample.manifest import NAME as MANIFEST
from loaders.sample.manifest import Hero, Manifest, read_manifest
from resolution import progress as resolve_progress
from resolution.models.model_store import model_store
from resolution.pipeline import ResolutionReport, resolve
from resolution.quality.cases import read_cases
from resolution.quality.evaluation import Evaluation, evaluate, read_truth
from resolution.settings import ResolutionSettings

INTERACTIONS = 20
COUNTRY = "DE"
_SOURCE = "records"


@dataclass(frozen=True, slots=True)
class DemoOptions:
    """``once``: end after the story instead of serving until Ctrl-C."""

    people: int
    seed: int
    once: bool


def run_demo(options: DemoOptions, console: Console, on_ready: Callable[[DemoOutcome], None] = lambda _: None) -> None:
    """Tell the story from the sample to the served API; ``on_ready`` is called when the API answers.

    Raises CdpError.
    """
    started, story = time.perf_counter(), DemoStory(console)
    folder = cdp_settings().data_dir / f"sample-{options.people}-{options.seed}"
    sample = _make_sample(options, folder)
    story.tell_sample(sample, folder)
    with _database(story) as address:
        with open_graph(address) as graph:
            install_schema(graph)
            loaded = _load(graph, folder, story)
            resolved, quality = _resolve(graph, folder, story)
            key = _make_key(graph)
        person = asyncio.run(_look_at(address, sample.hero))
        story.tell_person(person)
        with serving(address, api_settings().model_copy(update={"country": COUNTRY})) as url:
            seconds = round(time.perf_counter() - started, 1)
            outcome = DemoOutcome(sample, loaded, resolved, quality, person, _endpoints(url, key), seconds)
            story.tell_endpoints(outcome)
            on_ready(outcome)
            if options.once:
                story.say("  They end now, as --once says. Start them again with: cdp serve")
            else:
                _wait(story)


def _make_sample(options: DemoOptions, folder: Path) -> Manifest:
    if not (folder / MANIFEST).exists():
        write_sample(options.people, options.seed, folder)
    return read_manifest(folder)


@contextmanager
def _database(story: DemoStory) -> Generator[Address]:
    """The project's database; an embedded server that was started for the demo is stopped after it."""
    embedded = None if neo4j_settings().uri else embedded_server(cdp_settings())
    started_here = embedded is not None and not embedded.status().running
    story.tell_database()
    address = resolve_address()
    try:
        yield address
    finally:
        if started_here and embedded is not None:
            embedded.stop(SilentProgress())


def _load(graph: Graph, folder: Path, story: DemoStory) -> LoadReport:
    story.begin("Loading: what each source sent, and what was set aside")
    plan = LoadPlan(read_mappings(["sample"]), folder)
    with load_progress.shown(Console(stderr=True)) as progress:
        report = load(plan, writing_into(graph), progress)
    story.tell_load(report)
    return report


def _resolve(graph: Graph, folder: Path, story: DemoStory) -> tuple[ResolutionReport, Evaluation]:
    story.begin("Resolving: which records are one person")
    with resolve_progress.shown(Console(stderr=True)) as progress:
        settings = ResolutionSettings()  # pyright: ignore[reportCallIssue]
        report = resolve(graph, settings, model_store(), progress=progress)
    seconds = sum(report.run.durations.values())
    truth = folder / "truth" / "records.csv"
    quality = evaluate(graph, read_truth(truth, _SOURCE), seconds, read_cases(truth))
    story.tell_resolution(report, quality)
    return report, quality


async def _look_at(address: Address, hero: Hero | None) -> Person | None:
    """Whom the story is about; none in a sample that is too small for one."""
    if hero is None:
        return None
    async with open_async_graph(address) as graph:
        levels = await get_levels(graph)
        report = await ask(graph, Identity(IdentityKind.CUSTOMER, hero.customers["crm"]), None, INTERACTIONS)
        return Person(hero, report, await recognise_session(graph, hero.anonymous_session, levels.default))


def _make_key(graph: Graph) -> str:
    """A key with every scope, for a day; that of an earlier demo ends."""
    key = new_api_key()
    add_api_key(graph, NewKey("demo", sorted(EVERY_SCOPE), datetime.now(UTC) + timedelta(days=1)), key, replace=True)
    return key


def _endpoints(url: str, key: str) -> Endpoints:
    embedded = None if neo4j_settings().uri else embedded_server(cdp_settings()).status()
    if embedded is None:
        return Endpoints(f"{url}/graphql", f"{url}/", key)
    return Endpoints(f"{url}/graphql", f"{url}/", key, embedded.browser_url, embedded.user, embedded.password_file)


def _wait(story: DemoStory) -> None:
    told = Event()
    with told_to_end(lambda _: told.set()):
        story.say("Ctrl-C ends the API and the database.")
        told.wait()
    story.say("Stopping.")
