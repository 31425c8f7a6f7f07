"""What the demo tells: on the terminal as it happens, or as one JSON document when the API answers."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from importlib.resources import files
from itertools import groupby
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.markup import escape

from api.console.profile_report import ProfileReport, as_document, print_profile
from graph.recognition import SessionRecognition
from loaders.report import LoadReport
from loaders.report import print_report as print_load
from loaders.sample.manifest import Hero, Manifest
from loaders.sample.writing import WrittenFile
from resolution.pipeline import ResolutionReport
from resolution.quality.evaluation import Evaluation
from resolution.report import as_json, print_evaluation
from resolution.report import print_report as print_resolution


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who wants to leave: what is known of them, and whose their visit without a login was found to be."""

    hero: Hero
    report: ProfileReport
    visit: SessionRecognition | None

    @property
    def recognised(self) -> bool:
        """The visit was found to be of this person."""
        found = self.visit.recognition if self.visit else None
        profile = self.report.profile
        return found is not None and profile is not None and found.customer in profile.members


@dataclass(frozen=True, slots=True)
class Endpoints:
    """Where to look, and the key to ask with. Neo4j Browser is known of the embedded server only."""

    graphql: str
    graphiql: str
    key: str
    browser: str | None = None
    user: str | None = None
    password_file: str | None = None


@dataclass(frozen=True, slots=True)
class DemoOutcome:
    """Everything that the demo found. ``seconds``: from the start until the API answered."""

    sample: Manifest
    loaded: LoadReport
    resolved: ResolutionReport
    quality: Evaluation
    person: Person | None
    endpoints: Endpoints
    seconds: float

    def as_document(self) -> dict[str, Any]:
        """As JSON."""
        return {
            "sample": {"people": self.sample.people, "seed": self.sample.seed, "rows": self.sample.rows},
            "load": self.loaded.as_document(),
            "resolution": as_json(self.resolved, self.quality),
            "person": None if self.person is None else _document(self.person),
            "endpoints": asdict(self.endpoints),
            "seconds": self.seconds,
        }


def _document(person: Person) -> dict[str, Any]:
    visit = None if person.visit is None else asdict(person.visit.recognition)
    return {"profile": as_document(person.report), "visit": visit, "recognised": person.recognised}


class DemoStory:
    """Tells what happens, step by step."""

    def __init__(self, console: Console) -> None:
        self._console = console

    def say(self, line: str) -> None:
        """One line that is not wrapped, so that addresses in it can be opened."""
        self._console.print(line, highlight=False, soft_wrap=True)

    def begin(self, title: str) -> None:
        """A new step."""
        self._console.rule(f"[bold]{title}", align="left")

    def tell_sample(self, sample: Manifest, folder: Path) -> None:
        """Which systems know of how much."""
        self.begin(f"The sample company: {sample.people:,} people in {sample.households:,} households, six systems")
        for line in _systems(sample.files):
            self.say(line)
        self.say(f"  in {folder}; truth/ says who is who, and no loader reads it")

    def tell_database(self) -> None:
        """Before it starts."""
        self.begin("The database: Neo4j")

    def tell_load(self, report: LoadReport) -> None:
        """What was read, written and set aside."""
        print_load(report, self._console)

    def tell_resolution(self, report: ResolutionReport, quality: Evaluation) -> None:
        """Links, levels, and how right they are."""
        print_resolution(report, self._console)
        print_evaluation(quality, self._console)

    def tell_person(self, person: Person | None) -> None:
        """One person: the profile, the journey, and the visit without a login that was recognised."""
        if person is None:
            self.say("This sample is too small for the story: make a larger one.")
            return
        self.begin("One person: what the systems know together")
        print_profile(person.report, self._console)
        self.begin("The moment that counts")
        for line in _visit(person):
            self.say(line)

    def tell_endpoints(self, outcome: DemoOutcome) -> None:
        """Where to look, and what to do next."""
        self.begin(f"Ready after {outcome.seconds:.0f} seconds")
        for line in (*_addresses(outcome.endpoints), *_next_steps()):
            self.say(line)


def _systems(written: tuple[WrittenFile, ...]) -> Iterator[str]:
    for system, of_system in groupby(written, key=lambda file: file.path.split("/")[0]):
        found = list(of_system)
        if system != "truth":
            name = found[0].path if len(found) == 1 else f"{system}/ ({len(found)} files)"
            rows, broken = sum(file.rows for file in found), sum(file.broken for file in found)
            yield f"  {name:24} {rows:>7,} rows" + (f", {broken} of them damaged on purpose" if broken else "")


def _visit(person: Person) -> Iterator[str]:
    hero = person.hero
    yield f"  {hero.logged_in_at}  logged in on the website, on the device {hero.device}"
    yield f"  {hero.called_at}  told the call centre that they want to leave ({hero.call_id})"
    yield f"  {hero.visited_at}  came back to the website without logging in"
    if person.visit is not None:
        found = person.visit.recognition
        yield f"  [bold]{found.level}[/bold]: {escape(found.reason)}"
    yield "  The same person: make the offer now." if person.recognised else "  Nobody to make an offer to."


def _addresses(endpoints: Endpoints) -> Iterator[str]:
    yield f"  GraphQL        {endpoints.graphql}   (GraphiQL: {endpoints.graphiql})"
    yield f"  Key            {endpoints.key}"
    yield "                 for a day and with every scope; it is not shown again. GraphiQL asks for it once."
    yield f"                 curl -H 'Authorization: Bearer {endpoints.key}' -H 'Content-Type: application/json' \\"
    yield f'                   -d \'{{"query": "{{ confidenceLevels {{ default }} }}"}}\' {endpoints.graphql}'
    if endpoints.browser:
        yield f"  Neo4j Browser  {endpoints.browser}"
        yield f"                 user {endpoints.user}, password in {endpoints.password_file}"
    yield f"                 ready-made queries: {files('cypher') / 'browser'}"


def _next_steps() -> Iterator[str]:
    yield "  Next"
    yield "    1. Ask for somebody else:    cdp profile --email ADDRESS"
    yield "    2. Load your own data:       cdp load my-crm.yaml --data FOLDER   (see README, Load your own data)"
    yield "    3. Measure on labelled data: cdp evaluate RECORDS TRUTH"
