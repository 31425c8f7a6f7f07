"""The review queue: which pairs a steward should look at, what tells most first.

A question is a pair that stands for a decision between two groups of customers: the groups of a link that holds a
cluster together, or two clusters at the default confidence. Of many pairs between the same two groups only one is
asked, and none whose answer follows from decisions in force.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise
from math import log2

import orjson

from graph.batches import batched
from graph.clusters import MEMBERS_LIMIT, connected, get_clusters
from graph.confidence import Levels, get_levels
from graph.connection import AsyncGraph, Row
from graph.decisions import JOINING
from graph.errors import ConfigurationError, NothingResolvedError
from graph.evidence import ComparisonEvidence
from graph.links import Pair

QUESTIONS_LIMIT = 10_000
# A pair further below even odds than this is no question: its answer is expected to tell less than a third of a bit.
_LEAST_WEIGHT = -4.0
_MOST_PAGES = 10
_ROWS_A_STEP, _CLUSTERS_A_STEP = 500, 100
_TIMEOUT_S = 60.0
_EVERYTHING = 1e9
_CERTAINLY_ONE = 1e-9


class QuestionKind(StrEnum):
    """Why a pair is asked about."""

    DOUBTFUL_LINK = "doubtful_link"
    GUARD = "guard"
    LIKELY_PAIR = "likely_pair"
    CLOSE_PAIR = "close_pair"


@dataclass(frozen=True, slots=True)
class Question:
    """Whether two customers, and with them two groups, are one person.

    ``probability`` that the groups are: of a link of the forest its confidence, else the mean over the pairs of either
    customer with the other's group; where a guard acted, half of it. ``match_weight`` is the pair's, ``confidence`` the
    link's where it is one of the forest. ``left_size`` and ``right_size``: customers of the groups. ``information``:
    see ``information_of``.
    """

    left: str
    right: str
    kind: QuestionKind
    why: str
    probability: float
    match_weight: float
    confidence: float | None
    guard: str | None
    evidence: tuple[ComparisonEvidence, ...]
    left_size: int
    right_size: int
    information: float


def entropy(probability: float) -> float:
    """Bits that a yes or no tells which is expected with a probability."""
    p = min(max(probability, _CERTAINLY_ONE), 1 - _CERTAINLY_ONE)
    return -(p * log2(p) + (1 - p) * log2(1 - p))


def information_of(probability: float, left_size: int, right_size: int) -> float:
    """Expected bits of the answer times what depends on it: ``entropy(p) * log2(1 + left_size * right_size)``.

    The answer joins or parts ``left_size * right_size`` pairs of records at once. They are one fact and not so many, so
    they count by their logarithm: a coin's toss about two records is worth 1, one about two groups of eight 6.02, and
    no cluster is large enough to make something nearly certain worth asking.
    """
    return entropy(probability) * log2(1 + left_size * right_size)


async def review_queue(graph: AsyncGraph, limit: int = 50) -> list[Question]:
    """The questions that are most worth asking, the best first.

    Pairs are read in the order of a worth that needs no traversal, until none that is left can be better. Raises
    ConfigurationError, NothingResolvedError, GraphError.
    """
    if not 0 < limit <= QUESTIONS_LIMIT:
        raise ConfigurationError("So many questions are not given.", f"Ask for 1 to {QUESTIONS_LIMIT}.")
    levels = await get_levels(graph)
    if levels.model_version is None:
        raise NothingResolvedError
    queue = _Queue(graph, levels.default, limit, _Decided(await graph.read("list_decisions", timeout_s=_TIMEOUT_S)))
    below, after = _EVERYTHING, ""
    for _ in range(_MOST_PAGES):
        page = await _candidates(graph, levels, limit, (below, after))
        if not await queue.take(page) or len(page) < _page(limit):
            break
        below, after = page[-1]["worth"], page[-1]["key"]
    return queue.best


def _page(limit: int) -> int:
    return 1_000 + 5 * limit


async def _candidates(graph: AsyncGraph, levels: Levels, limit: int, last: tuple[float, str]) -> list[Row]:
    return await graph.read(
        "list_review_candidates",
        timeout_s=_TIMEOUT_S,
        loose=levels.values.get("loose", 0.0),
        strict=levels.values.get("strict", 1.0),
        least=_LEAST_WEIGHT,
        below=last[0],
        after=last[1],
        limit=_page(limit),
    )


class _Decided:
    """What decisions in force say of groups."""

    def __init__(self, rows: Iterable[Row]) -> None:
        self._sides: dict[str, list[tuple[str, int]]] = {}
        joined: list[tuple[str, str]] = []
        for row in rows:
            if row["withdrawn_at"] is None:
                joins = row["action"] in JOINING
                for first, found in pairwise(row["customers"]) if joins else ():
                    joined.append((first["customer"], found["customer"]))
                for found in () if joins else row["customers"]:
                    self._sides.setdefault(found["customer"], []).append((row["key"], found["side"]))
        self._home = connected((), joined)

    def __call__(self, pair: Pair, ones: Iterable[str], others: Iterable[str]) -> bool:
        """Whether they say that two customers are one person, or that some of their groups are not."""
        left, right = pair
        if left in self._home and self._home[left] == self._home.get(right):
            return True
        left_sides, right_sides = self._sides_of(ones), self._sides_of(others)
        return any(len(sides | right_sides.get(key, sides)) > 1 for key, sides in left_sides.items())

    def _sides_of(self, customers: Iterable[str]) -> dict[str, set[int]]:
        found: dict[str, set[int]] = {}
        for customer in customers:
            for key, side in self._sides.get(customer, ()):
                found.setdefault(key, set()).add(side)
        return found


@dataclass(frozen=True, slots=True)
class _Between:
    """Two groups and what is known between them."""

    left_size: int
    right_size: int
    probability: float
    guard: str | None


class _Queue:
    """The best questions so far, one for any two groups."""

    def __init__(self, graph: AsyncGraph, default: float, limit: int, decided: _Decided) -> None:
        self._graph, self._default, self._limit, self._decided = graph, default, limit, decided
        self._clusters: dict[str, tuple[str, ...]] = {}
        self._found: dict[Pair, tuple[tuple[bool, bool, float], Question]] = {}

    @property
    def best(self) -> list[Question]:
        questions = (question for _, question in self._found.values())
        return sorted(questions, key=lambda found: (-found.information, found.left, found.right))[: self._limit]

    async def take(self, page: Sequence[Row]) -> bool:
        """Take what a page has; false where nothing further down can be better than what is there."""
        for rows in batched(page, _ROWS_A_STEP):
            best = self.best
            if len(best) == self._limit and best[-1].information >= rows[0]["worth"]:
                return False
            inside = [row for row in rows if row["confidence"] is not None and row["confidence"] >= self._default]
            known = {row["key"] for row in inside}
            await self._take_inside(inside)
            await self._take_across([row for row in rows if row["key"] not in known])
        return True

    async def _take_inside(self, rows: Sequence[Row]) -> None:
        """Links that hold a cluster together: the groups are what each of them joined."""
        asked = [_named(row) | {"height": row["cohesion"]} for row in rows]
        found = await self._graph.read("list_groups_of_links", timeout_s=_TIMEOUT_S, rows=asked, most=MEMBERS_LIMIT)
        sizes = {row["key"]: (row["left_size"], row["right_size"]) for row in found}
        for row in rows:
            self._add((row["left"], row["right"]), row, _Between(*sizes[row["key"]], row["confidence"], row["guard"]))

    async def _take_across(self, rows: Sequence[Row]) -> None:
        """Pairs of two clusters, which are the groups."""
        await self._find_clusters([row[side] for row in rows for side in ("left", "right")])
        apart = [row for row in rows if self._is_open(row)]
        asked = [
            _named(row) | {"ones": self._clusters[row["left"]], "others": self._clusters[row["right"]]} for row in apart
        ]
        found = await self._graph.read("list_pairs_across", timeout_s=_TIMEOUT_S, rows=asked)
        known = {row["key"]: row for row in found}
        for row in apart:
            ones, others = self._clusters[row["left"]], self._clusters[row["right"]]
            guard = row["guard"] or next(iter(sorted(known[row["key"]]["guards"])), None)
            probability = _probability(row, known[row["key"]]["probability"], guard)
            self._add(_ordered(ones[0], others[0]), row, _Between(len(ones), len(others), probability, guard))

    def _is_open(self, row: Row) -> bool:
        ones, others = self._clusters[row["left"]], self._clusters[row["right"]]
        return ones is not others and not self._decided((row["left"], row["right"]), ones, others)

    async def _find_clusters(self, customers: Iterable[str]) -> None:
        """A cluster is followed once, whoever of it is asked for."""
        for some in batched(sorted(set(customers)), _CLUSTERS_A_STEP):
            asked = [customer for customer in some if customer not in self._clusters]
            for members in (await get_clusters(self._graph, asked, self._default)).values():
                known = self._clusters.get(members[0], members)
                self._clusters |= dict.fromkeys(members, known)

    def _add(self, groups: Pair, row: Row, between: _Between) -> None:
        """Of several pairs between two groups: one that a guard acted on, else a link of the forest, else the best."""
        rank = (row["guard"] is not None, row["confidence"] is not None, row["match_weight"])
        known = self._found.get(groups)
        if known is None or rank > known[0]:
            self._found[groups] = rank, _question(row, between, self._default)


def _named(row: Row) -> Row:
    return {name: row[name] for name in ("key", "left", "right")}


def _ordered(one: str, other: str) -> Pair:
    return min(one, other), max(one, other)


def _question(row: Row, between: _Between, default: float) -> Question:
    kind = _kind(row, between.guard)
    return Question(
        left=row["left"],
        right=row["right"],
        kind=kind,
        why=_why(kind, row, between, default),
        probability=between.probability,
        match_weight=row["match_weight"],
        confidence=row["confidence"],
        guard=between.guard,
        evidence=tuple(_evidence(row["evidence"])),
        left_size=between.left_size,
        right_size=between.right_size,
        information=information_of(between.probability, between.left_size, between.right_size),
    )


def _evidence(text: str | None) -> Iterator[ComparisonEvidence]:
    yield from (ComparisonEvidence(*part) for part in (orjson.loads(text) if text else ()))


def _kind(found: Row, guard: str | None) -> QuestionKind:
    if guard is not None:
        return QuestionKind.GUARD
    if found["confidence"] is not None:
        return QuestionKind.DOUBTFUL_LINK
    return QuestionKind.LIKELY_PAIR if found["match_weight"] >= 0 else QuestionKind.CLOSE_PAIR


def _probability(row: Row, mean: float, guard: str | None) -> float:
    """That two clusters are one person: what the groups' pairs say; where a guard acted, it has equal say."""
    if row["confidence"] is not None:
        return row["confidence"]
    if guard is None:
        return mean
    # A rule that was refused had claimed certainty; other guards act against what the scores claim.
    return (1.0 if guard == "rule_refused" else mean) / 2


def _why(kind: QuestionKind, row: Row, between: _Between, default: float) -> str:
    groups = f"{_counted(between.left_size)} and {_counted(between.right_size)}"
    pair = f"The pair is one person with {row['probability']:.0%}"
    match kind:
        case QuestionKind.GUARD:
            return f"{pair} by its scores, but a guard acted ({between.guard})."
        case QuestionKind.DOUBTFUL_LINK if row["confidence"] >= default:
            return f"It holds {groups} together with a confidence of {row['confidence']:.2f}."
        case QuestionKind.DOUBTFUL_LINK:
            return f"It would join {groups}, but its confidence of {row['confidence']:.2f} is below the default."
        case QuestionKind.LIKELY_PAIR:
            return f"{pair}, but {groups} were not joined as wholes."
        case QuestionKind.CLOSE_PAIR:
            return f"{pair}, too little to be a link; it stands for {groups}."


def _counted(size: int) -> str:
    more = " or more" if size >= MEMBERS_LIMIT else ""
    return "1 record" if size == 1 else f"{size} records{more}"
