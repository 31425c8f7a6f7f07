"""The resolution, step by step: what has to be done, a model, scores, links, clusters, and what changes in the graph.

Three ways to the same links. ``train``: a new model and everything with it. ``full``: everything with a known model.
``incremental``: what was written since the last run, with the model of that run.
"""

from collections import Counter
from collections.abc import Collection
from contextlib import nullcontext
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Literal

import pyarrow as pa

from graph.batches import batched
from graph.clusters import read_clusters, read_ranks
from graph.connection import Graph, Transaction
from graph.customers import fetch_customers
from graph.decisions import Decisions, read_decisions
from graph.errors import ModelError, StorageError
from graph.guards import Guards, current_guards
from graph.hub_labels import forget_guards_in_use, has_labels_of_other_guards, renew_hub_labels
from graph.identity_events import IdentityEvent, Regrouping
from graph.links import NO_CHANGES, LinkChanges
from graph.profile_ids import Ranks
from graph.resolution_lock import holding_resolution_lock
from graph.resolutions import (
    Resolution,
    changes_to,
    write_increment,
    write_resolution,
)
from graph.runs import ScoringModel, ScoringRun, latest_run, write_run
from graph.surroundings import (
    count_customers,
    count_customers_of_other_sources,
    list_unresolved,
)
from graph.unfinished_runs import mark_unfinished, moment_before_unfinished, resolved_since
from resolution.clusters.claims import CONTRADICTION, Claims
from resolution.clusters.clustering import CERTAIN
from resolution.clusters.numbered import NumberedForest
from resolution.clusters.profile_changes import (
    Groups,
    group,
    other_groups,
    profile_changes,
    profile_counts,
    regrouped,
)
from resolution.clusters.table_claims import TableClaims
from resolution.customers.prepared_rows import kept_rows
from resolution.engines.engine import Engine
from resolution.incremental import IncrementalResolution
from resolution.models.charts import write_run_charts
from resolution.models.fitting import Teaching, fit
from resolution.models.model import Model
from resolution.models.model_store import ModelStore
from resolution.progress import Clock, Progress, silent
from resolution.runs import begun, now
from resolution.scores.rules import RuleLinks
from resolution.scores.scoring import score
from resolution.scores.tables import Scores, score_table
from resolution.settings import ResolutionSettings

Way = Literal["train", "full", "incremental", "nothing"]
# So many changed customers are settled in one transaction.
_CHUNK = 500
# A model that looks by chosen keys is trained anew when a larger share of the customers is of sources new to it.
_MOST_STRANGE = 0.05
# From this share of changed customers on a full run is faster.
_MOST_CHANGED = 0.2


@dataclass(frozen=True, slots=True)
class ResolutionReport:
    """What a resolution did; or would do, where it was a ``dry_run`` and nothing was written.

    ``changes``: none where nothing had changed since the last run. ``events``: what became of profiles. ``charts``:
    folder of the model's charts, where they were asked for.
    """

    run: ScoringRun
    model: ScoringModel
    changes: LinkChanges | None
    way: Way
    unseen: tuple[str, ...] = ()
    events: tuple[IdentityEvent, ...] = ()
    dry_run: bool = False
    charts: Path | None = None


@dataclass(frozen=True, slots=True)
class ResolutionRequest:
    """What is asked for. ``way``: none lets the state of the graph decide. ``version``: the model to use.

    ``dry_run``: say what would change and leave the graph as it is; a model that is trained for it is kept.
    ``charts``: where each run that scores everything leaves a folder with its charts. ``engine``: what scores all
    pairs; what has changed is always scored here.
    """

    way: Way | None = None
    version: str | None = None
    dry_run: bool = False
    charts: Path | None = None
    engine: Engine = score


@dataclass(frozen=True, slots=True)
class _State:
    """How things stand: the last run with its model (none where its files are not here), and what has changed.

    ``whole_at``: the last moment before a run that was interrupted; none where none was.
    """

    last: tuple[ScoringRun, ScoringModel] | None
    model: Model | None
    whole_at: datetime | None
    customers: int
    unresolved: int


@dataclass(frozen=True, slots=True)
class Settled:
    """What settling some customers changed."""

    changes: LinkChanges
    profiles: Regrouping
    events: tuple[IdentityEvent, ...]

    def then(self, later: "Settled") -> "Settled":
        """Both as one."""
        return Settled(self.changes + later.changes, self.profiles.then(later.profiles), (*self.events, *later.events))


_NOTHING_SETTLED = Settled(NO_CHANGES, Regrouping(), ())


def resolve(
    graph: Graph,
    settings: ResolutionSettings,
    store: ModelStore,
    request: ResolutionRequest | None = None,
    progress: Progress = silent,
) -> ResolutionReport:
    """Bring the links in the graph in line with the customers; nothing is written where nothing has changed.

    Raises GraphError, ResolutionError, StorageError.
    """
    asked = request or ResolutionRequest()
    lock = holding_resolution_lock(graph)
    with lock, graph.rehearsing() if asked.dry_run else nullcontext(graph) as used:
        return _Runs(used, settings, store, asked, Clock(progress)).run()


class _Runs:
    """The ways of one resolution."""

    def __init__(
        self, graph: Graph, settings: ResolutionSettings, store: ModelStore, request: ResolutionRequest, clock: Clock
    ) -> None:
        self._graph, self._settings, self._store, self._clock = graph, settings, store, clock
        self._request = request
        self._guards = current_guards()

    def run(self) -> ResolutionReport:
        state = self._state(self._request)
        way = self._request.way or self._way(state, self._request)
        if way == "train" or state.model is None:
            return self._whole(None, state.whole_at)
        # What an interrupted run left is of no model, so everything is written again, with the one that is in force
        # unless another is asked for: a model that never came into force has to be asked for again.
        if way == "full" or state.whole_at is not None:
            return self._whole(state.model, state.whole_at)
        if way == "incremental":
            return self._changed(state)
        assert state.last is not None
        return ResolutionReport(*state.last, changes=None, way="nothing", dry_run=self._request.dry_run)

    def _state(self, request: ResolutionRequest) -> _State:
        last = latest_run(self._graph)
        version = last[1].version if last and request.way != "train" else ""
        if request.version is not None:
            model = self._store.load(request.version)
        else:
            model = self._store.load(version) if self._store.has(version) else None
        return _State(last, model, moment_before_unfinished(self._graph), *count_customers(self._graph))

    def _way(self, state: _State, request: ResolutionRequest) -> Way:
        if request.version is not None:
            return "full"
        model = state.model
        if state.last is None or model is None or (model.thresholds, model.guards) != (self._settings, self._guards):
            return "train"
        if state.customers > self._settings.train_after_growth * model.customers or self._is_strange(state, model):
            return "train"
        if has_labels_of_other_guards(self._graph, model.guards):
            return "full"
        if not state.unresolved:
            return "nothing"
        return "full" if state.unresolved > _MOST_CHANGED * state.customers else "incremental"

    def _is_strange(self, state: _State, model: Model) -> bool:
        """Whether sources that the model does not know have brought many: its keys may not be theirs."""
        if model.keys is None:
            return False
        strangers = count_customers_of_other_sources(self._graph, [name for name, _ in model.sources])
        return strangers > _MOST_STRANGE * state.customers

    # --- everything --------------------------------------------------------------------------------------------------

    def _whole(self, known: Model | None, whole_at: datetime | None) -> ResolutionReport:
        """``whole_at``: where a run was interrupted, what has changed is told since then."""
        with self._clock.step("fetch"):
            unresolved = list_unresolved(self._graph)
            new = unresolved.new | (resolved_since(self._graph, whole_at) if whole_at else frozenset())
            before = self._default_clusters(new, whole_at)
            guards = known.guards if known else self._guards
            self._renew_hubs(guards, whole_at)
            customers = fetch_customers(self._graph, guards.counted_kinds)
            decisions = read_decisions(self._graph)
        model, scores = self._scored(customers, known)
        del customers  # what is compared of them is kept with the scores
        with self._clock.step("cluster"):
            resolution = link_up(model, scores, decisions, self._clock)
        with self._clock.step("write"):
            if known is None:
                self._store.save(model)
            ranks = read_ranks(self._graph)
            profiles = self._regrouped(resolution, before, ranks)
            events = profile_changes(profiles)
            counts = profile_counts(profiles, events, count_customers(self._graph)[0] - len(new))
            run = replace(resolution.run, counts={**resolution.run.counts, **counts})
            if self._request.dry_run:  # all of a large graph is too much for the one transaction of a rehearsal
                changes = changes_to(self._graph, resolution)
            else:
                kept = kept_rows(scores.prepared, model, unresolved.touched, ranks.then)
                changes = write_resolution(self._graph, replace(resolution, run=run), kept, events)
        way: Way = "full" if known else "train"
        return replace(
            ResolutionReport(run, resolution.model, changes, way, model.unseen, tuple(events)),
            dry_run=self._request.dry_run,
            charts=self._charts(run, model, scores),
        )

    def _renew_hubs(self, guards: Guards, whole_at: datetime | None) -> None:
        """Identifiers were written under the guards of their time or of the file, or of a run that was interrupted."""
        if whole_at is None and guards == self._guards and not self._has_other_guards(guards):
            return
        self._graph.write(_begin_renewing)
        renew_hub_labels(self._graph, guards)

    def _has_other_guards(self, guards: Guards) -> bool:
        """Whether labels were written under other guards since the last run, or by it."""
        if has_labels_of_other_guards(self._graph, guards):
            return True
        last = latest_run(self._graph)
        if last is None or not self._store.has(last[1].version):
            return False
        try:
            return self._store.find(last[1].version).document.get("guards") != guards.model_dump(mode="json")
        except ModelError:  # damaged: nobody knows
            return True

    def _scored(self, customers: pa.Table, known: Model | None) -> tuple[Model, Scores]:
        if known is not None:
            return known, score_table(customers, known, self._clock, self._request.engine)
        teaching = Teaching(self._settings, self._guards, engine=self._request.engine)
        fitted = fit(customers, teaching, self._clock)
        return fitted.model, fitted.scores

    def _default_clusters(self, new: frozenset[str], at: datetime | None) -> Groups | None:
        """Customer -> cluster, of those that were resolved before, now or at a time; none at the first run."""
        last = latest_run(self._graph)
        if last is None:
            return None
        clusters = read_clusters(self._graph, last[1].levels["default"], at)
        return {customer: cluster for customer, cluster in clusters.items() if customer not in new}

    def _charts(self, run: ScoringRun, model: Model, scores: Scores) -> Path | None:
        if self._request.charts is None or self._request.dry_run:
            return None
        try:
            with self._clock.step("charts"):
                return write_run_charts(self._request.charts / run.run_id, model, scores.pairs)
        except StorageError as error:
            raise StorageError(f"The links are written. {error.problem}", "Leave them out: --no-charts.") from None

    def _regrouped(self, resolution: Resolution, before: Groups | None, ranks: Ranks) -> Regrouping:
        """What becomes of the profiles that are not what they were ``before``."""
        # Where customers were resolved and none has a rank, an older release did it: its names are not known.
        if before is None or (before and not ranks.now):
            return Regrouping()
        least = resolution.model.levels["default"]
        joined = ((x.left, x.right) for x in resolution.links if (x.confidence or 0.0) >= least)
        return regrouped(*other_groups(before, group(ranks.then, joined), ranks), ranks)

    # --- what has changed --------------------------------------------------------------------------------------------

    def _changed(self, state: _State) -> ResolutionReport:
        assert state.last is not None
        assert state.model is not None
        unresolved = list_unresolved(self._graph)
        changed, settled = sorted(unresolved.touched), _NOTHING_SETTLED
        run, resolution = begun("incremental", state.model.version), IncrementalResolution(state.model)
        with self._clock.step("increment"):
            for keys in batched(changed, _CHUNK):
                work = partial(settle, resolution=resolution, customers=keys, run=run)
                settled = settled.then(self._graph.write(work))
        known_before = state.customers - len(unresolved.new)
        profiles = profile_counts(settled.profiles, profile_changes(settled.profiles), known_before)
        run = replace(
            run,
            finished_at=now(),
            counts={"customers_changed": len(changed), **asdict(settled.changes), **profiles},
            durations=self._clock.durations,
        )
        self._graph.write(lambda transaction: write_run(transaction, run))
        report = ResolutionReport(
            run, state.last[1], settled.changes, "incremental", state.model.unseen, settled.events
        )
        return replace(report, dry_run=self._request.dry_run)


def _begin_renewing(transaction: Transaction) -> None:
    """Before the first label, so that what others write from now on is known, and an interrupted run as well."""
    mark_unfinished(transaction, now())
    forget_guards_in_use(transaction)


def settle(
    transaction: Transaction, resolution: IncrementalResolution, customers: Collection[str], run: ScoringRun
) -> Settled:
    """Resolve some customers within a transaction. Raises GraphError."""
    increment = resolution.resolve(transaction, customers)
    write_increment(transaction, replace(run, finished_at=now()), increment)
    return Settled(increment.changes, increment.profiles, tuple(increment.events))


def score_and_cluster(
    customers: pa.Table, decisions: Decisions, settings: ResolutionSettings, progress: Progress = silent
) -> Resolution:
    """Links and compared pairs of a table as ``graph.customers.fetch_customers`` gives it, with a model of its own.

    Needs no graph: the same table in any order of rows gives the same links. Raises ResolutionError.
    """
    clock = Clock(progress)
    fitted = fit(customers, Teaching(settings, current_guards()), clock)
    with clock.step("cluster"):
        found = link_up(fitted.model, fitted.scores, decisions, clock)
    return replace(found, run=replace(found.run, durations=clock.durations))


def link_up(model: Model, scores: Scores, decisions: Decisions, clock: Clock) -> Resolution:
    """Links and compared pairs that follow from scores, rules and decisions."""
    customers: list[str] = scores.prepared.table["key"].to_pylist()
    claims = TableClaims.of(customers, scores.pairs, scores.rules, decisions)
    forest = claims.forest(claims.special.linkage(model.thresholds, scores.group_guards, model.floor))
    claims = claims.refused(forest)
    links, compared = claims.links(forest, model.calibration), claims.compared(forest)
    joins = int((forest.height >= model.calibration.lowest(model.levels["default"])).sum())
    counts = {
        "customers": len(customers),
        "clusters": len(customers) - joins,
        "links": len(links),
        "compared": len(compared),
        **scores.guards,
        **_guards(claims.special, scores.rules, forest),
    }
    run = replace(begun("full", model.version), counts=counts, durations=clock.durations)
    run = replace(run, settings=model.thresholds.model_dump())
    levels = dict(model.levels)
    stored = ScoringModel(model.version, run.started_at, model.parameters, model.calibration.points, levels)
    return Resolution(links, compared, stored, run)


def _guards(claims: Claims, rules: RuleLinks, forest: NumberedForest) -> dict[str, int]:
    """What held customers apart."""
    refused = Counter(guard.split(":")[0] for guard in forest.refused.values())
    contradictions = sum(guard == CONTRADICTION for guard in claims.guards.values())
    return {
        "links_by_rule": len(claims.rules),
        "links_by_steward": len(claims.same),
        "certain_merges": int((forest.height >= CERTAIN).sum()),
        "rules_refused": len(rules.refused),
        "pairs_held_apart_by_contradiction": contradictions,
        "pairs_held_apart_by_decision": len(claims.apart) - contradictions,
        **{f"merges_refused_by_{name}": count for name, count in sorted(refused.items())},
    }
