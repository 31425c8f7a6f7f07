"""Waterfalls: what each comparison adds to the weight of a pair, from the prior to the total."""

from dataclasses import dataclass

from graph.connection import Reader
from graph.evidence import ComparisonEvidence, findings_of
from graph.links import ComparedPair, Link, Pair
from graph.surroundings import read_prepared
from resolution.clusters.claims import probability
from resolution.customers.prepared_rows import from_text
from resolution.models.model import Model
from resolution.scores.scorer import Scorer, rounded_weight

_DIGITS = 2


@dataclass(frozen=True, slots=True)
class Waterfall:
    """The weights of a pair in log2 odds: ``prior`` + the findings = ``total``. Missing values have no finding."""

    prior: float
    findings: tuple[ComparisonEvidence, ...]
    total: float
    probability: float


def kept_waterfall(claim: Link | ComparedPair) -> Waterfall | None:
    """Of a pair in the graph; none where it was never scored."""
    return None if claim.evidence is None else _waterfall(claim.evidence, claim.match_weight)


def scored_waterfall(graph: Reader, model: Model, pair: Pair) -> Waterfall:
    """Of a pair that is not in the graph, as the model scores it now; both were resolved. Raises GraphError."""
    rows = read_prepared(graph, pair)
    scorer = Scorer(model)
    score = scorer.score(*(from_text(rows[key]) for key in pair))
    return _waterfall(scorer.evidence(score), rounded_weight(score))


def _waterfall(evidence: str, total: float) -> Waterfall:
    findings = findings_of(evidence)
    # The prior is what the findings do not explain: so the sum is right for the model that scored, whichever it was.
    prior = total - sum(found.match_weight + found.term_frequency_weight for found in findings)
    return Waterfall(round(prior, _DIGITS), findings, total, probability(total))
