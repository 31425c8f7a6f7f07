"""The index of blocks: who is in a block, and what was compared of everybody found, as the last resolution left it."""

from collections.abc import Iterable, Mapping, Sequence

from graph.connection import Reader
from graph.surroundings import BlockQuery, find_block_members, read_prepared
from resolution.blocks.candidates import Candidates, Key, find_candidates
from resolution.customers.prepared_rows import PreparedRow, from_text


class BlockIndex:
    """Looks up in one graph or transaction. What is found is read with its block, so that nobody is asked for twice."""

    def __init__(self, graph: Reader) -> None:
        self._graph = graph
        self._texts: dict[str, str] = {}

    def candidates(self, before: Mapping[str, dict[Key, int]], after: Mapping[str, dict[Key, int]]) -> Candidates:
        """See ``find_candidates``. Raises GraphError."""
        return find_candidates(before, after, self._members)

    def rows(self, customers: Iterable[str]) -> dict[str, PreparedRow]:
        """Customers as they were compared, those that were ever resolved. Raises GraphError."""
        wanted = frozenset(customers)
        self._texts |= read_prepared(self._graph, wanted - self._texts.keys())
        return {key: from_text(self._texts[key]) for key in wanted & self._texts.keys()}

    def _members(self, queries: Sequence[BlockQuery]) -> Sequence[frozenset[str] | None]:
        found = find_block_members(self._graph, queries)
        self._texts |= found.prepared
        return found.blocks
