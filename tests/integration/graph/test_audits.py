import csv
import io
import json
from dataclasses import replace
from itertools import combinations, pairwise
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from api.commands import app
from graph.audits import audits, run_audit
from graph.connection import Graph
from graph.decisions import Decision, withdraw_decision, write_decisions
from graph.errors import ConfigurationError
from graph.identity_events import IdentityEvent, write_events
from graph.links import ComparedPair
from graph.records import Snapshot
from graph.resolutions import write_resolution
from graph.runs import ScoringRun, write_run
from graph.writing import write_batch
from tests.assertions import everything
from tests.factories import batch, customer, days, identifier, minutes
from tests.integration.graph.test_reading import link, resolution


@pytest.fixture
def suspects(graph: Graph) -> Graph:
    """One blob of two families that a single link joins, one sound pair, and one person who is in two clusters."""
    anna, otto = identifier("national_id", "A1"), identifier("national_id", "O1")
    mail, shared = identifier("email", "ida@example.org"), identifier("email", "party@example.org")
    records = (
        customer("crm", "1", given_name="Anna", family_name="Ilg", birth_date="1980-01-01", identifiers=(anna,)),
        customer("crm", "2", given_name="Anna", family_name="Ilg", birth_date="1980-01-01"),
        customer("crm", "3", given_name="Anja", family_name="Ilg", birth_date="1980-01-01", gender="female"),
        customer("crm", "4", given_name="Otto", family_name="Ilg", birth_date="1950-05-05", identifiers=(otto,)),
        customer("crm", "5", given_name="Otto", family_name="Ilg", birth_date="1950-05-06", gender="male"),
        customer("crm", "6", given_name="Otto", family_name="Ilk", birth_date="1950-05-05"),
        customer("crm", "7", given_name="Mia", family_name="Vogel", birth_date="1999-09-09"),
        customer("crm", "8", given_name="Mia", family_name="Vogel", birth_date="1999-09-09"),
        customer("crm", "a", given_name="Ida", family_name="Roth", identifiers=(mail,)),
        customer("crm", "b", given_name="ida", family_name="roth", identifiers=(mail,)),
        *(customer("crm", f"x{n}", given_name=f"Guest{n}", identifiers=(shared,)) for n in range(30)),
        *(
            customer("crm", f"y{n}", given_name=f"Child{n}", identifiers=(identifier("phone", "4912"),))
            for n in range(6)
        ),
    )
    write_batch(graph, batch("crm", customers=records))
    links = (
        link("crm:1", "crm:2", 0.99),
        link("crm:2", "crm:3", 0.98),
        link("crm:1", "crm:3", None),
        link("crm:3", "crm:4", 0.85, match_weight=1.0),
        link("crm:4", "crm:5", 0.97, method="rule", rule="same_user_id"),
        link("crm:5", "crm:6", 0.96),
        link("crm:7", "crm:8", 0.99),
    )
    compared = (
        ComparedPair("crm:1", "crm:4", 0.01, -6.0, "[]", "contradiction"),
        ComparedPair("crm:2", "crm:5", 0.01, -7.0, "[]", "contradiction"),
        ComparedPair("crm:7", "crm:a", 0.01, -7.0, "[]", "decision"),
    )
    high = (replace(found, cohesion=10 * found.confidence) if found.confidence else found for found in links)
    write_resolution(graph, resolution(*high, compared=compared))
    return graph


def found(graph: Graph, name: str, **asked: str) -> list[dict[str, Any]]:
    """Rows of an audit, which must leave the graph as it is."""
    before = everything(graph)
    rows = list(run_audit(graph, name, asked).rows)
    assert everything(graph) == before
    return rows


def test_a_cluster_of_two_families_is_suspected(suspects: Graph) -> None:
    (row,) = found(suspects, "over_merged_suspects")

    assert (row["cluster"], row["records"]) == ("crm:1", 6)
    assert (row["given_names"], row["family_names"], row["birth_dates"], row["genders"]) == (3, 2, 3, 2)
    assert row["too_many"] == 3
    assert row["customers"] == [f"crm:{n}" for n in range(1, 6)]
    assert found(suspects, "over_merged_suspects", confidence="0.9", most_given_names="2") == []
    assert len(found(suspects, "over_merged_suspects", confidence="0.9", most_given_names="1")) == 1


def test_the_link_that_alone_holds_two_families_together_is_found(suspects: Graph) -> None:
    (row,) = found(suspects, "weak_bridges")

    assert (row["left"], row["right"], row["confidence"]) == ("crm:3", "crm:4", 0.85)
    assert (row["records_left"], row["records_right"]) == (3, 3)
    assert (row["linked_pairs"], row["pairs_against"], row["support"]) == (1, 2, 0.111)
    assert found(suspects, "weak_bridges", least_records="4") == []
    assert found(suspects, "weak_bridges", confidence="0.9") == []


def test_groups_of_one_record_are_found_where_they_are_asked_for(suspects: Graph) -> None:
    def joined(**asked: str) -> list[tuple[str, int, int]]:
        rows = found(suspects, "weak_bridges", most_support="1", **asked)
        return [(row["left"], row["records_left"], row["records_right"]) for row in rows]

    assert joined() == [("crm:3", 3, 3)]
    ones = [("crm:5", 2, 1), ("crm:4", 1, 1), ("crm:2", 2, 1), ("crm:1", 1, 1), ("crm:7", 1, 1)]
    assert joined(least_records="1") == [("crm:3", 3, 3), *ones]


def test_a_group_is_what_was_joined_before_the_bridge_not_all_that_is_as_sure(graph: Graph) -> None:
    # All pairs of four, and of five others, are linked; what joins the two comes last, and is as sure as before.
    keys = [f"crm:{number}" for number in range(1, 10)]
    heights = {("crm:2", "crm:3"): (0.85, 2.0), ("crm:4", "crm:5"): (0.85, 1.0)}
    forest = {pair: heights.get(pair, (0.9, 7.0)) for pair in pairwise(keys)}
    dense = dict.fromkeys((*combinations(keys[:4], 2), *combinations(keys[4:], 2)), (None, None)) | forest
    write_batch(graph, batch("crm", customers=tuple(customer("crm", key[-1]) for key in keys)))
    links = (link(*pair, confidence, cohesion=cohesion) for pair, (confidence, cohesion) in dense.items())
    write_resolution(graph, resolution(*links))

    (row,) = found(graph, "weak_bridges")

    assert (row["left"], row["right"], row["records_left"], row["records_right"]) == ("crm:4", "crm:5", 4, 5)


def test_values_that_many_share_are_found_before_they_are_hubs(suspects: Graph) -> None:
    hub, next_to_it = found(suspects, "hubs")

    assert (hub["value"], hub["is_hub"], hub["names"]) == ("email:party@example.org", True, 30)
    assert hub["guard"] == "shared by too many"
    assert (next_to_it["value"], next_to_it["is_hub"], next_to_it["customers"]) == ("phone:4912", False, 6)
    assert len(found(suspects, "hubs", least_names="7")) == 1


def test_what_contradicts_itself_within_a_cluster_is_found(suspects: Graph) -> None:
    rows = {(row["left"], row["right"]): row for row in found(suspects, "contradictions")}

    worst = rows["crm:1", "crm:4"]
    assert (worst["differs"], worst["guard"], worst["claim"]) == (
        ["birth_date", "national_id"],
        "contradiction",
        "COMPARED",
    )
    assert rows["crm:3", "crm:5"]["differs"] == ["birth_date", "gender"]
    assert rows["crm:3", "crm:5"]["claim"] is None
    assert all({"crm:7", "crm:8", "crm:a"}.isdisjoint(pair) for pair in rows)
    assert next(iter(rows)) == ("crm:1", "crm:4")


def test_links_are_counted_by_who_claims_them(suspects: Graph) -> None:
    by_rule = {(row["method"], row["rule"]): row for row in found(suspects, "links_by_rule")}

    assert {key: row["links"] for key, row in by_rule.items()} == {("splink", None): 6, ("rule", "same_user_id"): 1}
    assert by_rule["splink", None]["forest_links"] == 5
    assert by_rule["splink", None]["mean_weight"] == 6.0
    assert by_rule["splink", None]["model_version"] == "v1"


def test_weights_are_told_of_scored_links_alone(graph: Graph) -> None:
    people = (customer("crm", str(n), birth_date=f"198{n}-01-01", given_name="Anna") for n in range(1, 5))
    write_batch(graph, batch("crm", customers=tuple(people)))
    claimed = {"method": "rule", "rule": "same_user_id", "match_weight": 0.0, "evidence": None, "cohesion": 100.0}
    rules = (link("crm:1", "crm:2", 1.0, **claimed), link("crm:3", "crm:4", 1.0, **(claimed | {"rule": "same_card"})))
    scored = link("crm:2", "crm:3", 1.0, method="rule", rule="same_card", match_weight=5.0, cohesion=100.0)
    write_resolution(graph, resolution(*rules, scored))

    by_rule = {row["rule"]: row for row in found(graph, "links_by_rule")}
    bridges = {row["left"]: row["match_weight"] for row in found(graph, "weak_bridges", least_records="1")}
    weights = {row["left"] + row["right"]: row["match_weight"] for row in found(graph, "contradictions")}

    assert (by_rule["same_card"]["links"], by_rule["same_card"]["mean_weight"]) == (2, 5.0)
    assert (by_rule["same_user_id"]["mean_weight"], by_rule["same_user_id"]["least_weight"]) == (None, None)
    assert bridges == {"crm:1": None, "crm:2": 5.0, "crm:3": None}
    assert (weights["crm:1crm:2"], weights["crm:2crm:3"]) == (None, 5.0)


def test_what_changed_between_two_runs_is_told(suspects: Graph) -> None:
    for number in (2, 3, 4):
        run = ScoringRun(f"run-{number}", "v1", "incremental", {}, minutes(number), minutes(number))
        event = IdentityEvent("merged", ("p_a", "p_b"), ("p_a",), ("crm:1", "crm:2"))
        suspects.write(lambda transaction, run=run, event=event: write_events(transaction, run, [event]))
        suspects.write(lambda transaction, run=run: write_run(transaction, run))

    def runs(**asked: str) -> list[str]:
        return [row["run_id"] for row in found(suspects, "changes_between_runs", **asked)]

    assert runs() == ["run-2", "run-3", "run-4"]
    assert runs(after_run="run-2") == ["run-3", "run-4"]
    assert runs(after_run="run-2", until_run="run-3") == ["run-3"]
    (row,) = found(suspects, "changes_between_runs", after_run="run-3")
    assert (row["kind"], row["records"], row["customers"]) == ("merged", 2, ["crm:1", "crm:2"])


def test_who_decided_what_and_what_was_withdrawn_is_told(suspects: Graph) -> None:
    rejected = Decision("d1", "reject", "ada", "two people", days(1), (("crm:3",), ("crm:4",)))
    linked = Decision("d2", "link", "bob", "she married", days(2), (("crm:7", "crm:a"),))
    for decision in (rejected, linked):
        suspects.write(lambda transaction, decision=decision: write_decisions(transaction, [decision]))
    suspects.write(lambda transaction: withdraw_decision(transaction, "d1", "eve", "it was right", days(3)))

    newest, oldest = found(suspects, "decisions")

    assert (newest["actor"], newest["sides"], newest["in_force"]) == ("bob", [["crm:7", "crm:a"]], True)
    assert (oldest["actor"], oldest["sides"], oldest["in_force"]) == ("ada", [["crm:3"], ["crm:4"]], False)
    assert (oldest["withdrawn_by"], oldest["withdrawn_reason"]) == ("eve", "it was right")
    assert [row["decision"] for row in found(suspects, "decisions", actor="eve")] == ["d1"]


def test_what_happened_within_one_second_stays_in_its_order(suspects: Graph) -> None:
    moments = [minutes(0), minutes(0.0025), minutes(0.005)]
    for number, at in enumerate(moments):
        decision = Decision(f"d{number}", "reject", "ada", "two", at, (("crm:3",), (f"crm:{4 + number}",)))
        run = ScoringRun(f"run-{number}", "v1", "incremental", {}, at, at)
        event = IdentityEvent("merged", ("p_a", "p_b"), ("p_a",), ("crm:1", "crm:2"))
        suspects.write(lambda transaction, decision=decision: write_decisions(transaction, [decision]))
        suspects.write(lambda transaction, run=run, event=event: write_events(transaction, run, [event]))

    assert [row["decision"] for row in found(suspects, "decisions")] == ["d2", "d1", "d0"]
    assert [row["run_id"] for row in found(suspects, "changes_between_runs")] == ["run-0", "run-1", "run-2"]


def test_guards_that_acted_are_counted_with_examples(suspects: Graph) -> None:
    rows = {(row["guard"], row["shows_on"]): row for row in found(suspects, "guards")}

    contradiction = rows["contradiction", "COMPARED"]
    assert (contradiction["acted"], contradiction["examples"]) == (2, ["crm:1 ~ crm:4", "crm:2 ~ crm:5"])
    assert rows["shared by too many: email", "Hub"]["acted"] == 1
    assert rows["decision", "COMPARED"]["acted"] == 1
    assert all(row["examples"] == [] for row in found(suspects, "guards", examples="0"))


def test_one_name_and_one_contact_in_two_clusters_is_found(suspects: Graph) -> None:
    (row,) = found(suspects, "who_is_split")

    assert (row["split_into"], row["customers"], row["clusters"]) == (2, ["crm:a", "crm:b"], ["crm:a", "crm:b"])
    assert row["shared_contacts"] == ["email"]
    write_resolution(suspects, resolution(link("crm:a", "crm:b", 0.9), run_id="run-2"))
    assert found(suspects, "who_is_split") == []
    assert len(found(suspects, "who_is_split", confidence="exact")) == 1


def test_nobody_is_split_from_a_record_that_its_source_has_no_more(suspects: Graph) -> None:
    lost = customer("crm", "b", given_name="ida", family_name="roth")
    write_batch(suspects, batch("crm", customers=(lost,), snapshot=Snapshot("crm-file", days(1))))
    write_batch(suspects, batch("crm", snapshot=Snapshot("crm-file", days(2), missing=(lost.key,))))

    assert found(suspects, "who_is_split") == []


QUIET = sorted(audits().keys() - {"hubs", "guards", "decisions"})


@pytest.mark.parametrize("name", QUIET)
def test_an_audit_shows_keys_and_no_personal_data(name: str, suspects: Graph) -> None:
    told = json.dumps(found(suspects, name))

    for value in ("Anna", "Otto", "Ilg", "Roth", "roth", "1980", "1950", "example.org", "A1"):
        assert value not in told


@pytest.mark.parametrize("name", audits())
def test_an_audit_of_nothing_finds_nothing_and_keeps_to_its_limit(name: str, graph: Graph) -> None:
    assert run_audit(graph, name, {}).rows == []
    assert audits()[name].parameters["limit"] == 50


# --- on the command line ---------------------------------------------------------------------------------------------


def cdp(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["audit", *arguments])


@pytest.mark.usefixtures("suspects", "command_environment")
def test_an_audit_is_told_to_people_and_programs() -> None:
    name, options = "contradictions", ("--limit", "2", "--param", "confidence=0.5")

    document = json.loads(cdp(name, *options, "--json").stdout)
    table = list(csv.DictReader(io.StringIO(cdp(name, *options, "--csv").stdout)))
    heading, *lines = cdp(name, *options).stdout.splitlines()

    assert len(document) == len(table) == len(lines) == 2
    assert table[0]["differs"] == "birth_date; national_id"
    assert heading.split()[:3] == ["left", "right", "differs"]
    assert lines[0].startswith("crm:1  crm:4  birth_date; national_id")


def test_the_list_names_every_audit_on_a_line() -> None:
    lines = cdp().stdout.splitlines()

    assert [line.split()[0] for line in lines] == sorted(audits())
    assert [audit["name"] for audit in json.loads(cdp("--json").stdout)] == sorted(audits())
    assert "Example: cdp audit" in " ".join(cdp("--help").stdout.split())


@pytest.mark.usefixtures("suspects", "command_environment")
def test_nothing_found_is_said_so() -> None:
    result = cdp("weak_bridges", "--param", "least_records=4")

    assert (result.stdout, result.stderr.strip()) == ("", "Nothing was found.")


@pytest.mark.parametrize("name", audits())
@pytest.mark.usefixtures("suspects", "command_environment")
def test_a_table_has_its_header_where_nothing_was_found(name: str, connected_graph: Graph) -> None:
    filled = cdp(name, "--csv").stdout.splitlines()
    connected_graph.run_alone("erase_everything")

    assert cdp(name, "--csv").stdout.splitlines() == filled[:1]
    assert len(next(csv.reader(filled))) > 2


@pytest.mark.usefixtures("suspects", "command_environment")
def test_no_cell_of_a_table_is_a_formula_and_numbers_stay_numbers(suspects: Graph) -> None:
    decision = Decision("d1", "link", "=ada()", "+1", days(1), (("crm:7", "crm:8"),))
    suspects.write(lambda transaction: write_decisions(transaction, [decision]))

    (row,) = csv.DictReader(io.StringIO(cdp("decisions", "--csv").stdout))
    (other, *_) = csv.DictReader(io.StringIO(cdp("contradictions", "--csv").stdout))

    assert (row["actor"], row["reason"]) == ("'=ada()", "'+1")
    assert float(other["match_weight"]) < 0


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("hobs",), "There is no audit 'hobs'. There are changes_between_runs,"),
        (("hubs", "--param", "names=3"), "takes no 'names'. It takes least_names,"),
        (("hubs", "--param", "least_names=some"), "least_names cannot be 'some'. Give a whole number"),
        (("hubs", "--param", "least_names=-1"), "least_names cannot be '-1'"),
        (("hubs", "--param", f"least_names={2**63}"), f"least_names cannot be '{2**63}'"),
        (("hubs", "--param", "least_names"), "'least_names' is no parameter. Write it as name=value."),
        (("contradictions", "--param", "confidence=2"), "This confidence is not known."),
        (("weak_bridges", "--param", "most_support=nan"), "most_support cannot be 'nan'. Give a number"),
        (("changes_between_runs", "--param", "after_run=run-99"), "There is no run 'run-99'."),
        (("hubs", "--json", "--csv"), "The answer is JSON or CSV, not both."),
    ],
)
@pytest.mark.usefixtures("graph", "command_environment")
def test_what_cannot_be_asked_is_said_so(arguments: tuple[str, ...], said: str) -> None:
    error = cdp(*arguments).exception

    assert isinstance(error, ConfigurationError)
    assert said in str(error)
