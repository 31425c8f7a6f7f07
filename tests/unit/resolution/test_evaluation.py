from dataclasses import asdict
from itertools import combinations
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.console.evaluation import read_person_truth
from graph.errors import SourceReadError
from resolution.quality.evaluation import TruthRow, measure, read_truth, read_truth_rows

RECORDS = [f"r{number}" for number in range(8)]
GROUPS = st.fixed_dictionaries({record: st.integers(0, 3) for record in RECORDS})


def counted_one_by_one(clusters: dict[str, int], truth: dict[str, int]) -> dict[str, float]:
    pairs = list(combinations(truth, 2))
    found = {pair for pair in pairs if clusters[pair[0]] == clusters[pair[1]]}
    wanted = {pair for pair in pairs if truth[pair[0]] == truth[pair[1]]}
    precision = len(found & wanted) / len(found) if found else 1.0
    recall = len(found & wanted) / len(wanted) if wanted else 1.0
    groups, people = _members(clusters), _members(truth)
    per_record = [(groups[clusters[record]], people[truth[record]]) for record in truth]
    cubed_precision = sum(len(group & person) / len(group) for group, person in per_record) / len(truth)
    cubed_recall = sum(len(group & person) / len(person) for group, person in per_record) / len(truth)
    same = [group for group in groups.values() if group in people.values()]
    return {
        "pairwise_precision": precision,
        "pairwise_recall": recall,
        "pairwise_f1": _f1(precision, recall),
        "bcubed_f1": _f1(cubed_precision, cubed_recall),
        "exact_cluster_f1": _f1(len(same) / len(groups), len(same) / len(people)),
        "largest_cluster": max(map(len, groups.values())),
        "overmerged": sum(len({truth[record] for record in group}) > 1 for group in groups.values()),
        "split": sum(len({clusters[record] for record in person}) > 1 for person in people.values()),
    }


def _members(of: dict[str, int]) -> dict[int, set[str]]:
    return {name: {record for record in of if of[record] == name} for name in of.values()}


def _f1(precision: float, recall: float) -> float:
    return 2 * precision * recall / (precision + recall) if precision + recall else 0.0


@given(GROUPS, GROUPS)
def test_metrics_are_those_of_counting_one_by_one(clusters: dict[str, int], truth: dict[str, int]) -> None:
    metrics = measure(clusters, truth)

    for name, value in counted_one_by_one(clusters, truth).items():
        assert getattr(metrics, name) == pytest.approx(value), name


@given(GROUPS)
def test_the_truth_itself_is_perfect(truth: dict[str, int]) -> None:
    metrics = measure(truth, truth)

    assert (metrics.pairwise_f1, metrics.bcubed_f1, metrics.exact_cluster_f1) == (1.0, 1.0, 1.0)
    assert (metrics.overmerged, metrics.split) == (0, 0)


def test_a_record_that_nobody_clustered_stands_alone_and_one_without_truth_is_left_out() -> None:
    metrics = measure({"a": "x", "b": "x", "stranger": "x"}, {"a": 1, "b": 1, "c": 1})

    expected = {
        "records": 3,
        "clusters": 2,
        "pairwise_precision": 1.0,
        "pairwise_recall": 1 / 3,
        "pairwise_f1": 0.5,
        "bcubed_f1": 2 * (5 / 9) / (1 + 5 / 9),
        "exact_cluster_f1": 0.0,
        "largest_cluster": 2,
        "overmerged": 0,
        "split": 1,
    }
    assert asdict(metrics) == pytest.approx(expected)


def test_no_truth_is_no_crash() -> None:
    assert measure({}, {}).records == 0


def test_a_truth_file_names_the_person_of_each_record(tmp_path: Path) -> None:
    file = tmp_path / "truth.csv"
    file.write_text("id,person_id,source\n1,p1,crm\n2,p1,\n")

    assert read_truth_rows(file) == [TruthRow("1", "crm", "p1"), TruthRow("2", "", "p1")]
    assert read_truth(file, "records") == {"crm:1": "p1", "records:2": "p1"}


@pytest.mark.parametrize(
    ("content", "said"), [(b"id,who\n1,2\n", "truth.csv:1: no column person_id"), (b"\xff\xfe\x00", "cannot be read")]
)
def test_a_file_that_is_no_truth_is_refused_with_its_place(tmp_path: Path, content: bytes, said: str) -> None:
    file = tmp_path / "truth.csv"
    file.write_bytes(content)

    with pytest.raises(SourceReadError, match=said):
        read_truth(file, "records")


def test_a_missing_truth_file_says_so(tmp_path: Path) -> None:
    with pytest.raises(SourceReadError, match=r"nowhere\.csv"):
        read_truth_rows(tmp_path / "nowhere.csv")


def test_blank_lines_and_empty_cells_beyond_the_columns_are_nothing(tmp_path: Path) -> None:
    file = tmp_path / "truth.csv"
    file.write_text("id,person_id,\n\n1,p1,,\n2\n")

    assert read_truth(file, "records") == {"records:1": "p1"}


def test_a_row_without_a_person_says_nothing_of_whom_a_record_is(tmp_path: Path) -> None:
    file = tmp_path / "truth.csv"
    file.write_text("id,person_id\n1,p1\n2,\n3\n4,\n,p1\n 5 , p1\n5,p1\n")

    assert read_truth(file, "records") == {"records:1": "p1", "records:5": "p1"}


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("id,person_id\n1,p1\n1,p2\n", "records:1 is of two people"),
        ("id,person_id\n", "no row has an id and a person_id"),
        ('id,person_id\n1,p1\n"2,p2\n3,p3\n', "truth.csv:3: a row of cells begins here"),
        ("id,person_id\n1,p1\n2,Ada, the first\n", "truth.csv:3: the row has more cells than there are columns"),
        (f"id,person_id\n1,p1\n2,{'p' * 131_073}\n", "truth.csv:3: a cell begins in this row that is longer than"),
        ("id,id,person_id\n1,2,p1\n", "truth.csv:1: the column id stands there twice"),
        ("id;person_id\n1;p1\n", "Cells are parted by commas"),
        ("", "truth.csv:1: no column id, person_id"),
    ],
)
def test_a_truth_that_contradicts_itself_or_loses_rows_is_refused(tmp_path: Path, content: str, said: str) -> None:
    file = tmp_path / "truth.csv"
    file.write_text(content)

    for read in (lambda: read_truth(file, "records"), lambda: read_person_truth(file)):
        with pytest.raises(SourceReadError, match=said):
            read()
