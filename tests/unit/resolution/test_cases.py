# Quality by kind of hard case, on worlds that are small enough to count by hand.
import io
import json
from dataclasses import asdict
from itertools import combinations
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from graph.errors import SourceReadError
from resolution.quality.cases import CaseMetrics, measure_cases, read_cases
from resolution.quality.evaluation import Evaluation, LevelMetrics, measure
from resolution.report import print_evaluation

TRUTH = {"a1": "anna", "a2": "anna", "b1": "berta", "b2": "berta", "c1": "clara", "c2": "clara"}
RIGHT = dict(TRUTH)
TWINS = {"twin": {"home": frozenset({"anna", "berta"})}}
PEOPLE = ["anna", "berta", "clara", "dora"]
RECORDS = [f"r{number}" for number in range(8)]


def test_twins_whose_records_are_told_apart_are_perfect() -> None:
    assert measure_cases(RIGHT, TRUTH, TWINS) == {"twin": CaseMetrics(1, 2, 4, 1.0, 1.0, 1.0, 0, 0, 0)}


def test_twins_in_one_cluster_are_one_merged_group() -> None:
    found = measure_cases(RIGHT | {"b1": "anna", "b2": "anna"}, TRUTH, TWINS)["twin"]

    assert (found.merged, found.mixed, found.split) == (1, 0, 0)
    assert (found.pairwise_precision, found.pairwise_recall) == (2 / 6, 1.0)


def test_a_twin_who_is_joined_with_a_stranger_is_mixed_and_the_pair_is_not_merged() -> None:
    found = measure_cases(RIGHT | {"c1": "berta"}, TRUTH, TWINS)["twin"]

    assert (found.merged, found.mixed, found.split) == (0, 1, 0)
    assert (found.pairwise_precision, found.pairwise_recall) == (2 / 4, 1.0)


def test_a_twin_whose_records_are_not_joined_is_split() -> None:
    found = measure_cases(RIGHT | {"b2": "alone"}, TRUTH, TWINS)["twin"]

    assert (found.merged, found.mixed, found.split) == (0, 0, 1)
    assert (found.pairwise_precision, found.pairwise_recall) == (1.0, 1 / 2)


def test_what_happens_to_others_is_no_matter_of_a_kind() -> None:
    elsewhere = {"d1": "dora", "e1": "emil"}
    found = measure_cases(RIGHT | dict.fromkeys(elsewhere, "x") | {"c2": "alone"}, TRUTH | elsewhere, TWINS)

    assert found["twin"].pairwise_f1 == 1.0


def test_people_of_two_groups_of_a_kind_who_are_joined_are_strangers() -> None:
    found = measure_cases(
        RIGHT | {"c1": "anna", "c2": "anna"}, TRUTH, {"moved": {"p": frozenset({"anna"}), "q": frozenset({"clara"})}}
    )["moved"]

    assert (found.groups, found.people, found.merged, found.mixed) == (2, 2, 0, 2)
    assert found.pairwise_precision == 2 / 6  # the pairs between the two count once


def test_people_without_records_and_kinds_without_people_are_left_out() -> None:
    cases = {"twin": {"home": frozenset({"anna", "unseen"})}, "moved": {"unseen": frozenset({"unseen"})}}

    found = measure_cases(RIGHT, TRUTH, cases)

    assert {kind: (of.groups, of.people) for kind, of in found.items()} == {"twin": (1, 1)}


def test_the_worst_kind_comes_first() -> None:
    cases = TWINS | {"alias": {"clara": frozenset({"clara"})}}

    assert list(measure_cases(RIGHT | {"b2": "alone"}, TRUTH, cases)) == ["twin", "alias"]


WORLDS = st.fixed_dictionaries({record: st.sampled_from(PEOPLE) for record in RECORDS})
CLUSTERINGS = st.fixed_dictionaries({record: st.integers(0, 3) for record in RECORDS})
GROUPS = st.dictionaries(st.sampled_from("xyz"), st.frozensets(st.sampled_from(PEOPLE), min_size=1), min_size=1)


@given(CLUSTERINGS, WORLDS, GROUPS)
def test_metrics_are_those_of_counting_one_by_one(
    clusters: dict[str, int], truth: dict[str, str], groups: dict[str, frozenset[str]]
) -> None:
    of_kind = frozenset[str]().union(*groups.values()) & set(truth.values())
    pairs = [(truth[a], truth[b], clusters[a] == clusters[b]) for a, b in combinations(truth, 2)]
    found = [(a, b) for a, b, joined in pairs if joined and {a, b} & of_kind]
    joined_people = {(a, b) for a, b in found if a != b} | {(b, a) for a, b in found if a != b}
    right = sum(a == b for a, b in found)
    wanted = sum(a == b and a in of_kind for a, b, _ in pairs)

    metrics = measure_cases(clusters, truth, {"kind": groups}).get("kind")

    assert (metrics is None) == (not of_kind)
    if metrics is not None:
        assert metrics.pairwise_precision == (right / len(found) if found else 1.0)
        assert metrics.pairwise_recall == (right / wanted if wanted else 1.0)
        assert metrics.merged == sum(any({a, b} <= group for a, b in joined_people) for group in groups.values())
        mixed = {a for a, b in joined_people for group in groups.values() if a in group and b not in group}
        assert metrics.mixed == len(mixed)


@given(CLUSTERINGS, WORLDS)
def test_a_kind_that_everybody_is_of_has_the_figures_of_the_whole(
    clusters: dict[str, int], truth: dict[str, str]
) -> None:
    everybody = {"all": {"world": frozenset(PEOPLE)}}

    kind, whole = measure_cases(clusters, truth, everybody)["all"], measure(clusters, truth)

    assert kind.pairwise_f1 == pytest.approx(whole.pairwise_f1)
    assert (kind.records, kind.split) == (whole.records, whole.split)


def test_cases_are_read_from_the_file_beside_the_truth(tmp_path: Path) -> None:
    (tmp_path / "cases.csv").write_text("person_id,kind,group\np1,twin,h1\np2,twin,h1\np1,moved,p1\n")

    assert read_cases(tmp_path / "records.csv") == {
        "twin": {"h1": frozenset({"p1", "p2"})},
        "moved": {"p1": frozenset({"p1"})},
    }


def test_a_truth_without_cases_has_none(tmp_path: Path) -> None:
    assert read_cases(tmp_path / "records.csv") == {}


def test_a_file_of_cases_that_lacks_a_column_is_refused_with_its_place(tmp_path: Path) -> None:
    (tmp_path / "cases.csv").write_text("person_id,group\np1,h1\n")

    with pytest.raises(SourceReadError, match=r"cases\.csv:1: no column kind"):
        read_cases(tmp_path / "records.csv")


def evaluation(cases: dict[str, CaseMetrics]) -> Evaluation:
    return Evaluation(LevelMetrics(**asdict(measure(RIGHT, TRUTH)), confidence=0.5), {}, 1.0, cases)


def test_the_report_has_a_line_for_each_kind_that_fits_a_terminal() -> None:
    told = io.StringIO()
    cases = {"placeholder_birth_date": CaseMetrics(1234, 12345, 99999, 0.9, 0.8, 0.85, 3, 2, 1)}

    print_evaluation(evaluation(cases), Console(file=told, width=80))

    line = next(line for line in told.getvalue().splitlines() if line.startswith("placeholder birth date"))
    assert line.split()[3:] == ["1,234", "12,345", "0.9000", "0.8000", "0.8500", "3", "2", "1"]


def test_the_document_has_cases_only_where_the_truth_names_them() -> None:
    cases = measure_cases(RIGHT, TRUTH, TWINS)

    assert json.loads(json.dumps(evaluation(cases).as_json()))["cases"]["twin"]["merged"] == 0
    assert "cases" not in evaluation({}).as_json()
