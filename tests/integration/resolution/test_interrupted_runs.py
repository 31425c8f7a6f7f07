"""Runs over everything that were killed while they wrote: nothing is built on what they left, and no event is lost."""

from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from graph.connection import AsyncGraph, Graph, Outcome, Transaction
from graph.errors import GraphError, UnfinishedRunError
from graph.settings import cdp_settings
from resolution.incremental import IncrementalResolution
from resolution.models.model_store import ModelStore
from resolution.online import OnlineResolver
from resolution.pipeline import ResolutionRequest, Way, resolve
from resolution.stewards.stewardship import Steward, Stewardship
from resolution.stewards.verdicts import Verdict, decide_pairs
from tests.assertions import everything, nodes
from tests.factories import batch, days, identifier
from tests.integration.resolution.people import NAMES, person, write_person
from tests.integration.resolution.test_dry_runs import live, predicted, recorded
from tests.integration.resolution.test_resolving import FULL, SETTINGS, changes_of

TRAIN = ResolutionRequest("train")
OTHER_SETTINGS = SETTINGS.model_copy(update={"keep_above": -4.0})
ADA = Steward("ada", "one person")
# A busy machine is no reason to fail.
PATIENCE_S = 60.0


@contextmanager
def killed_at(statement: str, times_before: int = 0) -> Generator[None]:
    """A process that dies in the transaction that runs a statement, after those that ran it so many times before."""
    run, left = Transaction.run, times_before

    def dying(transaction: Transaction, name: str, **parameters: Any) -> Outcome:
        nonlocal left
        if name == statement:
            left -= 1
        if left < 0:
            raise GraphError("The connection was lost.", "Try again.")
        return run(transaction, name, **parameters)

    with pytest.MonkeyPatch.context() as broken:
        broken.setattr(Transaction, "run", dying)
        broken.setattr("graph.resolutions.ROWS_PER_TRANSACTION", 2)
        with pytest.raises(GraphError, match="was lost"):
            yield


def marks(graph: Graph) -> set[tuple[Any, ...]]:
    return nodes(graph, "UnfinishedRun", "at")


@pytest.fixture
def changed(people: Graph) -> Graph:
    """Since everybody was resolved some are new, and one is somebody else."""
    for number in range(3):
        write_person(people, "email", str(number), NAMES[number])
    weber = identifier("email", "f.weber@example.net")
    told: dict[str, Any] = {"birth_date": "1931-12-24", "postcode": "80331", "identifiers": (weber,)}
    write_person(people, "shop", "5", "Frieda Weber", observed_at=days(1), **told)
    write_person(people, "crm", "6", NAMES[7], observed_at=days(1))
    return people


@pytest.mark.parametrize(
    ("statement", "times_before"),
    [("retire_links", 0), ("merge_links", 1), ("merge_prepared", 5), ("merge_identity_events", 0)],
)
async def test_what_killed_runs_changed_is_told_by_the_one_that_repairs(
    statement: str, times_before: int, changed: Graph, async_graph: AsyncGraph, store: ModelStore
) -> None:
    dry = resolve(changed, SETTINGS, store, ResolutionRequest("full", dry_run=True))
    with killed_at(statement, times_before):
        resolve(changed, SETTINGS, store, FULL)
    with killed_at("merge_scoring_run"):
        resolve(changed, SETTINGS, store)
    assert nodes(changed, "IdentityEvent", "key") == set()

    repaired = resolve(changed, SETTINGS, store)

    told = {name: count for name, count in dry.run.counts.items() if name.startswith(("profiles_", "customers_"))}
    assert {"merged", "split", "linked"} <= {event.kind for event in dry.events}
    assert await recorded(async_graph, repaired.run.run_id) == predicted(repaired) == predicted(dry)
    assert {name: repaired.run.counts[name] for name in told} == told
    assert (repaired.way, marks(changed)) == ("full", set())
    assert resolve(changed, SETTINGS, store).way == "nothing"


@pytest.fixture
def half_written(people: Graph, store: ModelStore) -> Graph:
    """Everybody was resolved, and then half of it with another model, which never came into force."""
    before = live(people)
    with killed_at("merge_prepared"):
        resolve(people, OTHER_SETTINGS, store, TRAIN)
    assert live(people) != before
    return people


@pytest.mark.parametrize("way", [None, "incremental"])
def test_a_model_that_never_came_into_force_leaves_nothing(way: Way | None, people: Graph, store: ModelStore) -> None:
    before, runs = live(people), nodes(people, "ScoringRun", "model_version")
    with killed_at("merge_prepared"):
        resolve(people, OTHER_SETTINGS, store, TRAIN)

    repaired = resolve(people, SETTINGS, store, ResolutionRequest(way))

    assert (repaired.way, repaired.events) == ("full", ())
    assert live(people) == before
    assert nodes(people, "ScoringRun", "model_version") == runs
    again = changes_of(resolve(people, SETTINGS, store, FULL))
    assert (again.links_created, again.links_changed, again.links_retired, again.compared_written) == (0, 0, 0, 0)


def test_a_dry_run_says_how_it_would_be_repaired_and_leaves_it(half_written: Graph, store: ModelStore) -> None:
    before = everything(half_written)

    dry = resolve(half_written, SETTINGS, store, ResolutionRequest(dry_run=True))

    assert everything(half_written) == before
    repaired = resolve(half_written, SETTINGS, store)
    assert (dry.way, dry.changes, dry.run.counts) == ("full", repaired.changes, repaired.run.counts)
    assert changes_of(dry).compared_written > 0


def test_live_records_wait_until_it_is_repaired(half_written: Graph, store: ModelStore) -> None:
    resolver = OnlineResolver(half_written, store, PATIENCE_S)
    for number in range(2):
        outcome = resolver.write(batch("email", "live", customers=(person("email", str(number), NAMES[number]),)))
        assert outcome.waiting == "A run over everything was interrupted."
    assert nodes(half_written, "Unresolved", "key") == {("email:0",), ("email:1",)}

    resolve(half_written, SETTINGS, store)

    later = resolver.write(batch("email", "live", customers=(person("email", "2", NAMES[2]),)))
    assert (later.waiting, nodes(half_written, "Unresolved", "key")) == (None, set())


def test_stewards_are_refused_until_it_is_repaired(half_written: Graph, store: ModelStore) -> None:
    (version,) = {version for (version,) in nodes(half_written, "ScoringRun", "model_version")}
    resolution = IncrementalResolution(store.load(version))
    desk, before = Stewardship(half_written, resolution), everything(half_written)

    with pytest.raises(UnfinishedRunError, match="cdp resolve"):
        desk.link_customers(["crm:0", "crm:1"], ADA)
    with pytest.raises(UnfinishedRunError, match="cdp resolve"):
        desk.delete_customers(["crm:0"])
    with pytest.raises(UnfinishedRunError, match="cdp resolve"):
        decide_pairs(half_written, resolution, [Verdict("crm:0", "crm:1", True, ADA)])

    assert everything(half_written) == before
    resolve(half_written, SETTINGS, store)
    assert desk.link_customers(["crm:0", "crm:1"], ADA).changes.links_created > 0


def test_hub_labels_of_guards_that_never_came_into_force_are_taken_back(
    people: Graph, store: ModelStore, command_environment: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def killed(*_: object) -> None:
        raise GraphError("The connection was lost.", "Try again.")

    (tmp_path / "guards.yaml").write_text("roles: {email: ['anna[.].+@.+']}\n")
    with command_environment.context() as other:
        other.setenv("CDP_GUARDS_FILE", str(tmp_path / "guards.yaml"))
        other.setattr("resolution.pipeline.link_up", killed)
        cdp_settings.cache_clear()
        with pytest.raises(GraphError):
            resolve(people, SETTINGS, store)
    cdp_settings.cache_clear()
    assert nodes(people, "Hub:Email", "key") == {("email:anna.ilg@example.org",)}

    assert resolve(people, SETTINGS, store).way == "full"

    assert nodes(people, "Hub:Email", "key") == set()
    assert marks(people) == set()
