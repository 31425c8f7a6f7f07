"""The resolution, step by step: what has to be done, a model, scores, links, clusters, and what changes in the graph.

Three ways to the same links. ``train``: a new model and everything with it. ``full``: everything with a known model.
``incremental``: what was written since the last run, with the model of that run.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from functools import partial
from typing import Literal

import pyarrow as pa

from graph.batches import batched
from graph.clusters import read_clusters, read_customers
from graph.connection import Graph, Transaction
from graph.customers import fetch_customers
from graph.decisions import Decisions, read_decisions
from graph.identity_events import IdentityEvent
from graph.links import LinkChanges
from graph.resolutions import (
    Increment,
    PreparedCustomer,
    Resolution,
    difference_to,
    write_increment,
    write_whole,
)
from graph.runs import ScoringModel, ScoringRun, latest_run, write_run
from graph.surroundings import Unresolved, count_customers, list_unresolved
from graph.times import milliseconds
from resolution.claims import CONTRADICTION, Claims
from resolution.clustering import CERTAIN, ForestLink, cohesion_forest
from resolution.engines.engine import Engine
from resolution.fitting import fit
from resolution.incremental import IncrementalResolution
from resolution.model import Model
from resolution.model_store import ModelStore
from resolution.prepared_rows import kept_rows
from resolution.profile_changes import Groups, group, profile_changes
from resolution.progress import Clock, Progress, silent
from resolution.rules import RuleLinks
from resolution.runs import begun, now
from resolution.scoring import score
from resolution.settings import ResolutionSettings
from resolution.tables import Scores, score_table

Way = Literal["train", "full", "incremental", "nothing"]
# So many changed customers are settled in one transaction.
_CHUNK = 500
# From this share of changed customers on a full run is faster.
_MOST_CHANGED = 0.2


@dataclass(frozen=True, slots=True)
class ResolutionReport:
    """What a resolution did. ``changes``: none where nothing had changed since the last run and nothing was written."""

    run: ScoringRun
    model: ScoringModel
    changes: LinkChanges | None
    way: Way
    unseen: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ResolutionRequest:
    """What is asked for. ``way``: none lets the state of the graph decide. ``version``: the model to use.

    ``engine``: what scores all pairs; what has changed is always scored here.
    """

    way: Way | None = None
    version: str | None = None
    engine: Engine = score


@dataclass(frozen=True, slots=True)
class _State:
    """How things stand: the last run with its model (none where its files are not here), and what has changed."""

    last: tuple[ScoringRun, ScoringModel] | None
    model: Model | None
    customers: int
    unresolved: int


def resolve(
    graph: Graph,
    settings: ResolutionSettings,
    store: ModelStore,
    request: ResolutionRequest | None = None,
    progress: Progress = silent,
) -> ResolutionReport:
    """Bring the links in the graph in line with the customers; nothing is written where nothing has changed.

    Raises GraphError, ResolutionError.
    """
    with graph.holding("merge_resolution_lock", at=milliseconds(datetime.now(UTC))):
        return _Runs(graph, settings, store, Clock(progress)).run(request or ResolutionRequest())


class _Runs:
    """The ways of one resolution."""

    def __init__(self, graph: Graph, settings: ResolutionSettings, store: ModelStore, clock: Clock) -> None:
        self._graph, self._settings, self._store, self._clock = graph, settings, store, clock

    def run(self, request: ResolutionRequest) -> ResolutionReport:
        state = self._state(request)
        way = request.way or self._way(state, request)
        if way == "train" or state.model is None:
            return self._whole(None, request.engine)
        if way == "full":
            return self._whole(state.model, request.engine)
        if way == "incremental":
            return self._changed(state)
        assert state.last is not None
        return ResolutionReport(*state.last, changes=None, way="nothing")

    def _state(self, request: ResolutionRequest) -> _State:
        last = latest_run(self._graph)
        if request.version:
            model = self._store.load(request.version)
        else:
            version = last[1].version if last else ""
            model = self._store.load(version) if self._store.has(version) else None
        return _State(last, model, *count_customers(self._graph))

    def _way(self, state: _State, request: ResolutionRequest) -> Way:
        if request.version:
            return "full"
        model = state.model
        if state.last is None or model is None or model.thresholds != self._settings:
            return "train"
        if state.customers > self._settings.train_after_growth * model.customers:
            return "train"
        if not state.unresolved:
            return "nothing"
        return "full" if state.unresolved > _MOST_CHANGED * state.customers else "incremental"

    # --- everything --------------------------------------------------------------------------------------------------

    def _whole(self, known: Model | None, engine: Engine) -> ResolutionReport:
        with self._clock.step("fetch"):
            unresolved = list_unresolved(self._graph)
            before = self._default_clusters(unresolved)
            customers, decisions = fetch_customers(self._graph), read_decisions(self._graph)
        model, scores = self._scored(customers, known, engine)
        with self._clock.step("cluster"):
            resolution = link_up(customers, model, scores, decisions, self._clock)
        with self._clock.step("write"):
            self._store.save(model)
            increment = self._increment_to(resolution, before, kept_rows(scores.prepared, model, unresolved.touched))
            write_whole(self._graph, resolution.model, resolution.run, increment)
        way: Way = "full" if known else "train"
        return ResolutionReport(resolution.run, resolution.model, increment.changes, way, model.unseen)

    def _scored(self, customers: pa.Table, known: Model | None, engine: Engine) -> tuple[Model, Scores]:
        if known is not None:
            return known, score_table(customers, known, self._clock, engine)
        fitted = fit(customers, self._settings, self._clock, engine)
        return fitted.model, fitted.scores

    def _default_clusters(self, unresolved: Unresolved) -> Groups | None:
        """Customer -> cluster, of those that were resolved before; none at the first run."""
        last = latest_run(self._graph)
        if last is None:
            return None
        clusters = read_clusters(self._graph, last[1].levels["default"])
        return {customer: cluster for customer, cluster in clusters.items() if customer not in unresolved.new}

    def _increment_to(
        self, resolution: Resolution, before: Groups | None, prepared: Iterable[PreparedCustomer]
    ) -> Increment:
        links, compared = difference_to(self._graph, resolution)
        events: list[IdentityEvent] = []
        if before is not None:
            created_at, least = read_customers(self._graph), resolution.model.levels["default"]
            joined = ((x.left, x.right) for x in resolution.links if (x.confidence or 0.0) >= least)
            events = profile_changes(before, group(created_at, joined), created_at)
        return Increment(links, compared, prepared, events)

    # --- what has changed --------------------------------------------------------------------------------------------

    def _changed(self, state: _State) -> ResolutionReport:
        assert state.last is not None
        assert state.model is not None
        changes, changed = LinkChanges(0, 0, 0, 0, 0, 0), sorted(list_unresolved(self._graph).touched)
        run, resolution = begun("incremental", state.model.version), IncrementalResolution(state.model)
        with self._clock.step("increment"):
            for keys in batched(changed, _CHUNK):
                changes += self._graph.write(partial(settle, resolution=resolution, customers=keys, run=run))
        run = replace(
            run,
            finished_at=now(),
            counts={"customers_changed": len(changed), **asdict(changes)},
            durations=self._clock.durations,
        )
        self._graph.write(lambda transaction: write_run(transaction, run))
        return ResolutionReport(run, state.last[1], changes, "incremental", state.model.unseen)


def settle(
    transaction: Transaction, resolution: IncrementalResolution, customers: Collection[str], run: ScoringRun
) -> LinkChanges:
    """Resolve some customers within a transaction. Raises GraphError."""
    increment = resolution.resolve(transaction, customers)
    write_increment(transaction, replace(run, finished_at=now()), increment)
    return increment.changes


def score_and_cluster(
    customers: pa.Table, decisions: Decisions, settings: ResolutionSettings, progress: Progress = silent
) -> Resolution:
    """Links and compared pairs of a table as ``graph.customers.fetch_customers`` gives it, with a model of its own.

    Needs no graph: the same table in any order of rows gives the same links. Raises ResolutionError.
    """
    clock = Clock(progress)
    fitted = fit(customers, settings, clock)
    return link_up(customers, fitted.model, fitted.scores, decisions, clock)


def link_up(customers: pa.Table, model: Model, scores: Scores, decisions: Decisions, clock: Clock) -> Resolution:
    """Links and compared pairs that follow from scores, rules and decisions."""
    claims = Claims.of(scores.pairs, scores.rules, decisions)
    forest = cohesion_forest(claims.weights, claims.linkage(model.thresholds, model.floor))
    links = claims.links(forest, model.calibration)
    compared = claims.compared(links)
    joins = sum(model.calibration.confidence(link.cohesion) >= model.levels["default"] for link in forest)
    counts = {
        "customers": customers.num_rows,
        "clusters": customers.num_rows - joins,
        "links": len(links),
        "compared": len(compared),
        **scores.guards,
        **_guards(claims, scores.rules, forest),
    }
    run = replace(begun("full", model.version), counts=counts, durations=clock.durations)
    run = replace(run, settings=model.thresholds.model_dump())
    levels = dict(model.levels)
    stored = ScoringModel(model.version, run.started_at, model.parameters, model.calibration.points, levels)
    return Resolution(links, compared, stored, run)


def _guards(claims: Claims, rules: RuleLinks, forest: Sequence[ForestLink]) -> dict[str, int]:
    """What held customers apart."""
    contradictions = sum(guard == CONTRADICTION for guard in claims.guards.values())
    return {
        "links_by_rule": len(claims.rules),
        "links_by_steward": len(claims.same),
        "certain_merges": sum(link.cohesion >= CERTAIN for link in forest),
        "rules_refused": len(rules.refused),
        "pairs_held_apart_by_contradiction": contradictions,
        "pairs_held_apart_by_decision": len(claims.apart) - contradictions,
    }
