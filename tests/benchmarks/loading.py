"""Loading: ``cdp load`` and our writer against the raw driver with the same statements and rows."""

from collections.abc import Callable
from functools import partial

from neo4j import ManagedTransaction

from cypher import statement
from graph.writing import Step, steps_of, write_batch
from tests.benchmarks.company import Company
from tests.benchmarks.measures import Measure, seconds_of

WANTED = ">= 0.9"


def measure_loading(company: Company, rounds: int) -> list[Measure]:
    """Rows a second of the whole load (files to graph) and of the writer alone (batches to graph).

    The shortest time counts, of the whole and of each batch: a pause of the database hits all at random. Each comes
    first as often as the others, after a round that counts for none: the database is still getting faster.
    """
    prepared = [steps_of(batch) for batch in company.batches]
    ways: list[Callable[[], list[float]]] = [
        lambda: [seconds_of(company.load)],
        lambda: [seconds_of(partial(write_batch, company.graph, batch)) for batch in company.batches],
        lambda: [seconds_of(partial(_write_raw, company, steps)) for steps in prepared],
    ]
    times: list[list[list[float]]] = [[] for _ in ways]
    _erase(company)
    rows = company.load().rows
    for turn in range(rounds):
        for place in range(turn, turn + len(ways)):
            _erase(company)
            times[place % len(ways)].append(ways[place % len(ways)]())
    whole, ours, raw = times
    return [
        Measure("load: files to graph", rows / min(map(sum, whole)), rows / min(map(sum, raw)), "rows/s", WANTED),
        Measure("load: batches to graph", rows / _best(ours), rows / _best(raw), "rows/s", WANTED),
    ]


def _best(rounds: list[list[float]]) -> float:
    return sum(min(of_batch) for of_batch in zip(*rounds, strict=True))


def _erase(company: Company) -> None:
    company.graph.run_alone("erase_everything")


def _write_raw(company: Company, steps: list[Step]) -> None:
    with company.graph.driver.session(database=company.graph.database) as session:
        session.execute_write(_run, steps)


def _run(transaction: ManagedTransaction, steps: list[Step]) -> None:
    for step in steps:
        transaction.run(statement(step.statement), {"rows": step.rows, **step.parameters}).consume()
