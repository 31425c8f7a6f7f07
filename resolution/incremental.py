"""Incremental resolution: changed customers against the rest, with a frozen model, in one transaction.

What counts is what a full run with the same model would find: a pair's weight depends on the two prepared customers
alone, so only pairs with a changed one are scored again; clusters are formed anew where the change can reach
(``resolution.clusters.neighbourhood``). The cost grows with the change.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from graph.connection import Reader
from graph.customers import VALUE_KINDS
from graph.identity_events import Regrouping
from graph.kinds import ONE_PERSON_KINDS
from graph.links import Difference, Pair
from graph.profile_ids import Ranks
from graph.resolutions import Increment, PreparedCustomer
from graph.surroundings import (
    BlockQuery,
    ChangedCustomers,
    HeldIdentifier,
    StoredCluster,
    find_block_members,
    read_changed,
    rule_partners,
)
from resolution.blocks.candidates import BlockingParts, Key
from resolution.blocks.index import BlockIndex
from resolution.clusters.changed_claims import ChangedClaims
from resolution.clusters.claims import CONTRADICTION, RULE_REFUSED
from resolution.clusters.clustering import Linkage
from resolution.clusters.found_claims import FoundClaims
from resolution.clusters.neighbourhood import Neighbourhood, recluster
from resolution.clusters.profile_changes import group, profile_changes, regrouped
from resolution.clusters.stored_claims import StoredClaims
from resolution.customers.prepared_rows import PreparedRow, as_text, changed_rows, counted_of, kept_row
from resolution.models.model import Model
from resolution.scores.rules import is_refused, rule_of
from resolution.scores.scorer import Score, Scorer, rounded_weight

_LIST_OF = {kind: column for column, kind in VALUE_KINDS.items()}


@dataclass(frozen=True, slots=True)
class Change:
    """Customers that are different from what was last resolved. ``rows``: what they are now; ``before``: their keys.

    ``new``: those that were never resolved, as clusters by themselves; ``resolved``: everybody whom this change
    settles; ``renaming``: those of them who have another rank for naming profiles. ``by_rule``: of whom all partners by
    rule are known, (customer, partner) -> the identifier that both hold.
    """

    rows: Mapping[str, PreparedRow]
    before: Mapping[str, dict[Key, int]]
    new: Mapping[str, StoredCluster] = field(default_factory=dict[str, StoredCluster])
    resolved: Sequence[PreparedCustomer] = ()
    renaming: frozenset[str] = frozenset()
    by_rule: Mapping[str, Mapping[Pair, str]] = field(default_factory=dict[str, Mapping[Pair, str]])


@dataclass(frozen=True, slots=True)
class Affected:
    """What else a change affects.

    ``rescored``: customers all of whose pairs are looked at anew, changed or not; ``around``: customers whose clusters
    are formed anew, changed or not; ``freed``: pairs that a decision had outranked until now; ``gone``: the clusters
    of customers that are deleted.
    """

    rescored: Collection[str] = ()
    around: Collection[str] = ()
    freed: frozenset[Pair] = frozenset()
    gone: Sequence[StoredCluster] = ()


_NOTHING_ELSE = Affected()


class IncrementalResolution:
    """Resolves changes with one model, which stays ready from change to change."""

    def __init__(self, model: Model) -> None:
        self.model = model
        self._scorer = Scorer(model)
        self._parts = BlockingParts(model)

    def resolve(
        self,
        graph: Reader,
        customers: Collection[str],
        affected: Affected = _NOTHING_ELSE,
        found: ChangedCustomers | None = None,
    ) -> Increment:
        """What resolving some customers changes; they may be known, new, or written again.

        ``found``: what there is to know of them with their holders, where it was read already. Raises GraphError.
        """
        change = self._changed(graph, customers, found)
        index = BlockIndex(graph)
        stored = index.rows(set(affected.rescored) - change.rows.keys())
        keys = {key: self.keys(row) for key, row in stored.items()}
        change = replace(change, rows={**change.rows, **stored}, before={**change.before, **keys})
        if not change.rows and not change.renaming and not affected.around and not affected.gone:
            return Increment(Difference([], [], 0, 0), Difference([], [], 0, 0), change.resolved, ())
        return self._settle(graph, index, change, affected)

    def affected_without(self, graph: Reader, customers: Collection[str]) -> frozenset[str]:
        """Customers whose pairs may be others when some are gone: those of blocks that shrink below their limit."""
        index = BlockIndex(graph)
        before = {customer: self.keys(row) for customer, row in index.rows(customers).items()}
        return index.candidates(before, {}).affected

    def keys(self, row: PreparedRow) -> dict[Key, int]:
        """The blocking keys of a prepared customer."""
        return self._parts.keys(self._parts.of(row))

    # --- what has changed --------------------------------------------------------------------------------------------

    def _changed(self, graph: Reader, customers: Collection[str], found: ChangedCustomers | None) -> Change:
        """The customers that differ from what was resolved, and the others that differ because of them."""
        counted = self.model.guards.counted_kinds
        changed = found or read_changed(graph, customers, counted, with_holders=True)
        if stale := self._of_hubs(graph, changed.held) - changed.touched.keys():
            changed = changed.and_of(read_changed(graph, stale, counted))
        rows = changed_rows(changed, self.model)
        different = {key: row for key, row in rows.items() if as_text(row) != changed.prepared[key]}
        touched = {key: count for key, count in changed.touched.items() if key in customers or key in different}
        return Change(
            rows=different,
            before={key: self._parts.keys(changed.blocking_parts[key]) for key in different},
            new={key: cluster for key, cluster in changed.alone.items() if key in different},
            resolved=[self._kept(rows[key], touched[key], changed.ranks.then.get(key)) for key in sorted(touched)],
            renaming=frozenset(key for key in touched if changed.ranks.changes(key)),
            by_rule=_by_rule(customers, changed.held),
        )

    def _kept(self, row: PreparedRow, touched: int, rank: int | None) -> PreparedCustomer:
        return kept_row(row, self._parts.of(row), touched, rank)

    def _of_hubs(self, graph: Reader, held: Sequence[HeldIdentifier]) -> set[str]:
        """Who was resolved with identifiers that are hubs now: of a new hub everybody, of an old one nobody."""
        hubs = sorted(identifier.key for identifier in held if identifier.is_hub)
        return _having(graph, list(map(_part_of, hubs)), self.model.thresholds.largest_block)

    # --- what it changes ---------------------------------------------------------------------------------------------

    def _settle(self, graph: Reader, index: BlockIndex, change: Change, affected: Affected) -> Increment:
        rows, pairs = self._candidates(index, change)
        found = self._scored(graph, index, rows, pairs, change.by_rule)
        stored = StoredClaims(graph)
        stored.know(change.new)
        claims = ChangedClaims(stored, found, {key: counted_of(row) for key, row in rows.items()}, self.model)
        # Before anything else is asked about them: it tells of whom there are decisions.
        start = stored.clusters({*affected.around, *rows, *change.renaming})
        freed = frozenset(pair for pair in affected.freed if rows.keys().isdisjoint(pair))
        self._free(graph, index, freed, claims, found)
        if len(start) == 1 and start[0].members <= change.new.keys():
            stored.read_ahead(found.nearest(start[0].members, self.model.floor), self.model.floor)
        linkage = Linkage(self.model.thresholds.missing_weight, self.model.floor)
        local = recluster(start, claims.look, stored.clusters, stored.people, linkage)
        links, compared = claims.differences(local)
        profiles = self._regrouped(local, change.resolved, affected.gone)
        return Increment(links, compared, change.resolved, profile_changes(profiles), profiles)

    def _candidates(self, index: BlockIndex, change: Change) -> tuple[dict[str, PreparedRow], frozenset[Pair]]:
        """The customers whose pairs are looked at anew, and these pairs."""
        rows, before = dict(change.rows), dict(change.before)
        after = {key: self.keys(row) for key, row in rows.items()}
        found = index.candidates(before, after)
        if not found.affected:
            return rows, found.pairs
        for key, row in index.rows(found.affected).items():
            rows[key] = row
            before[key] = after[key] = self.keys(row)
        return rows, index.candidates(before, after).pairs

    def _scored(
        self,
        graph: Reader,
        index: BlockIndex,
        rows: Mapping[str, PreparedRow],
        pairs: Iterable[Pair],
        known_rules: Mapping[str, Mapping[Pair, str]],
    ) -> FoundClaims:
        """Scores and rules of the pairs."""
        pairs = list(pairs)
        by_rule = rule_partners(graph, rows.keys() - known_rules.keys(), ONE_PERSON_KINDS)
        for key in rows.keys() & known_rules.keys():
            by_rule |= known_rules[key]
        others = {key for pair in (*pairs, *by_rule) for key in pair} - rows.keys()
        known = {**index.rows(others), **rows}
        found = FoundClaims()
        for pair in pairs:
            if known.keys() >= set(pair):
                self._score(pair, known, found)
        for pair, identifier in by_rule.items():
            if known.keys() >= set(pair):
                self._rule(pair, identifier, known, found)
        return found

    def _free(
        self, graph: Reader, index: BlockIndex, pairs: frozenset[Pair], claims: ChangedClaims, found: FoundClaims
    ) -> None:
        """What rules and guards say of pairs again; their scores were kept all the time, where they had any."""
        customers = frozenset(key for pair in pairs for key in pair)
        if not customers:
            return
        scored = claims.scored(customers) & pairs
        by_rule = {pair: x for pair, x in rule_partners(graph, customers, ONE_PERSON_KINDS).items() if pair in pairs}
        rows = index.rows(key for pair in (*scored, *by_rule) for key in pair)
        for pair in scored:
            self._guard(pair, self._scorer.score(rows[pair[0]], rows[pair[1]]), found)
        for pair, identifier in by_rule.items():
            self._rule(pair, identifier, rows, found)

    def _score(self, pair: Pair, rows: Mapping[str, PreparedRow], found: FoundClaims) -> None:
        score = self._scorer.score_above(self.model.thresholds.keep_above, rows[pair[0]], rows[pair[1]])
        if score is None:
            return
        found.weights[pair], found.findings[pair] = rounded_weight(score), self._scorer.evidence(score)
        self._guard(pair, score, found)

    def _guard(self, pair: Pair, score: Score, found: FoundClaims) -> None:
        if len(self._scorer.contradictions(score)) >= self.model.guards.contradictions.pair:
            found.guards[pair] = CONTRADICTION

    def _rule(self, pair: Pair, identifier: str, rows: Mapping[str, PreparedRow], found: FoundClaims) -> None:
        score = self._scorer.score(rows[pair[0]], rows[pair[1]])
        if is_refused(self._scorer.contradictions(score), self.model.guards.contradictions):
            found.guards.setdefault(pair, RULE_REFUSED)
        else:
            found.rules[pair] = rule_of(identifier)

    def _regrouped(
        self, local: Neighbourhood, resolved: Iterable[PreparedCustomer], gone: Sequence[StoredCluster]
    ) -> Regrouping:
        least, confidence = self.model.levels["default"], self.model.calibration.confidence
        known = [*gone, *local.before]
        stored = (link for cluster in known for link in cluster.links if link.confidence >= least)
        formed = (link for link in local.forest if confidence(link.cohesion) >= least)
        now = {key: rank for cluster in known for key, rank in cluster.ranks.items()}
        ranks = Ranks(now, {**now, **{kept.key: kept.rank for kept in resolved}})
        before = group(now, ((link.left, link.right) for link in stored))
        after = group(local.members, ((link.left, link.right) for link in formed))
        return regrouped(before, after, ranks)


def _by_rule(customers: Iterable[str], held: Iterable[HeldIdentifier]) -> dict[str, dict[Pair, str]]:
    """Of some customers all partners by rule: (customer, partner) -> an identifier that both hold, the last by name."""
    found: dict[str, dict[Pair, str]] = {key: {} for key in customers}
    for identifier in sorted(held, key=lambda identifier: identifier.key):
        holders = identifier.holders if identifier.kind in ONE_PERSON_KINDS else ()
        for customer in found.keys() & holders:
            others = (other for other in holders if other != customer)
            found[customer] |= {(min(customer, x), max(customer, x)): identifier.key for x in others}
    return found


def _having(graph: Reader, parts: Sequence[str], most: int) -> set[str]:
    """Everybody who has a blocking part. ``most``: as many are looked for at first, mostly there are none."""
    if not parts:
        return set()
    queries = [BlockQuery((part,), most, partly=True) for part in parts]
    found = [block or frozenset() for block in find_block_members(graph, queries).blocks]
    full = [part for part, block in zip(parts, found, strict=True) if len(block) >= most]
    return set[str]().union(*found) | _having(graph, full, 10 * most)


def _part_of(identifier: str) -> str:
    """The blocking part that an identifier is."""
    kind, value = identifier.split(":", 1)
    return f"{_LIST_OF[kind]}:{value}" if kind in _LIST_OF else f"identifiers:{identifier}"
