"""Sizes: what a profile with its journey costs in graphs of different sizes, filled by the bulk load.

Every graph holds the same few hundred profiles of two customers, which are asked for, among so many others.
"""

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import replace
from datetime import timedelta
from functools import partial
from pathlib import Path

import uvloop

from graph.address import Address
from graph.bulk.loading import bulk_load
from graph.connection import open_graph
from graph.embedded.progress import SilentProgress
from graph.embedded.readiness import USER
from graph.embedded.server import EmbeddedServer
from graph.links import Link
from graph.records import Batch, CustomerRecord, CustomerRef, InteractionRecord
from graph.resolutions import Resolution, write_resolution
from graph.runs import ScoringModel, ScoringRun
from tests.benchmarks.api.asking import Answered, connections, one_by_one
from tests.benchmarks.api.reading import INTERACTIONS, QUESTION
from tests.benchmarks.api.serving import HEADERS, served
from tests.benchmarks.bulk import server_in
from tests.benchmarks.crowd import DELIVERED, batches, crowd
from tests.benchmarks.measures import seconds_of
from tests.benchmarks.sections import Options, Rows

PROFILES, EVENTS, ROUNDS = 300, 2, 3
_PART = 50_000
_SILENT = SilentProgress()


def measure_sizes(options: Options) -> Rows:
    """One row a size; the ratio is to the smallest. Every graph has a server of its own, and all are asked in turns."""
    sizes = sorted(options.sizes)
    with tempfile.TemporaryDirectory(prefix="cdp-bench-") as name, ExitStack() as stack:
        servers = [server_in(Path(name) / str(size)) for size in sizes]
        filled = [seconds_of(partial(_fill, server, size)) for server, size in zip(servers, sizes, strict=True)]
        for server in servers:
            stack.callback(server.stop, _SILENT)
        urls = [stack.enter_context(served(_address(server))) for server in servers]
        found = uvloop.run(_measured(urls))
    return [
        {
            "customers": size,
            "p50 ms": round(answered.p50, 2),
            "p95 ms": round(answered.p95, 2),
            "ratio": round(answered.p50 / found[0].p50, 2),
            "filled in s": round(seconds),
            "wanted": "ratio <= 1.3",
        }
        for size, answered, seconds in zip(sizes, found, filled, strict=True)
    ]


def _fill(server: EmbeddedServer, size: int) -> None:
    with bulk_load(server, _SILENT) as load:
        for start in range(0, size, _PART):
            known = crowd(min(_PART, size - start), start)
            for batch in batches(known):
                load.add(_with_events(batch))
        load.finish(lambda _name, _rows: None)
    with open_graph(_address(server)) as graph:
        write_resolution(graph, _resolution(_links()))


def _with_events(batch: Batch) -> Batch:
    happened = (event for customer in batch.customers for event in _events(customer))
    return replace(batch, interactions=tuple(happened))


def _events(customer: CustomerRecord) -> Iterator[InteractionRecord]:
    of = CustomerRef(customer.source, customer.external_id)
    for number in range(EVENTS):
        at, message = DELIVERED + timedelta(days=number), f"{customer.external_id}-{number}"
        yield InteractionRecord(customer.source, message, "track", "Product Viewed", at, customer=of)


def _pairs() -> list[str]:
    """Numbers of the first people whom both systems know."""
    twice = [found.external_id for found in crowd(10 * PROFILES) if found.source == "shop"]
    return twice[:PROFILES]


def _links() -> tuple[Link, ...]:
    return tuple(
        Link(f"crm:{number}", f"shop:{number}", 0.99, 7.0, "splink", evidence="[]", cohesion=7.0, confidence=0.9)
        for number in sorted(_pairs())
    )


def _resolution(links: tuple[Link, ...]) -> Resolution:
    model = ScoringModel("bench", DELIVERED, "{}", ((-10.0, 0.1), (7.0, 0.9)), {"exact": 1.0, "default": 0.5})
    return Resolution(links, (), model, ScoringRun("bench", "bench", "full", {}, DELIVERED, DELIVERED))


def _address(server: EmbeddedServer) -> Address:
    endpoint = server.endpoint()
    return Address(endpoint.uri, USER, endpoint.password)


async def _measured(urls: Sequence[str]) -> list[Answered]:
    customers = [f"crm:{number}" for number in _pairs()]
    with ExitStack() as stack:
        opened = [stack.enter_context(connections(url, QUESTION, HEADERS, first=INTERACTIONS)) for url in urls]
        sides = [asks[0] for asks in opened]
        await one_by_one(customers, sides)
        return await one_by_one(customers * ROUNDS, sides)
