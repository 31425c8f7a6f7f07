"""Live records are linked as they are written, and what is linked then is what a run over everything would link."""

import shutil
from concurrent.futures import ThreadPoolExecutor
from threading import Event
from time import monotonic, sleep

import pytest

from graph import resolutions
from graph.connection import Graph, Transaction
from graph.links import NO_CHANGES
from graph.records import Batch, CustomerRecord
from graph.resolution_lock import holding_resolution_lock
from graph.rows import customer_row
from graph.writing import write_batch
from resolution.models.model_store import ModelStore
from resolution.online import OnlineOutcome, OnlineResolver
from resolution.pipeline import ResolutionRequest, resolve
from resolution.settings import ResolutionSettings
from tests.assertions import edges, nodes
from tests.factories import NOON, batch, days, interaction
from tests.integration.resolution.people import NAMES, person, write_person
from tests.integration.resolution.test_resolving import both, clusters

SETTINGS = ResolutionSettings.model_validate({})
# A busy machine is no reason to fail.
PATIENCE_S = 60.0
# So long a resolution that waits for another is left alone.
WAITS_S = 0.5
CLAIM = ("match_weight", "probability", "evidence", "guard", "cohesion", "confidence", "method")


def live(*records: CustomerRecord) -> Batch:
    return batch(records[0].source, "live", customers=records)


def claims(graph: Graph) -> tuple[object, ...]:
    prepared = nodes(graph, "Customer", "key", "prepared", "blocking_parts")
    return edges(graph, "SAME_AS", *CLAIM), edges(graph, "COMPARED", *CLAIM), prepared


def events(graph: Graph) -> set[tuple[str, str, str]]:
    return nodes(graph, "IdentityEvent", "kind", "cause", "run_id")


def test_a_live_record_joins_its_person_at_once(people: Graph, store: ModelStore) -> None:
    outcome = OnlineResolver(people, store, PATIENCE_S).write(live(person("email", "0", NAMES[0])))

    assert (outcome.waiting, outcome.written.customers.created, outcome.changes.links_created) == (None, 1, 2)
    assert both(0) | {"email:0"} in clusters(people)
    assert nodes(people, "Unresolved", "key") == set()
    ((kind, cause, run),) = events(people)
    assert (kind, cause) == ("linked", "online")
    assert run.startswith("online-")


@pytest.mark.parametrize("joined", [True, False], ids=["in one statement", "one statement after the other"])
def test_live_records_end_where_a_run_over_everything_ends(
    people: Graph, store: ModelStore, monkeypatch: pytest.MonkeyPatch, *, joined: bool
) -> None:
    monkeypatch.setattr(resolutions, "ROWS_JOINED", resolutions.ROWS_JOINED if joined else -1)
    resolver = OnlineResolver(people, store, PATIENCE_S)
    for number in range(len(NAMES)):
        changed = {} if number % 2 else {"family_name": NAMES[number - 1].split()[1]}
        resolver.write(
            live(person("email", str(number), NAMES[number], **changed), person("email", f"b{number}", NAMES[number]))
        )
    resolver.write(live(person("email", "0", NAMES[3], observed_at=days(1))))
    found = claims(people)

    changes = resolve(people, SETTINGS, store, ResolutionRequest("full")).changes

    assert changes is not None
    assert (changes.links_created, changes.links_changed, changes.links_retired) == (0, 0, 0)
    assert (changes.compared_written, changes.compared_removed) == (0, 0)
    assert claims(people) == found


def test_customers_that_nobody_knows_change_nothing(people: Graph, store: ModelStore) -> None:
    before = claims(people)

    changes, waiting = OnlineResolver(people, store, PATIENCE_S).resolve(["email:nobody"])

    assert (changes, waiting) == (NO_CHANGES, None)
    assert claims(people) == before


def test_a_day_of_live_records_is_one_run_that_counts_them(people: Graph, store: ModelStore) -> None:
    resolver = OnlineResolver(people, store, PATIENCE_S)
    outcomes = [resolver.write(live(person("email", str(number), NAMES[number]))) for number in range(4)]

    ((run, counts),) = {row for row in nodes(people, "ScoringRun", "run_id", "counts") if row[0].startswith("online")}
    assert '"customers_changed":4' in counts
    assert f'"links_created":{sum(outcome.changes.links_created for outcome in outcomes)}' in counts
    assert {run_id for _, _, run_id in edges(people, "SAME_AS", "run_id")} >= {run}


def test_a_record_that_is_sent_again_changes_nothing(people: Graph, store: ModelStore) -> None:
    resolver = OnlineResolver(people, store, PATIENCE_S)
    resolver.write(live(person("email", "0", NAMES[0])))
    before = claims(people)

    again = resolver.write(live(person("email", "0", NAMES[0])))

    assert again.changes.links_unchanged == 0
    assert claims(people) == before


def test_a_batch_without_customers_is_only_written(people: Graph, store: ModelStore) -> None:
    outcome = OnlineResolver(people, store, PATIENCE_S).write(
        batch("web", "live", interactions=(interaction(at=NOON),))
    )

    assert (outcome.written.interactions.created, outcome.waiting) == (1, None)


def test_another_model_in_force_is_followed(people: Graph, store: ModelStore) -> None:
    resolver = OnlineResolver(people, store, PATIENCE_S)
    resolver.write(live(person("email", "0", NAMES[0])))
    version = resolve(people, SETTINGS, store, ResolutionRequest("train")).model.version

    resolver.write(live(person("email", "1", NAMES[1])))

    of_new = {model for _, right, model in edges(people, "SAME_AS", "model_version") if right == "email:1"}
    assert of_new == {version}
    assert len([run for (run,) in nodes(people, "ScoringRun", "run_id") if run.startswith("online")]) == 2


def waits(outcome: OnlineOutcome, graph: Graph, store: ModelStore) -> str:
    """Why a batch waits; its customer is in the graph and is resolved by the next run."""
    assert outcome.written.customers.created == 1
    assert nodes(graph, "Unresolved", "key") >= {("email:0",)}
    resolve(graph, SETTINGS, store)
    assert nodes(graph, "Unresolved", "key") == set()
    assert outcome.waiting is not None
    return outcome.waiting


def test_before_the_first_resolution_live_records_wait(graph: Graph, store: ModelStore) -> None:
    for number, name in enumerate(NAMES):
        write_person(graph, "crm", str(number), name)

    outcome = OnlineResolver(graph, store, PATIENCE_S).write(live(person("email", "0", NAMES[0])))

    assert waits(outcome, graph, store) == "Nothing has been resolved yet."
    assert frozenset({"crm:0", "email:0"}) in clusters(graph)


def test_where_the_model_is_not_stored_live_records_wait(people: Graph, store: ModelStore) -> None:
    shutil.rmtree(store.folder)

    outcome = OnlineResolver(people, store, PATIENCE_S).write(live(person("email", "0", NAMES[0])))

    assert "is not known here" in waits(outcome, people, store)


def test_a_live_record_is_read_once_others_have_written(people: Graph, store: ModelStore) -> None:
    resolver = OnlineResolver(people, store, PATIENCE_S)
    resolver.write(live(person("email", "1", NAMES[1])))
    write_batch(people, live(person("email", "0", NAMES[1])))
    with ThreadPoolExecutor(1) as thread:
        with holding_resolution_lock(people):
            resolving = thread.submit(resolver.resolve, ["email:0"])
            with pytest.raises(TimeoutError):
                resolving.result(WAITS_S)
            write_batch(people, live(person("email", "0", NAMES[0], observed_at=days(1))))
        _, waiting = resolving.result(PATIENCE_S)

    # A customer that was written again after it was read would stay unresolved.
    assert (waiting, nodes(people, "Unresolved", "key")) == (None, set())
    assert both(0) | {"email:0"} in clusters(people)


def waits_for_a_lock(graph: Graph) -> bool:
    """Whether a transaction comes to wait for another: the first one plans its statements for a second and more."""
    until = monotonic() + PATIENCE_S
    while monotonic() < until:
        found, _, _ = graph.driver.execute_query("SHOW TRANSACTIONS YIELD status WHERE status STARTS WITH 'Blocked'")
        if found:
            return True
        sleep(0.05)
    return False


def test_a_record_that_is_being_written_while_it_is_resolved_stays_unresolved(people: Graph, store: ModelStore) -> None:
    resolver = OnlineResolver(people, store, PATIENCE_S)
    # Nothing that is compared: what was kept of the customer stays as it is.
    write_batch(people, live(person("crm", "0", NAMES[0], observed_at=days(1), traits={"plan": "gold"})))
    with ThreadPoolExecutor(2) as threads:
        written, commit = Event(), Event()

        def write(transaction: Transaction) -> None:
            married = customer_row(person("crm", "0", "Anna Petersen", observed_at=days(2)))
            transaction.run("merge_customers", rows=[married], run_id="live")
            written.set()
            commit.wait(PATIENCE_S)

        writing = threads.submit(people.write, write)
        written.wait(PATIENCE_S)
        resolving = threads.submit(resolver.resolve, ["crm:0"])
        waiting = waits_for_a_lock(people)
        commit.set()
        writing.result(PATIENCE_S)
        resolving.result(PATIENCE_S)

    assert waiting
    assert nodes(people, "Unresolved", "key", "family_name") == {("crm:0", "Petersen")}


def test_while_another_resolution_writes_live_records_wait(people: Graph, store: ModelStore) -> None:
    # Planned before: on a cold, busy machine that alone takes longer than the impatient one waits.
    OnlineResolver(people, store, PATIENCE_S).write(live(person("email", "2", NAMES[2])))
    resolver = OnlineResolver(people, store, patience_s=0.0)
    with holding_resolution_lock(people):
        outcome = resolver.write(live(person("email", "0", NAMES[0])))
        next_one = resolver.write(live(person("email", "1", NAMES[1])))

    assert next_one.waiting == outcome.waiting
    assert "mostly another resolution" in waits(outcome, people, store)
    assert {both(0) | {"email:0"}, both(1) | {"email:1"}} <= clusters(people)
