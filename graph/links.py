"""Links and compared pairs: what is claimed about two customers, and how the graph takes over what has changed."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from typing import Any, Generic, Literal, TypeVar

from graph.connection import Reader, Row

LinkMethod = Literal["splink", "rule", "steward"]
Pair = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Link:
    """One SAME_AS claim. ``left`` is the smaller key.

    ``evidence``: JSON text, a list of [comparison, level, weight, term frequency weight] in log2 units.
    ``cohesion`` and ``confidence`` are given on links of the forest only.
    """

    left: str
    right: str
    probability: float
    match_weight: float
    method: LinkMethod
    rule: str | None = None
    evidence: str | None = None
    cohesion: float | None = None
    confidence: float | None = None
    guard: str | None = None


@dataclass(frozen=True, slots=True)
class ComparedPair:
    """One COMPARED edge: a scored pair that is more likely two people. ``left`` is the smaller key."""

    left: str
    right: str
    probability: float
    match_weight: float
    evidence: str | None = None
    guard: str | None = None


@dataclass(frozen=True, slots=True)
class LinkChanges:
    """What a resolution changed in the graph, in edges."""

    links_created: int
    links_changed: int
    links_retired: int
    links_unchanged: int
    compared_written: int
    compared_removed: int

    def __add__(self, other: "LinkChanges") -> "LinkChanges":
        """Sum of both."""
        return LinkChanges(*(getattr(self, part.name) + getattr(other, part.name) for part in fields(self)))


NO_CHANGES = LinkChanges(0, 0, 0, 0, 0, 0)
_COLUMNS = {kind: tuple(part.name for part in fields(kind)) for kind in (Link, ComparedPair)}
Claim = TypeVar("Claim", Link, ComparedPair)


@dataclass(frozen=True, slots=True)
class Difference(Generic[Claim]):
    """What must be written and what is gone, given what the graph has."""

    written: list[Claim]
    gone: list[Pair]
    created: int
    unchanged: int

    @classmethod
    def of(cls, wanted: Iterable[Claim], present: Iterable[Claim]) -> "Difference[Claim]":
        """Compare what should hold, each pair once, with what is in the graph."""
        known = {(claim.left, claim.right): claim for claim in present}
        written: list[Claim] = []
        created = unchanged = 0
        for claim in wanted:
            before = known.pop((claim.left, claim.right), None)
            created += before is None
            unchanged += before == claim
            if before != claim:
                written.append(claim)
        written.sort(key=lambda claim: (claim.left, claim.right))
        return cls(written, sorted(known), created, unchanged)


def changes_of(links: Difference[Link], compared: Difference[ComparedPair]) -> LinkChanges:
    """The differences, counted."""
    return LinkChanges(
        links_created=links.created,
        links_changed=len(links.written) - links.created,
        links_retired=len(links.gone),
        links_unchanged=links.unchanged,
        compared_written=len(compared.written),
        compared_removed=len(compared.gone),
    )


def claim_row(claim: Link | ComparedPair) -> Row:
    """A row for ``merge_links`` or ``merge_compared_pairs``."""
    # A tenth of the time of ``asdict``, which copies every value; a million customers have 1.7 million claims.
    row: Row = {name: getattr(claim, name) for name in _COLUMNS[type(claim)]}
    row["key"] = f"{claim.left} ~ {claim.right}"
    return row


def pair_row(pair: Pair) -> Row:
    """A row for statements that only name a pair."""
    return {"left": pair[0], "right": pair[1]}


def claimed_pairs(graph: Reader, pairs: Iterable[Pair]) -> set[Pair]:
    """Those of some pairs that are links or compared pairs. Raises GraphError."""
    rows = graph.read("list_claimed_pairs", rows=[pair_row(pair) for pair in pairs])
    return {(row["left"], row["right"]) for row in rows}


def claims_of(graph: Reader, customers: Iterable[str]) -> tuple[list[Link], list[ComparedPair]]:
    """Every live link and compared pair of some customers. Raises GraphError."""
    return claims_in(graph.read("list_claims_of", keys=sorted(customers))[0]["claims"])


def claims_between(graph: Reader, after: str, upto: str) -> tuple[list[Link], list[ComparedPair]]:
    """Every live link and compared pair whose smaller key is after one and up to another. Raises GraphError."""
    return claims_in(graph.read("list_claims_between", after=after, upto=upto)[0]["claims"])


def claims_in(listed: Iterable[Sequence[Any]]) -> tuple[list[Link], list[ComparedPair]]:
    """Links and compared pairs as ``list_claims_of`` lists them."""
    links: list[Link] = []
    compared: list[ComparedPair] = []
    for *claim, kind in listed:
        if kind == "SAME_AS":
            links.append(Link(*claim))
        else:
            left, right, probability, match_weight, _, _, evidence, _, _, guard = claim
            compared.append(ComparedPair(left, right, probability, match_weight, evidence, guard))
    return links, compared
