"""Incremental resolution: changed customers against the rest, with a frozen model, in one transaction.

What counts is what a full run with the same model would find: a pair's weight depends on the two prepared customers
alone, so only pairs with a changed one are scored again; clusters are formed anew where the change can reach
(``resolution.clusters.neighbourhood``). The cost grows with the change.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import chain

from graph.connection import Reader
from graph.customers import VALUE_KINDS
from graph.decisions import JOINING, Decision, Decisions, decisions_about, decisions_of
from graph.identity_events import Regrouping
from graph.kinds import ONE_PERSON_KINDS
from graph.links import ComparedPair, Difference, Link, Pair, claims_of
from graph.profile_ids import Ranks
from graph.resolutions import Increment, PreparedCustomer
from graph.surroundings import (
    BlockQuery,
    ChangedCustomers,
    HeldIdentifier,
    StoredCluster,
    find_block_members,
    people_of,
    read_changed,
    rule_partners,
    stored_clusters,
)
from resolution.blocks.candidates import BlockingParts, Key
from resolution.blocks.index import BlockIndex
from resolution.clusters.claims import CONTRADICTION, RULE_REFUSED, Claims
from resolution.clusters.clustering import CERTAIN, Linkage
from resolution.clusters.group_guards import GroupGuards
from resolution.clusters.neighbourhood import Neighbourhood, Surroundings, recluster
from resolution.clusters.profile_changes import group, profile_changes, regrouped
from resolution.customers.prepared_rows import PreparedRow, as_text, changed_rows, counted_of, kept_row
from resolution.models.model import Model
from resolution.scores.rules import is_refused, rule_of
from resolution.scores.scorer import Score, Scorer, rounded_weight

_LIST_OF = {kind: column for column, kind in VALUE_KINDS.items()}


@dataclass(slots=True)
class _Found:
    """Claims about pairs: what was scored, what rules say, where guards acted."""

    weights: dict[Pair, float] = field(default_factory=dict[Pair, float])
    findings: dict[Pair, str] = field(default_factory=dict[Pair, str])
    rules: dict[Pair, str] = field(default_factory=dict[Pair, str])
    guards: dict[Pair, str] = field(default_factory=dict[Pair, str])


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
        around = _Around(graph, self.model, rows, found)
        around.know(change.new)
        # Before anything else is asked about them: it tells of whom there are decisions.
        start = around.clusters({*affected.around, *rows, *change.renaming})
        freed = frozenset(pair for pair in affected.freed if rows.keys().isdisjoint(pair))
        self._free(graph, index, freed, around, found)
        linkage = Linkage(self.model.thresholds.missing_weight, self.model.floor)
        people = partial(people_of, graph, certain=CERTAIN)
        local = recluster(start, around.look, around.clusters, people, linkage)
        links, compared = around.differences(local)
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
    ) -> _Found:
        """Scores and rules of the pairs."""
        pairs = list(pairs)
        by_rule = rule_partners(graph, rows.keys() - known_rules.keys(), ONE_PERSON_KINDS)
        for key in rows.keys() & known_rules.keys():
            by_rule |= known_rules[key]
        others = {key for pair in (*pairs, *by_rule) for key in pair} - rows.keys()
        known = {**index.rows(others), **rows}
        found = _Found()
        for pair in pairs:
            if known.keys() >= set(pair):
                self._score(pair, known, found)
        for pair, identifier in by_rule.items():
            if known.keys() >= set(pair):
                self._rule(pair, identifier, known, found)
        return found

    def _free(self, graph: Reader, index: BlockIndex, pairs: frozenset[Pair], around: "_Around", found: _Found) -> None:
        """What rules and guards say of pairs again; their scores were kept all the time, where they had any."""
        customers = frozenset(key for pair in pairs for key in pair)
        if not customers:
            return
        scored = around.scored(customers) & pairs
        by_rule = {pair: x for pair, x in rule_partners(graph, customers, ONE_PERSON_KINDS).items() if pair in pairs}
        rows = index.rows(key for pair in (*scored, *by_rule) for key in pair)
        for pair in scored:
            self._guard(pair, self._scorer.score(rows[pair[0]], rows[pair[1]]), found)
        for pair, identifier in by_rule.items():
            self._rule(pair, identifier, rows, found)

    def _score(self, pair: Pair, rows: Mapping[str, PreparedRow], found: _Found) -> None:
        score = self._scorer.score_above(self.model.thresholds.keep_above, rows[pair[0]], rows[pair[1]])
        if score is None:
            return
        found.weights[pair], found.findings[pair] = rounded_weight(score), self._scorer.evidence(score)
        self._guard(pair, score, found)

    def _guard(self, pair: Pair, score: Score, found: _Found) -> None:
        if len(self._scorer.contradictions(score)) >= self.model.guards.contradictions.pair:
            found.guards[pair] = CONTRADICTION

    def _rule(self, pair: Pair, identifier: str, rows: Mapping[str, PreparedRow], found: _Found) -> None:
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


class _Around:
    """What is claimed around customers: what the graph has, but what was found about changed customers in its place."""

    def __init__(self, graph: Reader, model: Model, changed: Mapping[str, PreparedRow], found: _Found) -> None:
        self._graph, self._model, self._changed, self._found = graph, model, frozenset(changed), found
        self._new = {key: counted_of(row) for key, row in changed.items()}
        self._counted: dict[str, tuple[str, ...]] = {}
        self._seen: set[str] = set()
        self._links: dict[Pair, Link] = {}
        self._compared: dict[Pair, ComparedPair] = {}
        self._decided: set[str] = set()
        self._decisions: dict[str, Decision] = {}
        self._alone: dict[str, StoredCluster] = {}

    def know(self, new: Mapping[str, StoredCluster]) -> None:
        """Customers that were never resolved have no links and no scored pairs: the graph is not asked for them."""
        self._alone |= new
        for cluster in new.values():
            self._decided |= cluster.decided

    def clusters(self, customers: Collection[str]) -> Sequence[StoredCluster]:
        """The stored clusters of some customers."""
        found = stored_clusters(self._graph, [key for key in customers if key not in self._alone])
        found += [self._alone[key] for key in customers if key in self._alone]
        for cluster in found:
            self._counted |= cluster.counted
            self._decided |= cluster.decided
        return found

    def scored(self, customers: frozenset[str]) -> frozenset[Pair]:
        """The pairs of some customers whose score the graph has."""
        self._load(customers)
        known = chain(self._links.items(), self._compared.items())
        return frozenset(pair for pair, claim in known if claim.evidence is not None)

    def look(self, members: frozenset[str]) -> Surroundings:
        """The claims about every pair with one of the members, and what guards have to know."""
        claims = self._claims(members)
        guards = GroupGuards(self._model.guards, {**self._counted, **self._new})
        return Surroundings(claims.weights, claims.certain, claims.apart, guards, claims.same)

    def differences(self, local: Neighbourhood) -> tuple[Difference[Link], Difference[ComparedPair]]:
        """What changes about the pairs within the neighbourhood, and about every pair of a changed customer."""
        claims = self._claims(local.members, settled=True)
        claims = claims.refused(local.refused)
        links = claims.links(local.forest, self._model.calibration)
        compared = claims.compared(links)
        settled = partial(self._is_settled, local.members)
        return (
            Difference.of(links, (link for pair, link in self._links.items() if settled(pair))),
            Difference.of(compared, (found for pair, found in self._compared.items() if settled(pair))),
        )

    def _is_settled(self, members: frozenset[str], pair: Pair) -> bool:
        return members.issuperset(pair) or not self._changed.isdisjoint(pair)

    def _load(self, members: frozenset[str]) -> None:
        unseen = members - self._seen
        self._seen |= members
        if decided := unseen & self._decided:
            self._decisions |= {d.key: d for d in decisions_about(self._graph, decided)}
        if resolved := unseen - self._alone.keys():
            links, compared = claims_of(self._graph, resolved)
            self._links |= {(link.left, link.right): link for link in links}
            self._compared |= {(pair.left, pair.right): pair for pair in compared}

    def _claims(self, members: frozenset[str], *, settled: bool = False) -> Claims:
        self._load(members)
        known = _Found()
        for pair, claim in chain(self._links.items(), self._compared.items()):
            if self._changed.isdisjoint(pair) and (not settled or members.issuperset(pair)):
                _take_over(known, pair, claim)
        decided = decisions_of((d.action in JOINING, d.sides) for d in self._decisions.values())
        return Claims.ranked(
            weights=known.weights | self._found.weights,
            findings=known.findings | self._found.findings,
            rules=known.rules | self._found.rules,
            guards=known.guards | self._found.guards,
            decisions=decided,
        )


def _take_over(known: _Found, pair: Pair, claim: Link | ComparedPair) -> None:
    """A claim as the graph has it."""
    if claim.evidence is not None:
        known.weights[pair], known.findings[pair] = claim.match_weight, claim.evidence
    if claim.guard in {CONTRADICTION, RULE_REFUSED}:
        known.guards[pair] = claim.guard
    if isinstance(claim, Link) and claim.rule:
        known.rules[pair] = claim.rule


def known_claims(
    links: Iterable[Link], compared: Iterable[ComparedPair], decisions: Decisions, without: Pair | None = None
) -> Claims:
    """The claims that the graph has about some customers, all but those about one pair."""
    known = _Found()
    for claim in chain(links, compared):
        pair = claim.left, claim.right
        if pair != without:
            _take_over(known, pair, claim)
    return Claims.ranked(known.weights, known.findings, known.rules, known.guards, decisions)
