"""Evaluation: clusters against a known truth, after closure and never on links alone.

Pairwise precision and recall count pairs of records; B-cubed (Bagga and Baldwin 1998) averages over records; exact
counts whole clusters. Pairwise is ruled by large clusters and B-cubed hides a single blob: read them together.
"""

import csv
from collections import Counter, defaultdict
from collections.abc import Hashable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from graph.clusters import read_clusters
from graph.confidence import DEFAULT, read_levels
from graph.connection import Graph
from graph.errors import SourceReadError


@dataclass(frozen=True, slots=True)
class ClusterMetrics:
    """How well clusters match the truth, over the records that have one.

    ``overmerged``: clusters that hold more than one person. ``split``: people who are in more than one cluster.
    """

    records: int
    clusters: int
    pairwise_precision: float
    pairwise_recall: float
    pairwise_f1: float
    bcubed_f1: float
    exact_cluster_f1: float
    largest_cluster: int
    overmerged: int
    split: int


@dataclass(frozen=True, slots=True)
class LevelMetrics(ClusterMetrics):
    """Metrics at one confidence."""

    confidence: float


@dataclass(frozen=True, slots=True)
class Evaluation:
    """Metrics at the default confidence and at every named level. ``seconds``: how long the resolution took."""

    default: LevelMetrics
    levels: Mapping[str, LevelMetrics]
    seconds: float

    def as_json(self) -> dict[str, object]:
        """The keys of the default confidence at the top, the named levels under ``levels``."""
        levels = {name: asdict(found) for name, found in self.levels.items()}
        return {**asdict(self.default), "seconds": self.seconds, "levels": levels}


def evaluate(graph: Graph, truth: Mapping[str, str], seconds: float) -> Evaluation:
    """Read the clusters back from the graph at every level and compare them with the truth. Raises GraphError."""
    levels = read_levels(graph)
    found = {name: _at(graph, confidence, truth) for name, confidence in levels.values.items()}
    default = found.get(DEFAULT) or _at(graph, levels.default, truth)
    return Evaluation(default, found, round(seconds, 3))


def _at(graph: Graph, confidence: float, truth: Mapping[str, str]) -> LevelMetrics:
    metrics = measure(read_clusters(graph, confidence), truth)
    return LevelMetrics(**asdict(metrics), confidence=confidence)


def measure(clusters: Mapping[str, Hashable], truth: Mapping[str, Hashable]) -> ClusterMetrics:
    """Compare clusters (record -> cluster) with the truth (record -> person).

    Records without truth are left out; a record that is in no cluster stands alone.
    """
    overlap = Counter((clusters.get(record, ("alone", record)), person) for record, person in truth.items())
    cluster_sizes: Counter[Hashable] = Counter()
    person_sizes: Counter[Hashable] = Counter()
    for (cluster, person), count in overlap.items():
        cluster_sizes[cluster] += count
        person_sizes[person] += count
    precision, recall = _pairwise(overlap, cluster_sizes, person_sizes)
    people_of, clusters_of = _both_ways(overlap)
    return ClusterMetrics(
        records=len(truth),
        clusters=len(cluster_sizes),
        pairwise_precision=precision,
        pairwise_recall=recall,
        pairwise_f1=_f1(precision, recall),
        bcubed_f1=_bcubed(overlap, cluster_sizes, person_sizes),
        exact_cluster_f1=_exact(overlap, cluster_sizes, person_sizes),
        largest_cluster=max(cluster_sizes.values(), default=0),
        overmerged=sum(len(people) > 1 for people in people_of.values()),
        split=sum(len(found) > 1 for found in clusters_of.values()),
    )


Overlap = Mapping[tuple[Hashable, Hashable], int]
Sizes = Mapping[Hashable, int]


def _pairwise(overlap: Overlap, clusters: Sizes, people: Sizes) -> tuple[float, float]:
    right = sum(map(_pairs, overlap.values()))
    found, wanted = sum(map(_pairs, clusters.values())), sum(map(_pairs, people.values()))
    return (right / found if found else 1.0), (right / wanted if wanted else 1.0)


def _pairs(size: int) -> int:
    return size * (size - 1) // 2


def _bcubed(overlap: Overlap, clusters: Sizes, people: Sizes) -> float:
    records = sum(overlap.values()) or 1
    precision = sum(count * count / clusters[cluster] for (cluster, _), count in overlap.items()) / records
    recall = sum(count * count / people[person] for (_, person), count in overlap.items()) / records
    return _f1(precision, recall)


def _exact(overlap: Overlap, clusters: Sizes, people: Sizes) -> float:
    same = sum(count == clusters[cluster] == people[person] for (cluster, person), count in overlap.items())
    return _f1(same / len(clusters), same / len(people)) if clusters else 1.0


def _f1(precision: float, recall: float) -> float:
    return 2 * precision * recall / (precision + recall) if precision + recall else 0.0


def _both_ways(overlap: Overlap) -> tuple[dict[Hashable, set[Hashable]], dict[Hashable, set[Hashable]]]:
    people_of: dict[Hashable, set[Hashable]] = defaultdict(set)
    clusters_of: dict[Hashable, set[Hashable]] = defaultdict(set)
    for cluster, person in overlap:
        people_of[cluster].add(person)
        clusters_of[person].add(cluster)
    return people_of, clusters_of


@dataclass(frozen=True, slots=True)
class TruthRow:
    """One record and the person it is of. ``source`` is none where the file has no such column."""

    id: str
    source: str | None
    person: str


def read_truth(file: Path, default_source: str) -> dict[str, str]:
    """Customer key -> person, from a file as ``read_truth_rows`` takes it.

    Rows without ``source`` belong to ``default_source``. Raises SourceReadError.
    """
    return {f"{row.source or default_source}:{row.id}": row.person for row in read_truth_rows(file)}


def read_truth_rows(file: Path) -> list[TruthRow]:
    """Rows of a CSV file with the columns ``id``, ``person_id`` and, optionally, ``source``. Raises SourceReadError."""
    try:
        with file.open(encoding="utf-8-sig", newline="") as opened:
            rows = csv.DictReader(opened)
            missing = ", ".join(sorted({"id", "person_id"} - set(rows.fieldnames or ())))
            if missing:
                raise SourceReadError(
                    f"{file}:1: no column {missing}.", "A truth file has id, person_id, maybe source."
                )
            return [TruthRow(row["id"], row.get("source"), row["person_id"]) for row in rows]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        problem = f"{file} cannot be read as a CSV file ({type(error).__name__})."
        raise SourceReadError(problem, "Check the path.") from None
