# Pages while others write: what is there all the time comes once, whatever is added, changed and deleted in between.
from collections.abc import Callable
from dataclasses import replace
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graph.connection import Graph
from graph.decisions import Decision, withdraw_decision, write_decisions
from graph.deletion import delete_customers
from graph.resolutions import write_resolution
from graph.runs import ScoringRun, write_run
from graph.writing import write_batch
from tests.factories import batch, customer, minutes
from tests.integration.api.conftest import Ask, link, resolution
from tests.integration.api.contract.identity.operations import data

ROWS = 7
SHOWN = {"customers": "key", "links": "left", "runs": "runId", "decisions": "key"}


def run(number: int) -> ScoringRun:
    return ScoringRun(f"run-{number}", "v1", "online", {}, minutes(number // 2), minutes(60 + number))


def decision(number: int) -> Decision:
    sides = (f"crm:{number}",), (f"shop:{number}",)
    return Decision(f"decision-{number}", "reject", "ada", "two people", minutes(number // 2), sides)


def write_rows(graph: Graph) -> None:
    graph.run_alone("erase_everything")
    for source in ("crm", "shop"):
        records = tuple(customer(source, str(number)) for number in range(ROWS))
        write_batch(graph, batch(source, customers=records))
    whole = resolution(*(link(f"crm:{number}", f"shop:{number}") for number in range(ROWS)))
    write_resolution(graph, replace(whole, run=run(0)))
    graph.write(lambda transaction: [write_run(transaction, run(number)) for number in range(ROWS)])
    graph.write(lambda transaction: write_decisions(transaction, [decision(number) for number in range(ROWS)]))


class Writer:
    """What others write between two pages."""

    def __init__(self, graph: Graph, random: Random) -> None:
        self._graph, self._random, self._written = graph, random, 0

    def write(self) -> None:
        self._written += 1
        steps: list[Callable[[int], None]] = [self._go_on, self._add, self._change, self._delete]
        for step in steps:
            step(self._random.randrange(ROWS))

    def _go_on(self, number: int) -> None:
        """A run resolves more, a decision is withdrawn."""
        at = minutes(100 + self._written)
        self._graph.write(lambda transaction: write_run(transaction, replace(run(number), finished_at=at)))
        key = decision(number).key
        self._graph.write(lambda transaction: withdraw_decision(transaction, key, "ada", "a mistake", at))

    def _add(self, number: int) -> None:
        name = f"{number}-{self._written}"
        started, decided = replace(run(number), run_id=f"new-{name}"), replace(decision(number), key=f"new-{name}")
        self._graph.write(lambda transaction: write_run(transaction, started))
        self._graph.write(lambda transaction: write_decisions(transaction, [decided]))
        write_batch(self._graph, batch("crm", customers=(customer("crm", name),)))

    def _change(self, number: int) -> None:
        changed = customer("crm", str(number), given_name=f"Anna {self._written}", observed_at=minutes(self._written))
        write_batch(self._graph, batch("crm", customers=(changed,)))

    def _delete(self, number: int) -> None:
        del number
        self._graph.write(lambda transaction: delete_customers(transaction, [f"crm:0-{self._written}"]))


@pytest.mark.parametrize("name", SHOWN)
@settings(max_examples=4)
@given(first=st.integers(1, 3), random=st.randoms(use_true_random=False))
async def test_what_is_there_all_the_time_comes_once(
    graph: Graph, fresh_ask: Ask, name: str, first: int, random: Random
) -> None:
    write_rows(graph)
    writer = Writer(graph, random)
    query = f"""
        query ($first: Int!, $after: String) {{
          {name}(first: $first, after: $after) {{ nodes {{ id: {SHOWN[name]} }} pageInfo {{ hasNextPage endCursor }} }}
        }}
    """
    whole = [node["id"] for node in (await data(fresh_ask, query, first=100, after=None))["nodes"]]

    walked: list[str] = []
    after, more = None, True
    while more:
        page = await data(fresh_ask, query, first=first, after=after)
        walked += [node["id"] for node in page["nodes"]]
        after, more = page["pageInfo"]["endCursor"], page["pageInfo"]["hasNextPage"]
        writer.write()

    assert len(walked) == len(set(walked))
    assert [row for row in walked if row in whole] == whole
