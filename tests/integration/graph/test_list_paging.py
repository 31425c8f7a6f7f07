"""Walking through a list gives everything once, whatever signs its keys have and however the planner reads it."""

from collections.abc import Awaitable, Callable, Sequence
from itertools import combinations

import pytest

from graph.connection import AsyncGraph, Graph
from graph.links import Link
from graph.listing import CustomerFilter, LinkFilter, list_customers, list_links, list_sources
from graph.resolutions import Resolution, write_resolution
from graph.runs import ScoringModel, ScoringRun
from graph.writing import write_batch
from tests.factories import NOON, batch, customer

# By UTF-16 units the last one comes before the two that are before it here.
SIGNS = ("a", "Z", "é", "\ue000", "\ufffd", "😀")
NAMES = tuple(sorted(first + last for first in SIGNS for last in SIGNS))
PAIRS = tuple(sorted((f"crm:{left}", f"crm:{right}") for left, right in combinations(NAMES[::3], 2)))


@pytest.mark.parametrize("first", [1, 7, 100])
async def test_every_page_goes_on_where_the_one_before_ended(graph: Graph, async_graph: AsyncGraph, first: int) -> None:
    write_batch(graph, batch("crm", customers=tuple(customer("crm", name) for name in NAMES)))
    for source in SIGNS:
        write_batch(graph, batch(source))
    write_links(graph, PAIRS[:1])
    # So that the planner takes the list for shorter than it is: then it thinks of reading all of it.
    graph.driver.execute_query("CALL db.prepareForReplanning()", database_=graph.database)
    write_links(graph, PAIRS)
    graph.driver.execute_query("CALL db.clearQueryCaches()", database_=graph.database)

    async def customers(after: str) -> Sequence[str]:
        return [found.key for found in await list_customers(async_graph, CustomerFilter("crm"), after, first)]

    async def some_links(after: str) -> Sequence[str]:
        found = await list_links(async_graph, LinkFilter(method="splink"), after, first)
        return [f"{link.left} ~ {link.right}" for link in found]

    async def sources(after: str) -> Sequence[str]:
        return [found.name for found in await list_sources(async_graph, after, first)]

    assert await walk(customers) == [f"crm:{name}" for name in NAMES]
    assert await walk(some_links) == [" ~ ".join(pair) for pair in PAIRS]
    assert await walk(sources) == sorted(("crm", *SIGNS))


async def walk(read: Callable[[str], Awaitable[Sequence[str]]]) -> list[str]:
    walked: list[str] = []
    while page := await read(walked[-1] if walked else ""):
        walked += page
        assert len(walked) == len(set(walked))
    return walked


def write_links(graph: Graph, pairs: Sequence[tuple[str, str]]) -> None:
    links = [Link(*pair, 0.9, 5.0, "splink", cohesion=5.0, confidence=0.9) for pair in pairs]
    model = ScoringModel("v1", NOON, "{}", (), {"default": 0.8})
    run = ScoringRun(f"run-{len(pairs)}", "v1", "full", {}, NOON, NOON)
    write_resolution(graph, Resolution(links, (), model, run))
