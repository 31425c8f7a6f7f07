"""Evaluation: clusters against a known truth, after closure and never on links alone.

Pairwise precision and recall count pairs of records; B-cubed (Bagga and Baldwin 1998) averages over records; exact
counts whole clusters. Pairwise is ruled by large clusters and B-cubed hides a single blob: read them together.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path

from graph.batches import batched
from graph.clusters import read_clusters
from graph.confidence import DEFAULT, read_levels
from graph.connection import Graph
from graph.errors import SourceReadError
from graph.surroundings import known_customers
from resolution.quality.cases import CaseMetrics, Cases, measure_cases
from resolution.quality.overlap import Overlap, count_overlap, f1, pairs, ratio
from resolution.quality.truth_files import read_columns

_ASKED_AT_ONCE = 10_000


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
    """Metrics at the default confidence and at every named level, and by kind of hard case at the default confidence.

    ``seconds``: how long the resolution took. ``unknown``: records of the truth that are not in the graph; each of them
    counts as one that stands alone.
    """

    default: LevelMetrics
    levels: Mapping[str, LevelMetrics]
    seconds: float
    cases: Mapping[str, CaseMetrics] = field(default_factory=dict[str, CaseMetrics])
    unknown: int = 0

    def as_json(self) -> dict[str, object]:
        """The keys of the default confidence at the top, the named levels under ``levels``.

        The kinds of hard cases are under ``cases``, where the truth names any.
        """
        levels = {name: asdict(found) for name, found in self.levels.items()}
        cases = {"cases": {kind: asdict(found) for kind, found in self.cases.items()}} if self.cases else {}
        return {
            **asdict(self.default),
            "seconds": self.seconds,
            "levels": levels,
            "unknown": self.unknown,
            **cases,
        }


def evaluate(graph: Graph, truth: Mapping[str, str], seconds: float, cases: Cases | None = None) -> Evaluation:
    """Read the clusters back from the graph at every level and compare them with the truth. Raises GraphError."""
    levels = read_levels(graph)
    clusters = read_clusters(graph, levels.default)
    unknown = len(truth.keys() - clusters.keys())  # some may be rejected, or deleted
    default = _metrics(clusters, truth, levels.default)
    by_kind = measure_cases(clusters, truth, cases) if cases else {}
    found = {
        name: default if name == DEFAULT else _metrics(read_clusters(graph, confidence), truth, confidence)
        for name, confidence in levels.values.items()
    }
    return Evaluation(default, found, round(seconds, 3), by_kind, unknown)


def require_known(graph: Graph, truth: Mapping[str, str]) -> None:
    """Before a resolution that takes its time: raises SourceReadError where the truth is about other records."""
    if not any(known_customers(graph, keys) for keys in batched(sorted(truth), _ASKED_AT_ONCE)):
        raise SourceReadError(
            f"None of the {len(truth):,} records of the truth is in the graph.",
            "The ids of the truth have to be those of the records, and so has source, where either file has it.",
        )


def _metrics(clusters: Mapping[str, Hashable], truth: Mapping[str, str], confidence: float) -> LevelMetrics:
    return LevelMetrics(**asdict(measure(clusters, truth)), confidence=confidence)


def measure(clusters: Mapping[str, Hashable], truth: Mapping[str, Hashable]) -> ClusterMetrics:
    """Compare clusters (record -> cluster) with the truth (record -> person).

    Records without truth are left out; a record that is in no cluster stands alone.
    """
    overlap = count_overlap(clusters, truth)
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
        pairwise_f1=f1(precision, recall),
        bcubed_f1=_bcubed(overlap, cluster_sizes, person_sizes),
        exact_cluster_f1=_exact(overlap, cluster_sizes, person_sizes),
        largest_cluster=max(cluster_sizes.values(), default=0),
        overmerged=sum(len(people) > 1 for people in people_of.values()),
        split=sum(len(found) > 1 for found in clusters_of.values()),
    )


Sizes = Mapping[Hashable, int]


def _pairwise(overlap: Overlap, clusters: Sizes, people: Sizes) -> tuple[float, float]:
    right = sum(map(pairs, overlap.values()))
    found, wanted = sum(map(pairs, clusters.values())), sum(map(pairs, people.values()))
    return ratio(right, found), ratio(right, wanted)


def _bcubed(overlap: Overlap, clusters: Sizes, people: Sizes) -> float:
    records = sum(overlap.values()) or 1
    precision = sum(count * count / clusters[cluster] for (cluster, _), count in overlap.items()) / records
    recall = sum(count * count / people[person] for (_, person), count in overlap.items()) / records
    return f1(precision, recall)


def _exact(overlap: Overlap, clusters: Sizes, people: Sizes) -> float:
    same = sum(count == clusters[cluster] == people[person] for (cluster, person), count in overlap.items())
    return f1(same / len(clusters), same / len(people)) if clusters else 1.0


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
    return people_by_key(file, lambda row: f"{row.source or default_source}:{row.id}")


def people_by_key(file: Path, key_of: Callable[[TruthRow], str | None]) -> dict[str, str]:
    """Customer key -> person. ``key_of``: the customer that a row is about, none where it is no usable id.

    Raises SourceReadError where nobody is named, or one record is of two people.
    """
    people: dict[str, str] = {}
    for row in read_truth_rows(file):
        key = key_of(row)
        if key and people.setdefault(key, row.person) != row.person:
            raise SourceReadError(f"{file}: the record {key} is of two people.", "Leave out one of its rows.")
    if not people:
        raise SourceReadError(f"{file}: no row has an id and a person_id.", "A truth file names a person per record.")
    return people


def read_truth_rows(file: Path) -> list[TruthRow]:
    """Rows of a CSV file with the columns ``id``, ``person_id`` and, optionally, ``source``. Raises SourceReadError.

    Of a row without an id or a person nothing is known, so it is left out.
    """
    rows = read_columns(file, {"id", "person_id"}, "A truth file has id, person_id, maybe source.")
    found = (TruthRow(row["id"].strip(), _stripped(row.get("source")), row["person_id"].strip()) for row in rows)
    return [row for row in found if row.id and row.person]


def _stripped(text: str | None) -> str | None:
    return None if text is None else text.strip()
