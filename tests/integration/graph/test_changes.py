"""What was written is read page by page, each once, in whatever script its ids are and however much it is."""

import pytest

from graph.changes import ChangesAfter, list_changes
from graph.connection import AsyncGraph, Graph
from graph.journeys import JourneyOwners, Window, get_journey_owners
from graph.writing import write_batch
from tests.factories import batch, customer, device, interaction, minutes, shop

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


async def test_much_is_written_of_a_profile_of_which_much_is_known(graph: Graph, async_graph: AsyncGraph) -> None:
    """As after a load, for a profile that is followed: what is known must not take memory for each that is new."""
    write_batch(graph, batch("shop", customers=(customer("shop", "7"),)))
    many = tuple(interaction(f"{number:05}", customer=shop("7")) for number in range(8_000))
    write_batch(graph, batch("web", interactions=many))
    owners = await get_journey_owners(async_graph, ["shop:7"], 0.8)
    known = [f"web:{number:05}" for number in range(1_000)]

    read = (await list_changes(async_graph, [ChangesAfter("", owners, (0, b""), known)], 200))[""]

    assert [change.key for change in read.changes] == [f"web:{number:05}" for number in range(1_000, 1_200)]
    assert read.cut


async def test_what_lies_in_two_windows_is_told_once(graph: Graph, async_graph: AsyncGraph) -> None:
    seen = tuple(interaction(f"m{number}", at=minutes(number)) for number in range(3))
    write_batch(graph, batch("web", interactions=seen))
    windows = (Window(device().key, minutes(0), minutes(1)), Window(device().key, minutes(1), minutes(2)))
    owners = JourneyOwners((), windows, (), (device().key,))

    read = (await list_changes(async_graph, [ChangesAfter("", owners, (0, b""))], 10))[""]

    assert [change.key for change in read.changes] == [record.key for record in seen]
