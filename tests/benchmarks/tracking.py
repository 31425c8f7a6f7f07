"""Tracking: events acknowledged a second over HTTP, with server, database and client on this machine.

Beside it the same transactions by the raw driver: the statements and rows that the server ran, sent again to an empty
database, without HTTP, JSON or translation. Then how soon somebody who is tracked is seen and linked, in the graph of
the sample company.
"""

import http.client
import os
import subprocess
import sys
import time
from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import count
from pathlib import Path
from random import Random
from typing import Any
from urllib.parse import urlsplit

import orjson
import psutil

from api.tracking.messages import Message
from api.tracking.records.translation import Translation
from api.tracking.requests import RequestFacts
from api.tracking.segment.envelopes import read_envelope
from api.tracking.segment.messages import read_messages
from cypher import statement
from graph.address import Address
from graph.connection import Graph, Outcome, Result, Transaction, open_graph
from graph.constraints import install_schema
from graph.embedded.temporary import temporary_server
from graph.kinds import SourceKind
from graph.messages import write_messages
from graph.records import CustomerRecord, MessageRecords
from graph.sources import NewSource, TrackedSource, add_source, new_write_key
from tests.asking import API_KEY, AUTHORIZED
from tests.benchmarks.company import loaded_company
from tests.benchmarks.sections import Options, Rows, percentile

VISITORS, EVENTS, WARM_UP = 4_000, 40_000, 4_000
CONNECTIONS, GROUP = 32, 500
LIVE, PATIENCE_S = 150, 60.0
SIZES = (1, 20, 100)
_LOGS_IN = 0.25
_SERVER = """
import sys
from api.operation.serving import serve
from api.settings import ApiSettings
from graph.address import Address
settings = ApiSettings(_env_file=None, api_port=0, drain_s=0)
serve(Address(*sys.argv[1:]), settings, on_ready=lambda url: print(url, flush=True))
"""
_RATE = "events/s"
_JOURNEY = """
query($customer: String!) { profile(by: {customer: $customer}) { ... on Profile { journey { nodes { key } } } } }
"""


@dataclass(frozen=True, slots=True)
class Answered:
    """Seconds of the whole, and of each request."""

    seconds: float
    latencies: list[float]


def measure_tracking(options: Options) -> Rows:
    """Events a second by the messages of a request, the raw driver with the same transactions, and time until seen."""
    return [*_measured_speed(), *_measured_delay(options.people)]


def _measured_speed() -> Rows:
    with temporary_server(heap="1g", page_cache="512m", quick=False) as address, open_graph(address) as graph:
        install_schema(graph)
        key = new_write_key()
        add_source(graph, NewSource("web", SourceKind.WEB, "web"), key)
        rows: Rows = []
        with api_process(address) as url:
            _send(url, key, _bodies("warm", WARM_UP, 20))
            for size in SIZES:
                wanted = EVENTS // 4 if size == 1 else EVENTS
                bodies, before = _bodies(f"s{size}", wanted, size), _processor_seconds()
                answered = _send(url, key, bodies)
                spent = {
                    name: round((after - before[name]) / wanted * 1e6) for name, after in _processor_seconds().items()
                }
                rows.append(_row(f"HTTP, {size} a request", wanted, answered) | spent)
        return [*rows, *_raw(graph)]


def _processor_seconds() -> dict[str, float]:
    """What Neo4j, the server and this client have used; the difference, an event, tells more than a busy clock does."""
    spent = {"neo4j us": 0.0, "server us": 0.0, "client us": sum(psutil.Process().cpu_times()[:2])}
    for process in psutil.Process().children(recursive=True):
        spent["neo4j us" if "java" in process.name() else "server us"] += sum(process.cpu_times()[:2])
    return spent


def _measured_delay(people: int) -> Rows:
    """Milliseconds from sending an identify until the journey shows it, and until its customer is resolved."""
    seen, linked = list[float](), list[float]()
    with loaded_company(people) as company:
        key = new_write_key()
        add_source(company.graph, NewSource("tracked", SourceKind.WEB, "web"), key)
        known = [record for batch in company.batches for record in batch.customers if record.identifiers]
        with api_process(company.address, company.folder) as url:
            connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=60)
            for number, record in enumerate(Random(1).sample(known, LIVE)):
                connection.close()  # opened anew by the next request: the server does not wait for slow ones
                started = time.perf_counter()
                assert is_taken(connection, key, message_body([_identify(record, number)]))
                seen.append(_until(started, partial(_is_seen, connection, number)))
                linked.append(_until(started, partial(_is_linked, company.graph, number)))
    steps = (("identify until in the journey", seen), ("identify until linked", linked))
    return [_delay_row(name, times[LIVE // 5 :]) for name, times in steps]


def _until(started: float, is_so: Callable[[], bool]) -> float:
    """Seconds until it is so."""
    while not is_so():
        assert time.perf_counter() - started < PATIENCE_S, "it never is"
        time.sleep(0.002)
    return time.perf_counter() - started


def _delay_row(name: str, times: list[float]) -> dict[str, object]:
    shares = {f"p{share} ms": percentile(times, share / 100) for share in (50, 95, 99)}
    return {"way": name, "events": len(times), **shares, "wanted": "p95 < 1,000"}


def _identify(record: CustomerRecord, number: int) -> dict[str, Any]:
    traits = {value.kind: value.raw for value in record.identifiers if value.kind in {"email", "phone"}}
    traits |= {"firstName": record.given_name or "", "lastName": record.family_name or ""}
    ids = {"userId": f"live-{number}", "anonymousId": f"device-{number}", "messageId": f"live-{number}"}
    return {"type": "identify", "traits": traits, **ids}


def _is_seen(connection: http.client.HTTPConnection, number: int) -> bool:
    body = orjson.dumps({"query": _JOURNEY, "variables": {"customer": f"tracked:live-{number}"}})
    connection.request("POST", "/graphql", body, {"Content-Type": "application/json", **AUTHORIZED})
    return f"tracked:live-{number}".encode() in connection.getresponse().read()


def _is_linked(graph: Graph, number: int) -> bool:
    (row,) = graph.read("list_known_customers", keys=[f"tracked:live-{number}"])
    return not row["unresolved"]


def _row(name: str, sent: int, answered: Answered) -> dict[str, object]:
    return {
        "way": name,
        "events": sent,
        _RATE: round(sent / answered.seconds),
        "p50 ms": percentile(answered.latencies, 0.5),
        "p99 ms": percentile(answered.latencies, 0.99),
        "wanted": ">= 2,000" if name.startswith("HTTP, 20") else "",
    }


# --- what is sent ----------------------------------------------------------------------------------------------------


def events(dice: Random, prefix: str, wanted: int) -> Iterator[dict[str, Any]]:
    """Page views and events of visitors, some of whom log in, in order of time."""
    at = datetime.now(UTC) - timedelta(hours=1)
    for number in range(wanted):
        visitor = dice.randrange(VISITORS)
        at += timedelta(milliseconds=5)
        yield _event(dice, visitor, f"{prefix}-{number}", at)


def _event(dice: Random, visitor: int, message_id: str, at: datetime) -> dict[str, Any]:
    event: dict[str, Any] = {
        "messageId": message_id,
        "anonymousId": f"visitor-{visitor}",
        "timestamp": at.isoformat(),
        "context": {
            "page": {"path": f"/p/{visitor % 50}", "url": f"https://shop.example/p/{visitor % 50}", "title": "Phones"},
            "userAgent": "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
            "library": {"name": "analytics.js", "version": "2.1.0"},
        },
    }
    if visitor < VISITORS * _LOGS_IN and dice.random() < 0.5:
        event["userId"] = f"user-{visitor}"
    kind = dice.random()
    if kind < 0.05 and "userId" in event:
        traits = {"email": f"user{visitor}@example.org", "firstName": "Anna", "lastName": f"Ilg{visitor}"}
        return {**event, "type": "identify", "traits": traits}
    if kind < 0.6:
        return {**event, "type": "page", "name": "Phones", "properties": {"path": f"/p/{visitor % 50}"}}
    return {**event, "type": "track", "event": "Product Viewed", "properties": {"sku": f"s{visitor}", "price": 9.9}}


def _bodies(prefix: str, wanted: int, size: int) -> list[bytes]:
    made = list(events(Random(prefix), prefix, wanted))
    return [message_body(made[start : start + size]) for start in range(0, wanted, size)]


def message_body(batch: Sequence[dict[str, Any]]) -> bytes:
    """Messages as the body of a call."""
    return orjson.dumps({"batch": batch, "sentAt": datetime.now(UTC).isoformat()})


# --- over HTTP -------------------------------------------------------------------------------------------------------


@contextmanager
def api_process(address: Address, folder: Path | None = None) -> Generator[str]:
    """A server in a process of its own; ``folder``: of its models."""
    known = [part for part in (address.uri, address.user, address.password) if part]
    environment = {**os.environ, "CDP_API_KEY": API_KEY, **({"CDP_DATA_DIR": str(folder)} if folder else {})}
    command = [sys.executable, "-c", _SERVER, *known]
    pipes: dict[str, Any] = {"stdout": subprocess.PIPE, "stderr": subprocess.DEVNULL}
    with subprocess.Popen(command, **pipes, text=True, env=environment) as process:
        assert process.stdout is not None
        try:
            yield process.stdout.readline().strip()
        finally:
            process.terminate()


def _send(url: str, key: str, bodies: Sequence[bytes]) -> Answered:
    turn = count()
    latencies: list[float] = []

    def work(_: int) -> None:
        connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=60)
        while (number := next(turn)) < len(bodies):
            started = time.perf_counter()
            # Told to come again, a client does; it counts as one request that took so long.
            while not is_taken(connection, key, bodies[number]):
                time.sleep(1)
            latencies.append(time.perf_counter() - started)
        connection.close()

    started = time.perf_counter()
    with ThreadPoolExecutor(CONNECTIONS) as pool:
        list(pool.map(work, range(CONNECTIONS)))
    return Answered(time.perf_counter() - started, latencies)


def is_taken(connection: http.client.HTTPConnection, key: str, body: bytes) -> bool:
    """Send one call; whether it was acknowledged, or has to come again."""
    connection.request("POST", "/v1/batch", body, {"X-Write-Key": key})
    answer = connection.getresponse()
    answer.read()
    assert answer.status in {200, 429, 503}, answer.status
    return answer.status == 200


# --- the raw driver --------------------------------------------------------------------------------------------------


class _Recorded(Transaction):
    """A transaction that notes what it runs."""

    noted: list[tuple[str, dict[str, Any]]]

    def run(self, name: str, **parameters: Any) -> Outcome:
        self.noted.append((name, parameters))
        return super().run(name, **parameters)


class _RecordingGraph(Graph):
    def __init__(self, graph: Graph) -> None:
        super().__init__(graph.driver, graph.database)
        self.transactions: list[list[tuple[str, dict[str, Any]]]] = []

    def write(self, work: Callable[[Transaction], Result], timeout_s: float = 0) -> Result:
        del timeout_s
        with self.driver.session(database=self.database) as session, session.begin_transaction() as transaction:
            recorded = _Recorded(transaction, self)
            recorded.noted = []
            found = work(recorded)
            transaction.commit()
        self.transactions.append(recorded.noted)
        return found


def _raw(graph: Graph) -> Rows:
    started = time.perf_counter()
    groups = list(_groups(EVENTS))
    translated = time.perf_counter() - started
    recording = _RecordingGraph(graph)
    graph.run_alone("erase_everything")
    for group in groups:
        write_messages(recording, group, "bench")
    graph.run_alone("erase_everything")
    latencies = [_ran(graph, transaction) for transaction in recording.transactions]
    return [
        _row(f"raw driver, {GROUP} a transaction", EVENTS, Answered(sum(latencies), latencies)),
        {"way": "translation alone, one core", "events": EVENTS, _RATE: round(EVENTS / translated)},
    ]


def _ran(graph: Graph, transaction: Sequence[tuple[str, dict[str, Any]]]) -> float:
    started = time.perf_counter()
    with graph.driver.session(database=graph.database) as session, session.begin_transaction() as opened:
        for name, parameters in transaction:
            opened.run(statement(name), parameters).consume()
        opened.commit()
    return time.perf_counter() - started


def _groups(wanted: int) -> Iterator[list[MessageRecords]]:
    source = TrackedSource("web", SourceKind.WEB, "web", 40, ("",), own_user_ids=False, disabled_at=None)
    translation, facts = Translation(), RequestFacts(datetime.now(UTC))
    for body in _bodies("raw", wanted, GROUP):
        messages = read_messages(read_envelope(body, "batch"), facts, 32_768)
        yield [translation.records(message, source) for message in messages if isinstance(message, Message)]
