"""Surroundings: what a resolution has to know of customers that have changed, and of those around them."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import pyarrow as pa

from graph.batches import batched
from graph.connection import Reader, Row, Statement, Transaction
from graph.customers import CustomerRows
from graph.links import ComparedPair, Link, claims_in
from graph.profile_ids import Ranks
from graph.written_parts import WrittenParts

_QUERIES_A_STATEMENT = 2_000
_KEYS_A_STATEMENT = 5_000
# Clusters are looked up from so many customers at first, then from so many times more of those who were in none of
# them: a thousand members of one profile would each read the whole of it (20 s on a busy machine, this way .3 s).
_FIRST_WAVE, _NEXT_WAVE = 8, 8


@dataclass(frozen=True, slots=True)
class ChangedCustomers:
    """Customers as they are now, and as the last resolution saw them.

    ``prepared`` (none where it never was), ``blocking_parts`` and ``touched`` by customer key; ``given_names`` of
    everybody who holds a contact, by identifier key; ``alone``: those that were never resolved, each as the cluster
    that it is by itself; ``held``: the identifiers of those that were asked for, each once;
    ``ranks``: by which they name profiles.
    """

    rows: Sequence[Row]
    prepared: Mapping[str, str | None]
    blocking_parts: Mapping[str, tuple[str, ...]]
    touched: Mapping[str, int]
    given_names: Mapping[str, tuple[str, ...]]
    alone: Mapping[str, "StoredCluster"]
    held: Sequence["HeldIdentifier"]
    ranks: Ranks

    @classmethod
    def of(cls, rows: Sequence[Row]) -> "ChangedCustomers":
        """From rows of ``list_changed_customers``."""
        return cls(
            rows=rows,
            prepared={row["key"]: row["prepared"] for row in rows},
            blocking_parts={row["key"]: tuple(row["blocking_parts"]) for row in rows},
            touched={row["key"]: row["touched"] for row in rows},
            given_names={held["value"]: tuple(held["given_names"]) for row in rows for held in row["holders"]},
            alone={row["key"]: _alone(row) for row in rows if row["prepared"] is None},
            held=[HeldIdentifier(*held) for held in {held[0]: held for row in rows for held in row["held"]}.values()],
            ranks=Ranks.of(rows),
        )

    def table(self) -> pa.Table:
        """What is compared of them, as ``graph.customers.fetch_customers`` gives it."""
        return CustomerRows(self.rows).table()

    def and_of(self, others: "ChangedCustomers") -> "ChangedCustomers":
        """These and others."""
        return ChangedCustomers.of([*self.rows, *others.rows])


@dataclass(frozen=True, slots=True)
class HeldIdentifier:
    """An identifier and everybody who holds it; nobody, where it is a hub."""

    key: str
    kind: str
    is_hub: bool
    holders: Sequence[str]


@dataclass(frozen=True, slots=True)
class Unresolved:
    """Customers that are not resolved yet: the count of their last change by key; ``new``: those that never were."""

    touched: Mapping[str, int]
    new: frozenset[str]


@dataclass(frozen=True, slots=True)
class BlockQuery:
    """All blocking parts of one key, and how many customers to look for. ``partly``: some of many will do."""

    parts: tuple[str, ...]
    most: int
    partly: bool = False


@dataclass(frozen=True, slots=True)
class BlockMembers:
    """Who is in some blocks, as the last resolution left them.

    ``blocks``: customers, none where there are at least as many as were looked for; ``prepared``: what was compared of
    them, as JSON text, by key.
    """

    blocks: Sequence[frozenset[str] | None]
    prepared: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class StoredLink:
    """A link of the forest."""

    left: str
    right: str
    cohesion: float
    confidence: float


@dataclass(frozen=True, slots=True)
class StoredCluster:
    """A cluster at the loosest confidence, with the links that hold it together.

    ``counted``: of members that hold values which guards count, these values (``graph.held_values``); ``ranks``: of
    those who can name its profiles (``graph.profile_ids``); ``decided``: members with a decision about them.
    """

    members: frozenset[str]
    links: tuple[StoredLink, ...]
    counted: Mapping[str, tuple[str, ...]] = field(default_factory=dict[str, tuple[str, ...]])
    ranks: Mapping[str, int] = field(default_factory=dict[str, int])
    decided: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class NearestClusters:
    """Clusters around a customer, and what is asked next of the nearest one, should the customer join it.

    ``claimed``: its members, all of whose ``links`` and ``compared`` pairs are here; ``people``: see ``people_of``.
    """

    clusters: Sequence[StoredCluster]
    claimed: frozenset[str]
    links: Sequence[Link]
    compared: Sequence[ComparedPair]
    people: Mapping[str, str]


def list_unresolved(graph: Reader) -> Unresolved:
    """Customers that are not resolved yet. Raises GraphError."""
    rows = graph.read("list_unresolved")
    return Unresolved({row["key"]: row["touched"] for row in rows}, frozenset(row["key"] for row in rows if row["new"]))


def count_customers(graph: Reader) -> tuple[int, int]:
    """How many customers there are, and how many are not resolved yet. Raises GraphError."""
    row = graph.read("count_customers")[0]
    return row["customers"], row["unresolved"]


def count_customers_of_other_sources(graph: Reader, sources: Collection[str]) -> int:
    """How many customers come from sources that are not named. Raises GraphError."""
    return graph.read("count_customers_of_other_sources", sources=list(sources))[0]["customers"]


def read_changed(
    graph: Reader, customers: Collection[str], counted: Sequence[str], *, with_holders: bool = False
) -> ChangedCustomers:
    """Everything about some customers that a resolution compares. ``counted``: see ``fetch_customers``.

    ``with_holders``: also what the customers hold, and everybody who shares an identifier with them that is no hub.
    Raises GraphError.
    """
    asked = changed_statement(customers, counted, with_holders=with_holders)
    return ChangedCustomers.of(graph.read(asked.name, **asked.parameters) if customers else [])


def changed_statement(customers: Collection[str], counted: Sequence[str], *, with_holders: bool) -> Statement:
    """The statement of ``read_changed``."""
    asked = {"keys": sorted(customers), "counted": list(counted), "with_holders": with_holders}
    return Statement("list_changed_customers", asked)


def _alone(row: Row) -> StoredCluster:
    members = frozenset([row["key"]])
    return StoredCluster(members, (), decided=members if row["decided"] else frozenset())


def find_block_members(graph: Reader, queries: Sequence[BlockQuery]) -> BlockMembers:
    """For each query the customers that have all its parts.

    Of a block with at least as many as are looked for nobody is read: mostly they are too many, and reading takes as
    long as finding. Raises GraphError.
    """
    if not (isinstance(graph, Transaction) and graph.index_misses_nodes):
        return _in_index(graph, queries)
    # What others see, and over it what this transaction has written; as many more are asked for as may be left out.
    written = graph.written
    more = [replace(query, most=query.most + len(written.customers)) for query in queries]
    outside = _in_index(graph.outside, more)
    return BlockMembers(
        [_overlaid(query, found, written) for query, found in zip(queries, outside.blocks, strict=True)],
        {key: text for key, text in outside.prepared.items() if key not in written.customers},
    )


def _overlaid(query: BlockQuery, outside: frozenset[str] | None, written: WrittenParts) -> frozenset[str] | None:
    if outside is None:
        return None
    found = outside - written.customers | written.having(query.parts)
    return found if query.partly or len(found) < query.most else None


def _in_index(graph: Reader, queries: Sequence[BlockQuery]) -> BlockMembers:
    prepared: dict[str, str] = {}
    members: list[set[str] | None] = [set() for _ in queries]
    rows: list[Row] = [
        {"number": number, "query": _lucene(query.parts), "most": query.most, "partly": query.partly}
        for number, query in enumerate(queries)
    ]
    for batch in batched(rows, _QUERIES_A_STATEMENT):
        for key, text, numbers in graph.read("find_block_members", queries=batch)[0]["found"]:
            if key is not None:
                prepared[key] = text
            for number in numbers:
                _add(members, number, key)
    return BlockMembers([found if found is None else frozenset(found) for found in members], prepared)


def _add(members: list[set[str] | None], number: int, key: str | None) -> None:
    found = members[number]
    if key is None or found is None:
        members[number] = None
    else:
        found.add(key)


def _lucene(parts: Iterable[str]) -> str:
    return " ".join(f'+blocking_parts:"{_escaped(part)}"' for part in parts)


def _escaped(part: str) -> str:
    return part.replace("\\", "\\\\").replace('"', '\\"')


def read_prepared(graph: Reader, customers: Collection[str]) -> dict[str, str]:
    """Customer -> what the last resolution compared of it, as JSON text. Raises GraphError."""
    found: dict[str, str] = {}
    for batch in batched(sorted(customers), _KEYS_A_STATEMENT):
        found |= dict(graph.read("list_prepared", keys=batch)[0]["prepared"])
    return found


def holders_of(graph: Reader, identifiers: Collection[str]) -> set[str]:
    """Everybody who holds some identifiers that are no hubs. Raises GraphError."""
    return {row["key"] for row in graph.read("list_holders", keys=sorted(identifiers))} if identifiers else set()


def rule_partners(graph: Reader, customers: Collection[str], kinds: Collection[str]) -> dict[tuple[str, str], str]:
    """(customer, partner) -> an identifier of these kinds that both hold, the last by name. Raises GraphError."""
    found: dict[tuple[str, str], str] = {}
    if not customers:
        return found
    for row in graph.read("list_rule_partners", keys=sorted(customers), kinds=sorted(kinds)):
        pair = min(row["key"], row["partner"]), max(row["key"], row["partner"])
        found[pair] = max(found.get(pair, ""), row["identifier"])
    return found


def stored_clusters(graph: Reader, customers: Collection[str]) -> list[StoredCluster]:
    """The loosest clusters that hold some customers, each once. Raises GraphError."""
    found: list[StoredCluster] = []
    waiting, wave = sorted(customers), _FIRST_WAVE
    while waiting:
        rows = graph.read("list_forest_of", keys=waiting[:wave])
        found += map(_cluster, rows)
        known = frozenset[str]().union(*(cluster.members for cluster in found))
        waiting, wave = [key for key in waiting[wave:] if key not in known], wave * _NEXT_WAVE
    return found


def _cluster(row: Row) -> StoredCluster:
    members: list[Row] = row["members"]
    return StoredCluster(
        members=frozenset(member["key"] for member in members),
        links=tuple(StoredLink(**link) for link in row["links"]),
        counted={member["key"]: tuple(member["counted"]) for member in members if member["counted"]},
        ranks={member["key"]: member["rank"] for member in members if member["rank"] is not None},
        decided=frozenset(member["key"] for member in members if member["decided"]),
    )


def nearest_clusters(
    graph: Reader, customers: Sequence[str], others: Sequence[str], floor: float, certain: float
) -> NearestClusters:
    """The loosest clusters of a few customers, the nearest first. ``others``: of whom ``people`` tells in any case.

    ``floor``: weight of a pair that may join clusters; ``certain``: see ``people_of``. Raises GraphError.
    """
    asked = {"keys": customers, "others": others, "floor": floor, "certain": certain}
    rows = graph.read("list_nearest_clusters", **asked)
    clusters = [_cluster(row) for row in rows]
    links, compared = claims_in(claim for row in rows for claim in row["claims"])
    claimed = next((cluster.members for cluster in clusters if customers[0] in cluster.members), frozenset[str]())
    people = {customer: person for row in rows for customer, person in row["people"]}
    return NearestClusters(clusters, claimed, links, compared, people)


def people_of(graph: Reader, customers: Collection[str], certain: float) -> dict[str, str]:
    """Customer -> the smallest key of those whom links of at least this cohesion hold together. Raises GraphError."""
    return dict(graph.read("list_people_of", keys=sorted(customers), certain=certain)[0]["people"])


def known_customers(graph: Reader, customers: Collection[str]) -> dict[str, bool]:
    """Those of some customers that there are, and whether they wait to be resolved. Raises GraphError."""
    keys = sorted(set(customers))
    return {row["key"]: row["unresolved"] for row in (graph.read("list_known_customers", keys=keys) if keys else ())}
