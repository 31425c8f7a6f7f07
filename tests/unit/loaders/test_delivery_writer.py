import random
import resource
import sys
import tempfile
import time
from collections import deque
from collections.abc import Generator
from contextlib import contextmanager
from threading import Barrier, Event, Timer

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph.errors import GraphError, StorageError
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


@contextmanager
def files_of_at_most(size: int) -> Generator[None]:
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_a_spool_that_finds_no_room_says_where() -> None:
    large = [batch(customers=(customer(given_name="x" * 1_000_000),))] * 6
    with files_of_at_most(1_000), pytest.raises(StorageError) as error, Spool(as_it_is) as spool:
        deque(map(spool.add, large))
    assert error.value.problem == f"{tempfile.gettempdir()} cannot be used (File too large)."
    assert "TMPDIR" in error.value.advice


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


@pytest.mark.parametrize("deliveries", [[["1", "2", "end"]], [["1"], ["2"]]], ids=["of one delivery", "of two"])
def test_as_many_batches_are_written_at_a_time_as_there_are_writers(deliveries: list[list[str]]) -> None:
    both = Barrier(2)

    def write(found: Batch) -> WriteCounts:
        if ids([found]) != ["end"]:
            both.wait(10)  # broken, which would raise, where one is written after the other
        return WriteCounts()

    with DeliveryWriter(as_they_are(write), 1, silent, writers=2) as writer:
        for external_ids in deliveries:
            writer.write(delivery(*external_ids), report())


@given(st.lists(st.tuples(st.integers(0, 5), st.booleans()), max_size=5), st.integers(1, 4), st.randoms())
def test_whatever_the_pace_nothing_comes_before_what_it_stands_on(
    sizes: list[tuple[int, bool]], writers: int, pace: random.Random
) -> None:
    ended: list[str] = []

    def write(found: Batch) -> WriteCounts:
        time.sleep(pace.random() / 1_000)
        ended.extend(ids([found]))
        return WriteCounts(customers=Written(created=1))

    reports = [report(str(number)) for number in range(len(sizes))]
    with DeliveryWriter(as_they_are(write), 1, silent, writers=writers) as writer:
        for number, (size, in_order) in enumerate(sizes):
            names = [f"{number} {place}" for place in range(size)]
            writer.write(delivery(*names), reports[number], in_order=in_order)

    place = {name: at for at, name in enumerate(ended)}
    assert [found.written.customers.created for found in reports] == [size for size, _ in sizes]
    for number, (size, in_order) in enumerate(sizes):
        own = [place[f"{number} {each}"] for each in range(size)]
        assert not own or own[-1] == max(own), "the last batch says that the others are there"
        before = [at for name, at in place.items() if int(name.split()[0]) < number]
        assert not in_order or max(before, default=-1) < min(own, default=len(ended))


@given(st.integers(1, 6), st.integers(1, 4))
def test_wherever_a_batch_fails_the_load_does_and_the_end_of_its_delivery_is_not_written(
    failing: int, writers: int
) -> None:
    written: list[str] = []
    heard: list[DeliveryReport] = []

    def write(found: Batch) -> WriteCounts:
        (external_id,) = ids([found])
        if external_id == str(failing):
            raise GraphError("Neo4j failed.", "Try again.")
        written.append(external_id)
        return WriteCounts()

    def run() -> None:
        with DeliveryWriter(as_they_are(write), 1, silent, heard.append, writers) as writer:
            writer.write(delivery("1", "2", "3", "4", "5", "6", "end"), report())
            writer.write(delivery("after"), report(), in_order=True)

    with pytest.raises(GraphError, match="Neo4j failed"):
        run()
    assert not {"end", "after"} & set(written)
    assert heard == []


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
