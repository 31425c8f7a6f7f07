"""Rules: identifiers that only one person has link exactly, whatever the model says."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import pyarrow as pa

from graph.kinds import IDENTIFIER_KINDS
from resolution.clustering import Pair


@dataclass(frozen=True, slots=True)
class RuleLink:
    """Two customers that share a value which one person has. ``left`` is the smaller key."""

    left: str
    right: str
    rule: str

    @property
    def pair(self) -> Pair:
        """Both keys, the smaller first."""
        return self.left, self.right


def rule_links(customers: pa.Table) -> list[RuleLink]:
    """Links of customers that share an account, a card or a customer number; a chain where more than two do.

    Hubs do not reach this table. Sorted, one link per pair.
    """
    holders: dict[str, list[str]] = defaultdict(list)
    for key, identifiers in zip(customers["key"].to_pylist(), customers["identifiers"].to_pylist(), strict=True):
        for identifier in identifiers or ():
            holders[identifier].append(key)
    links = {link.pair: link for identifier in sorted(holders) for link in _links(identifier, holders[identifier])}
    return [links[pair] for pair in sorted(links)]


def _links(identifier: str, keys: list[str]) -> Iterator[RuleLink]:
    kind = identifier.split(":", 1)[0]
    if IDENTIFIER_KINDS[kind].one_person:
        for left, right in pairwise(sorted(set(keys))):
            yield RuleLink(left, right, f"same_{kind}")
