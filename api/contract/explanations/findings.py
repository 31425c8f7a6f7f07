"""Findings: what comparisons say of a pair, and what stands behind a link, in numbers and in words.

Words name findings and kinds of identifiers; a value that two customers share is shown to whoever may see contacts.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from api.access.field_rules import by_kind, free_text, plain, sentence
from api.access.masking import classify
from api.access.viewer import Scope, Viewer
from api.contract.exposure import Exposed, expose
from graph.decisions import Decision
from graph.evidence import ComparisonEvidence, LinkEvidence
from resolution.explanation.reasons import LinkReason
from resolution.explanation.waterfall import Waterfall
from resolution.explanation.words import finding_in_words, link_in_words


@dataclass(frozen=True, slots=True)
class ComparisonFinding:
    """What one comparison says."""

    comparison: str
    level: str
    match_weight: float
    term_frequency_weight: float
    words: str


@dataclass(frozen=True, slots=True)
class ScoreWaterfall:
    """The weights of a pair in log2 odds: the prior and the findings add up to the total."""

    prior: float
    findings: tuple[ComparisonFinding, ...]
    total: float
    probability: float


@dataclass(frozen=True, slots=True)
class SharedIdentifier:
    """An identifier that two customers share, by which a rule links them."""

    kind: str
    value: str | None
    masked: bool


@dataclass(frozen=True, slots=True)
class ExplainedLink:
    """A link with what stands behind it."""

    link: LinkEvidence
    words: str
    findings: tuple[ComparisonFinding, ...]
    decision: Decision | None
    identifier: SharedIdentifier | None


classify(
    Decision,
    {
        **dict.fromkeys(("action", "actor", "withdrawn_by"), plain),
        **dict.fromkeys(("reason", "withdrawn_reason"), free_text),
    },
)
classify(ComparisonFinding, dict.fromkeys(("comparison", "level", "words"), plain))
classify(SharedIdentifier, {"kind": plain, "value": by_kind})
classify(ExplainedLink, {"words": sentence})
expose(
    Decision,
    Exposed(
        {
            "key": "Key, by which it can be withdrawn.",
            "action": "What was decided: `link`, `confirm` (both join), `unlink`, `reject` or `split` (these part).",
            "actor": "Who decided.",
            "reason": "Why, in the words of who decided.",
            "at": "When.",
            "sides": "The customers: those of one side of a link are one person, those of two sides of another two.",
            "withdrawn_at": "When it was withdrawn; none while it is in force.",
            "withdrawn_by": "Who withdrew it.",
            "withdrawn_reason": "Why it was withdrawn.",
        },
        words="What a steward decided; it outranks rules and the model until it is withdrawn.",
        ids=("key", "sides"),
    ),
)
expose(
    ComparisonFinding,
    Exposed(
        {
            "comparison": "What was compared.",
            "level": "What was found.",
            "match_weight": "Weight of the finding, in log2 odds.",
            "term_frequency_weight": "What the rarity of the value adds, in log2 odds.",
            "words": "The same as a sentence.",
        }
    ),
)
expose(
    ScoreWaterfall,
    Exposed(
        {
            "prior": "What is expected of any two customers.",
            "findings": "What the comparisons add; where a value is missing there is no finding.",
            "total": "The sum.",
            "probability": "The sum as a probability that both are one person.",
        }
    ),
)
expose(
    SharedIdentifier,
    Exposed(
        {
            "kind": "Kind, such as `email` or `loyalty_card`.",
            "value": "The value as it is compared; none where it is masked.",
            "masked": "The value is not shown, because the scope `pii:contact` is missing.",
        }
    ),
)
expose(
    ExplainedLink,
    Exposed(
        {
            "link": "The link.",
            "words": "Who claims it, as a sentence.",
            "findings": "What its comparisons say.",
            "decision": "Decision of a steward that made it.",
            "identifier": "What both share, where a rule made it.",
        }
    ),
)


def explained(reason: LinkReason, viewer: Viewer) -> ExplainedLink:
    """A link for whoever asks."""
    return ExplainedLink(
        link=reason.link,
        words=link_in_words(replace(reason, decision=None, identifier=None)),
        findings=_findings(reason.link.evidence),
        decision=reason.decision,
        identifier=_identifier(reason.identifier, viewer) if reason.identifier else None,
    )


def score_waterfall(waterfall: Waterfall | None) -> ScoreWaterfall | None:
    """A waterfall with words; none where there is none."""
    if waterfall is None:
        return None
    return ScoreWaterfall(waterfall.prior, _findings(waterfall.findings), waterfall.total, waterfall.probability)


def _findings(evidence: Sequence[ComparisonEvidence]) -> tuple[ComparisonFinding, ...]:
    return tuple(
        ComparisonFinding(
            part.comparison, part.level, part.match_weight, part.term_frequency_weight, finding_in_words(part)
        )
        for part in evidence
    )


def _identifier(key: str, viewer: Viewer) -> SharedIdentifier:
    kind, _, value = key.partition(":")
    masked = not viewer.may(Scope.PII_CONTACT)
    return SharedIdentifier(kind, None if masked else value, masked)
