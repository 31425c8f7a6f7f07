"""The resolution, step by step: fetch, prepare, train, score, link, cluster, write.

``score_and_cluster`` needs no graph: the same table in any order of rows gives the same links.
"""

from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import blake2b
from secrets import token_hex
from time import perf_counter

import duckdb
import pyarrow as pa

from graph.connection import Graph
from graph.customers import fetch_customers
from graph.links import (
    ComparedPair,
    Decisions,
    Link,
    LinkChanges,
    Resolution,
    ScoringModel,
    ScoringRun,
    latest_run,
    list_decisions,
    write_resolution,
)
from resolution.calibration import best_cut, calibrate, levels_of, merges_of
from resolution.claims import Evidence
from resolution.clustering import ForestLink, cohesion_forest
from resolution.comparisons import comparisons_for
from resolution.model import Model
from resolution.preparation import prepare
from resolution.progress import Progress, silent
from resolution.rules import rule_links
from resolution.scoring import ScoredPairs, load_customers, nothing_scored, score
from resolution.settings import ResolutionSettings
from resolution.training import TrainingTable, train

# A run whose code links differently must not take an older run's answer for its own.
METHOD = "average-linkage-1"


@dataclass(frozen=True, slots=True)
class ResolutionReport:
    """What a resolution did. ``changes``: none where nothing had changed since the last run and nothing was written."""

    run: ScoringRun
    model: ScoringModel
    changes: LinkChanges | None
    untrained: tuple[str, ...] = ()


@dataclass(slots=True)
class _Clock:
    """Seconds of each step, told as they begin."""

    progress: Progress
    durations: dict[str, float] = field(default_factory=dict[str, float])

    @contextmanager
    def step(self, name: str) -> Generator[None]:
        self.progress(name)
        started = perf_counter()
        yield
        self.durations[name] = round(perf_counter() - started, 3)


def resolve(
    graph: Graph, settings: ResolutionSettings, progress: Progress = silent, *, force: bool = False
) -> ResolutionReport:
    """Score all customers and bring the links in the graph in line; nothing is written where nothing has changed.

    Raises GraphError, ResolutionError.
    """
    clock = _Clock(progress)
    with clock.step("fetch"):
        customers, decisions = fetch_customers(graph), list_decisions(graph)
        known = latest_run(graph)
    if known and known[0].input_hash == input_hash(customers, decisions, settings) and not force:
        return ResolutionReport(*known, changes=None)
    resolution, untrained = _score_and_cluster(customers, decisions, settings, clock)
    with clock.step("write"):
        changes = write_resolution(graph, resolution)
    return ResolutionReport(resolution.run, resolution.model, changes, untrained)


def score_and_cluster(
    customers: pa.Table, decisions: Decisions, settings: ResolutionSettings, progress: Progress = silent
) -> Resolution:
    """Links and compared pairs of a table as ``graph.customers.fetch_customers`` gives it. Raises ResolutionError."""
    return _score_and_cluster(customers, decisions, settings, _Clock(progress))[0]


def _score_and_cluster(
    customers: pa.Table, decisions: Decisions, settings: ResolutionSettings, clock: _Clock
) -> tuple[Resolution, tuple[str, ...]]:
    started = datetime.now(UTC)
    fingerprint = input_hash(customers, decisions, settings)
    model, scored = train_and_score(customers, settings, clock)
    with clock.step("cluster"):
        evidence = Evidence.of(scored, rule_links(customers), decisions)
        forest = cohesion_forest(evidence.weights, evidence.linkage(settings))
    with clock.step("calibrate"):
        merges = merges_of(forest, evidence.probabilities)
        calibration = calibrate(merges)
        levels = levels_of(calibration, best_cut(merges, sum(evidence.probabilities.values())))
    links, compared = evidence.claims(forest, calibration)
    stored = ScoringModel(model.version, started, model.parameters, calibration.points, levels)
    run = ScoringRun(
        run_id=f"resolve-{started:%Y%m%dT%H%M%S}-{token_hex(3)}",
        model_version=model.version,
        input_hash=fingerprint,
        settings=settings.model_dump(),
        started_at=started.replace(microsecond=0),
        finished_at=datetime.now(UTC).replace(microsecond=0),
        counts=_counts(customers, scored, forest, links, compared),
        durations=clock.durations,
    )
    return Resolution(links, compared, stored, run), model.untrained


def train_and_score(customers: pa.Table, settings: ResolutionSettings, clock: _Clock) -> tuple[Model, ScoredPairs]:
    """Train a model on the customers and score their blocked pairs."""
    with clock.step("prepare"), duckdb.connect() as connection:
        prepared = prepare(customers)
        keys = load_customers(connection, prepared, settings)
        comparisons = tuple(comparisons_for(set(prepared.column_names)))
        columns = frozenset(prepared.column_names) | {key.column for key in keys}
        table = TrainingTable(connection, comparisons, columns, prepared.num_rows)
        if not table.can_be_scored:
            return Model({"probability_two_random_records_match": 0.5, "comparisons": []}, ()), nothing_scored()
        with clock.step("train"):
            model = train(table, settings)
        with clock.step("score"):
            return score(connection, model, settings)


def input_hash(customers: pa.Table, decisions: Decisions, settings: ResolutionSettings) -> str:
    """Fingerprint of everything that decides about the links."""
    digest = blake2b(METHOD.encode(), digest_size=16)
    digest.update(settings.model_dump_json().encode())
    digest.update(repr((sorted(decisions.same), sorted(decisions.apart))).encode())
    for batch in customers.combine_chunks().to_batches():
        digest.update(repr(batch.to_pydict()).encode())
    return digest.hexdigest()


def _counts(
    customers: pa.Table, scored: ScoredPairs, forest: list[ForestLink], links: list[Link], compared: list[ComparedPair]
) -> dict[str, int]:
    return {
        "customers": customers.num_rows,
        "pairs": scored.looked_at,
        "links": len(links),
        "compared": len(compared),
        "forest": len(forest),
    }
