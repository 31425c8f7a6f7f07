import sys
from threading import Event, Timer

import pytest

from graph.errors import GraphError
from graph.records import Batch
from graph.writing import WriteCounts, Written
from loaders.delivery_writer import DeliveryWriter, Writing
from loaders.progress import silent
from loaders.report import DeliveryReport
from loaders.spool import Spool
from tests.factories import batch, customer
from tests.loading import as_it_is, as_they_are


def delivery(*external_ids: str) -> Spool[Batch]:
    spool = Spool(as_it_is)
    for external_id in external_ids:
        spool.add(batch(customers=(customer(external_id=external_id),)))
    return spool


def report(name: str = "a.csv") -> DeliveryReport:
    return DeliveryReport("crm", "crm.yaml", name, rows=1)


def ids(written: list[Batch]) -> list[str]:
    return [record.external_id for each in written for record in each.customers]


@pytest.mark.parametrize("count", [0, 1, 4, 5, 12])
def test_a_spool_gives_back_every_batch_in_order(count: int) -> None:
    names = [str(number) for number in range(count)]
    with delivery(*names) as spool:
        assert ids(list(spool.batches())) == names


def test_deliveries_are_written_in_the_order_in_which_they_come() -> None:
    written: list[Batch] = []
    first, second = report("a.csv"), report("b.csv")

    def write(found: Batch) -> WriteCounts:
        written.append(found)
        return WriteCounts(customers=Written(created=1))

    with DeliveryWriter(as_they_are(write), 1, silent) as writer:
        writer.write(delivery("1", "2"), first)
        writer.write(delivery("3"), second)

    assert ids(written) == ["1", "2", "3"]
    assert (first.written.customers.created, second.written.customers.created) == (2, 1)


def test_the_next_delivery_can_be_read_while_one_is_written() -> None:
    reading = Event()

    def write(_: Batch) -> WriteCounts:
        assert reading.wait(10)
        return WriteCounts()

    with DeliveryWriter(as_they_are(write), 1, silent) as writer:
        writer.write(delivery("1"), report())
        reading.set()  # reached while the first is still being written


def test_the_next_delivery_is_prepared_while_one_is_written() -> None:
    prepared, interval = Event(), sys.getswitchinterval()

    def prepare(found: Batch) -> str:
        (external_id,) = ids([found])
        if external_id == "2":
            prepared.set()
        return external_id

    def write(external_id: str) -> WriteCounts:
        assert prepared.wait(10)
        return WriteCounts(customers=Written(created=int(external_id)))

    first, second = report("a.csv"), report("b.csv")
    with DeliveryWriter(Writing(prepare, write), 1, silent) as writer:
        for external_id, delivered in (("1", first), ("2", second)):
            spool = writer.spool()
            spool.add(batch(customers=(customer(external_id=external_id),)))
            writer.write(spool, delivered)

    assert (first.written.customers.created, second.written.customers.created) == (1, 2)
    assert sys.getswitchinterval() == interval


@pytest.mark.parametrize("more", [True, False])
def test_what_the_database_refuses_ends_the_load(*, more: bool) -> None:
    def refuse(_: Batch) -> WriteCounts:
        raise GraphError("Neo4j failed.", "Try again.")

    def run() -> None:
        with DeliveryWriter(as_they_are(refuse), 1, silent) as writer:
            writer.write(delivery("1"), report())
            if more:
                writer.write(delivery("2"), report())

    with pytest.raises(GraphError, match="Neo4j failed"):
        run()


def test_an_interruption_ends_after_the_batch_that_is_being_written() -> None:
    written: list[Batch] = []
    started, interrupted = Event(), Event()

    def write(found: Batch) -> WriteCounts:
        started.set()
        assert interrupted.wait(10)
        written.append(found)
        return WriteCounts()

    def run() -> None:
        with DeliveryWriter(as_they_are(write), 1, silent) as writer:
            writer.write(delivery("1", "2", "3"), report())
            started.wait(10)
            Timer(0.2, interrupted.set).start()
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run()

    assert ids(written) == ["1"]
