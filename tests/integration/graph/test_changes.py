"""What was written at one moment is read page by page, each once, in whatever script its ids are."""

import pytest

from graph.changes import ChangesAfter, list_changes
from graph.connection import AsyncGraph, Graph
from graph.journeys import get_journey_owners
from graph.writing import write_batch
from tests.factories import batch, customer, interaction, shop

# Sorted as they are stored and as the database compares them, the characters from U+E000 up and emoji change places.
IDS = [f"{first}{number:02}" for number in range(9) for first in ("a", "\ue000", "\uffee", "\U0001f600")]


@pytest.mark.parametrize("limit", [1, 2, 3, 5, 100])
async def test_pages_of_changes_lose_and_repeat_nothing(graph: Graph, async_graph: AsyncGraph, limit: int) -> None:
    write_batch(graph, batch("shop", customers=(customer("shop", "7"),)))
    written = tuple(interaction(message_id, customer=shop("7")) for message_id in IDS)
    write_batch(graph, batch("web", interactions=written))
    owners = await get_journey_owners(async_graph, ["shop:7"], 0.8)

    found: list[str] = []
    place, cut = (0, b""), True
    while cut:
        read = (await list_changes(async_graph, [ChangesAfter("", owners, place)], limit))[""]
        found += [change.key for change in read.changes]
        place, cut = read.changes[-1].place if read.changes else place, read.cut

    assert len(found) == len(set(found))
    assert set(found) == {record.key for record in written}
