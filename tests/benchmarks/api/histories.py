"""Histories: the first page of a customer with ten thousand events against the one of a customer with ten."""

from collections.abc import Iterator

import uvloop

from graph.kinds import SourceKind
from graph.records import Batch, CustomerRecord, CustomerRef, InteractionRecord, SourceRecord
from graph.writing import write_batch
from tests.benchmarks.api.asking import Answered, Ask, connections, one_by_one
from tests.benchmarks.api.reading import INTERACTIONS, QUESTION
from tests.benchmarks.api.serving import HEADERS, served
from tests.benchmarks.company import Company
from tests.benchmarks.measures import Measure
from tests.factories import NOON, minutes

SHORT, LONG = 10, 10_000
TIMES, WARM_UP = 200, 40
_SOURCE = SourceRecord("historian", SourceKind.FILE, "historian")


def measure_histories(company: Company) -> Measure:
    """Milliseconds of the first page, in turns."""
    for events in (SHORT, LONG):
        for batch in _batches(events):
            write_batch(company.graph, batch)
    with served(company.address) as url:
        short, long = uvloop.run(_measured(url))
    return Measure(f"first page of {LONG:,} events, against {SHORT} (raw), p50", long.p50, short.p50, "ms", "<= 1.5")


def _batches(events: int) -> Iterator[Batch]:
    """One customer with so many events, as they are loaded."""
    ref, known = CustomerRef("historian", str(events)), CustomerRecord("historian", str(events), NOON)
    yield Batch(_SOURCE, "bench", customers=(known,))
    happened = [
        InteractionRecord("historian", f"{events}-{number}", "track", "Product Viewed", minutes(number), customer=ref)
        for number in range(events)
    ]
    for start in range(0, events, 5_000):
        yield Batch(_SOURCE, "bench", interactions=tuple(happened[start : start + 5_000]))


async def _measured(url: str) -> list[Answered]:
    with connections(url, QUESTION, HEADERS, first=INTERACTIONS) as asks:
        sides = [_of(asks[0], SHORT), _of(asks[0], LONG)]
        await one_by_one([""] * WARM_UP, sides)
        return await one_by_one([""] * TIMES, sides)


def _of(ask: Ask, events: int) -> Ask:
    async def asked(_: str) -> object:
        return await ask(f"historian:{events}")

    return asked
