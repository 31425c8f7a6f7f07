"""Rules: identifiers that only one person has link exactly, whatever the model says, unless the people contradict."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations

import duckdb
import pyarrow as pa

from graph.guards import Contradictions
from graph.kinds import IDENTIFIER_KINDS
from resolution.clusters.clustering import Pair
from resolution.comparing.levels import Comparison
from resolution.customers.listed import Listed
from resolution.models.model import Model
from resolution.models.patterns import findings_of
from resolution.scores.scoring import opposite_levels


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


@dataclass(frozen=True, slots=True)
class RuleLinks:
    """What the rules say. ``refused``: links that would join people who contradict each other."""

    links: tuple[RuleLink, ...]
    refused: tuple[RuleLink, ...] = ()


def rule_links(customers: pa.Table) -> list[RuleLink]:
    """Links of customers that share an account, a card or a customer number.

    Hubs do not reach this table. Sorted, one link per pair.
    """
    holders: dict[str, list[str]] = defaultdict(list)
    listed = Listed.of(customers["identifiers"])
    keys = customers["key"].take(pa.array(listed.rows))
    for key, identifier in zip(keys.to_pylist(), listed.values.to_pylist(), strict=True):
        holders[identifier].append(key)
    links = {link.pair: link for identifier in sorted(holders) for link in _links(identifier, holders[identifier])}
    return [links[pair] for pair in sorted(links)]


def _links(identifier: str, keys: list[str]) -> Iterator[RuleLink]:
    kind = identifier.split(":", 1)[0]
    if IDENTIFIER_KINDS[kind].one_person:
        for left, right in combinations(sorted(set(keys)), 2):
            yield RuleLink(left, right, rule_of(identifier))


def rule_of(identifier: str) -> str:
    """Name of the rule that an identifier stands for."""
    return f"same_{identifier.split(':', 1)[0]}"


def is_refused(found: Iterable[str], guard: Contradictions) -> bool:
    """Whether so much speaks against one person that a rule must not link. ``found``: comparisons that contradict.

    As shipped: another given name alone (a wife who quotes her husband's number), or two other stable facts.
    """
    return sum(guard.weighs.get(name, 1) for name in found) >= guard.rule


def checked(connection: duckdb.DuckDBPyConnection, model: Model, links: Sequence[RuleLink]) -> RuleLinks:
    """Refuse the links of people who contradict each other. Reads the prepared customers in ``connection``."""
    comparisons, guard = model.comparisons, model.guards.contradictions
    against = _against(comparisons, guard)
    if not against or not links:
        return RuleLinks(tuple(links))
    connection.register("rule_links", pa.table({"left": [x.left for x in links], "right": [x.right for x in links]}))
    pairs = """
        SELECT l.number AS number_l, r.number AS number_r
        FROM rule_links JOIN numbered l ON l.key = "left" JOIN numbered r ON r.key = "right"
    """
    found = connection.execute(f"""
        SELECT l.key, r.key FROM ({findings_of(connection, comparisons, pairs)})
        JOIN numbered l ON l.number = number_l JOIN numbered r ON r.number = number_r
        WHERE {against} >= {guard.rule}
    """).fetchall()
    contradicting = set(found)
    return RuleLinks(
        links=tuple(link for link in links if link.pair not in contradicting),
        refused=tuple(link for link in links if link.pair in contradicting),
    )


def _against(comparisons: Sequence[Comparison], guard: Contradictions) -> str:
    """SQL that adds up what contradicts."""
    return " + ".join(
        f'{guard.weighs.get(comparison.name, 1)} * ("found_{comparison.name}" IN ({_positions(comparison)}))::INT'
        for comparison in comparisons
        if comparison.opposite
    )


def _positions(comparison: Comparison) -> str:
    return ", ".join(str(position) for position in opposite_levels(comparison))
