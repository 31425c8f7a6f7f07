"""Loading: ``cdp load`` and our writer against the raw driver with the same statements and rows."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial

from neo4j import ManagedTransaction

from cypher import statement
from graph.writing import Step, steps_of
from loaders.delivery_writer import DeliveryWriter, writing_into
from loaders.progress import silent
from loaders.report import DeliveryReport
from loaders.settings import load_settings
from tests.benchmarks.company import Company
from tests.benchmarks.measures import Measure, seconds_of

WANTED = ">= 0.9"
# Pauses of the database hit all at random and are as long as the differences: three rounds told .84 to .90 of one code.
LEAST_ROUNDS = 8


def measure_loading(company: Company, rounds: int) -> list[Measure]:
    """Rows a second of the whole load (files to graph) and of the writer alone (batches to graph).

    The shortest time counts. Each comes first as often as the others, after a round that counts for none: the database
    is still getting faster. The raw driver writes a batch after the other over one connection, as a client of its own
    would, and over as many as ours has.
    """
    prepared, writers = [steps_of(batch) for batch in company.batches], load_settings().writers
    ways: list[Callable[[], object]] = [
        company.load,
        partial(_write_ours, company),
        partial(_write_raw, company, prepared, 1),
        partial(_write_raw, company, prepared, writers),
    ]
    times: list[list[float]] = [[] for _ in ways]
    _erase(company)
    rows = company.load().rows
    for turn in range(max(rounds, LEAST_ROUNDS)):
        for number in range(turn, turn + len(ways)):
            place = number % len(ways)
            _erase(company)
            times[place].append(seconds_of(ways[place]))
    whole, ours, raw, raw_of_writers = (rows / min(each) for each in times)
    return [
        Measure("load: files to graph", whole, raw, "rows/s", WANTED),
        Measure("load: batches to graph", ours, raw, "rows/s", WANTED),
        Measure(f"load: files, raw over {writers} connections", whole, raw_of_writers, "rows/s", ""),
    ]


def _erase(company: Company) -> None:
    company.graph.run_alone("erase_everything")


def _write_ours(company: Company) -> None:
    settings = load_settings()
    with DeliveryWriter(writing_into(company.graph), settings.batch_rows, silent, writers=settings.writers) as writer:
        for number, batch in enumerate(company.batches):
            spool = writer.spool()
            spool.add(batch)
            writer.write(spool, DeliveryReport(batch.source.name, "", str(number)))


def _write_raw(company: Company, batches: list[list[Step]], connections: int) -> None:
    with ThreadPoolExecutor(connections) as pool:
        list(pool.map(partial(_write_batch_raw, company), batches))


def _write_batch_raw(company: Company, steps: list[Step]) -> None:
    with company.graph.driver.session(database=company.graph.database) as session:
        session.execute_write(_run, steps)


def _run(transaction: ManagedTransaction, steps: list[Step]) -> None:
    for step in steps:
        transaction.run(statement(step.statement), {"rows": step.rows, **step.parameters}).consume()
