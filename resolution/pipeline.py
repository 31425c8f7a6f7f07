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
    Decisions,
    LinkChanges,
    Resolution,
    ScoringModel,
    ScoringRun,
    latest_run,
    list_decisions,
    write_resolution,
)
from resolution.blocking import load_customers
from resolution.calibration import calibrate, levels_of, merges_of
from resolution.claims import Claims
from resolution.clustering import CERTAIN, ForestLink, cohesion_forest
from resolution.comparisons import comparisons_for
from resolution.frequencies import make_frequencies
from resolution.model import Model, empty_model, model_of
from resolution.patterns import blocked_pairs, random_pairs
from resolution.preparation import prepare, sources_by_size
from resolution.progress import Progress, silent
from resolution.rules import RuleLinks, checked, rule_links
from resolution.scoring import ScoredPairs, nothing_scored, score
from resolution.settings import ResolutionSettings
from resolution.training import train

# A run whose code links differently must not take an older run's answer for its own.
METHOD = "average-linkage-2"


@dataclass(frozen=True, slots=True)
class ResolutionReport:
    """What a resolution did. ``changes``: none where nothing had changed since the last run and nothing was written."""

    run: ScoringRun
    model: ScoringModel
    changes: LinkChanges | None
    unseen: tuple[str, ...] = ()


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


@dataclass(frozen=True, slots=True)
class Scores:
    """What the model and the rules say of the pairs. ``guards``: what was left out or refused, counted."""

    model: Model
    pairs: ScoredPairs
    rules: RuleLinks
    guards: dict[str, int]


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
    resolution, unseen = _score_and_cluster(customers, decisions, settings, clock)
    with clock.step("write"):
        changes = write_resolution(graph, resolution)
    return ResolutionReport(resolution.run, resolution.model, changes, unseen)


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
    scores = train_and_score(customers, settings, clock)
    claims = Claims.of(scores.pairs, scores.rules, decisions)
    with clock.step("cluster"):
        merged = cohesion_forest(claims.weights, claims.linkage(settings))
    with clock.step("calibrate"):
        merges = merges_of(merged, claims.probabilities)
        calibration = calibrate(merges)
        levels = levels_of(merges, calibration)
    forest = [link for link in merged if calibration.confidence(link.cohesion) >= levels["loose"]]
    links = claims.links(forest, calibration)
    compared = claims.compared(links)
    clusters = customers.num_rows - sum(calibration.confidence(link.cohesion) >= levels["default"] for link in forest)
    run = ScoringRun(
        run_id=f"resolve-{started:%Y%m%dT%H%M%S}-{token_hex(3)}",
        model_version=scores.model.version,
        input_hash=fingerprint,
        settings=settings.model_dump(),
        started_at=started.replace(microsecond=0),
        finished_at=datetime.now(UTC).replace(microsecond=0),
        counts={
            "customers": customers.num_rows,
            "clusters": clusters,
            "links": len(links),
            "compared": len(compared),
            **scores.guards,
            **_guards(claims, scores.rules, forest),
        },
        durations=clock.durations,
    )
    stored = ScoringModel(scores.model.version, started, scores.model.parameters, calibration.points, levels)
    return Resolution(links, compared, stored, run), scores.model.unseen


def train_and_score(customers: pa.Table, settings: ResolutionSettings, clock: _Clock) -> Scores:
    """Train a model on the customers and score their blocked pairs."""
    with duckdb.connect() as connection:
        with clock.step("prepare"):
            prepared = prepare(customers)
            comparisons = comparisons_for(set(prepared.table.column_names), sources_by_size(prepared.table))
            blocks = load_customers(connection, prepared.table, settings)
            make_frequencies(connection, comparisons)
            rules = checked(connection, comparisons, rule_links(customers))
        guards = {**prepared.guards, "blocks_too_large": blocks.too_large}
        if not blocks.pairs or not comparisons:
            return Scores(empty_model(), nothing_scored(), rules, guards)
        with clock.step("train"):
            blocked = blocked_pairs(connection, comparisons, blocks.pairs, settings.training_pairs)
            random = random_pairs(connection, comparisons, settings.random_pairs)
            model = model_of(comparisons, train(comparisons, blocked, random, customers.num_rows))
        with clock.step("score"):
            return Scores(model, score(connection, model, comparisons, settings.keep_above), rules, guards)


def _guards(claims: Claims, rules: RuleLinks, forest: list[ForestLink]) -> dict[str, int]:
    """What held customers apart."""
    certain = sum(link.cohesion >= CERTAIN for link in forest)
    return {
        "links_by_rule": len(claims.rules),
        "links_by_steward": len(claims.same),
        "certain_merges": certain,
        "rules_refused": len(rules.refused),
        "pairs_held_apart_by_contradiction": len(claims.contradicting),
        "pairs_held_apart_by_decision": len(claims.apart) - len(claims.contradicting),
    }


def input_hash(customers: pa.Table, decisions: Decisions, settings: ResolutionSettings) -> str:
    """Fingerprint of everything that decides about the links; the order of the rows does not."""
    digest = blake2b(METHOD.encode(), digest_size=16)
    digest.update(settings.model_dump_json().encode())
    digest.update(repr((sorted(decisions.same), sorted(decisions.apart))).encode())
    for batch in customers.sort_by("key").combine_chunks().to_batches():
        digest.update(repr(batch.to_pydict()).encode())
    return digest.hexdigest()
