"""Keys: by what two customers could have been selected for comparison, and why they were not."""

from dataclasses import dataclass, replace

from graph.connection import Reader
from graph.links import Pair
from graph.surroundings import BlockQuery, find_block_members, read_prepared
from resolution.blocks.candidates import BlockingParts, Key
from resolution.customers.prepared_rows import from_text
from resolution.models.model import Model


@dataclass(frozen=True, slots=True)
class SharedKey:
    """A blocking key that two customers share. ``parts``: each ``part:value``; ``most``: how many may share it.

    ``customers``: how many do; counted up to one more than may.
    """

    parts: Key
    most: int
    customers: int

    @property
    def selects(self) -> bool:
        """Whether customers that share it are compared."""
        return self.customers <= self.most


@dataclass(frozen=True, slots=True)
class ComparedKeys:
    """The keys that two customers share, and the blocking parts that only one of them has.

    ``unused``: shared as well, but the model makes no use of them; of those that lie within each other the widest.
    """

    shared: tuple[SharedKey, ...]
    unused: tuple[Key, ...]
    left_only: tuple[str, ...]
    right_only: tuple[str, ...]


def compared_keys(graph: Reader, model: Model, customers: Pair) -> ComparedKeys:
    """The keys of two customers as the last resolution left them; both were resolved. Raises GraphError."""
    blocking = BlockingParts(model)
    prepared = read_prepared(graph, customers)
    left, right = (blocking.of(from_text(prepared[key])) for key in customers)
    ours, theirs = blocking.keys(left), blocking.keys(right)
    shared = sorted(ours.keys() & theirs.keys(), key=lambda key: (len(key), key))
    possible = BlockingParts(replace(model, keys=None))
    unused = (possible.keys(left).keys() & possible.keys(right).keys()) - ours.keys()
    queries = [BlockQuery(key, ours[key] + 1) for key in shared]
    blocks = zip(queries, find_block_members(graph, queries).blocks, strict=True)
    return ComparedKeys(
        tuple(SharedKey(query.parts, ours[query.parts], _size(query, members)) for query, members in blocks),
        tuple(sorted(key for key in unused if not any(set(other) < set(key) for other in unused))),
        tuple(part for part in left if part not in right),
        tuple(part for part in right if part not in left),
    )


def _size(query: BlockQuery, members: frozenset[str] | None) -> int:
    return query.most if members is None else len(members)
