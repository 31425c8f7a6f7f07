"""The feed of identity events tells which profiles there are: whoever only reads it knows every id that is shown."""

import random
from collections.abc import Callable, Iterator

import pytest

from graph.connection import AsyncGraph, Graph
from graph.errors import ConflictingDecisionError, UnknownCustomerError
from graph.profile_ids import profile_id
from graph.profiles import get_profile
from graph.records import Snapshot
from graph.writing import write_batch
from resolution.models.model_store import ModelStore
from resolution.online import OnlineResolver
from resolution.pipeline import ResolutionRequest, resolve
from resolution.settings import ResolutionSettings
from resolution.stewards.stewardship import Steward
from tests.assertions import nodes
from tests.factories import batch, days
from tests.integration.resolution.people import NAMES, person
from tests.integration.resolution.test_resolving import stewardship

SETTINGS = ResolutionSettings.model_validate({})
# A busy machine is no reason to fail.
PATIENCE_S = 60.0
SOURCES = ("crm", "shop", "email")
ADA = Steward("ada", "as she sees it")


def told(graph: Graph) -> set[str]:
    """The ids that the feed leaves of those that there were after the first run."""
    there = {profile_id(f"crm:{number}") for number in range(len(NAMES))}
    found = nodes(graph, "IdentityEvent", "at", "key", "profiles_before", "profiles_after")
    for _, _, before, after in sorted(found, key=lambda event: event[:2]):
        there = there - set(before) | set(after)
    return there


class Company:
    """Three systems with the same eight people, in which anything can change."""

    def __init__(self, graph: Graph, store: ModelStore, seed: int) -> None:
        self.graph, self.store, self.dice, self.now = graph, store, random.Random(seed), 0
        self.online = OnlineResolver(graph, store, PATIENCE_S)
        self.stewards = stewardship(graph, store)

    def key(self) -> tuple[str, str]:
        return self.dice.choice(SOURCES), str(self.dice.randrange(len(NAMES)))

    def steps(self) -> Iterator[Callable[[], object]]:
        source, number = self.key()
        name = self.dice.choice([NAMES[int(number)], NAMES[int(number)], self.dice.choice(NAMES)])
        known = self.dice.choice([None, days(-self.dice.randrange(400))])
        live = batch(source, customers=(person(source, number, name, observed_at=days(self.now), created_at=known),))
        yield lambda: write_batch(self.graph, live)
        yield lambda: self.online.write(live)
        yield lambda: self.snapshot(source)
        one, other = self.dice.sample([f"{source}:{number}" for source in SOURCES for number in range(len(NAMES))], 2)
        yield lambda: self.stewards.link_customers([one, other], ADA)
        yield lambda: self.stewards.unlink_customers([one], ADA, [other])
        yield lambda: self.stewards.delete_customers([one])
        for way in ("incremental", "full"):
            yield lambda way=way: resolve(self.graph, SETTINGS, self.store, ResolutionRequest(way))

    def snapshot(self, source: str) -> None:
        """A source without some of its people."""
        missing = {f"{source}:{number}" for number in range(len(NAMES)) if self.dice.random() < 0.3}
        held = [person(source, str(number), name) for number, name in enumerate(NAMES)]
        kept = tuple(record for record in held if f"{source}:{record.external_id}" not in missing)
        taken = Snapshot(source, days(self.now), tuple(sorted(missing)))
        write_batch(self.graph, batch(source, customers=kept, snapshot=taken))

    def step(self) -> None:
        self.now += 1
        try:
            self.dice.choice(list(self.steps()))()
        except (ConflictingDecisionError, UnknownCustomerError):
            return  # refused, as it should be; nothing was written


async def shown(graph: Graph, async_graph: AsyncGraph) -> tuple[set[str], set[str]]:
    """The ids of all profiles, and of those that are more than one customer by itself."""
    found = [await get_profile(async_graph, key, 0.5) for (key,) in nodes(graph, "Customer", "key")]
    profiles = [profile for profile in found if profile]
    together = {x.id for x in profiles if [profile_id(member) for member in x.members] != [x.id]}
    return {profile.id for profile in profiles}, together


@pytest.mark.parametrize("seed", range(4))
async def test_whoever_reads_the_feed_knows_the_profiles_that_are_shown(
    people: Graph, async_graph: AsyncGraph, store: ModelStore, seed: int
) -> None:
    company = Company(people, store, seed)
    for _ in range(20):
        company.step()
        _, together = await shown(people, async_graph)
        assert together <= told(people)
    resolve(people, SETTINGS, store)

    everybody, together = await shown(people, async_graph)
    assert together <= told(people) <= everybody
