from collections.abc import Callable
from typing import Any

import orjson
import pytest

from graph.clusters import read_clusters
from graph.confidence import read_levels
from graph.connection import Graph
from graph.errors import ConflictingDecisionError, GraphError, InputError, UnknownCustomerError
from graph.links import LinkChanges
from graph.profile_ids import profile_id
from graph.runs import latest_run
from graph.writing import write_batch
from resolution.incremental import IncrementalResolution
from resolution.models.model_store import ModelStore
from resolution.pipeline import ResolutionReport, ResolutionRequest, resolve
from resolution.settings import ResolutionSettings
from resolution.stewards.stewardship import Decided, Steward, Stewardship
from tests.assertions import edges, everything, nodes
from tests.factories import batch, customer, days, identifier
from tests.integration.resolution.people import NAMES, write_person

SETTINGS = ResolutionSettings.model_validate({})
FULL = ResolutionRequest("full")


@pytest.fixture
def people(graph: Graph) -> Graph:
    """Eight people in the CRM, four of them in the shop as well."""
    for number, name in enumerate(NAMES):
        write_person(graph, "crm", str(number), name)
        if number < 4:
            write_person(graph, "shop", str(number), name)
    return graph


def changes_of(report: ResolutionReport) -> LinkChanges:
    assert report.changes is not None
    return report.changes


def clusters(graph: Graph, level: str = "default") -> set[frozenset[str]]:
    found = read_clusters(graph, read_levels(graph).values[level])
    return {frozenset(key for key in found if found[key] == cluster) for cluster in found.values()}


def both(number: int) -> frozenset[str]:
    return frozenset({f"crm:{number}", f"shop:{number}"})


def stewardship(graph: Graph, store: ModelStore) -> Stewardship:
    run = latest_run(graph)
    assert run is not None
    return Stewardship(graph, IncrementalResolution(store.load(run[1].version)))


def test_records_of_one_person_are_linked_with_evidence_and_nobody_else_is(people: Graph, store: ModelStore) -> None:
    report = resolve(people, SETTINGS, store)

    assert {found for found in clusters(people) if len(found) > 1} == {both(number) for number in range(4)}
    links = edges(people, "SAME_AS", "method", "run_id", "model_version")
    run = (report.run.run_id, report.model.version)
    assert links == {(f"crm:{n}", f"shop:{n}", "splink", *run) for n in range(4)}
    assert all("email" in evidence for _, _, evidence in edges(people, "SAME_AS", "evidence"))


def test_a_second_run_without_new_data_writes_nothing(people: Graph, store: ModelStore) -> None:
    first = resolve(people, SETTINGS, store)
    before = everything(people)

    again = resolve(people, SETTINGS, store)

    assert again.changes is None
    assert again.run.run_id == first.run.run_id
    assert everything(people) == before


def test_a_forced_run_over_the_same_data_changes_no_link(people: Graph, store: ModelStore) -> None:
    resolve(people, SETTINGS, store)

    changes = changes_of(resolve(people, SETTINGS, store, FULL))

    assert (changes.links_created, changes.links_changed, changes.links_retired) == (0, 0, 0)
    assert (changes.compared_written, changes.compared_removed) == (0, 0)


def test_a_run_leaves_its_counts_durations_and_model(people: Graph, store: ModelStore) -> None:
    report = resolve(people, SETTINGS, store)

    run, model = latest_run(people) or pytest.fail("no run was kept")
    assert (run.run_id, run.counts["customers"], run.counts["clusters"]) == (report.run.run_id, 12, 8)
    assert {"fetch", "prepare", "train", "score", "cluster", "calibrate"} <= run.durations.keys()
    assert model.version == report.model.version
    assert nodes(people, "ScoringRun", "run_id") == {(run.run_id,)}


def test_a_new_record_joins_the_person_it_is_of(people: Graph, store: ModelStore) -> None:
    resolve(people, SETTINGS, store)
    write_person(people, "email", "9", NAMES[0])

    assert changes_of(resolve(people, SETTINGS, store)).links_created == 2
    assert both(0) | {"email:9"} in clusters(people)


def test_evidence_that_is_gone_retires_its_link_and_keeps_the_history(people: Graph, store: ModelStore) -> None:
    resolve(people, SETTINGS, store)
    somebody_else = identifier("email", "f.weber@example.net")
    write_person(
        people,
        "shop",
        "0",
        "Frieda Weber",
        observed_at=days(1),
        birth_date="1931-12-24",
        postcode="80331",
        identifiers=(somebody_else,),
    )

    changes = changes_of(resolve(people, SETTINGS, store))

    assert changes.links_retired == 1
    assert both(0) not in clusters(people)
    assert edges(people, "WAS_SAME_AS") == {("crm:0", "shop:0")}


def test_stewards_outrank_the_model_and_survive_every_run(people: Graph, store: ModelStore) -> None:
    resolve(people, SETTINGS, store)
    stewardship(people, store).reject_link("crm:0", "shop:0", Steward("ada", "two people"))
    assert both(0) not in clusters(people, "loose")

    for request in (FULL, ResolutionRequest("train")):
        resolve(people, SETTINGS, store, request)

        assert both(0) not in clusters(people, "loose")
        assert ("crm:0", "shop:0", "decision") in edges(people, "COMPARED", "guard")


def test_a_steward_joins_what_the_model_would_not(people: Graph, store: ModelStore) -> None:
    write_person(people, "shop", "0", "Frieda Weber", observed_at=days(1), identifiers=())
    resolve(people, SETTINGS, store)

    stewardship(people, store).link_customers(["shop:0", "crm:0"], Steward("ada", "she married"))
    resolve(people, SETTINGS, store, FULL)

    assert both(0) in clusters(people, "exact")
    assert ("crm:0", "shop:0", "steward") in edges(people, "SAME_AS", "method")


def test_a_decision_that_is_withdrawn_leaves_no_trace_but_its_history(people: Graph, store: ModelStore) -> None:
    resolve(people, SETTINGS, store)
    before = clusters(people)
    stewards = stewardship(people, store)

    for decide in (
        lambda: stewards.reject_link("crm:0", "shop:0", Steward("ada", "two people")),
        lambda: stewards.link_customers(["crm:6", "crm:7"], Steward("ada", "she married")),
        lambda: stewards.unlink_customers(["crm:1"], Steward("ada", "a mistake")),
        lambda: stewards.split_cluster([["crm:2"], ["shop:2"]], Steward("ada", "a mistake")),
    ):
        decided = decide()
        assert clusters(people) != before
        stewards.withdraw(decided.decision, Steward("bob", "it was right"))
        assert clusters(people) == before


ADA, BOB = Steward("ada", "as she sees it"), Steward("bob", "they are father and son")

Act = Callable[[Stewardship], Decided]
# What stays, and what is withdrawn.
OVERLAPPING: list[tuple[Act, Act]] = [
    (lambda s: s.reject_link("crm:0", "shop:0", BOB), lambda s: s.unlink_customers(["crm:0"], ADA, ["shop:0"])),
    (lambda s: s.reject_link("crm:0", "shop:0", BOB), lambda s: s.split_cluster([["crm:0"], ["shop:0", "crm:6"]], ADA)),
    (lambda s: s.link_customers(["crm:6", "crm:7"], BOB), lambda s: s.link_customers(["crm:5", "crm:6", "crm:7"], ADA)),
]


@pytest.mark.parametrize(("stays", "goes"), OVERLAPPING, ids=["part the same pair", "part more", "join more"])
def test_of_two_decisions_about_a_pair_one_is_withdrawn_and_the_other_holds(
    people: Graph, store: ModelStore, stays: Act, goes: Act
) -> None:
    resolve(people, SETTINGS, store)
    stewards = stewardship(people, store)
    stays(stewards)
    alone = claims(people), clusters(people)

    stewards.withdraw(goes(stewards).decision, ADA)

    assert (claims(people), clusters(people)) == alone


def claims(graph: Graph) -> object:
    values = ("match_weight", "probability", "method", "cohesion", "confidence", "guard")
    return edges(graph, "SAME_AS", *values), edges(graph, "COMPARED", *values)


def test_an_id_of_a_decision_says_nothing_of_other_customers(people: Graph, store: ModelStore) -> None:
    resolve(people, SETTINGS, store)
    stewards, ada = stewardship(people, store), Steward("ada", "one person", "m-1")
    taken = stewards.link_customers(["crm:4", "crm:5"], ada)

    assert stewards.link_customers(["crm:5", "crm:4"], ada).decision == taken.decision
    with pytest.raises(InputError, match="given to another decision"):
        stewards.link_customers(["crm:6", "crm:7"], ada)
    stewards.delete_customers(["crm:5"])
    assert stewards.link_customers(["crm:4", "crm:5"], ada).run_id is None


def test_who_was_unlinked_from_everybody_is_known_to_be(people: Graph, store: ModelStore) -> None:
    resolve(people, SETTINGS, store)
    stewards, ada = stewardship(people, store), Steward("ada", "two people", "m-1")
    taken = stewards.unlink_customers(["shop:0"], ada)

    assert stewards.unlink_customers(["shop:0"], ada).decision == taken.decision
    with pytest.raises(InputError, match="given to another decision"):
        stewards.unlink_customers(["shop:1"], ada)


def test_decisions_that_say_the_opposite_are_refused(people: Graph, store: ModelStore) -> None:
    resolve(people, SETTINGS, store)
    stewards = stewardship(people, store)
    stewards.link_customers(["crm:6", "crm:7", "crm:5"], Steward("ada", "one person"))
    before = everything(people)

    with pytest.raises(ConflictingDecisionError, match="Withdraw one of them first: decision-"):
        stewards.unlink_customers(["crm:6"], Steward("bob", "two people"), ["crm:7"])

    assert everything(people) == before


def test_unknown_customers_and_pairs_that_were_never_compared_are_refused(people: Graph, store: ModelStore) -> None:
    resolve(people, SETTINGS, store)
    stewards = stewardship(people, store)

    with pytest.raises(UnknownCustomerError, match="'crm:99'"):
        stewards.link_customers(["crm:0", "crm:99"], Steward("ada", "one person"))
    with pytest.raises(UnknownCustomerError, match="never compared"):
        stewards.confirm_link("crm:0", "crm:5", Steward("ada", "one person"))
    with pytest.raises(UnknownCustomerError, match="in force"):
        stewards.withdraw("decision-1", Steward("ada", "a mistake"))


def test_a_deleted_customer_leaves_its_profile(people: Graph, store: ModelStore) -> None:
    resolve(people, SETTINGS, store)

    stewardship(people, store).delete_customers(["shop:0"])

    assert frozenset({"crm:0"}) in clusters(people)
    assert "shop:0" not in read_clusters(people, 0.5)


def test_a_profile_that_is_deleted_as_a_whole_leaves_the_feed_with_that(people: Graph, store: ModelStore) -> None:
    resolve(people, SETTINGS, store)

    stewardship(people, store).delete_customers(["crm:0", "shop:0"])

    (told,) = nodes(people, "IdentityEvent", "kind", "profiles_before", "profiles_after", "cause")
    assert told == ("unlinked", (profile_id("crm:0"),), (), "delete")


def test_of_a_new_hub_everybody_is_compared_anew_however_many_hold_it(people: Graph, store: ModelStore) -> None:
    shared = (identifier("email", "family@example.org"),)
    holders = [customer("erp", str(n), given_name=f"Name {n % 20}", identifiers=shared) for n in range(150)]
    write_batch(people, batch("erp", customers=tuple(holders)))
    resolve(people, SETTINGS, store)
    assert sum(emails == ["family@example.org"] for emails, _ in compared(people).values()) == 150

    write_batch(people, batch("erp", customers=(customer("erp", "x", given_name="Another", identifiers=shared),)))
    resolve(people, SETTINGS, store)
    assert sum(emails == ["family@example.org"] for emails, _ in compared(people).values()) == 0


def test_a_value_that_a_deletion_leaves_to_few_enough_counts_for_whoever_holds_it(
    people: Graph, store: ModelStore
) -> None:
    shared = (identifier("email", "family@example.org"),)
    holders = [customer("erp", str(n), given_name=f"Name {n}", identifiers=shared) for n in range(21)]
    write_batch(people, batch("erp", customers=tuple(holders)))
    resolve(people, SETTINGS, store)
    assert compared(people)["erp:1"][0] is None

    stewardship(people, store).delete_customers(["erp:0"])
    after = compared(people)
    assert after["erp:1"][0] == ["family@example.org"]
    resolve(people, SETTINGS, store, FULL)
    assert compared(people) == after


def compared(graph: Graph) -> dict[str, Any]:
    """Customer -> what was compared of it: its emails, and the text of everything."""
    rows = nodes(graph, "Customer", "key", "prepared")
    return {key: (orjson.loads(prepared).get("emails"), prepared) for key, prepared in rows}


@pytest.mark.usefixtures("graph")
def test_an_empty_graph_is_resolved(connected_graph: Graph, store: ModelStore) -> None:
    report = resolve(connected_graph, SETTINGS, store)

    assert report.run.counts["customers"] == 0
    assert clusters(connected_graph) == set()


def test_a_run_that_was_killed_is_repaired_by_the_next(
    people: Graph, store: ModelStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    def killed(*_: object) -> None:
        raise GraphError("The connection was lost.", "Try again.")

    with monkeypatch.context() as broken:
        broken.setattr("graph.resolutions.write_run", killed)
        with pytest.raises(GraphError):
            resolve(people, SETTINGS, store)
    assert latest_run(people) is None

    resolve(people, SETTINGS, store)

    assert {found for found in clusters(people) if len(found) > 1} == {both(number) for number in range(4)}
    assert len(edges(people, "SAME_AS")) == 4
