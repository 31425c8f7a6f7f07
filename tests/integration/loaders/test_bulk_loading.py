# One embedded server for all tests here, because only such a server's store can be built anew; it is filled once. The
# batches go to the database that all tests share.
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from graph.address import Address
from graph.bulk.loading import bulk_load
from graph.connection import Graph, open_graph
from graph.constraints import inspect_schema
from graph.cursors import source_cursors
from graph.embedded.configuration import prepare_home
from graph.embedded.importing import Import, ImportFile, run_import
from graph.embedded.installation import install
from graph.embedded.ports import free_port
from graph.embedded.progress import SilentProgress
from graph.embedded.readiness import USER
from graph.embedded.server import EmbeddedServer, embedded_server
from graph.errors import ConfigurationError, EmbeddedServerError, GraphError
from graph.guards import current_guards
from graph.kinds import EMAIL
from graph.records import Batch, ConsentRecord, Snapshot, SourceCursor
from graph.settings import CdpSettings, cdp_settings
from graph.writing import WriteCounts, write_batch
from loaders import bulk_deliveries
from loaders.available import find_available
from loaders.delivery_writer import writing_into
from loaders.health.log import DeliveryLog
from loaders.pipeline import LoadPlan, load, load_bulk
from loaders.rejects.selection import Selection
from loaders.rejects.store import DeadLetters
from loaders.report import LoadReport
from loaders.sample.company import write_sample
from loaders.workers import shared
from tests.assertions import everything
from tests.factories import NOON, batch, crm, customer, days, device, identifier, interaction, minutes, session, shop

pytestmark = pytest.mark.embedded

SILENT = SilentProgress()
HARD_TEXTS = (
    'say "so"',
    "two\nlines",
    "cr\rlf",
    "a,b;c|d",
    " around ",
    "\\",
    "'",
    '""',
    "\u00e9\u0142\U0001f600",
    "\x1e",
)


@dataclass(frozen=True, slots=True)
class Filled:
    """A server whose database was filled at once, and what was said of it."""

    server: EmbeddedServer
    company: Path
    report: LoadReport
    hard: list[WriteCounts]


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Generator[Filled]:
    folder = tmp_path_factory.mktemp("bulk")
    write_sample(100, 7, folder / "company", all_systems=True)
    server = new_server(folder / "data")
    try:
        with bulk_load(server, SILENT) as bulk, many_chunks():
            hard = [bulk.add(each) for each in hard_batches()]
            break_off_an_import(server)
            report = load_bulk(plan_of(folder / "company", folder / "rejects"), bulk)
        yield Filled(server, folder / "company", report, [bulk.counts[number] for number in hard])
    finally:
        server.stop(SILENT)


@contextmanager
def many_chunks() -> Generator[None]:
    """Have two processes read what one would have read by the time that the other is there."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(bulk_deliveries, "_ROWS_A_CHUNK", 5)
        patch.setattr(shared, "_PIECES_AT_WORKER", 2)
        yield


def new_server(data_dir: Path) -> EmbeddedServer:
    settings = CdpSettings(
        guards_file=None,
        survivorship_file=None,
        data_dir=data_dir,
        cache_dir=cdp_settings().cache_dir,
        bolt_port=free_port(),
        http_port=free_port(),
        heap="512m",
        page_cache="64m",
    )
    lasting = embedded_server(settings)
    return replace(lasting, configuration=replace(lasting.configuration, quick=True))


def break_off_an_import(server: EmbeddedServer) -> None:
    """Leave the home as an import leaves it that is killed."""
    server.stop(SILENT)
    server.home.import_mark.touch()
    for file in (server.home.folder / "data" / "databases" / "neo4j").glob("neostore*"):
        if file.is_file():
            file.write_bytes(b"half a store")


def plan_of(company: Path, rejects: Path) -> LoadPlan:
    return LoadPlan(find_available(company).mappings, company, rejects)


def hard_batches() -> list[Batch]:
    """Whatever the statements of a batch make a difference of, spread over batches in an awkward order."""
    shared = identifier("phone", "+49301")
    many = current_guards().hub_above(EMAIL) + 3
    crowd = tuple(
        customer(external_id=f"c{n}", given_name=f"Name{n}", identifiers=(identifier("email", "all@x.example"),))
        for n in range(many)
    )
    alike = tuple(
        customer(external_id=f"e{n}", given_name="Eva", identifiers=(identifier("email", "eva@x.example"),))
        for n in range(many)
    )
    kiosk = tuple(
        session(f"k{n}", "web", device=device("kiosk"), customer=crm(f"c{n}"), started_at=minutes(n))
        for n in range(many + 60)
    )
    role = identifier("email", "info@firm.example", raw="INFO@firm.example")
    snapshot = Snapshot("crm:full", NOON)
    return [
        batch(customers=(customer(city="Bonn", identifiers=(replace(shared, raw="030 1"), role)),)),
        batch(customers=(customer(city="Kiel", observed_at=days(1), identifiers=(replace(shared, verified=True),)),)),
        batch(customers=(customer(city="Old", observed_at=days(-1), identifiers=(replace(shared, raw="0301"),)),)),
        batch(customers=tuple(customer(external_id="2", city=name) for name in ("Ulm", "Aue"))),
        batch(customers=(customer(external_id="2", city="Zug"), customer(external_id="2", city="Zug"))),
        batch(customers=crowd[:5]),
        batch(customers=crowd[5:] + alike),
        batch("shop", customers=(customer("shop", "h", identifiers=(identifier("hashed_email", "ab12"),)),)),
        batch(customers=tuple(_hard_text(n, text) for n, text in enumerate(HARD_TEXTS))),
        batch(customers=(_spelled("v1", "x:b", "z"), _spelled("v2", "x:b", "x:b"), _spelled("v3", "x:apart", "y"))),
        batch(customers=(_spelled("v4", "x:b", "a"), _spelled("v5", "x:apart", "c"), _spelled("v6", "a:a", "z"))),
        batch(customers=(_spelled("v7", "a:a", "a:a"), _spelled("v8", "x:b", "y"))),
        batch(customers=(customer(external_id="s1"), customer(external_id="s2")), snapshot=snapshot),
        batch(customers=(customer(external_id="s2"),), snapshot=replace(snapshot, name="crm:other")),
        batch("web", sessions=kiosk),
        batch("web", sessions=(session("s1", started_at=minutes(9), entry_page="/b", campaign="z", channel=None),)),
        batch("web", sessions=(session("s1", started_at=minutes(3), customer=shop("9"), device=device()),)),
        batch("web", sessions=(session("s1", started_at=minutes(9), entry_page="/a", campaign="a"),)),
        batch("web", sessions=tuple(_login("l1", at, "9", "d3") for at in (5, 1, 9, 3))),
        batch("web", sessions=(_login("l2", 7, "9", "d3"), _login("l2", 4, "8", "d4"), _login("l2", 2, "9", None))),
        batch("web", sessions=(_login("l3", 7, "9", None), _login("l3", 4, None, "d4"), _login("l1", 4, "8", "d3"))),
        batch("web", interactions=(interaction(at=minutes(5), session_id="s1", amount=0.1), interaction("m2"))),
        batch("web", interactions=(interaction(at=minutes(4), session_id="s2"), interaction("m2"))),
        batch("web", interactions=(interaction(at=minutes(4), customer=shop("9"), properties={"n": 1e22}),)),
        batch("web", interactions=(interaction("m3", customer=shop("8"), device=device("d2"), amount=1 / 3),)),
        batch(consents=(_consent("f1", customer=crm("404")), _consent("f2", identifier=role), _consent("f3"))),
        batch(consents=(_consent("f1", state="denied", device=device("d9")), _consent("f2", identifier=shared))),
        batch(consents=(_consent("f4", customer=crm("1")), _consent("f4", state="withdrawn", effective_at=days(1)))),
        batch(consents=(_consent("f4", customer=crm("2")), _consent("f4", state="denied", effective_at=days(1)))),
        batch(consents=(_consent("f4", basis="letter", effective_at=days(1), recorded_at=days(2), customer=crm("2")),)),
        batch(consents=(_consent("f5", basis="b"), _consent("f6", effective_at=days(1), identifier=role))),
        batch(consents=(_consent("f5", basis="a"), _consent("f6", state="withdrawn", customer=crm("1")))),
        batch(consents=(_consent("f5", basis="c", customer=crm("2")), _consent("f6", state="denied"))),
        batch("desk"),
        replace(batch("desk"), source=replace(batch("desk").source, trust=77, channel=None)),
        batch("web", sessions=(session("cut", device=device()),)),
        batch("web", sessions=(session("cut", device=device(), is_cut=True),)),
        batch(cursors=(_cursor("a", 5), _cursor("b", "2026"), _cursor("c", 7))),
        batch(cursors=(_cursor("a", 4), _cursor("b", "2027"), _cursor("c", "x", value='{"next": ""}'))),
    ]


def _login(name: str, minute: int, who: str | None, place: str | None) -> Any:
    on = device(place) if place else None
    return session(name, started_at=minutes(minute), device=on, customer=shop(who) if who else None)


def _hard_text(number: int, text: str) -> Any:
    value = identifier("social_handle", f"x:{number}", raw=text, normalised=text)
    return customer(external_id=f"t{number}", company=text, traits={"said": text}, identifiers=(value,))


def _spelled(external_id: str, handle: str, value: str) -> Any:
    found = identifier("social_handle", handle, raw=value, normalised=value)
    return customer(external_id=external_id, identifiers=(found,))


def _consent(fact_id: str, **changes: Any) -> ConsentRecord:
    if not changes.keys() & {"customer", "identifier", "device"}:
        changes["device"] = device()
    default: dict[str, Any] = {"state": "granted", "effective_at": NOON, "recorded_at": NOON}
    return ConsentRecord("crm", fact_id, "email", **(default | changes))


def _cursor(part: str, position: int | str, value: str | None = None) -> SourceCursor:
    return SourceCursor("crm", "crm/1", part, position, NOON, value)


@contextmanager
def opened(server: EmbeddedServer) -> Generator[Graph]:
    endpoint = server.endpoint()
    with open_graph(Address(endpoint.uri, USER, endpoint.password)) as graph:
        yield graph


def sizes(graph: Graph) -> list[dict[str, Any]]:
    with graph.driver.session(database=graph.database) as driver:
        return driver.run(
            "CALL () { MATCH (n) UNWIND labels(n) AS kind RETURN kind, count(*) AS found"
            " UNION ALL MATCH ()-[r]->() RETURN type(r) AS kind, count(*) AS found } RETURN kind, found ORDER BY kind"
        ).data()


def test_it_is_the_graph_of_the_batches(filled: Filled, graph: Graph, tmp_path: Path) -> None:
    counts = [write_batch(graph, each) for each in hard_batches()]
    report = load(plan_of(filled.company, tmp_path), writing_into(graph))

    with opened(filled.server) as bulk:
        nodes, edges = everything(bulk)
        expected_nodes, expected_edges = everything(graph)
        assert nodes - expected_nodes == expected_nodes - nodes == set()
        assert edges - expected_edges == expected_edges - edges == set()
        assert sizes(bulk) == sizes(graph)
        assert inspect_schema(bulk) == inspect_schema(graph)
        known = {cursor.part: (cursor.position, cursor.value) for cursor in source_cursors(bulk, "crm", "crm/1")}
        assert known == {"a": (5, None), "b": ("2027", None), "c": ("x", '{"next": ""}')}
    assert filled.hard == counts
    assert told(filled.report) == told(report)
    assert created(filled.report.written) == created(report.written)
    assert logged(filled.company.parent / "rejects") == logged(tmp_path)


def told(report: LoadReport) -> list[dict[str, Any]]:
    """All but times, and what came again in another batch: those of a bulk load are smaller.

    Customers, and sessions that go on over the end of a month, come in several deliveries, and of two that are written
    at a time the first creates them: they are compared in all.
    """
    return [
        {**delivery.as_document(), "seconds": None, "written": created(delivery.written)[2:]}
        for delivery in report.deliveries
    ]


def created(counts: WriteCounts) -> tuple[int, ...]:
    return tuple(each.created for each in (counts.customers, counts.sessions, counts.interactions, counts.consents))


def logged(folder: Path) -> tuple[Any, ...]:
    with DeliveryLog(folder) as log, DeadLetters(folder) as letters:
        runs = [{**asdict(run), "run_id": None, "at": None} for run in log.runs()]
        return runs, letters.count(Selection())


def test_a_database_that_is_not_empty_is_refused(filled: Filled) -> None:
    refused = pytest.raises(ConfigurationError, match="first load of an empty database; this one has")
    with refused, bulk_load(filled.server, SILENT):
        pass


def test_a_database_that_takes_no_index_does_not_stay(tmp_path: Path) -> None:
    server = new_server(tmp_path)
    try:
        with pytest.raises(GraphError):
            # A key of more than 8 kB, as no loader makes one: it can be imported, and not be indexed.
            fill(server, "x" * 9_000)
        fill(server, "1")
        with opened(server) as graph:
            assert [row["key"] for row in graph.read("list_customer_keys")] == ["crm:1"]
            assert not inspect_schema(graph).missing
    finally:
        server.stop(SILENT)


def fill(server: EmbeddedServer, external_id: str) -> None:
    with bulk_load(server, SILENT) as bulk:
        bulk.add(batch(customers=(customer(external_id=external_id),)))
        bulk.finish(lambda _name, _rows: None)


def test_an_import_that_fails_says_why_without_values_and_leaves_nothing(tmp_path: Path) -> None:
    server, installation = new_server(tmp_path), install(cdp_settings().cache_dir, SILENT)
    prepare_home(server.home, server.configuration, installation.lib)
    edges = tmp_path / "did.csv"
    edges.write_text(":START_ID(Customer),:END_ID(Interaction)\ncrm:anna,web:1\n")
    content = Import((), (ImportFile("DID", edges, has_line_ends=False),), tmp_path / "report")

    failed = pytest.raises(EmbeddedServerError, match=r"importer ended with \d+")
    with (tmp_path / "lock").open("w") as lock, failed as error:
        run_import(installation, server.home, content, lock.fileno())

    assert "anna" not in str(error.value)
    assert not server.home.import_mark.exists()
    assert not (server.home.folder / "data" / "databases" / "neo4j").exists()
