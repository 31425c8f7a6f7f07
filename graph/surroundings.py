"""Surroundings: what a resolution has to know of customers that have changed, and of those around them."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from graph.batches import batched
from graph.connection import Reader, Row, Transaction
from graph.customers import CustomerRows
from graph.written_parts import WrittenParts

_QUERIES_A_STATEMENT = 2_000
_KEYS_A_STATEMENT = 5_000
# Clusters are looked up from so many customers at first, then from so many times more of those who were in none of
# them: a thousand members of one profile would each read the whole of it (20 s on a busy machine, this way .3 s).
_FIRST_WAVE, _NEXT_WAVE = 8, 8


@dataclass(frozen=True, slots=True)
class ChangedCustomers:
    """Customers as they are now, and as the last resolution saw them.

    ``rows``: see ``graph.customers.CustomerRows``. ``prepared`` (none where it never was), ``blocking_parts`` and
    ``touched`` by customer key; ``given_names`` of everybody who holds a contact, by identifier key; ``alone``: those
    that were never resolved, each as the cluster that it is by itself.
    """

    rows: CustomerRows
    prepared: Mapping[str, str | None]
    blocking_parts: Mapping[str, tuple[str, ...]]
    touched: Mapping[str, int]
    given_names: Mapping[str, tuple[str, ...]]
    alone: Mapping[str, "StoredCluster"]


@dataclass(frozen=True, slots=True)
class HeldIdentifier:
    """An identifier and everybody who holds it; nobody, where it is a hub."""

    key: str
    kind: str
    is_hub: bool
    holders: tuple[str, ...]


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
class StoredLink:
    """A link of the forest."""

    left: str
    right: str
    cohesion: float
    confidence: float


@dataclass(frozen=True, slots=True)
class StoredCluster:
    """A cluster at the loosest confidence, with the links that hold it together.

    ``counted``: of members that hold values which guards count, these values (``graph.held_values``); ``created_at``:
    when the sources first knew the members, in epoch milliseconds; ``decided``: members with a decision about them.
    """

    members: frozenset[str]
    links: tuple[StoredLink, ...]
    counted: Mapping[str, tuple[str, ...]] = field(default_factory=dict[str, tuple[str, ...]])
    created_at: Mapping[str, int | None] = field(default_factory=dict[str, "int | None"])
    decided: frozenset[str] = frozenset()


def list_unresolved(graph: Reader) -> Unresolved:
    """Customers that are not resolved yet. Raises GraphError."""
    rows = graph.read("list_unresolved")
    return Unresolved({row["key"]: row["touched"] for row in rows}, frozenset(row["key"] for row in rows if row["new"]))


def count_customers(graph: Reader) -> tuple[int, int]:
    """How many customers there are, and how many are not resolved yet. Raises GraphError."""
    row = graph.read("count_customers")[0]
    return row["customers"], row["unresolved"]


def read_changed(graph: Reader, customers: Collection[str], counted: Sequence[str]) -> ChangedCustomers:
    """Everything about some customers that a resolution compares. ``counted``: see ``fetch_customers``.

    Raises GraphError.
    """
    keys = sorted(customers)
    found = graph.read("list_changed_customers", keys=keys, counted=list(counted)) if keys else []
    return ChangedCustomers(
        rows=CustomerRows(found),
        prepared={row["key"]: row["prepared"] for row in found},
        blocking_parts={row["key"]: tuple(row["blocking_parts"]) for row in found},
        touched={row["key"]: row["touched"] for row in found},
        given_names={held["value"]: tuple(held["given_names"]) for row in found for held in row["holders"]},
        alone={row["key"]: _alone(row) for row in found if row["prepared"] is None},
    )


def _alone(row: Row) -> StoredCluster:
    members = frozenset([row["key"]])
    return StoredCluster(
        members, (), created_at={row["key"]: row["created_at"]}, decided=members if row["decided"] else frozenset()
    )


def held_identifiers(graph: Reader, customers: Collection[str]) -> list[HeldIdentifier]:
    """The identifiers of some customers, each once. Raises GraphError."""
    if not customers:
        return []
    found = graph.read("list_held_identifiers", keys=sorted(customers))[0]["identifiers"]
    return [HeldIdentifier(key, kind, is_hub, tuple(holders)) for key, kind, is_hub, holders in found]


def find_block_members(graph: Reader, queries: Sequence[BlockQuery]) -> list[frozenset[str] | None]:
    """For each query the customers that have all its parts, as the last resolution left them.

    None where there are at least as many as are looked for: mostly they are too many, and reading their keys takes as
    long as finding them. Raises GraphError.
    """
    if not (isinstance(graph, Transaction) and graph.index_misses_nodes):
        return _in_index(graph, queries)
    # What others see, and over it what this transaction has written; as many more are asked for as may be left out.
    written = graph.written
    more = [replace(query, most=query.most + len(written.customers)) for query in queries]
    outside = _in_index(graph.outside, more)
    return [_overlaid(query, found, written) for query, found in zip(queries, outside, strict=True)]


def _overlaid(query: BlockQuery, outside: frozenset[str] | None, written: WrittenParts) -> frozenset[str] | None:
    if outside is None:
        return None
    found = outside - written.customers | written.having(query.parts)
    return found if query.partly or len(found) < query.most else None


def _in_index(graph: Reader, queries: Sequence[BlockQuery]) -> list[frozenset[str] | None]:
    found: list[frozenset[str] | None] = [None] * len(queries)
    rows: list[Row] = [
        {"number": number, "query": _lucene(query.parts), "most": query.most, "partly": query.partly}
        for number, query in enumerate(queries)
    ]
    for batch in batched(rows, _QUERIES_A_STATEMENT):
        for number, keys in graph.read("find_block_members", queries=batch)[0]["blocks"]:
            found[number] = None if keys is None else frozenset(keys)
    return found


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
        created_at={member["key"]: member["created_at"] for member in members},
        decided=frozenset(member["key"] for member in members if member["decided"]),
    )


def people_of(graph: Reader, customers: Collection[str], certain: float) -> dict[str, str]:
    """Customer -> the smallest key of those whom links of at least this cohesion hold together. Raises GraphError."""
    return dict(graph.read("list_people_of", keys=sorted(customers), certain=certain)[0]["people"])


def first_known(graph: Reader, customers: Collection[str]) -> dict[str, int | None]:
    """Customer -> when its source first knew it, in epoch milliseconds. Raises GraphError."""
    return {row["key"]: row["created_at"] for row in graph.read("list_first_known", keys=sorted(customers))}


def identifiers_of(graph: Reader, customers: Collection[str]) -> set[str]:
    """The identifiers of some customers. Raises GraphError."""
    return {row["key"] for row in graph.read("list_identifiers_of", keys=sorted(customers))}


def known_customers(graph: Reader, customers: Collection[str]) -> dict[str, bool]:
    """Those of some customers that there are, and whether they wait to be resolved. Raises GraphError."""
    keys = sorted(set(customers))
    return {row["key"]: row["unresolved"] for row in (graph.read("list_known_customers", keys=keys) if keys else ())}
