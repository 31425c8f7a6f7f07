"""Whose a value is that more customers hold than are looked at together."""

from datetime import datetime
from itertools import pairwise

import pytest

from graph.connection import AsyncGraph, Graph
from graph.identities import CANDIDATES_LIMIT, AmbiguousIdentity, Identity, IdentityKind, find_profile
from graph.profiles import Profile
from graph.resolutions import write_resolution
from graph.writing import write_batch
from tests.factories import NOON, batch, customer, identifier, minutes
from tests.integration.graph.test_reading import link, resolution

HOLDERS = CANDIDATES_LIMIT + 10
SHARED = identifier("email", "office@example.org")
ASKED = Identity(IdentityKind.IDENTIFIER, SHARED.key)
KEYS = [f"crm:{number:03}" for number in range(HOLDERS)]


@pytest.fixture
def holders(graph: Graph) -> Graph:
    """Sixty customers with one email, not resolved yet."""
    people = [customer(external_id=key.partition(":")[2], identifiers=(SHARED,)) for key in KEYS]
    write_batch(graph, batch("crm", customers=tuple(people)))
    return graph


def join(graph: Graph, keys: list[str]) -> None:
    """Resolve them: each is linked to the next."""
    write_resolution(graph, resolution(*(link(one, other) for one, other in pairwise(keys))))


@pytest.mark.parametrize("alone", [HOLDERS - 1, CANDIDATES_LIMIT])
async def test_a_value_is_not_the_first_holders_where_a_later_one_is_somebody_else(
    alone: int, holders: Graph, async_graph: AsyncGraph
) -> None:
    join(holders, [key for key in KEYS if key != KEYS[alone]])

    found = await find_profile(async_graph, ASKED, 0.8)

    assert isinstance(found, AmbiguousIdentity)
    assert len(found.profile_ids) == 2


@pytest.mark.parametrize("at", [None, minutes(1)])
async def test_a_value_that_one_person_holds_many_times_is_theirs(
    at: datetime | None, holders: Graph, async_graph: AsyncGraph
) -> None:
    join(holders, KEYS)

    found = await find_profile(async_graph, ASKED, 0.8, at)

    assert isinstance(found, Profile)
    assert len(found.members) == HOLDERS


async def test_it_is_not_said_that_only_so_many_share_a_value(holders: Graph, async_graph: AsyncGraph) -> None:
    join(holders, [])

    found = await find_profile(async_graph, ASKED, 0.8)

    assert isinstance(found, AmbiguousIdentity)
    assert found.reason.startswith(f"{CANDIDATES_LIMIT} or more people share")


async def test_who_was_not_resolved_at_a_time_hides_nobody_who_was(holders: Graph, async_graph: AsyncGraph) -> None:
    join(holders, KEYS[-2:])

    found = await find_profile(async_graph, ASKED, 0.8, NOON)

    assert isinstance(found, Profile)
    assert found.members == tuple(KEYS[-2:])
