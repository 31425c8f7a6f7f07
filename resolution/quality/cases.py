"""Quality by kind of hard case: twins, parent and child of one name, shared mailboxes, recycled numbers, ...

A truth may name the people who can be taken for each other: ``cases.csv`` beside the truth file, with the columns
``person_id``, ``kind`` and ``group``. A person may be in any number of kinds and groups; a kind that is about one
person's records alone has groups of one.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Hashable, Mapping
from dataclasses import dataclass
from pathlib import Path

from resolution.quality.overlap import Overlap, count_overlap, f1, pairs, ratio
from resolution.quality.truth_files import read_columns

FILE = "cases.csv"
Cases = Mapping[str, Mapping[str, frozenset[str]]]
"""Kind -> group -> people."""


@dataclass(frozen=True, slots=True)
class CaseMetrics:
    """How well clusters match the truth of the people of one kind.

    ``pairwise_recall``: of all pairs of records of one of these people, those that are in one cluster.
    ``pairwise_precision``: of all pairs in one cluster of which at least one record is of these people, those that are
    of one person; so what is wrongly joined counts, whether within a group, between groups, or with anybody else.
    ``merged``: groups of which two people share a cluster, ``mixed``: people who share one with somebody who is not of
    their group, ``split``: people who are in more than one. Only people with records count.
    """

    groups: int
    people: int
    records: int
    pairwise_precision: float
    pairwise_recall: float
    pairwise_f1: float
    merged: int
    mixed: int
    split: int


def read_cases(truth: Path) -> Cases:
    """The cases beside a truth file; nothing where there is no such file. Raises SourceReadError."""
    file = truth.parent / FILE
    if not file.exists():
        return {}
    rows = read_columns(file, {"person_id", "kind", "group"}, "A file of hard cases has person_id, kind, group.")
    people: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    for row in rows:
        if row["kind"] and row["person_id"]:
            people[row["kind"]][row["group"]].add(row["person_id"])
    return {kind: {group: frozenset(of) for group, of in groups.items()} for kind, groups in people.items()}


def measure_cases(
    clusters: Mapping[str, Hashable], truth: Mapping[str, Hashable], cases: Cases
) -> dict[str, CaseMetrics]:
    """Metrics of every kind that somebody with records is of, the worst F1 first.

    From record -> cluster and record -> person, as the metrics of the whole.
    """
    world = _World(count_overlap(clusters, truth))
    found = {kind: _measure(world, world.known(groups.values())) for kind, groups in cases.items()}
    kinds = [(kind, metrics) for kind, metrics in found.items() if metrics.people]
    return dict(sorted(kinds, key=lambda each: (each[1].pairwise_f1, each[0])))


class _World:
    """Who is in which cluster, both ways."""

    def __init__(self, overlap: Overlap) -> None:
        self.clusters_of: dict[Hashable, dict[Hashable, int]] = defaultdict(dict)
        self.people_in: dict[Hashable, dict[Hashable, int]] = defaultdict(dict)
        for (cluster, person), count in overlap.items():
            self.clusters_of[person][cluster] = count
            self.people_in[cluster][person] = count

    def known(self, groups: Collection[frozenset[str]]) -> list[frozenset[str]]:
        """The people of groups who have records; groups without any are left out."""
        kept = (frozenset(person for person in group if person in self.clusters_of) for group in groups)
        return [group for group in kept if group]

    def companions(self, person: Hashable) -> set[Hashable]:
        """Everybody else who shares a cluster with a person."""
        return {other for cluster in self.clusters_of[person] for other in self.people_in[cluster]} - {person}

    def joined_pairs(self, people: Collection[Hashable]) -> int:
        """Pairs of records in one cluster of which at least one is of these people."""
        inside: Counter[Hashable] = Counter()
        for person in people:
            inside.update(self.clusters_of[person])
        sizes = {cluster: sum(self.people_in[cluster].values()) for cluster in inside}
        return sum(pairs(sizes[cluster]) - pairs(sizes[cluster] - count) for cluster, count in inside.items())


def _measure(world: _World, groups: list[frozenset[str]]) -> CaseMetrics:
    people = frozenset[str]().union(*groups)
    held = [world.clusters_of[person] for person in people]
    right = sum(pairs(count) for clusters in held for count in clusters.values())
    records = [sum(clusters.values()) for clusters in held]
    precision, recall = ratio(right, world.joined_pairs(people)), ratio(right, sum(map(pairs, records)))
    strangers = {person for group in groups for person in group if world.companions(person) - group}
    return CaseMetrics(
        groups=len(groups),
        people=len(people),
        records=sum(records),
        pairwise_precision=precision,
        pairwise_recall=recall,
        pairwise_f1=f1(precision, recall),
        merged=sum(any(world.companions(person) & group for person in group) for group in groups),
        mixed=len(strangers),
        split=sum(len(clusters) > 1 for clusters in held),
    )
