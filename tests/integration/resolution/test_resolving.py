from typing import Any

import pytest

from graph.clusters import read_clusters
from graph.confidence import read_levels
from graph.connection import Graph
from graph.errors import GraphError
from graph.links import LinkChanges, latest_run
from graph.writing import write_batch
from resolution.pipeline import ResolutionReport, resolve
from resolution.settings import ResolutionSettings
from tests.assertions import edges, everything, nodes
from tests.factories import batch, customer, days, identifier

SETTINGS = ResolutionSettings.model_validate({})
NAMES = ["Anna Ilg", "Otto Petersen", "Mia Sundermann", "Jan Krause", "Lea Brandt", "Tim Vogel", "Ida Roth", "Max Kern"]


def write_person(graph: Graph, source: str, external_id: str, name: str, **changes: Any) -> None:
    given_name, family_name = name.split()
    email = f"{given_name}.{family_name}@example.org".lower()
    known: dict[str, Any] = {
        "given_name": given_name,
        "family_name": family_name,
        "birth_date": f"19{50 + len(email)}-0{1 + len(given_name)}-1{len(family_name) % 10}",
        "postcode": f"24{len(email)}{len(family_name) % 10}",
        "identifiers": (identifier("email", email),),
    }
    record = customer(source, external_id, **(known | changes))
    write_batch(graph, batch(source, customers=(record,)))


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


def decide(graph: Graph, statement: str) -> None:
    with graph.driver.session(database=graph.database) as session:
        session.run(f"MATCH (a:Customer {{key: 'crm:0'}}), (b:Customer {{key: 'shop:0'}}) {statement}").consume()  # pyright: ignore[reportArgumentType]


def test_records_of_one_person_are_linked_with_evidence_and_nobody_else_is(people: Graph) -> None:
    report = resolve(people, SETTINGS)

    assert {found for found in clusters(people) if len(found) > 1} == {both(number) for number in range(4)}
    links = edges(people, "SAME_AS", "method", "run_id", "model_version")
    run = (report.run.run_id, report.model.version)
    assert links == {(f"crm:{n}", f"shop:{n}", "splink", *run) for n in range(4)}
    assert all("email" in evidence for _, _, evidence in edges(people, "SAME_AS", "evidence"))


def test_a_second_run_without_new_data_writes_nothing(people: Graph) -> None:
    first = resolve(people, SETTINGS)
    before = everything(people)

    again = resolve(people, SETTINGS)

    assert again.changes is None
    assert again.run.run_id == first.run.run_id
    assert everything(people) == before


def test_a_forced_run_over_the_same_data_changes_no_link(people: Graph) -> None:
    resolve(people, SETTINGS)

    changes = changes_of(resolve(people, SETTINGS, force=True))

    assert (changes.links_created, changes.links_changed, changes.links_retired) == (0, 0, 0)
    assert (changes.compared_written, changes.compared_removed) == (0, 0)


def test_a_run_leaves_its_counts_durations_and_model(people: Graph) -> None:
    report = resolve(people, SETTINGS)

    run, model = latest_run(people) or pytest.fail("no run was kept")
    assert (run.run_id, run.counts["customers"], run.counts["clusters"]) == (report.run.run_id, 12, 8)
    assert {"fetch", "prepare", "train", "score", "cluster", "calibrate"} <= run.durations.keys()
    assert model.version == report.model.version
    assert nodes(people, "ScoringRun", "run_id") == {(run.run_id,)}


def test_a_new_record_joins_the_person_it_is_of(people: Graph) -> None:
    resolve(people, SETTINGS)
    write_person(people, "email", "9", NAMES[0])

    assert changes_of(resolve(people, SETTINGS)).links_created == 2
    assert both(0) | {"email:9"} in clusters(people)


def test_evidence_that_is_gone_retires_its_link_and_keeps_the_history(people: Graph) -> None:
    resolve(people, SETTINGS)
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

    changes = changes_of(resolve(people, SETTINGS))

    assert changes.links_retired == 1
    assert both(0) not in clusters(people)
    assert edges(people, "WAS_SAME_AS") == {("crm:0", "shop:0")}


def test_stewards_outrank_the_model_and_survive_every_run(people: Graph) -> None:
    resolve(people, SETTINGS)
    decide(people, "CREATE (a)-[:NOT_SAME_AS {method: 'steward', reason: 'two people'}]->(b)")

    for _ in range(2):
        resolve(people, SETTINGS, force=True)

    assert both(0) not in clusters(people, "loose")
    assert edges(people, "NOT_SAME_AS", "method") == {("crm:0", "shop:0", "steward")}


def test_a_steward_joins_what_the_model_would_not(people: Graph) -> None:
    write_person(people, "shop", "0", "Frieda Weber", observed_at=days(1), identifiers=())
    decide(
        people,
        "MERGE (a)-[s:SAME_AS {key: 'crm:0 ~ shop:0'}]->(b)"
        " SET s.method = 'steward', s.probability = 1.0, s.match_weight = 0.0, s.cohesion = 100.0, s.confidence = 1.0",
    )

    resolve(people, SETTINGS)
    resolve(people, SETTINGS, force=True)

    assert both(0) in clusters(people, "exact")


@pytest.mark.usefixtures("graph")
def test_an_empty_graph_is_resolved(connected_graph: Graph) -> None:
    report = resolve(connected_graph, SETTINGS)

    assert report.run.counts["customers"] == 0
    assert clusters(connected_graph) == set()


def test_a_run_that_was_killed_is_repaired_by_the_next(people: Graph, monkeypatch: pytest.MonkeyPatch) -> None:
    def killed(*_: object) -> None:
        raise GraphError("The connection was lost.", "Try again.")

    with monkeypatch.context() as broken:
        broken.setattr("graph.links._write_run", killed)
        with pytest.raises(GraphError):
            resolve(people, SETTINGS)
    assert latest_run(people) is None

    resolve(people, SETTINGS)

    assert {found for found in clusters(people) if len(found) > 1} == {both(number) for number in range(4)}
    assert len(edges(people, "SAME_AS")) == 4
